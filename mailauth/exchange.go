package mailauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Bounds of what is believed of an answer.
const (
	maxRecords  = 128  // records of one answer; further ones are left out
	maxChain    = 8    // CNAMEs in a row
	maxStrays   = 32   // datagrams read while waiting for ours
	udpPayload  = 1232 // bytes; what passes unfragmented (RFC 9715 §3.2)
	minTTL      = 5 * time.Second
	maxTTL      = 24 * time.Hour
	maxNegative = time.Hour        // RFC 2308 §5 advises one to three hours
	failureTTL  = 10 * time.Second // RFC 9520 §3.2 allows one second to five minutes
)

var (
	errTruncated = errors.New("truncated")
	errCase      = errors.New("the server changes the case of names")
)

// ask puts the question to one server after the other until one answers.
func (r *CachingResolver) ask(ctx context.Context, q question) *answer {
	first := r.preferred.Load()
	for try := range r.attempts {
		i := (first + uint32(try)) % uint32(len(r.servers)) //nolint:gosec // both are small
		msg, err := r.exchange(ctx, r.servers[i], q)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			r.timeouts.Add(1)
			continue
		}
		if msg.Rcode != dns.RcodeSuccess && msg.Rcode != dns.RcodeNameError {
			r.servfails.Add(1)
			if try+1 >= len(r.servers) {
				break // asked again at once, it would say the same (RFC 9520 §3.1)
			}
			continue
		}
		r.preferred.Store(i)
		a, ttl := read(q, msg)
		a.expires = r.now().Add(ttl)
		return a
	}
	return &answer{err: ErrTemporary, expires: r.now().Add(failureTTL)}
}

// exchange asks one server, by TCP where UDP will not do.
func (r *CachingResolver) exchange(ctx context.Context, server string, q question) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	msg, err := transact(ctx, "udp", server, query(q))
	if errors.Is(err, errTruncated) || errors.Is(err, errCase) {
		msg, err = transact(ctx, "tcp", server, query(q))
	}
	if err == nil && msg.Rcode == dns.RcodeFormatError { // a server older than EDNS (RFC 6891 §7)
		plain := query(q)
		plain.Extra = nil
		msg, err = transact(ctx, "udp", server, plain)
	}
	return msg, err
}

// query is a question with a random id, and random case in its name: both must
// come back, which keeps forgers off the path from guessing (RFC 5452 §9).
func query(q question) *dns.Msg {
	name := []byte(escapeName(q.name))
	for i, c := range name {
		if c >= 'a' && c <= 'z' && rand.Uint32()&1 == 0 { //nolint:gosec // ChaCha8 of the runtime; the id and the port are random as well
			name[i] = c - 'a' + 'A'
		}
	}
	m := new(dns.Msg).SetQuestion(string(name), q.qtype)
	return m.SetEdns0(udpPayload, false)
}

// transact sends m from a fresh port and waits for the answer to it.
func transact(ctx context.Context, network, server string, m *dns.Msg) (*dns.Msg, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // nothing is lost
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	c := &dns.Conn{Conn: conn, UDPSize: udpPayload}
	if err := c.WriteMsg(m); err != nil {
		return nil, err
	}
	for range maxStrays {
		reply, err := c.ReadMsg()
		if _, gone := errors.AsType[net.Error](err); gone || (err != nil && network == "tcp") {
			return nil, err
		}
		if err != nil && (reply == nil || !reply.Truncated) {
			continue // not DNS; ours may still come
		}
		if err := match(m, reply, network); err == nil || errors.Is(err, errTruncated) || errors.Is(err, errCase) {
			return reply, err
		}
	}
	return nil, fmt.Errorf("%d datagrams and none of them ours", maxStrays)
}

// match tells whether reply answers m.
func match(m, reply *dns.Msg, network string) error {
	if !reply.Response || reply.Id != m.Id || len(reply.Question) != 1 {
		return errors.New("not ours")
	}
	got, want := reply.Question[0], m.Question[0]
	switch {
	case got.Qtype != want.Qtype || got.Qclass != want.Qclass || !strings.EqualFold(got.Name, want.Name):
		return errors.New("not ours")
	case network == "tcp":
		return nil
	case got.Name != want.Name:
		return errCase
	case reply.Truncated:
		return errTruncated
	}
	return nil
}

// read takes the answer to q, and how long it holds, out of a message.
func read(q question, msg *dns.Msg) (*answer, time.Duration) {
	name := escapeName(q.name)
	ttl := uint32(maxTTL / time.Second)
	for range maxChain {
		i := slices.IndexFunc(msg.Answer, func(rr dns.RR) bool {
			return rr.Header().Rrtype == dns.TypeCNAME && strings.EqualFold(rr.Header().Name, name)
		})
		if i < 0 {
			break
		}
		if cname, ok := msg.Answer[i].(*dns.CNAME); ok {
			name, ttl = cname.Target, min(ttl, cname.Hdr.Ttl)
		}
	}
	a := &answer{}
	var exchanges []*dns.MX
	for _, rr := range msg.Answer {
		if rr.Header().Rrtype != q.qtype || !strings.EqualFold(rr.Header().Name, name) {
			continue
		}
		if len(a.texts)+len(a.addrs)+len(exchanges) == maxRecords {
			break
		}
		ttl = min(ttl, rr.Header().Ttl)
		if mx, ok := rr.(*dns.MX); ok {
			exchanges = append(exchanges, mx)
		} else {
			a.add(rr)
		}
	}
	slices.SortStableFunc(exchanges, func(a, b *dns.MX) int { return cmp.Compare(a.Preference, b.Preference) })
	for _, mx := range exchanges {
		a.addHost(mx.Mx)
	}
	if a.texts != nil || a.addrs != nil {
		return a, clamp(ttl, maxTTL)
	}
	if a.err = ErrNotFound; msg.Rcode == dns.RcodeNameError {
		a.err = ErrNXDomain
	}
	return a, negativeTTL(msg, ttl)
}

func (a *answer) add(rr dns.RR) {
	switch rr := rr.(type) {
	case *dns.TXT:
		a.texts = append(a.texts, unescapeText(strings.Join(rr.Txt, "")))
	case *dns.PTR:
		a.addHost(rr.Ptr)
	case *dns.A:
		if addr, ok := netip.AddrFromSlice(rr.A); ok {
			a.addrs = append(a.addrs, addr.Unmap())
		}
	case *dns.AAAA:
		if addr, ok := netip.AddrFromSlice(rr.AAAA); ok {
			a.addrs = append(a.addrs, addr)
		}
	}
}

// addHost leaves out the root, and names that no host can have.
func (a *answer) addHost(name string) {
	if name = dns.CanonicalName(name); name != "." && !strings.Contains(name, `\`) {
		a.texts = append(a.texts, strings.TrimSuffix(name, "."))
	}
}

// negativeTTL is the lesser of the SOA's own TTL and its minimum (RFC 2308
// §5). Without a SOA nothing may be kept; the shortest TTL spares the server.
func negativeTTL(msg *dns.Msg, ttl uint32) time.Duration {
	for _, rr := range msg.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			return clamp(min(ttl, soa.Hdr.Ttl, soa.Minttl), maxNegative)
		}
	}
	return minTTL
}

// clamp is a TTL within our bounds; one beyond 31 bits is 0 (RFC 2181 §8).
func clamp(seconds uint32, most time.Duration) time.Duration {
	if seconds > 1<<31-1 {
		seconds = 0
	}
	return min(max(time.Duration(seconds)*time.Second, minTTL), most)
}
