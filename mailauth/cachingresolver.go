package mailauth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
)

// A CachingResolver asks recursive name servers over UDP, and over TCP where an
// answer does not fit. It keeps answers as long as their TTL says, puts a
// question once however many wait for it, and starts no goroutine.
type CachingResolver struct {
	servers   []string
	preferred atomic.Uint32 // index of the server that answered last
	timeout   time.Duration
	attempts  int
	open      chan struct{} // one token for each question in flight
	now       func() time.Time

	mu       sync.Mutex
	answers  cache
	failures cache // apart, so that dead domains push out no good answer
	flights  map[question]*flight

	asked, hits, timeouts, servfails atomic.Int64
}

// DNSStats counts since the start.
type DNSStats struct {
	Questions int64 // lookups asked of the resolver
	Hits      int64 // of these, answered from the cache or by a question already open
	Timeouts  int64 // attempts that got no answer
	ServFails int64 // attempts that got SERVFAIL or another refusal
}

// A flight is a question that is being put. answer is set before done is
// closed; it stays nil where the one who put it had to give up.
type flight struct {
	done   chan struct{}
	answer *answer
}

// NewResolver makes a resolver. A wrong server in cfg, which Check reports, is
// left out.
func NewResolver(cfg DNSConfig) *CachingResolver {
	cfg = cfg.WithDefaults()
	budget := int(cfg.CacheSize)
	return &CachingResolver{
		servers:  cfg.servers(),
		timeout:  time.Duration(cfg.Timeout),
		attempts: cfg.Attempts,
		open:     make(chan struct{}, cfg.InFlight),
		now:      time.Now,
		answers:  newCache(budget),
		failures: newCache(budget / 16),
		flights:  map[question]*flight{},
	}
}

// Stats tells how the resolver fared so far.
func (r *CachingResolver) Stats() DNSStats {
	return DNSStats{
		Questions: r.asked.Load(), Hits: r.hits.Load(),
		Timeouts: r.timeouts.Load(), ServFails: r.servfails.Load(),
	}
}

// LookupTXT is the TXT records of name, the strings of each joined.
func (r *CachingResolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	a, err := r.lookup(ctx, name, dns.TypeTXT)
	return a.texts, err
}

// LookupAddr is the A records of name, or the AAAA records where want6.
func (r *CachingResolver) LookupAddr(ctx context.Context, name string, want6 bool) ([]netip.Addr, error) {
	qtype := dns.TypeA
	if want6 {
		qtype = dns.TypeAAAA
	}
	a, err := r.lookup(ctx, name, qtype)
	return a.addrs, err
}

// LookupMX is the mail exchanges of name, best first, without final dots. A
// null MX (RFC 7505) is [ErrNotFound].
func (r *CachingResolver) LookupMX(ctx context.Context, name string) ([]string, error) {
	a, err := r.lookup(ctx, name, dns.TypeMX)
	return a.texts, err
}

// LookupPTR is the host names that addr claims, without final dots.
func (r *CachingResolver) LookupPTR(ctx context.Context, addr netip.Addr) ([]string, error) {
	if !addr.IsValid() {
		return nil, ErrNXDomain
	}
	name, err := dns.ReverseAddr(addr.Unmap().WithZone("").String())
	if err != nil {
		return nil, ErrNXDomain
	}
	a, err := r.lookup(ctx, name, dns.TypePTR)
	return a.texts, err
}

var impossible = &answer{err: ErrNXDomain}

// lookup answers from the cache, or waits for whoever puts the same question,
// or puts it. The answer is never nil.
func (r *CachingResolver) lookup(ctx context.Context, name string, qtype uint16) (*answer, error) {
	name, ok := lookupName(name)
	if !ok {
		return impossible, ErrNXDomain
	}
	q := question{name, qtype}
	r.asked.Add(1)
	for {
		a, f := r.join(q)
		if f != nil {
			select {
			case <-f.done:
				a = f.answer
			case <-ctx.Done():
			}
		}
		if a != nil {
			r.hits.Add(1)
			return a, a.err
		}
		if f == nil {
			if a = r.put(ctx, q); a != nil {
				return a, a.err
			}
		}
		if err := ctx.Err(); err != nil {
			return &answer{}, fmt.Errorf("%w: %w", ErrTemporary, err)
		}
		// Whoever put the question gave up; we go on.
	}
}

// join finds the answer in the cache, or the flight to wait for. Where it
// returns neither, a flight has begun that the caller must put.
func (r *CachingResolver) join(q question) (*answer, *flight) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.answers.get(q, now); a != nil {
		return a, nil
	}
	if a := r.failures.get(q, now); a != nil {
		return a, nil
	}
	if f := r.flights[q]; f != nil {
		return nil, f
	}
	r.flights[q] = &flight{done: make(chan struct{})}
	return nil, nil
}

// put asks the servers and lands the flight. It is nil where ctx ended first.
func (r *CachingResolver) put(ctx context.Context, q question) (a *answer) {
	defer func() { r.land(q, a) }()
	select {
	case r.open <- struct{}{}:
		defer func() { <-r.open }()
	case <-ctx.Done():
		return nil
	}
	a = r.ask(ctx, q)
	if errors.Is(a.err, ErrTemporary) && ctx.Err() != nil {
		return nil // our own haste is no fact about the name
	}
	return a
}

// land keeps the answer, if there is one, and hands it to all who wait.
func (r *CachingResolver) land(q question, a *answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a != nil {
		to := &r.answers
		if errors.Is(a.err, ErrTemporary) {
			to = &r.failures
		}
		to.put(q, a)
	}
	f := r.flights[q]
	delete(r.flights, q)
	f.answer = a
	close(f.done)
}
