// Package dnstest is a real DNS server on loopback that answers from a zone
// text, for tests, benches and fault runs. It must never be reachable from
// elsewhere.
package dnstest

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A Server answers over UDP and TCP on one loopback port until Close.
type Server struct {
	zone    zone
	udp     *dns.Server
	tcp     *dns.Server
	running sync.WaitGroup

	mu    sync.Mutex
	asked map[string]int
	total int
}

// Serve starts a server that ends with the test, and returns its host:port.
func Serve(tb testing.TB, zoneText string) string {
	tb.Helper()
	return Start(tb, zoneText).Addr()
}

// Start is as [Serve], for tests that look at what was asked.
func Start(tb testing.TB, zoneText string) *Server {
	tb.Helper()
	s, err := New(zoneText)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// New starts a server for the zone text, which is in master file format
// (RFC 1035 §5) with a root origin and a default TTL of 300. Lines of the form
//
//	$FAULT name servfail | refused | timeout | truncate | delay=50ms
//
// spoil the answers for a name: truncate sets TC on every answer over UDP.
// "*" is every name.
func New(zoneText string) (*Server, error) {
	z, err := parse(zoneText)
	if err != nil {
		return nil, err
	}
	udp, tcp, err := listen()
	if err != nil {
		return nil, err
	}
	s := &Server{zone: z, asked: map[string]int{}}
	s.udp = &dns.Server{PacketConn: udp, Handler: s}
	s.tcp = &dns.Server{Listener: tcp, Handler: s}
	var started sync.WaitGroup
	for _, server := range []*dns.Server{s.udp, s.tcp} {
		started.Add(1)
		server.NotifyStartedFunc = started.Done
		s.running.Go(func() { _ = server.ActivateAndServe() })
	}
	started.Wait()
	return s, nil
}

// listen finds a port that is free for UDP and TCP.
func listen() (net.PacketConn, net.Listener, error) {
	var errs []error
	for range 10 {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, fmt.Errorf("dnstest: %w", err)
		}
		udp, err := net.ListenPacket("udp", tcp.Addr().String())
		if err == nil {
			return udp, tcp, nil
		}
		errs = append(errs, err, tcp.Close())
	}
	return nil, nil, fmt.Errorf("dnstest: no port is free: %w", errors.Join(errs...))
}

// Addr is the host:port that the server listens at.
func (s *Server) Addr() string { return s.udp.PacketConn.LocalAddr().String() }

// Close ends the server and waits for it.
func (s *Server) Close() {
	_ = s.udp.Shutdown()
	_ = s.tcp.Shutdown()
	s.running.Wait()
}

// Asked counts the questions for a name and a type ("TXT"), over UDP and TCP.
func (s *Server) Asked(name, qtype string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[key(name)+" "+qtype]
}

// Questions counts all questions.
func (s *Server) Questions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// ServeDNS answers one question; it is called by the listeners.
func (s *Server) ServeDNS(w dns.ResponseWriter, req *dns.Msg) {
	if len(req.Question) != 1 {
		return
	}
	q := req.Question[0]
	s.mu.Lock()
	s.asked[key(q.Name)+" "+dns.TypeToString[q.Qtype]]++
	s.total++
	s.mu.Unlock()

	reply := new(dns.Msg).SetReply(req)
	reply.RecursionAvailable = true
	fault := s.zone.fault(q.Name)
	_, overUDP := w.RemoteAddr().(*net.UDPAddr)
	switch {
	case fault == "timeout":
		return
	case fault == "servfail":
		reply.Rcode = dns.RcodeServerFailure
	case fault == "refused":
		reply.Rcode = dns.RcodeRefused
	case fault == "truncate" && overUDP:
		reply.Truncated = true
	default:
		if d, ok := delay(fault); ok {
			time.Sleep(d)
		}
		s.zone.answer(reply, q)
	}
	if overUDP {
		reply.Truncate(udpSize(req))
	}
	_ = w.WriteMsg(reply)
}

func udpSize(req *dns.Msg) int {
	if opt := req.IsEdns0(); opt != nil {
		return int(opt.UDPSize())
	}
	return dns.MinMsgSize
}

func delay(fault string) (time.Duration, bool) {
	text, ok := strings.CutPrefix(fault, "delay=")
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	return d, err == nil
}

// key is a name for looking up: absolute, in lower case.
func key(name string) string { return dns.CanonicalName(name) }

// checkFault tells what is wrong with the kind of a fault line.
func checkFault(kind string) error {
	switch kind {
	case "servfail", "refused", "timeout", "truncate":
		return nil
	}
	if _, ok := delay(kind); ok {
		return nil
	}
	return errors.New("dnstest: unknown fault " + strconv.Quote(kind))
}
