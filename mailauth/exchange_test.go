package mailauth

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"postern/internal/dnstest"
)

// serveDNS answers with handle on a loopback port, over UDP and TCP.
func serveDNS(t *testing.T, handle dns.HandlerFunc) *CachingResolver {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*dns.Server{{PacketConn: udp, Handler: handle}, {Listener: tcp, Handler: handle}} {
		started, ended := make(chan struct{}), make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go func() {
			defer close(ended)
			_ = s.ActivateAndServe()
		}()
		<-started
		t.Cleanup(func() { _ = s.Shutdown(); <-ended })
	}
	return NewResolver(DNSConfig{Servers: []string{tcp.Addr().String()}, Attempts: 1})
}

// address is a reply to req with one A record.
func address(req *dns.Msg, addr string) *dns.Msg {
	reply := new(dns.Msg).SetReply(req)
	q := req.Question[0]
	reply.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.ParseIP(addr)}}
	return reply
}

func TestForgedRepliesArePassedOver(t *testing.T) {
	t.Parallel()
	r := serveDNS(t, func(w dns.ResponseWriter, req *dns.Msg) {
		_, _ = w.Write([]byte("not DNS at all"))
		forged := address(req, "203.0.113.66")
		forged.Id++
		_ = w.WriteMsg(forged)
		forged = address(req, "203.0.113.66")
		forged.Question[0].Name = "other.example.com."
		_ = w.WriteMsg(forged)
		forged = address(req, "203.0.113.66")
		forged.Response = false
		_ = w.WriteMsg(forged)
		_ = w.WriteMsg(address(req, "192.0.2.1"))
	})
	addrs, err := r.LookupAddr(t.Context(), "mail.example.com", false)
	if err != nil || len(addrs) != 1 || addrs[0] != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("got %v, %v", addrs, err)
	}
}

func TestAServerThatLosesTheCaseIsAskedByTCP(t *testing.T) {
	t.Parallel()
	r := serveDNS(t, func(w dns.ResponseWriter, req *dns.Msg) {
		req.Question[0].Name = strings.ToLower(req.Question[0].Name)
		addr := "203.0.113.66" // what a forger would say who cannot see the question
		if _, ok := w.RemoteAddr().(*net.TCPAddr); ok {
			addr = "192.0.2.1"
		}
		_ = w.WriteMsg(address(req, addr))
	})
	// With so many letters the case comes back right by chance once in 2^56.
	name := strings.Repeat("a", 50) + ".example"
	addrs, err := r.LookupAddr(t.Context(), name, false)
	if err != nil || len(addrs) != 1 || addrs[0] != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("got %v, %v", addrs, err)
	}
}

func TestAServerWithoutEDNS(t *testing.T) {
	t.Parallel()
	r := serveDNS(t, func(w dns.ResponseWriter, req *dns.Msg) {
		reply := address(req, "192.0.2.1")
		if req.IsEdns0() != nil {
			reply = new(dns.Msg).SetRcodeFormatError(req)
			reply.Question = req.Question
		}
		_ = w.WriteMsg(reply)
	})
	if addrs, err := r.LookupAddr(t.Context(), "example.com", false); err != nil || len(addrs) != 1 {
		t.Errorf("got %v, %v", addrs, err)
	}
}

func TestQuestionsInFlightAreBounded(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t, "$FAULT * timeout\n")
	r := NewResolver(DNSConfig{Servers: []string{s.Addr()}, InFlight: 1, Attempts: 1})
	r.open <- struct{}{} // one is open, and stays so
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := r.LookupTXT(ctx, "example.com"); !errors.Is(err, ErrTemporary) {
		t.Errorf("got %v", err)
	}
	if n := s.Questions(); n != 0 || len(r.flights) != 0 {
		t.Errorf("%d questions were put, %d are left in flight", n, len(r.flights))
	}
}

// FuzzRead: of any reply, no more is believed than the bounds allow, and an
// answer has records or an error, not both.
func FuzzRead(f *testing.F) {
	req := new(dns.Msg).SetQuestion("example.com.", dns.TypeA)
	seed, err := address(req, "192.0.2.1").Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed, dns.TypeA)
	loop := new(dns.Msg).SetReply(req)
	loop.Answer = []dns.RR{
		&dns.CNAME{Hdr: dns.RR_Header{Name: "example.com.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 1 << 31}, Target: "a.example.com."},
		&dns.CNAME{Hdr: dns.RR_Header{Name: "a.example.com.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "example.com."},
	}
	if seed, err = loop.Pack(); err != nil {
		f.Fatal(err)
	}
	f.Add(seed, dns.TypeTXT)
	f.Fuzz(func(t *testing.T, raw []byte, qtype uint16) {
		msg := new(dns.Msg)
		if msg.Unpack(raw) != nil {
			return
		}
		a, ttl := read(question{"example.com", qtype}, msg)
		if n := len(a.texts) + len(a.addrs); n > maxRecords || (n > 0) == (a.err != nil) {
			t.Errorf("%d records and %v", n, a.err)
		}
		if ttl < minTTL || ttl > maxTTL {
			t.Errorf("kept for %v", ttl)
		}
	})
}

func TestLookupName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(strings.Repeat("a", 49)+".", 5) + "aaa" // 253 bytes
	for name, want := range map[string]string{
		"Example.COM.": "example.com", "example.com": "example.com", "_dmarc.É.example": "_dmarc.É.example",
		long: long, long + "a": "", "": "", ".": "", "a..b": "", ".a": "", "a..": "", strings.Repeat("a", 64): "",
	} {
		if got, ok := lookupName(name); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", name, got, ok)
		}
	}
}

func TestTTLIsKeptWithinBounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		seconds    uint32
		most, want time.Duration
	}{{0, maxTTL, minTTL}, {60, maxTTL, time.Minute}, {1<<31 - 1, maxTTL, maxTTL}, {1<<31 - 1, maxNegative, maxNegative}, {1 << 31, maxTTL, minTTL}} {
		if got := clamp(c.seconds, c.most); got != c.want {
			t.Errorf("%d s: got %v, want %v", c.seconds, got, c.want)
		}
	}
}
