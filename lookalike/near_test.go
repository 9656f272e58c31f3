package lookalike

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"postern/parse"
)

var since = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

func own(domain string) bool { return domain == "northwind.test" || domain == "orders.test" }

func indexOf(domains ...string) *Index {
	x := New(50_000)
	for i, d := range domains {
		x.Put(Partner{Domain: d, Own: own(d), Firm: true, Weight: float64(i + 1), Sent: 3, Received: 7, Since: since})
	}
	return x
}

var partners = []string{
	"northwind.test", "acme-tools.example", "harborfreight-lines.test", "darnell.test", "weissmann.test", "bakerylane.test",
	"acme.test", "hotel.test", "mail.test", "news24.test", "globex.co.uk", "initech.test", "initech.example", "initech.net",
	"initech.org", "xn--mller-kva.test", "kontoso.test", "langfordcapital.test", "vvilliams.test",
	"orders.test",
}

func TestNear(t *testing.T) {
	t.Parallel()
	x := indexOf(partners...)
	for _, c := range []struct{ domain, partner, kind string }{
		{"n0rthwind.test", "northwind.test", "homoglyph"},
		{"northvvind.test", "northwind.test", "homoglyph"},
		{"northwlnd.test", "northwind.test", "homoglyph"},
		{"xn--nrthwind-nbh.test", "northwind.test", "homoglyph"},
		{"damell.test", "darnell.test", "homoglyph"},
		{"mail.damell.test", "darnell.test", "homoglyph"},
		{"williams.test", "vvilliams.test", "homoglyph"},
		{"muller.test", "xn--mller-kva.test", "homoglyph"},
		{"northwind.test.forger.example", "northwind.test", "embedded"},
		{"northwind-test.forger.example", "northwind.test", "embedded"},
		{"northwind.test-pay.example", "northwind.test", "embedded"},
		{"login.globex.co.uk.forger.example", "globex.co.uk", "embedded"},
		{"globex-co-uk.forger.example", "globex.co.uk", "embedded"},
		{"acme-tools-example.com.forger.net", "acme-tools.example", "embedded"},
		{"acmetools.example", "acme-tools.example", "hyphen"},
		{"north-wind.test", "northwind.test", "hyphen"},
		{"norhtwind.test", "northwind.test", "transposed"},
		{"danrell.test", "darnell.test", "transposed"},
		{"northwwind.test", "northwind.test", "repeated"},
		{"weismann.test", "weissmann.test", "repeated"},
		{"nortjwind.test", "northwind.test", "keyboard"},
		{"northwins.test", "northwind.test", "keyboard"},
		{"northwind1.test", "northwind.test", "digits"},
		{"north7wind.test", "northwind.test", "digits"},
		{"northwinds.test", "northwind.test", "edit"},
		{"contoso.test", "kontoso.test", "edit"},
		{"harborfrieght-linas.test", "harborfreight-lines.test", "edit"},
		{"harbourfreight-lnes.test", "harborfreight-lines.test", "edit"},
		{"langfordkapitol.test", "langfordcapital.test", "edit"},
		{"northwind-billing.test", "northwind.test", "combo"},
		{"secure-northwind.example", "northwind.test", "combo"},
		{"northwindpay.example", "northwind.test", "combo"},
		{"mynorthwindportal.example", "northwind.test", "combo"},
		{"n0rthwind-pay.example", "northwind.test", "combo"},
		{"acmetoolsinvoice.test", "acme-tools.example", "combo"},
		{"acme-billing.example", "acme.test", "combo"},
		{"northwind.example", "northwind.test", "suffix"},
		{"globex.com", "globex.co.uk", "suffix"},

		{"hote1.test", "hotel.test", "homoglyph"},
		{"0rders.test", "orders.test", "homoglyph"},
		{"orders-billing.test", "orders.test", "combo"}, // a common word, but ours

		{"northwind.test", "", ""},
		{"mail.northwind.test", "", ""},
		{"weissmann.test", "", ""},
		{"unrelated.example", "", ""},
		{"acne.test", "", ""},   // short
		{"acme.com", "", ""},    // short
		{"hotels.test", "", ""}, // a word
		{"grand-hotel.example", "", ""},
		{"hotel.example", "", ""},
		{"email.test", "", ""},
		{"mail.example", "", ""},
		{"news25.test", "", ""}, // siblings by number
		{"initech.com", "", ""}, // at home under suffixes of all kinds
		{"southwind.test", "", ""},
		{"", "", ""},
		{".", "", ""},
		{"test", "", ""},
		{"co.uk", "", ""},
		{"[192.0.2.1]", "", ""},
		{"192.0.2.1", "", ""},
	} {
		m, ok := x.Near(c.domain)
		kind := ""
		if ok {
			kind = m.Kind.String()
		}
		if m.Domain != c.partner || kind != c.kind {
			t.Errorf("%s passes for %q by %q, want %q by %q", c.domain, m.Domain, kind, c.partner, c.kind)
		}
		if between := Between(m.Domain, c.domain); ok && between != m.Kind && m.Domain != "orders.test" || Between(m.Domain, m.Domain) != None {
			t.Errorf("between %s and %s: %v, not %v", m.Domain, c.domain, between, m.Kind)
		}
		if ok && (m.Sent != 3 || m.Received != 7 || !m.Since.Equal(since) || m.Own != own(m.Domain)) {
			t.Errorf("%s: %+v", c.domain, m.Partner)
		}
	}
}

// TestSiblings: two domains that are alike and both known pass for nobody.
func TestSiblings(t *testing.T) {
	t.Parallel()
	x := indexOf("northwind.test", "northwind.example", "weissmann.test")
	if m, ok := x.Near("weismann.test"); !ok {
		t.Errorf("weismann.test passes for %q", m.Domain)
	}
	x.Put(Partner{Domain: "weismann.test", Firm: true})
	for _, d := range []string{"weismann.test", "weissmann.test", "northwind.example"} {
		if m, ok := x.Near(d); ok {
			t.Errorf("%s passes for %s", d, m.Domain)
		}
	}
	x.Put(Partner{Domain: "weismann.test", Since: since.Add(time.Hour)})
	if m, _ := x.Near("weismann.test"); m.Domain != "weissmann.test" {
		t.Error("who came later and is not well known passes for nobody")
	}
	x.Put(Partner{Domain: "weismann.test", Since: since.Add(-time.Hour)})
	if m, ok := x.Near("weismann.test"); ok {
		t.Errorf("who came first passes for %s", m.Domain)
	}
	x.Remove("weismann.test")
	if _, ok := x.Near("weismann.test"); !ok {
		t.Error("weismann.test is still known")
	}
}

// TestHeaviestAreKept: whatever the order, the heaviest remain, and those that
// went leave nothing behind.
func TestHeaviestAreKept(t *testing.T) {
	t.Parallel()
	const limit, all = 40, 400
	x := New(limit)
	x.Put(Partner{Domain: "ours.test", Own: true})
	r := rand.New(rand.NewPCG(1, 2))
	for _, i := range r.Perm(all) {
		x.Put(Partner{Domain: fmt.Sprintf("partner-%c%c%c.test", 'a'+i%26, 'a'+i/26, 'a'+i%7), Weight: float64(i)})
	}
	if x.Len() != limit || len(x.entries) > limit+1 {
		t.Errorf("%d partners in %d entries", x.Len(), len(x.entries))
	}
	if p, ok := x.Partner("ours.test"); !ok || !p.Own {
		t.Error("our own domain went")
	}
	for i := range all {
		_, ok := x.Partner(fmt.Sprintf("partner-%c%c%c.test", 'a'+i%26, 'a'+i/26, 'a'+i%7))
		if ok != (i > all-limit) {
			t.Errorf("partner %d is kept: %v", i, ok)
		}
	}
}

// names makes n domains out of syllables, some of them near each other.
func names(n int) []string {
	r := rand.New(rand.NewPCG(7, 9))
	syllables := strings.Fields("ba bel cor dan dex el fin for gar hal in jor kas lan mar nor ox pel qui ros san tor ul ver wes xen yor zan tech soft med trans bio euro inter pro max net")
	seen := map[string]bool{}
	list := make([]string, 0, n)
	for len(list) < n {
		var b strings.Builder
		for range 2 + r.IntN(4) {
			if b.Len() > 4 && r.IntN(12) == 0 {
				b.WriteByte('-')
			}
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
		d := b.String() + [...]string{".com", ".de", ".co.uk", ".net", ".test"}[r.IntN(5)]
		if !seen[d] {
			seen[d] = true
			list = append(list, d)
		}
	}
	return list
}

// TestEveryTrickIsFound plays every trick on many partners.
func TestEveryTrickIsFound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	list := names(1500)
	x := New(50_000)
	for _, d := range list {
		x.Put(Partner{Domain: d})
	}
	tried, missed := 0, 0
	for _, d := range list {
		label, suffix, _ := strings.Cut(d, ".")
		if len(label) < 8 {
			continue
		}
		i := 1 + r.IntN(len(label)-2)
		for _, forged := range []string{
			label[:i] + label[i+1:], label[:i] + "q" + label[i:], label[:i] + "q" + label[i+1:],
			label[:i-1] + label[i:i+1] + label[i-1:i] + label[i+1:], label[:i] + "-" + label[i:], label + "-billing",
			"pay" + label, strings.ReplaceAll(label, "l", "1"), strings.ReplaceAll(label, "o", "0"), label[:i] + "4" + label[i:],
			d + ".forger",
		} {
			if forged = forged + "." + suffix; forged == d {
				continue
			}
			if _, known := x.Partner(parse.OrgDomain(forged)); known {
				continue
			}
			tried++
			if _, ok := x.Near(forged); !ok {
				if missed++; missed < 20 {
					t.Logf("%s does not pass for %s", forged, d)
				}
			}
		}
	}
	t.Logf("found %d of %d", tried-missed, tried)
	if tried < 5000 || missed*1000 > tried {
		t.Errorf("missed %d of %d", missed, tried)
	}
}

func big(tb testing.TB, n int) (*Index, []string) {
	tb.Helper()
	list := names(n)
	x := New(n)
	for i, d := range list {
		x.Put(Partner{Domain: d, Firm: true, Weight: float64(i % 1000)})
	}
	return x, list
}

func BenchmarkNear(b *testing.B) {
	x, list := big(b, 50_000)
	for _, c := range []struct{ name, domain string }{
		{"stranger", "quarterly-figures.example"},
		{"partner", list[17]},
		{"twin", strings.Replace(list[33], "e", "3", 1)},
		{"longest", strings.Repeat("intermax-protech", 3) + "-norwes.example"},
		{"embedded", "mail." + list[5] + ".account.login-secure.example"},
		{"worst", strings.Repeat("a-b.", 60) + "intermaxprotechintermaxprotechinter.example"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Near(c.domain)
			}
		})
	}
	b.Run("mixed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			d := list[i%len(list)]
			x.Near("x" + d[1:])
		}
	})
}

func BenchmarkPut(b *testing.B) {
	x, list := big(b, 50_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ { // one goes, one comes
		d := list[i%len(list)]
		x.Remove(d)
		x.Put(Partner{Domain: d, Weight: 7})
	}
}

// TestMemory holds a partner to its room.
func TestMemory(t *testing.T) {
	list := names(50_000)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	x := New(len(list))
	for i, d := range list {
		x.Put(Partner{Domain: d, Firm: true, Weight: float64(i % 1000)})
	}
	each := (heap() - before) / uint64(len(list))
	t.Logf("%d bytes a partner", each)
	if each > 600 {
		t.Errorf("%d bytes a partner", each)
	}
	runtime.KeepAlive(x)
}

// FuzzNear: whatever the name, Near answers, and a match is with a partner that
// is another domain.
func FuzzNear(f *testing.F) {
	x := indexOf(partners...)
	for _, s := range append(partners, "xn--.test", "xn--a-ecp.ru", "--.--.test", strings.Repeat("a", 300)+".test", "\xff.test") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, domain string) {
		m, ok := x.Near(domain)
		if _, known := x.Partner(m.Domain); ok != known || ok && parse.OrgDomain(domain) == m.Domain || ok == (m.Kind == None) {
			t.Fatalf("%q: %+v, %v", domain, m, ok)
		}
		if again, _ := x.Near(domain); again != m {
			t.Fatalf("%q: %+v, then %+v", domain, m, again)
		}
	})
}
