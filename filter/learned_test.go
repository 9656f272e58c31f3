package filter

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/internal/corpus"
	"postern/lookalike"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/roster"
	"postern/signals"
	"postern/store/pebble"
)

// aPost is one message of a mailing list.
type aPost struct {
	raw []byte
	at  time.Time
}

// posts reads the lists of the corpus in the order of time; few of them,
// unless all are asked for.
func posts(t *testing.T) (list []aPost) {
	t.Helper()
	few := 1500
	if os.Getenv("POSTERN_FULL") != "" {
		few = math.MaxInt
	}
	for _, archive := range []string{"dev", "dev2"} {
		corpus.Each(t, archive, 0, func(name string, raw []byte) {
			if !strings.Contains(name, "ham/list-") {
				return
			}
			if m := parse.Read(raw, parse.DefaultLimits); len(m.From) > 0 && !m.Date.IsZero() {
				list = append(list, aPost{slices.Clone(raw), m.Date})
			}
		})
	}
	slices.SortFunc(list, func(a, b aPost) int { return cmp.Or(a.at.Compare(b.at), slices.Compare(a.raw, b.raw)) })
	return list[:min(len(list), few)]
}

// judgeAt measures a post as it comes, and remembers it if it is told to.
func judgeAt(t *testing.T, f *Filter, p aPost, remember bool, change func(*parse.Message)) signals.Vector {
	t.Helper()
	rec, err := f.Unfold(p.raw, func(m *parse.Message) (*parse.Envelope, *mailauth.Results, error) {
		if change != nil {
			change(m)
		}
		from := m.From[0].Address
		return &parse.Envelope{ID: "p", From: from, Received: p.at, Rcpts: []parse.Address{{Local: "ann", Domain: "example.com"}}},
			&mailauth.Results{DMARC: mailauth.DMARC{Result: mailauth.Pass, DKIMAligned: true}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if remember {
		if err := f.Recall(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		return rec.Vector
	}
	if rec.Facts.History, err = f.History.Lookup(t.Context(), rec.asked()); err != nil {
		t.Fatal(err)
	}
	f.liken(t.Context(), rec.Facts)
	return signals.All().Compute(rec.Facts)
}

// twinOf changes a letter in the middle of a domain's main label.
func twinOf(domain string) string {
	org := parse.OrgDomain(domain)
	label, suffix, _ := strings.Cut(org, ".")
	i := len(label) / 2
	return label[:i] + label[i:i+1] + label[i:] + "." + suffix
}

// TestTruthOfThreads puts outsiders' answers into real threads: how many are
// told from the people in them, and how many genuine answers are not. An
// outsider is one who answers a known message, and was in its thread neither
// by address nor by domain.
func TestTruthOfThreads(t *testing.T) {
	list := posts(t)
	db, err := pebble.Open(pebble.Config{Path: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	f := newFilter(t, policy.Config{})
	f.History, f.Roster = db, roster.New(f.Org)
	var answers, strange, swapped, outsiders, caught, twins, caughtTwins int
	outsider := func(v signals.Vector) bool {
		return v.Of(signals.ThreadKnown) == 1 && v.Of(signals.ThreadSender) == 0 && v.Of(signals.ThreadSameDomain) == 0
	}
	for i, p := range list {
		v := judgeAt(t, f, p, true, nil)
		if v.Of(signals.ThreadKnown) != 1 {
			continue
		}
		answers++
		strange += int(truthOf(outsider(v)))
		swapped += int(v.Of(signals.ThreadDomainSwapped))
		if i%3 != 0 { // the same message from an outsider
			continue
		}
		outsiders++
		caught += int(truthOf(outsider(judgeAt(t, f, p, false, func(m *parse.Message) {
			m.From[0].Address = parse.Address{Local: "clerk", Domain: fmt.Sprintf("quarterly%d.test", i)}
		}))))
		if label, _, _ := strings.Cut(parse.OrgDomain(parse.Read(p.raw, parse.DefaultLimits).From[0].Address.Domain), "."); len(label) >= 6 && v.Of(signals.ThreadSameDomain) == 1 {
			twins++
			caughtTwins += int(judgeAt(t, f, p, false, func(m *parse.Message) {
				m.From[0].Address.Domain = twinOf(m.From[0].Address.Domain)
			}).Of(signals.ThreadDomainSwapped))
		}
	}
	t.Logf("%d posts, %d genuine answers to known messages: %d by people whose domain is new to the thread, %d taken for a swapped domain",
		len(list), answers, strange, swapped)
	t.Logf("outsiders found: %d of %d; swapped domains found: %d of %d", caught, outsiders, caughtTwins, twins)
	if answers < 100 || caught != outsiders || caughtTwins*100 < twins*95 || swapped*100 > answers {
		t.Error("the truth of threads is worse than it was")
	}
}

func truthOf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// TestGenuineDomainsPassForNobody makes partners of all domains of the corpus
// that mail came from, and asks of each whom it would pass for if it were new.
func TestGenuineDomainsPassForNobody(t *testing.T) {
	domains := map[string]bool{}
	for _, archive := range []string{"dev", "dev2"} {
		corpus.Each(t, archive, 0, func(name string, raw []byte) {
			if !strings.Contains(name, "ham/") {
				return
			}
			header := raw[:min(len(raw), 64<<10)]
			m := parse.Read(header, parse.DefaultLimits)
			for _, list := range [][]parse.Mailbox{m.From, m.To, m.Cc} {
				for _, who := range list {
					if org := parse.OrgDomain(who.Address.Domain); strings.Contains(org, ".") {
						domains[org] = true
					}
				}
			}
		})
	}
	x := lookalike.New(roster.MaxPartners)
	for d := range domains {
		x.Put(lookalike.Partner{Domain: d, Firm: true})
	}
	kinds := map[lookalike.Kind]int{}
	for d := range domains {
		if _, ok := x.Near(d); ok {
			t.Errorf("%s is known and passes for another", d)
		}
		x.Remove(d)
		if m, ok := x.Near(d); ok {
			kinds[m.Kind]++
			if testing.Verbose() {
				t.Logf("%s passes for %s: %v", d, m.Domain, m.Kind)
			}
		}
		x.Put(lookalike.Partner{Domain: d, Firm: true})
	}
	n := 0
	for k, c := range kinds {
		t.Logf("%v: %d", k, c)
		if k != lookalike.Suffix {
			n += c
		}
	}
	t.Logf("%d domains, all known: none passes for another; each taken for new: %d do, and %d by suffix alone", len(domains), n, kinds[lookalike.Suffix])
	if len(domains) < 100 || n*50 > len(domains) {
		t.Errorf("%d of %d genuine domains pass for another", n, len(domains))
	}
}
