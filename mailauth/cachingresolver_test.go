package mailauth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"postern/internal/dnstest"
	"postern/internal/quantity"
)

var exampleZone = `
example.com.        300 SOA   ns.example.com. hostmaster.example.com. 1 7200 3600 86400 120
example.com.        600 TXT   "v=spf1 " "include:_spf.example.com -all"
example.com.        600 TXT   "say \"hi\" \\o/ \195\164"
example.com.        600 MX    20 mx2.example.com.
example.com.        600 MX    10 MX1.example.com.
mx1.example.com.    600 A     192.0.2.1
mx1.example.com.    600 AAAA  2001:db8::1
www.example.com.     30 CNAME mx1.example.com.
dead.example.com.       CNAME gone.example.com.
nomail.example.com.     MX    0 .
odd\@name.example.com.  TXT   "odd"
1.2.0.192.in-addr.arpa. PTR   mx1.example.com.
8.b.d.0.1.0.0.2.ip6.arpa. TXT "an empty non-terminal lies above"
big.example.net.    600 TXT   "` + bigText + `"
$FAULT fail.example.com. servfail
$FAULT tcp.example.com. truncate
tcp.example.com.    600 A     192.0.2.9
`

var bigText = strings.Join(slices.Repeat([]string{strings.Repeat("x", 250)}, 20), `" "`)

// startDNS is a resolver over exampleZone whose clock the test moves.
func startDNS(t *testing.T) (*CachingResolver, *dnstest.Server, *time.Time) {
	t.Helper()
	s := dnstest.Start(t, exampleZone)
	r := NewResolver(DNSConfig{Servers: []string{s.Addr()}})
	now := time.Unix(1_000_000_000, 0)
	r.now = func() time.Time { return now }
	return r, s, &now
}

func TestResolverAnswers(t *testing.T) {
	t.Parallel()
	r, _, _ := startDNS(t)
	ctx := t.Context()
	text := func(name string) func() (any, error) {
		return func() (any, error) { return r.LookupTXT(ctx, name) }
	}
	addr := func(name string, want6 bool) func() (any, error) {
		return func() (any, error) { return r.LookupAddr(ctx, name, want6) }
	}
	for _, c := range []struct {
		name   string
		lookup func() (any, error)
		want   string
		err    error
	}{
		{"TXT, strings joined", text("EXAMPLE.com."), `["v=spf1 include:_spf.example.com -all" "say \"hi\" \\o/ ä"]`, nil},
		{"A", addr("mx1.example.com", false), `["192.0.2.1"]`, nil},
		{"AAAA", addr("mx1.example.com", true), `["2001:db8::1"]`, nil},
		{"through a CNAME", addr("www.example.com", false), `["192.0.2.1"]`, nil},
		{"CNAME to nowhere", addr("dead.example.com", false), `[]`, ErrNXDomain},
		{"MX by preference", func() (any, error) { return r.LookupMX(ctx, "example.com") }, `["mx1.example.com" "mx2.example.com"]`, nil},
		{"null MX", func() (any, error) { return r.LookupMX(ctx, "nomail.example.com") }, `[]`, ErrNotFound},
		{"PTR", func() (any, error) { return r.LookupPTR(ctx, netip.MustParseAddr("::ffff:192.0.2.1")) }, `["mx1.example.com"]`, nil},
		{"a name with special bytes", text("odd@name.example.com"), `["odd"]`, nil},
		{"too big for UDP", text("big.example.net"), fmt.Sprintf("[%q]", strings.ReplaceAll(bigText, `" "`, "")), nil},
		{"TC over UDP", addr("tcp.example.com", false), `["192.0.2.9"]`, nil},
		{"NODATA", text("mx1.example.com"), `[]`, ErrNotFound},
		{"NXDOMAIN", text("nowhere.example.com"), `[]`, ErrNXDomain},
		{"SERVFAIL", text("fail.example.com"), `[]`, ErrTemporary},
		{"empty label", text("a..example.com"), `[]`, ErrNXDomain},
		{"long label", text(strings.Repeat("a", 64) + ".example.com"), `[]`, ErrNXDomain},
	} {
		got, err := c.lookup()
		if fmt.Sprintf("%q", got) != c.want || !errors.Is(err, c.err) || (c.err == nil) != (err == nil) {
			t.Errorf("%s: got %q, %v, want %s, %v", c.name, got, err, c.want, c.err)
		}
	}
	if _, err := r.LookupTXT(ctx, "mx1.example.com"); errors.Is(err, ErrNXDomain) {
		t.Error("NODATA is told as NXDOMAIN")
	}
	if _, err := r.LookupTXT(ctx, "nowhere.example.com"); !errors.Is(err, ErrNotFound) {
		t.Error("NXDOMAIN is not told as not found")
	}
}

func TestResolverKeepsAnswersForTheirTTL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, qtype string
		lookup      func(context.Context, *CachingResolver) error
		ttl         time.Duration
	}{
		{"example.com", "TXT", func(ctx context.Context, r *CachingResolver) error {
			_, err := r.LookupTXT(ctx, "example.com")
			return err
		}, 600 * time.Second},
		{"www.example.com", "A", func(ctx context.Context, r *CachingResolver) error {
			_, err := r.LookupAddr(ctx, "www.example.com", false)
			return err
		}, 30 * time.Second},
		{"none.example.com", "TXT", func(ctx context.Context, r *CachingResolver) error {
			_, err := r.LookupTXT(ctx, "none.example.com")
			return err
		}, 120 * time.Second},
		{"fail.example.com", "TXT", func(ctx context.Context, r *CachingResolver) error {
			_, err := r.LookupTXT(ctx, "fail.example.com")
			return err
		}, failureTTL},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, s, now := startDNS(t)
			first := c.lookup(t.Context(), r)
			asked := s.Asked(c.name, c.qtype)
			*now = now.Add(c.ttl - time.Second)
			if again := c.lookup(t.Context(), r); !errors.Is(again, first) || s.Asked(c.name, c.qtype) != asked {
				t.Errorf("asked again before the TTL: %d times, %v", s.Asked(c.name, c.qtype), again)
			}
			*now = now.Add(time.Second)
			_ = c.lookup(t.Context(), r)
			if s.Asked(c.name, c.qtype) == asked {
				t.Error("the answer outlived its TTL")
			}
			if got := r.Stats(); got.Questions != 3 || got.Hits != 1 {
				t.Errorf("counted %+v, want 3 questions and 1 hit", got)
			}
		})
	}
}

func TestOneQuestionForManyWhoWait(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t, "slow.example.com. A 192.0.2.1\n$FAULT slow.example.com. delay=50ms\n")
	r := NewResolver(DNSConfig{Servers: []string{s.Addr()}})
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			if addrs, err := r.LookupAddr(t.Context(), "slow.example.com", false); err != nil || len(addrs) != 1 {
				t.Errorf("got %v, %v", addrs, err)
			}
		})
	}
	wait.Wait()
	if n := s.Questions(); n != 1 {
		t.Errorf("the server was asked %d times", n)
	}
}

func TestAHastyCallerSpoilsNothingForOthers(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t, "slow.example.com. A 192.0.2.1\n$FAULT slow.example.com. delay=100ms\n")
	r := NewResolver(DNSConfig{Servers: []string{s.Addr()}})
	patient := t.Context()
	hasty, cancel := context.WithTimeout(patient, 20*time.Millisecond)
	defer cancel()
	var wait sync.WaitGroup
	wait.Go(func() {
		_, err := r.LookupAddr(hasty, "slow.example.com", false)
		if !errors.Is(err, ErrTemporary) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hasty: %v", err)
		}
	})
	wait.Go(func() {
		<-hasty.Done()
		if addrs, err := r.LookupAddr(patient, "slow.example.com", false); err != nil || len(addrs) != 1 {
			t.Errorf("patient: %v, %v", addrs, err)
		}
	})
	wait.Wait()
}

func TestTheSecondServerAnswers(t *testing.T) {
	t.Parallel()
	dead := dnstest.Start(t, "$FAULT * servfail\n")
	good := dnstest.Start(t, exampleZone)
	r := NewResolver(DNSConfig{Servers: []string{dead.Addr(), good.Addr()}})
	for _, name := range []string{"mx1.example.com", "www.example.com"} {
		if _, err := r.LookupAddr(t.Context(), name, false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := dead.Questions(); n != 1 {
		t.Errorf("the dead server was asked %d times, want once", n)
	}
	alone := NewResolver(DNSConfig{Servers: []string{dead.Addr()}})
	if _, err := alone.LookupTXT(t.Context(), "example.com"); !errors.Is(err, ErrTemporary) || dead.Questions() != 2 {
		t.Errorf("alone: %v after %d questions", err, dead.Questions())
	}
}

func TestNoAnswerIsTemporary(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t, "$FAULT * timeout\n")
	r := NewResolver(DNSConfig{Servers: []string{s.Addr()}, Timeout: quantity.Duration(20 * time.Millisecond), Attempts: 2})
	_, err := r.LookupTXT(t.Context(), "example.com")
	if !errors.Is(err, ErrTemporary) || errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if got := r.Stats(); got.Timeouts != 2 {
		t.Errorf("counted %d time-outs, want 2", got.Timeouts)
	}
}

func TestCacheKeepsItsBudget(t *testing.T) {
	t.Parallel()
	c := newCache(10_000)
	now := time.Unix(0, 0)
	for i := range 1000 {
		c.put(question{fmt.Sprintf("n%d.example.com", i), 1}, &answer{texts: []string{"text"}, expires: now.Add(time.Hour)})
		c.get(question{"n0.example.com", 1}, now)
	}
	if c.used > c.budget || len(c.slots) != c.order.Len() || len(c.slots) < 10 {
		t.Errorf("%d bytes of %d, %d slots, %d in order", c.used, c.budget, len(c.slots), c.order.Len())
	}
	if c.get(question{"n0.example.com", 1}, now) == nil {
		t.Error("what was used last was dropped")
	}
	for _, e := range c.slots {
		c.drop(e)
	}
	if c.used != 0 {
		t.Errorf("%d bytes are left of nothing", c.used)
	}
}

func TestDNSConfigCheck(t *testing.T) {
	t.Parallel()
	good := DNSConfig{Servers: []string{"192.0.2.53", "2001:db8::53", "[2001:db8::53]:5353", "dns.example.com:53"}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	want := []string{"192.0.2.53:53", "[2001:db8::53]:53", "[2001:db8::53]:5353", "dns.example.com:53"}
	if got := good.servers(); !slices.Equal(got, want) {
		t.Errorf("servers are %q, want %q", got, want)
	}
	for _, bad := range []DNSConfig{
		{Servers: []string{"dns.example.com"}},
		{Servers: []string{"192.0.2.53:0"}},
		{Attempts: 11},
		{InFlight: -1},
		{Timeout: quantity.Duration(time.Hour)},
	} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

func TestCachedLookupAllocatesNothing(t *testing.T) {
	r, _, _ := startDNS(t)
	lookup := func() {
		if _, err := r.LookupTXT(t.Context(), "example.com"); err != nil {
			t.Fatal(err)
		}
	}
	lookup()
	if n := testing.AllocsPerRun(100, lookup); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCachedLookup(b *testing.B) {
	s := dnstest.Start(b, exampleZone)
	r := NewResolver(DNSConfig{Servers: []string{s.Addr()}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.LookupTXT(b.Context(), "example.com"); err != nil {
			b.Fatal(err)
		}
	}
}
