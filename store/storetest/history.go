package storetest

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

// History tests a history. open opens the one in dir, and closes it when the
// test ends, also where the test closed it before.
func History[H store.History](t *testing.T, open func(t *testing.T, dir string) H) {
	t.Helper()
	run(t, open, map[string]func(*testing.T, store.History){
		"nobody is known at first":            zeroProfile,
		"a good message makes known":          goodMessage,
		"counts decay":                        decay,
		"time passes between messages":        pointInTime,
		"a retry counts once":                 retry,
		"the last word counts":                lastWord,
		"another cast replaces the first":     otherCast,
		"claimed names stay apart":            apart,
		"attempts make nobody known":          attempts,
		"pairs have directions":               directions,
		"names are folded":                    names,
		"a domain is known by its hosts":      organisation,
		"the null sender has no history":      nullSender,
		"a sighting is labelled anew":         relabel,
		"a retry finds itself":                retryFindsItself,
		"habits":                              habits,
		"habits fade by label":                habitsUndone,
		"one day buys little trust":           trust,
		"messages of late":                    rates,
		"our mail teaches":                    outbound,
		"our names for others":                named,
		"whom another writes for":             requesters,
		"threads":                             threads,
		"things that several share":           shared,
		"vendors":                             vendors,
		"gaps and style":                      gaps,
		"campaigns":                           campaigns,
		"many recipients":                     manyRcpts,
		"a recipient twice":                   rcptTwice,
		"writers at once":                     writersAtOnce,
		"one message from many writers":       oneFromMany,
		"readers among writers":               readersAmongWriters,
		"an ended context ends at once":       endedHistory,
		"nothing works after close":           closedHistory,
		"a sighting without an ID is refused": noID,
		"any time is a time":                  anyTime,
	})
}

// HistoryKept tests that what was recorded is there when the history is opened
// again.
func HistoryKept[H store.History](t *testing.T, open func(t *testing.T, dir string) H) {
	t.Helper()
	dir := t.TempDir()
	h := open(t, dir)
	must(t, h.Record(t.Context(), sighting("m1", store.Good, 0)))
	must(t, h.Close())
	h = open(t, dir)
	count(t, "good", lookup(t, h, start).Verified.Address.Good, 1)
	must(t, h.Record(t.Context(), sighting("m1", store.Bad, 0)))
	count(t, "good after a late label", lookup(t, h, start).Verified.Address.Good, 0)
}

func sighting(id string, label store.Label, after time.Duration) store.Sighting {
	return store.Sighting{
		Query: store.Query{From: vendor, Name: "Vendor Billing", Rcpts: []parse.Address{ann}, AsOf: start.Add(after)},
		ID:    id, Verified: true, Label: label,
	}
}

func lookup(t *testing.T, h store.History, asOf time.Time) store.Profile {
	t.Helper()
	q := sighting("", 0, 0).Query
	q.AsOf = asOf
	return ask(t, h, q)
}

func ask(t *testing.T, h store.History, q store.Query) store.Profile {
	t.Helper()
	p, err := h.Lookup(t.Context(), q)
	must(t, err)
	return p
}

func count(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6*max(1, want) { // weights are rounded
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// once is the tally of one good message at the start; onceBusy is that of
// whom it counts messages of late as well, and onceLively the recent ones too.
var (
	once       = store.Tally{Good: 1, Attempts: 1, First: start, Last: start, Days: 1}
	onceLively = store.Tally{Good: 1, Attempts: 1, First: start, Last: start, Days: 1, Recent: 1, Rate: oneNow}
	oneNow     = store.Rate{TenMinutes: 1, Hour: 1, Day: 1}
)

// empty is the profile of a query for one recipient in an empty store.
func empty() store.Profile {
	return store.Profile{
		In: make([]store.Pair, 1), Out: make([]store.Pair, 1), Domains: make([]store.Circle, 1), Rcpts: make([]store.Recipient, 1),
	}
}

func zeroProfile(t *testing.T, h store.History) {
	same(t, lookup(t, h, start), empty())
	same(t, ask(t, h, store.Query{AsOf: start}), store.Profile{})
	p := ask(t, h, everything("", 0, 0).Query)
	if n := len(p.Verified.Habits); n != len(p.Traits) || n != len(p.Claimed.Habits) || n != len(p.Org.Habits) || n != len(p.In[0].Habits) || n != len(p.Rcpts[0].Habits) {
		t.Errorf("%d traits, %d habits", len(p.Traits), n)
	}
	if len(p.Threads) != 2 || len(p.Links) != 1 || len(p.Phones) != 1 || len(p.Accounts) != 1 {
		t.Errorf("%d threads, %d links, %d phones, %d accounts", len(p.Threads), len(p.Links), len(p.Phones), len(p.Accounts))
	}
	for _, habit := range p.Verified.Habits {
		same(t, habit, store.Usage{})
	}
}

func goodMessage(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), sighting("m1", store.Good, 0)))
	want := empty()
	want.Verified = store.Standing{
		Address: onceLively, Domain: onceLively, Name: once, NameHere: once, Rcpts: 1, DomainRcpts: 1, Senders: 1,
	}
	want.In[0].Verified, want.Domains[0].Verified = once, once
	want.Claimed.Address.Rate, want.Claimed.Domain.Rate = store.Rate{}, store.Rate{}
	want.Rcpts[0] = store.Recipient{All: onceLively, External: 1, Strangers: 1}
	want.Org = store.Organisation{All: onceLively, External: 1}
	want.NameOf = []store.Named{{Text: vendor.String(), Weight: 1, Last: start}}
	got := lookup(t, h, start)
	for _, n := range []*float64{&got.Verified.Rcpts, &got.Verified.DomainRcpts, &got.Verified.Senders} {
		*n = math.Round(*n)
	}
	same(t, got, want)
}

func decay(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), sighting("m1", store.Good, 0)))
	must(t, h.Record(t.Context(), sighting("m2", store.Bad, store.HalfLife)))
	for i, want := range []struct{ good, bad float64 }{{0.5, 1}, {0.25, 0.5}, {0.125, 0.25}} {
		got := lookup(t, h, start.Add(time.Duration(i+1)*store.HalfLife)).Verified.Address
		count(t, "good", got.Good, want.good)
		count(t, "bad", got.Bad, want.bad)
		count(t, "attempts", got.Attempts, want.good+want.bad)
		same(t, []time.Time{got.First, got.Last}, []time.Time{start, start})
	}
}

func pointInTime(t *testing.T, h store.History) {
	const pause = 11 * day
	want := 0.0
	for i := range 20 {
		after := time.Duration(i) * pause
		got := lookup(t, h, start.Add(after)).Verified.Address
		count(t, fmt.Sprintf("good before message %d", i), got.Good, want)
		if i > 0 {
			same(t, []time.Time{got.First, got.Last}, []time.Time{start, start.Add(after - pause)})
		}
		must(t, h.Record(t.Context(), sighting(fmt.Sprint("m", i), store.Good, after)))
		want = (want + 1) * math.Exp2(-float64(pause)/float64(store.HalfLife))
	}
}

func retry(t *testing.T, h store.History) {
	for range 3 {
		must(t, h.Record(t.Context(), sighting("m1", store.Good, 0)))
	}
	must(t, h.Record(t.Context(), sighting("m2", store.Good, day)))
	must(t, h.Record(t.Context(), sighting("m1", store.Good, 0)))
	decayed := math.Exp2(-float64(day) / float64(store.HalfLife))
	count(t, "good", lookup(t, h, start.Add(day)).Verified.Domain.Good, 1+decayed)
}

func lastWord(t *testing.T, h store.History) {
	want := map[store.Label]store.Tally{
		store.Unjudged: {Attempts: 1},
		store.Good:     once,
		store.Bad:      {Bad: 1, Attempts: 1},
	}
	for _, label := range []store.Label{store.Unjudged, store.Good, store.Bad, store.Unjudged, store.Bad, store.Good, store.Unjudged} {
		must(t, h.Record(t.Context(), sighting("m1", label, 0)))
		p := lookup(t, h, start)
		for _, got := range []store.Tally{p.Verified.Address, p.Verified.Domain, p.Verified.Name, p.Verified.NameHere, p.In[0].Verified, p.Org.All} {
			got.Recent, got.Rate = 0, store.Rate{}
			same(t, got, want[label])
		}
		same(t, p.Rcpts[0].All.Rate, oneNow)
	}
}

func otherCast(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), sighting("m1", store.Good, 0)))
	second := sighting("m1", store.Good, 0)
	second.Rcpts = []parse.Address{bob}
	second.Verified = false
	must(t, h.Record(t.Context(), second))
	p := ask(t, h, store.Query{From: vendor, Rcpts: []parse.Address{ann, bob}, AsOf: start})
	same(t, p.Verified.Address, store.Tally{})
	same(t, p.Verified.Domain, store.Tally{})
	same(t, p.Claimed.Address, onceLively)
	same(t, p.In, []store.Pair{{}, {Claimed: once}})
}

func apart(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), sighting("m1", store.Good, 0)))
	for i := range 5 {
		forged := sighting(fmt.Sprint("forged", i), store.Good, 0)
		forged.Verified = false
		must(t, h.Record(t.Context(), forged))
	}
	p := lookup(t, h, start)
	for _, side := range []struct {
		want     float64
		standing store.Standing
		pair     store.Tally
	}{{1, p.Verified, p.In[0].Verified}, {5, p.Claimed, p.In[0].Claimed}} {
		for _, got := range []store.Tally{side.standing.Address, side.standing.Domain, side.standing.Name, side.standing.NameHere, side.pair} {
			count(t, "good", got.Good, side.want)
		}
	}
}

func attempts(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), sighting("m1", store.Unjudged, 0)))
	must(t, h.Record(t.Context(), sighting("m2", store.Bad, 0)))
	same(t, lookup(t, h, start).Verified.Address, store.Tally{Bad: 1, Attempts: 2, Rate: store.Rate{TenMinutes: 2, Hour: 2, Day: 2}})
}

func directions(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), sighting("in", store.Good, 0)))
	out := store.Sighting{
		Query: store.Query{From: ann, Name: "Ann", Rcpts: []parse.Address{vendor}, AsOf: start},
		ID:    "out", Verified: true, Outbound: true, Label: store.Good,
	}
	must(t, h.Record(t.Context(), out))
	forged := out
	forged.ID, forged.From, forged.Outbound = "forged", bob, false
	must(t, h.Record(t.Context(), forged))

	p := ask(t, h, store.Query{From: vendor, Rcpts: []parse.Address{ann, bob}, AsOf: start})
	same(t, p.In, []store.Pair{{Verified: once}, {}})
	same(t, p.Out, []store.Pair{{Verified: once}, {}})

	p = ask(t, h, store.Query{From: ann, Rcpts: []parse.Address{vendor}, AsOf: start})
	same(t, p.Verified.Address, onceLively)
	same(t, p.In, []store.Pair{{Verified: once}})
	same(t, p.Out, []store.Pair{{}})
}

func names(t *testing.T, h store.History) {
	s := sighting("m1", store.Good, 0)
	s.Name = "Dana Müller-Reed"
	must(t, h.Record(t.Context(), s))
	for name, want := range map[string]float64{
		"dana MULLER reed": 1, "Reed, Dana Muller": 1, "  Da\u200bna  Mu\u0308ller‐Reed ": 1, "\uff24ana Muller Reed": 1,
		"Dana Reed": 0, "": 0,
	} {
		elsewhere := ask(t, h, store.Query{From: ann, Name: name, AsOf: start}).Verified
		count(t, "name "+name, elsewhere.Name.Good, want)
		count(t, "name elsewhere "+name, elsewhere.NameHere.Good, 0)
		count(t, "name here "+name, ask(t, h, store.Query{From: vendor, Name: name, AsOf: start}).Verified.NameHere.Good, want)
	}
}

func organisation(t *testing.T, h store.History) {
	for i, host := range []string{"mail.vendor.example", "vendor.example"} {
		s := sighting(fmt.Sprint("m", i), store.Good, 0)
		s.From.Domain = host
		must(t, h.Record(t.Context(), s))
	}
	domains := 1.0
	if parse.OrgDomain("mail.vendor.example") == "vendor.example" {
		domains = 2
	}
	p := lookup(t, h, start)
	count(t, "address", p.Verified.Address.Good, 1)
	count(t, "domain", p.Verified.Domain.Good, domains)
}

func nullSender(t *testing.T, h store.History) {
	s := store.Sighting{Query: store.Query{Name: "Mailer", Rcpts: []parse.Address{ann}, AsOf: start}, ID: "bounce", Label: store.Good}
	must(t, h.Record(t.Context(), s))
	want := empty()
	want.Rcpts[0] = store.Recipient{All: onceLively, External: 1, Strangers: 1}
	want.Org = store.Organisation{All: onceLively, External: 1}
	same(t, ask(t, h, s.Query), want)
}

func manyRcpts(t *testing.T, h store.History) {
	s := sighting("m1", store.Good, 0)
	s.Rcpts = make([]parse.Address, 1000)
	for i := range s.Rcpts {
		s.Rcpts[i] = parse.Address{Local: fmt.Sprint("r", i), Domain: "example.com"}
	}
	must(t, h.Record(t.Context(), s))
	p := ask(t, h, s.Query)
	if len(p.In) != 1000 || len(p.Out) != 1000 {
		t.Fatalf("%d and %d pairs for 1000 recipients", len(p.In), len(p.Out))
	}
	same(t, p.In[0].Verified, once)
	same(t, p.In[49].Verified, once)
}

func rcptTwice(t *testing.T, h store.History) {
	s := sighting("m1", store.Good, 0)
	s.Rcpts = []parse.Address{ann, bob, ann}
	must(t, h.Record(t.Context(), s))
	pair := store.Pair{Verified: once}
	same(t, ask(t, h, s.Query).In, []store.Pair{pair, pair, pair})
}

func writersAtOnce(t *testing.T, h store.History) {
	atOnce(8, func(w int) {
		for i := range 25 {
			if err := h.Record(t.Context(), sighting(fmt.Sprint(w, "/", i), store.Good, 0)); err != nil {
				t.Error(err)
			}
		}
	})
	count(t, "good", lookup(t, h, start).Verified.Address.Good, 200)
}

func oneFromMany(t *testing.T, h store.History) {
	labels := []store.Label{store.Unjudged, store.Good, store.Bad}
	atOnce(9, func(w int) {
		for range 10 {
			if err := h.Record(t.Context(), sighting("m1", labels[w%3], 0)); err != nil {
				t.Error(err)
			}
		}
	})
	count(t, "attempts", lookup(t, h, start).Verified.Address.Attempts, 1)
	must(t, h.Record(t.Context(), sighting("m1", store.Good, 0)))
	same(t, lookup(t, h, start).Verified.Address, onceLively)
}

func readersAmongWriters(t *testing.T, h store.History) {
	atOnce(6, func(w int) {
		before := 0.0
		for i := range 25 {
			if w%2 == 0 {
				if err := h.Record(t.Context(), sighting(fmt.Sprint(w, "/", i), store.Good, 0)); err != nil {
					t.Error(err)
				}
				continue
			}
			p, err := h.Lookup(t.Context(), store.Query{From: vendor, AsOf: start})
			if err != nil || p.Verified.Address.Good < before-1e-6 {
				t.Errorf("good sank from %v to %v (%v)", before, p.Verified.Address.Good, err)
			}
			before = p.Verified.Address.Good
		}
	})
}

func endedHistory(t *testing.T, h store.History) {
	ctx := ended(t)
	if _, err := h.Lookup(ctx, store.Query{From: vendor, AsOf: start}); !errors.Is(err, ctx.Err()) {
		t.Errorf("lookup: %v", err)
	}
	if err := h.Record(ctx, sighting("m1", store.Good, 0)); !errors.Is(err, ctx.Err()) {
		t.Errorf("record: %v", err)
	}
	count(t, "attempts", lookup(t, h, start).Verified.Address.Attempts, 0)
}

func closedHistory(t *testing.T, h store.History) {
	must(t, h.Close())
	must(t, h.Close())
	if _, err := h.Lookup(t.Context(), store.Query{From: vendor, AsOf: start}); err == nil {
		t.Error("lookup works")
	}
	if err := h.Record(t.Context(), sighting("m1", store.Good, 0)); err == nil {
		t.Error("record works")
	}
}

func noID(t *testing.T, h store.History) {
	if err := h.Record(t.Context(), sighting("", store.Good, 0)); err == nil {
		t.Error("recorded")
	}
}

func anyTime(t *testing.T, h store.History) {
	for i, when := range []time.Time{{}, time.Unix(0, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-500, 1, 1, 0, 0, 0, 0, time.UTC)} {
		s := sighting(fmt.Sprint("m", i), store.Good, 0)
		s.From.Local = s.ID
		s.AsOf = when
		must(t, h.Record(t.Context(), s))
		if got := ask(t, h, s.Query).Verified.Address.Good; math.Abs(got-1) > 1e-6 {
			t.Errorf("as of %v: %v good", when, got)
		}
	}
}
