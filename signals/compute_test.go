package signals_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postern/mailauth"
	"postern/parse"
	"postern/signals"
	"postern/store"
)

// page is an HTML message of about 20 KiB with forty links.
func page() []byte {
	var b strings.Builder
	b.WriteString("From: \"Kim Park\" <kim@partner.test>\r\nTo: ann@example.com\r\nSubject: Re: the plan for March\r\n" +
		"Date: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <1@partner.test>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>")
	for range 40 {
		b.WriteString("<p>The invoice for the new terminal is on its way; please confirm the delivery address before " +
			"Friday, and tell the café in Zürich. We have moved the meeting with the architects to Thursday, since the " +
			"drawings of the second floor will not be ready. Call +1 202 555 0143 if anything is unclear to you.</p>\r\n" +
			"<p><a href=\"https://click.mailer.test/c/eJwVyrEKwjAQ?u=8123\">https://www.example.org/plan/march</a> 10:30</p>\r\n")
	}
	b.WriteString("</body></html>\r\n")
	return []byte(b.String())
}

func facts(raw []byte) *signals.Facts {
	people := []signals.Person{{Name: "Dana Reed", Address: "dana.reed@example.com"}, {Name: "Núria Soler"}}
	for range 3 {
		people = append(people, people...)
	}
	return &signals.Facts{
		Env: &parse.Envelope{
			Received: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
			From:     parse.Address{Local: "kim", Domain: "partner.test"},
			Rcpts:    []parse.Address{{Local: "ann", Domain: "example.com"}},
		},
		Msg: parse.Read(raw, parse.DefaultLimits),
		Auth: mailauth.Results{
			SPF:   mailauth.SPF{Result: mailauth.Pass, Domain: "partner.test"},
			DKIM:  []mailauth.DKIM{{Result: mailauth.Pass, Domain: "partner.test", KeyBits: 2048}},
			DMARC: mailauth.DMARC{Result: mailauth.Pass},
		},
		History: store.Profile{In: make([]store.Pair, 1), Out: make([]store.Pair, 1)},
		Org:     &signals.Org{Domains: []string{"example.com", "northwind.test"}, VIPs: people},
	}
}

func BenchmarkCompute(b *testing.B) {
	raw := page()
	f := facts(raw)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		fresh := *f
		signals.All().Compute(&fresh)
	}
}

// TestComputeAllocs keeps the vector cheap.
func TestComputeAllocs(t *testing.T) {
	f := facts(page())
	signals.All()
	const budget = 140
	if n := testing.AllocsPerRun(100, func() {
		fresh := *f
		signals.All().Compute(&fresh)
	}); n > budget {
		t.Errorf("%.0f allocations, want at most %d", n, budget)
	}
}

// FuzzCompute: whatever the bytes, every value is unknown, or within the
// range of its unit; and measuring twice gives the same.
func FuzzCompute(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, message, _ := strings.Cut(string(data), "-- message.eml --\n")
		f.Add([]byte(message))
	}
	f.Add(page())
	f.Fuzz(func(t *testing.T, raw []byte) {
		one, two := facts(raw), facts(raw)
		v, w := signals.All().Compute(one), signals.All().Compute(two)
		for i, s := range signals.All().Signals() {
			x := v.Values()[i]
			if math.Float64bits(x) != math.Float64bits(w.Values()[i]) && signals.Known(x) {
				t.Errorf("%s is %v, then %v", s.Name, x, w.Values()[i])
			}
			if signals.Known(x) && !within(x, s.Unit) {
				t.Errorf("%s = %v, which is no %s", s.Name, x, s.Unit)
			}
		}
	})
}

func within(x float64, u signals.Unit) bool {
	switch u {
	case signals.Bool:
		return x == 0 || x == 1
	case signals.Ratio:
		return 0 <= x && x <= 1
	default:
		return x >= 0 && !math.IsInf(x, 0)
	}
}
