// Package roster knows whom the organisation deals with: the domains of its
// partners and the names of its people, learned from mail, in two indexes that
// are read while a message is judged. It is told what to learn and asks nobody;
// what a likeness means it leaves to others.
package roster

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

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
// seen on several days. More is asked of a domain that passes for a partner,
// since that is how a forger would begin.
const (
	partnerDays = 3
	twinInDays  = 10
	twinOutDays = 3
)

func (t *tie) partner() bool { return t.out.Known() || t.in.Days >= partnerDays }

func (t *tie) partnerThoughTwin() bool { return t.out.Days >= twinOutDays || t.in.Days >= twinInDays }

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
	return math.Log2(outWorth*t.out.Good+t.in.Trust()) + age(t.asOf)
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
	if _, known := r.partners.Partner(t.domain); !known && !t.partnerThoughTwin() {
		if _, twin := r.partners.Near(t.domain); twin {
			return
		}
	}
	r.partners.Put(lookalike.Partner{
		Domain: t.domain, Weight: t.weight(), Since: t.since(),
		Sent: t.out.Good * math.Exp2(age(t.asOf)), Received: t.in.Good * math.Exp2(age(t.asOf)),
	})
}

// Load learns all that a store remembers, as of a time.
func (r *Roster) Load(ctx context.Context, d store.Directory, asOf time.Time) error {
	var ties []tie
	for p, err := range d.Partners(ctx, asOf) {
		if err != nil {
			return fmt.Errorf("roster: %w", err)
		}
		if t := (tie{p.Domain, p.Verified, p.Out, asOf}); t.partner() {
			ties = append(ties, t)
		}
	}
	slices.SortFunc(ties, func(a, b tie) int {
		return cmp.Or(-cmp.Compare(a.weight(), b.weight()), strings.Compare(a.domain, b.domain))
	})
	ties = ties[:min(len(ties), MaxPartners)]
	// Who came first is no twin of who came later.
	slices.SortStableFunc(ties, func(a, b tie) int { return a.since().Compare(b.since()) })
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range ties {
		r.put(&ties[i])
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
// nobody proved, teaches nothing.
func (r *Roster) Learn(l Lesson) {
	s := &l.sighting
	if s.Label != store.Good || !s.Verified {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !s.Outbound {
		l.domain.in = one(l.domain.in, s.AsOf)
		r.put(&l.domain)
		return
	}
	if r.org.Owns(s.From.Domain) {
		r.person(s.Name, s.From.Key(), one(l.address, s.AsOf), s.AsOf)
	}
	var done []string
	for _, rcpt := range s.Rcpts[:min(len(s.Rcpts), store.MaxRcpts)] {
		if org := parse.OrgDomain(rcpt.Domain); !slices.Contains(done, org) {
			done = append(done, org)
			r.wrote(org, s.AsOf)
		}
	}
}

// wrote notes one message of ours to a domain.
func (r *Roster) wrote(domain string, at time.Time) {
	p, known := r.partners.Partner(domain)
	if !known {
		r.put(&tie{domain: domain, out: one(store.Tally{}, at), asOf: at})
		return
	}
	if p.Own {
		return
	}
	then := age(at)
	p.Weight = math.Log2(math.Exp2(p.Weight-then)+outWorth) + then
	p.Sent += math.Exp2(then)
	r.partners.Put(p)
}

// one is a tally with one good message more.
func one(t store.Tally, at time.Time) store.Tally {
	const day = 24 * time.Hour
	if t.First.IsZero() || at.Before(t.First) {
		t.First = at
	}
	if t.Last.IsZero() || !t.Last.Truncate(day).Equal(at.Truncate(day)) {
		t.Days++
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
	return like
}

// near finds the partner that domain passes for, with its counts decayed to at.
func (r *Roster) near(domain string, at time.Time) *lookalike.Match {
	if m, ok := r.partners.Near(domain); ok {
		now := math.Exp2(age(at))
		m.Sent, m.Received = m.Sent/now, m.Received/now
		return &m
	}
	return nil
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
