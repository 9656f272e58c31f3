// Package roster knows whom the organisation deals with: the domains of its
// partners and the names of its people, learned from mail, in two indexes that
// are read while a message is judged. It is told what to learn and asks nobody;
// what a likeness means it leaves to others.
package roster

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"postern/lookalike"
	"postern/parse"
	"postern/signals"
	"postern/store"
)

// The most partners and names that are kept.
const (
	MaxPartners = 50_000
	MaxNames    = 50_000
)

// A Roster is safe for concurrent use.
type Roster struct {
	org *signals.Org

	mu       sync.RWMutex
	partners *lookalike.Index
	people   *lookalike.People
}

// New makes a roster that knows our own domains and the people whom the
// operator names.
func New(org *signals.Org) *Roster {
	r := &Roster{org: org, partners: lookalike.New(MaxPartners), people: lookalike.NewPeople(MaxNames)}
	if org == nil {
		return r
	}
	for _, d := range org.Domains {
		r.partners.Put(lookalike.Partner{Domain: parse.OrgDomain(d), Own: true, Weight: math.Inf(1)})
	}
	for _, p := range org.VIPs {
		addresses := p.Addresses
		if p.Address != "" || len(addresses) == 0 {
			addresses = append([]string{p.Address}, addresses...)
		}
		for _, a := range addresses {
			r.people.Put(lookalike.Person{Name: p.Name, Address: a, VIP: true, Weight: math.Inf(1)})
		}
	}
	return r
}

// A tie is what passed between us and an organisational domain.
type tie struct {
	domain  string
	in, out store.Tally // of in only what proved its domain
	asOf    time.Time
}

// What makes a domain a partner: that our people wrote there, or that it was
// seen for some days. More makes it a firm one, that passes for nobody: a
// forger would begin with some mail, and with an answer to it. Only times
// count, which do not change as they grow old.
const (
	partnerFor = 2 * day
	firmFor    = 30 * day // in mail that came in
	firmOutFor = 7 * day  // in ours
	day        = 24 * time.Hour
)

func (t *tie) partner() bool { return t.out.Known() || t.in.Last.Sub(t.in.First) >= partnerFor }

func (t *tie) firm() bool {
	return t.out.Last.Sub(t.out.First) >= firmOutFor || t.in.Last.Sub(t.in.First) >= firmFor
}

func (t *tie) since() time.Time {
	if t.in.First.IsZero() || !t.out.First.IsZero() && t.out.First.Before(t.in.First) {
		return t.out.First
	}
	return t.in.First
}

// outWorth is what a message of ours weighs against one that came in, which
// its sender alone decided on.
const outWorth = 4

// weight compares ties of different times: counts decay, weights do not.
func (t *tie) weight() float64 {
	return math.Log2(outWorth*t.out.Good+t.in.Good) + age(t.asOf)
}

// age is a time in half-lives since 2020. Counts are kept as they would be then,
// so that they need no change as time goes by.
func age(at time.Time) float64 { return at.Sub(epoch).Seconds() / store.HalfLife.Seconds() }

var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// put makes the domain a partner, or keeps it one. The caller holds the lock.
func (r *Roster) put(t *tie) {
	if t.domain == "" || r.org.Owns(t.domain) || !t.partner() {
		return
	}
	r.partners.Put(lookalike.Partner{
		Domain: t.domain, Firm: t.firm(), Weight: t.weight(), Since: t.since(),
		Sent: t.out.Good * math.Exp2(age(t.asOf)), Received: t.in.Good * math.Exp2(age(t.asOf)),
	})
}

// Load learns all that a store remembers, as of a time, before the roster is
// asked.
func (r *Roster) Load(ctx context.Context, d store.Directory, asOf time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p, err := range d.Partners(ctx, asOf) {
		if err != nil {
			return fmt.Errorf("roster: %w", err)
		}
		r.put(&tie{p.Domain, p.Verified, p.Out, asOf})
	}
	for c, err := range d.People(ctx, asOf) {
		if err != nil {
			return fmt.Errorf("roster: %w", err)
		}
		for _, n := range c.Names {
			r.person(n.Text, c.Address, c.Wrote, asOf)
		}
	}
	return nil
}

// person learns a name of one of ours. The caller holds the lock.
func (r *Roster) person(name, address string, wrote store.Tally, asOf time.Time) {
	if wrote.Good > 0 {
		r.people.Put(lookalike.Person{Name: name, Address: address, Weight: math.Log2(wrote.Good) + age(asOf), Since: wrote.First})
	}
}

// A Lesson is what one message teaches, with what was known when it came. It
// shares no memory with the message.
type Lesson struct {
	sighting store.Sighting
	address  store.Tally // of the sender
	domain   tie
}

// LessonOf is what a message teaches that leaves this sighting.
func LessonOf(f *signals.Facts, s store.Sighting) Lesson {
	h := &f.History
	return Lesson{s, h.Verified.Address, tie{parse.OrgDomain(s.From.Domain), h.Verified.Domain, h.OutDomain, s.AsOf}}
}

// Learn is called once a sighting is recorded. What is not good, and what
// nobody proved, teaches nothing. Of the domains that one of ours wrote to,
// history is asked.
func (r *Roster) Learn(ctx context.Context, l Lesson, h store.History) error {
	s := &l.sighting
	if s.Label != store.Good || !s.Verified {
		return nil
	}
	if !s.Outbound {
		l.domain.in = one(l.domain.in, s.AsOf)
		r.learn([]tie{l.domain})
		return nil
	}
	var ties []tie
	for _, rcpt := range s.Rcpts[:min(len(s.Rcpts), store.MaxRcpts)] {
		org := parse.OrgDomain(rcpt.Domain)
		if r.org.Owns(org) || slices.ContainsFunc(ties, func(t tie) bool { return t.domain == org }) {
			continue
		}
		p, err := h.Lookup(ctx, store.Query{From: parse.Address{Local: rcpt.Local, Domain: org}, AsOf: s.AsOf})
		if err != nil {
			return fmt.Errorf("roster: %w", err)
		}
		ties = append(ties, tie{org, p.Verified.Domain, p.OutDomain, s.AsOf})
	}
	r.learn(ties)
	if r.org.Owns(s.From.Domain) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.person(s.Name, s.From.Key(), one(l.address, s.AsOf), s.AsOf)
	}
	return nil
}

func (r *Roster) learn(ties []tie) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range ties {
		r.put(&ties[i])
	}
}

// one is a tally with one good message more. Times are whole seconds, as in a
// store.
func one(t store.Tally, at time.Time) store.Tally {
	at = at.Truncate(time.Second)
	if t.First.IsZero() || at.Before(t.First) {
		t.First = at
	}
	if at.After(t.Last) {
		t.Last = at
	}
	t.Good++
	return t
}

// maxHosts bounds the hosts of one message's links that are looked at.
const maxHosts = 8

// See tells what the names of a message are like, whose history and
// authentication are in f.
func (r *Roster) See(f *signals.Facts) *signals.Likeness {
	r.mu.RLock()
	defer r.mu.RUnlock()
	like := &signals.Likeness{Partners: r.partners.Len(), People: r.people.Len()}
	at := f.Env.Received
	like.From = r.near(f.From().Domain, at)
	if len(f.Msg.ReplyTo) > 0 && f.Msg.ReplyTo[0].Address.Domain != f.From().Domain {
		like.ReplyTo = r.near(f.Msg.ReplyTo[0].Address.Domain, at)
	}
	like.Link = r.nearest(f.Msg.Links, at)
	if len(f.Msg.From) > 0 {
		if b, ok := r.people.Whose(f.Msg.From[0].Name, f.From().String()); ok {
			like.Bearer = &b
		}
	}
	if from := f.From(); from.Domain != "" && !r.org.Owns(from.Domain) {
		like.Spelt = r.whose(from, spelt(from.Local))
		like.Signed = r.whose(from, f.Signatures()...)
	}
	return like
}

// whose is the person of ours to whom one of the names belongs, and not the
// address.
func (r *Roster) whose(from parse.Address, names ...string) *lookalike.Bearer {
	for _, name := range names {
		if b, ok := r.people.Whose(name, from.String()); ok {
			return &b
		}
	}
	return nil
}

// spelt is what an address says in words, as a name would be written.
func spelt(local string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return ' '
	}, local)
}

// near finds the partner that domain passes for, with its counts decayed to at.
func (r *Roster) near(domain string, at time.Time) *lookalike.Match {
	if m, ok := r.partners.Near(domain); ok {
		m.Sent, m.Received = count(m.Sent, at), count(m.Received, at)
		return &m
	}
	return nil
}

// count is what is left of a count by then, in hundredths: a store keeps its sums
// less precisely than they are added here.
func count(n float64, at time.Time) float64 {
	return math.Round(100*n*math.Exp2(-age(at))) / 100
}

// nearest is the likeness of the links that chance explains least.
func (r *Roster) nearest(links []parse.Link, at time.Time) (best *lookalike.Match) {
	var seen [maxHosts]string
	n := 0
	for i := range links {
		host := links[i].Host
		if host == "" || slices.Contains(seen[:n], host) {
			continue
		}
		if m := r.near(host, at); m != nil && (best == nil || m.Kind < best.Kind) {
			best = m
		}
		if seen[n], n = host, n+1; n == maxHosts {
			break
		}
	}
	return best
}
