package pebble

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"postern/internal/quantity"
	"postern/parse"
	"postern/store"
)

// TestBudget fills a store with partners, passers-by and attempts in random
// order, well beyond its budget: what remains is below it, and who was heard
// of most is known as before.
func TestBudget(t *testing.T) {
	t.Parallel()
	s := openConfig(t, Config{Path: t.TempDir(), WriteBuffer: 1 << 20})
	const partners, letters = 20, 12
	now := time.Now()
	rnd := rand.New(rand.NewPCG(1, 2))
	record := func(n int, from parse.Address, l store.Label) {
		t.Helper()
		q := store.Query{
			From: from, Name: from.Local, AsOf: now.Add(-time.Duration(rnd.IntN(60*24)) * time.Hour),
			Rcpts: []parse.Address{{Local: fmt.Sprint("p", rnd.IntN(50)), Domain: "example.com"}},
		}
		id := fmt.Sprint("m", n)
		if err := s.Record(t.Context(), store.Sighting{Query: q, ID: id, MessageID: id + "@example.net", Label: l}); err != nil {
			t.Fatal(err)
		}
		if n%4 == 0 {
			if err := s.Append(t.Context(), store.Entry{ID: id, At: now, Reasons: []string{fmt.Sprint(rnd.Int64(), rnd.Int64(), rnd.Int64())}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	partner := func(i int) parse.Address { return parse.Address{Local: "dana", Domain: fmt.Sprintf("p%d.example", i)} }
	for n := range 6000 {
		switch {
		case n%25 == 0 && n/25 < partners*letters:
			record(n, partner(n/25%partners), store.Good)
		case n%3 == 0:
			record(n, parse.Address{Local: "once", Domain: fmt.Sprintf("g%d.example", n)}, store.Good)
		default:
			record(n, parse.Address{Local: "tried", Domain: fmt.Sprintf("t%d.example", n)}, store.Unjudged)
		}
	}
	hold(t, s)
	before := make([]store.Profile, partners)
	for i := range before {
		before[i] = known(t, s, partner(i), now)
	}
	if err := s.compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	used, err := s.Used()
	if err != nil {
		t.Fatal(err)
	}
	budget := used * 2 / 3
	s.config.WriteBuffer = 0 // the bound is for what is sorted
	s.config.Budget = 1 << 40
	if err := s.keepBudget(t.Context(), now); err != nil || known(t, s, partner(0), now).Claimed.Address != before[0].Claimed.Address {
		t.Fatal("something was forgotten within the budget:", err)
	}
	s.config.Budget = quantity.Bytes(budget)
	if err := s.keepBudget(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	after, err := s.Used()
	t.Logf("%d bytes became %d with a budget of %d; %d of 6000 sightings, %d of 1500 decisions, %d entities remain",
		used, after, budget, keys(t, s, sightingPrefix, sightingPrefix+1), keys(t, s, journalPrefix, journalPrefix+1), keys(t, s, entityPrefix, entityEnd))
	if err != nil || after > budget || after < budget/2 {
		t.Errorf("%d bytes are left of a budget of %d: %v", after, budget, err)
	}
	for i := range before {
		if got := known(t, s, partner(i), now); got.Claimed.Address != before[i].Claimed.Address || got.Claimed.Domain != before[i].Claimed.Domain {
			t.Errorf("partner %d was %+v and is %+v", i, before[i].Claimed.Address, got.Claimed.Address)
		}
	}
	if _, err := s.Held(t.Context(), "held"); err != nil {
		t.Error("a held message is gone:", err)
	}
	if p := known(t, s, partner(0), now); p.Org.All.Attempts < 5000 {
		t.Errorf("the organisation remembers %g messages", p.Org.All.Attempts)
	}
}

func known(t *testing.T, s *Store, a parse.Address, now time.Time) store.Profile {
	t.Helper()
	p, err := s.Lookup(t.Context(), store.Query{From: a, AsOf: now})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func hold(t *testing.T, s *Store) {
	t.Helper()
	err := s.Hold(t.Context(), store.Held{Envelope: parse.Envelope{ID: "held", Received: time.Now().Add(-20 * day)}, Message: make([]byte, 600<<10)})
	if err != nil {
		t.Fatal(err)
	}
}
