package roster

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"postern/lookalike"
	"postern/parse"
	"postern/signals"
	"postern/store"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

var ours = &signals.Org{Domains: []string{"example.com"}, VIPs: []signals.Person{{Name: "Dana Reed", Address: "dana@example.com"}}}

// books are a history of domains and people, kept by hand.
type books struct {
	store.History

	in, out map[string]store.Tally
	people  map[string]store.Tally
}

func newBooks() *books {
	return &books{nil, map[string]store.Tally{}, map[string]store.Tally{}, map[string]store.Tally{}}
}

// decayed is t as of a time; Recent holds when it was last touched.
func decayed(t store.Tally, at time.Time) store.Tally {
	if !t.Last.IsZero() {
		t.Good *= math.Exp2(-at.Sub(t.Last).Seconds() / store.HalfLife.Seconds())
	}
	return t
}

func (b *books) Partners(_ context.Context, at time.Time) iter.Seq2[store.Partner, error] {
	return func(yield func(store.Partner, error) bool) {
		seen := map[string]bool{}
		for _, list := range []map[string]store.Tally{b.in, b.out} {
			for d := range list {
				if !seen[d] && !yield(store.Partner{Domain: d, Verified: decayed(b.in[d], at), Out: decayed(b.out[d], at)}, nil) {
					return
				}
				seen[d] = true
			}
		}
	}
}

func (b *books) People(_ context.Context, at time.Time) iter.Seq2[store.Colleague, error] {
	return func(yield func(store.Colleague, error) bool) {
		for who, t := range b.people {
			address, name, _ := strings.Cut(who, " ")
			if !yield(store.Colleague{Address: address, Wrote: decayed(t, at), Names: []store.Named{{Text: name}}}, nil) {
				return
			}
		}
	}
}

// pass lets a message by: the roster learns it as the filter would have it do,
// and the books note it.
func (b *books) pass(r *Roster, from, name, to string, at time.Time) {
	sender, _ := parse.ParseAddress(from)
	rcpt, _ := parse.ParseAddress(to)
	f := &signals.Facts{Org: ours}
	org := parse.OrgDomain(sender.Domain)
	f.History.Verified.Domain = decayed(b.in[org], at)
	f.History.Verified.Address = decayed(b.people[from+" "+name], at)
	f.History.OutDomain = decayed(b.out[org], at)
	s := store.Sighting{
		Query:    store.Query{From: sender, Name: name, Rcpts: []parse.Address{rcpt}, AsOf: at},
		Verified: true, Outbound: ours.Owns(sender.Domain), Label: store.Good,
	}
	l := LessonOf(f, s)
	if s.Outbound {
		b.people[from+" "+name] = one(f.History.Verified.Address, at)
		to := parse.OrgDomain(rcpt.Domain)
		b.out[to] = one(decayed(b.out[to], at), at)
	} else {
		b.in[org] = one(f.History.Verified.Domain, at)
	}
	_ = r.Learn(context.Background(), l, b)
}

// Lookup implements a part of store.History.
func (b *books) Lookup(_ context.Context, q store.Query) (p store.Profile, err error) {
	p.Verified.Domain, p.OutDomain = decayed(b.in[q.From.Domain], q.AsOf), decayed(b.out[q.From.Domain], q.AsOf)
	return p, nil
}

func ask(r *Roster, from, name string, at time.Time) *signals.Likeness {
	a, _ := parse.ParseAddress(from)
	return r.See(&signals.Facts{
		Org: ours, Env: &parse.Envelope{Received: at}, Msg: &parse.Message{From: []parse.Mailbox{{Name: name, Address: a}}},
	})
}

func TestPartnersAreLearned(t *testing.T) {
	t.Parallel()
	r, b := New(ours), newBooks()
	b.pass(r, "ann@example.com", "Ann Lee", "nora@harbour.example", start)
	for i := range 3 { // three in a day
		b.pass(r, "kim@kelwin-freight.test", "Kim", "ann@example.com", start.Add(time.Duration(i)*time.Hour))
	}
	if like := ask(r, "x@harbuor.example", "X", start.Add(day)); like.From == nil || like.From.Domain != "harbour.example" || like.Partners != 2 {
		t.Errorf("%+v", like.From)
	}
	if like := ask(r, "x@kelvvin-freight.test", "X", start.Add(day)); like.From != nil {
		t.Errorf("one day makes a partner: %+v", like.From)
	}
	for i := range 3 {
		b.pass(r, "kim@kelwin-freight.test", "Kim", "ann@example.com", start.Add(time.Duration(i)*day))
	}
	like := ask(r, "x@kelvvin-freight.test", "X", start.Add(3*day+store.HalfLife))
	if like.From == nil || like.From.Kind != lookalike.Homoglyph || !like.From.Since.Equal(start) || math.Abs(like.From.Received-3) > 0.1 {
		t.Errorf("%+v", like.From)
	}
	if like := ask(r, "x@examp1e.com", "X", start); like.From == nil || !like.From.Own {
		t.Errorf("our own domain: %+v", like.From)
	}
}

// TestATwinIsNoPartnerSoon: a forger who writes on some days, and gets an
// answer, still passes for the partner.
func TestATwinIsNoPartnerSoon(t *testing.T) {
	t.Parallel()
	r, b := New(ours), newBooks()
	b.pass(r, "ann@example.com", "Ann Lee", "nora@harbour.example", start)
	for i := range 6 {
		b.pass(r, "nora@harbuor.example", "Nora", "ann@example.com", start.Add(time.Duration(i)*day))
	}
	b.pass(r, "ann@example.com", "Ann Lee", "nora@harbuor.example", start.Add(7*day))
	if like := ask(r, "nora@harbuor.example", "Nora", start.Add(8*day)); like.From == nil {
		t.Error("the forger is a partner")
	}
	for i := range 6 { // a sibling goes on for long
		b.pass(r, "nora@harbuor.example", "Nora", "ann@example.com", start.Add(time.Duration(8+5*i)*day))
	}
	if like := ask(r, "nora@harbuor.example", "Nora", start.Add(40*day)); like.From != nil {
		t.Error("the sibling is not known")
	}
}

func TestPeopleAreLearned(t *testing.T) {
	t.Parallel()
	r, b := New(ours), newBooks()
	b.pass(r, "robert@example.com", "Robert Baxter", "nora@harbour.example", start)
	for _, c := range []struct {
		name, address string
		want          string
	}{
		{"Bob Baxter", "x@forger.example", "robert@example.com"},
		{"Dana Reed", "x@forger.example", "dana@example.com"},
		{"Robert Baxter", "robert@example.com", ""},
		{"Nora Lind", "x@forger.example", ""},
	} {
		like, got := ask(r, c.address, c.name, start), ""
		if like.Bearer != nil {
			got = like.Bearer.Address
		}
		if got != c.want || like.People != 2 {
			t.Errorf("%s is %q of %d, want %q", c.name, got, like.People, c.want)
		}
	}
}

// TestBadAndClaimedTeachNothing: what is not good, or not proven, is no lesson.
func TestBadAndClaimedTeachNothing(t *testing.T) {
	t.Parallel()
	r := New(ours)
	for _, s := range []store.Sighting{
		{Label: store.Bad, Verified: true}, {Label: store.Unjudged, Verified: true}, {Label: store.Good},
	} {
		for i := range 30 {
			s.From, s.AsOf = parse.Address{Local: "a", Domain: "harbour.example"}, start.Add(time.Duration(i)*day)
			f := &signals.Facts{Org: ours}
			f.History.Verified.Domain.First, f.History.Verified.Domain.Last = start, s.AsOf
			f.History.Verified.Domain.Good = float64(i)
			if err := r.Learn(t.Context(), LessonOf(f, s), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if r.partners.Len() != 1 {
		t.Errorf("%d partners", r.partners.Len())
	}
}

// TestLoadedEqualsLearned: after a restart the roster answers as before.
func TestLoadedEqualsLearned(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	r, b := New(ours), newBooks()
	domain := func() string {
		return fmt.Sprintf("%s-lines.example", strings.Repeat(string(rune('a'+rnd.IntN(26))), 5))
	}
	at := start
	for range 2000 {
		at = at.Add(time.Duration(rnd.IntN(300)) * time.Minute)
		who := string(rune('a' + rnd.IntN(26)))
		if rnd.IntN(3) == 0 {
			b.pass(r, who+"@example.com", "Pat "+strings.Repeat(who, 4), "x@"+domain(), at)
		} else {
			b.pass(r, "x@"+domain(), "X", "ann@example.com", at)
		}
	}
	again := New(ours)
	if err := again.Load(t.Context(), b, at); err != nil {
		t.Fatal(err)
	}
	if again.partners.Len() != r.partners.Len() || again.people.Len() != r.people.Len() || r.people.Len() < 20 {
		t.Errorf("%d partners and %d people, want %d and %d", again.partners.Len(), again.people.Len(), r.partners.Len(), r.people.Len())
	}
	for c := 'a'; c <= 'z'; c++ {
		d := strings.Repeat(string(c), 5) + "-lines.example"
		p, ok := r.partners.Partner(d)
		q, also := again.partners.Partner(d)
		if ok != also || !p.Since.Equal(q.Since) || p.Firm != q.Firm || math.Abs(p.Sent-q.Sent) > 1e-6*p.Sent || math.Abs(p.Received-q.Received) > 1e-6*p.Received {
			t.Errorf("%s: %+v, %v; then %+v, %v", d, p, ok, q, also)
		}
	}
}

type broken struct{ *books }

func (broken) Partners(context.Context, time.Time) iter.Seq2[store.Partner, error] {
	return func(yield func(store.Partner, error) bool) { yield(store.Partner{}, errors.New("no disk")) }
}

func TestABrokenStoreLeavesOurOwn(t *testing.T) {
	t.Parallel()
	r := New(ours)
	if err := r.Load(t.Context(), broken{newBooks()}, start); err == nil {
		t.Error("no error")
	}
	if r.partners.Len() != 1 || r.people.Len() != 1 {
		t.Errorf("%d partners, %d people", r.partners.Len(), r.people.Len())
	}
}
