package record

import (
	"math"

	"postern/parse"
	"postern/store"
)

// Take is the mark that s leaves, written at a time.
func Take(s *store.Sighting, n Namer, written int64) Mark {
	m := Mark{
		At: clamp(s.AsOf.Unix()), Written: written, Label: s.Label,
		Verified: s.Verified, Outbound: s.Outbound, Reply: s.Reply, Stranger: s.Stranger,
	}
	for _, t := range s.Traits[:min(len(s.Traits), store.MaxTraits)] {
		if int(t.Kind) != int(ofAddress) && t.Kind != store.Kind(ofDomain) {
			m.Traits = append(m.Traits, Trait{t.Kind, idOf(n.Hash(byte(t.Kind), t.Value)), t.Keep})
		}
	}
	t := taker{Mark: &m, s: s, n: n, domain: parse.OrgDomain(s.From.Domain)}
	if s.From != (parse.Address{}) {
		t.author()
	}
	t.rcpts()
	t.part(Object, Entity{Org, "", ""})
	t.things()
	return m
}

// A taker makes the parts of one mark.
type taker struct {
	*Mark
	s      *store.Sighting
	n      Namer
	domain string // the author's, organisational
}

// part adds what is left of e, each entity once in a role.
func (t *taker) part(r Role, e Entity) *Part {
	key := t.n.Key(e)
	for i := range t.Parts {
		if p := &t.Parts[i]; p.Key == key && p.Class == e.Class && p.Role == r {
			return p
		}
	}
	t.Parts = append(t.Parts, Part{Class: e.Class, Role: r, Key: key})
	return &t.Parts[len(t.Parts)-1]
}

// author takes what the message tells of who wrote it.
func (t *taker) author() {
	s, from, name := t.s, t.s.From.Key(), Fold(t.s.Name)
	p := t.part(Author, Entity{Address, from, ""})
	t.meets(p, rcpts, s.Rcpts)
	t.writes(p)

	p = t.part(Author, Entity{Domain, t.domain, ""})
	t.calls(p, t.domain)
	t.meets(p, rcpts, s.Rcpts)
	p.register(senders, t.n.Hash(ofAddress, from))
	t.charges(p)

	if name != "" {
		p = t.part(Author, Entity{Name, name, ""})
		p.add(addresses, maxHolders, t.text(p, ofAddress, from))
		t.part(Author, Entity{NameHere, name, from})
	}
	if t.Outbound && t.Verified {
		p = t.part(Object, Entity{Person, from, ""})
		t.calls(p, from)
		if name != "" {
			p.add(names, maxNames, t.text(p, ofAddress, clip(s.Name)))
		}
	}
}

// rcpts takes what the message tells of whom it was sent to.
func (t *taker) rcpts() {
	s, from := t.s, t.s.From.Key()
	for i, rcpt := range s.Rcpts[:min(len(s.Rcpts), store.MaxRcpts)] {
		to, gapDays := rcpt.Key(), 0.0
		if i < len(s.Gaps) {
			gapDays = s.Gaps[i]
		}
		if !s.Outbound || s.Internal {
			before := len(t.Parts)
			if p := t.part(Object, Entity{Rcpt, to, ""}); !s.Outbound && gapDays == 0 && len(t.Parts) > before {
				p.add(strangers, 0)
			}
		}
		if s.From == (parse.Address{}) {
			continue
		}
		if p := t.part(Between, Entity{Pair, from, to}); len(p.adds) == 0 {
			p.moments(gap, gapDays, math.Log)
		}
		t.part(Author, Entity{DomainRcpt, t.domain, to})
		if s.Outbound {
			domain := parse.OrgDomain(rcpt.Domain)
			t.part(Target, Entity{Address, to, ""})
			if p := t.part(Target, Entity{Domain, domain, ""}); len(p.adds) == 0 {
				t.calls(p, domain)
			}
			t.part(Target, Entity{DomainRcpt, domain, from})
			if i < len(s.RcptNames) {
				if name := Fold(clip(s.RcptNames[i])); name != "" {
					t.part(Target, Entity{NameHere, name, to})
				}
			}
		}
	}
}

// things takes what the message brings along.
func (t *taker) things() {
	s := t.s
	if s.MessageID != "" {
		t.thread(t.part(Object, Entity{Thread, s.MessageID, ""}))
	}
	for _, link := range s.Links[:min(len(s.Links), store.MaxLinks)] {
		t.part(Object, Entity{Link, link, ""}).register(senders, t.n.Hash(ofDomain, t.domain))
	}
	for _, phone := range s.Phones[:min(len(s.Phones), store.MaxPhones)] {
		t.shared(Phone, PhoneAt, phone)
	}
	for _, account := range s.Accounts[:min(len(s.Accounts), store.MaxAccounts)] {
		t.shared(Account, AccountAt, account)
	}
	for _, domain := range s.Heralded[:min(len(s.Heralded), store.MaxHeralded)] {
		if p := t.part(Object, Entity{Heralded, domain, ""}); t.domain != "" && domain != t.domain && len(p.adds) == 0 {
			p.add(domains, maxDomains, t.text(p, ofDomain, t.domain))
		}
	}
	for i, band := range s.Bands[:min(len(s.Bands), store.Bands)] {
		p := t.part(Object, bandEntity(i, band))
		p.register(senders, t.n.Hash(ofAddress, s.From.Key()))
		t.meets(p, rcpts, s.Rcpts)
	}
}

func bandEntity(i int, band uint64) Entity {
	b := [9]byte{byte(i)} //nolint:gosec // one of few
	for j := range 8 {
		b[1+j] = byte(band >> (8 * j)) //nolint:gosec // byte by byte
	}
	return Entity{Campaign, string(b[:]), ""}
}

func (t *taker) shared(all, here Class, what string) {
	p := t.part(Object, Entity{all, what, ""})
	if t.domain != "" && len(p.adds) == 0 {
		p.add(domains, maxDomains, t.text(p, ofDomain, t.domain))
		t.part(Object, Entity{here, t.domain, what})
	}
}

// thread takes who is in a thread.
func (t *taker) thread(p *Part) {
	var people, orgs []item
	for _, a := range t.s.Parties[:min(len(t.s.Parties), store.MaxParties)] {
		people = with(people, item{id: idOf(t.n.Hash(ofAddress, a.Key())), weight: 1})
		if domain := parse.OrgDomain(a.Domain); domain != "" && len(orgs) < maxDomains {
			orgs = with(orgs, t.text(p, ofDomain, domain))
		}
	}
	if len(people) > 0 {
		p.add(parties, store.MaxParties, people...)
		p.add(domains, maxDomains, orgs...)
	}
}

// writes takes how the author writes.
func (t *taker) writes(p *Part) {
	if len(t.s.Style) != store.StyleSize {
		return
	}
	var items []item
	for i, x := range t.s.Style {
		if q := quantum(x); q != 0 {
			items = append(items, item{id: uint32(i), weight: q})
		}
	}
	p.add(style, store.StyleSize, items...)
}

// charges takes what the author's domain asks for.
func (t *taker) charges(p *Part) {
	if t.s.Change {
		p.add(changes, 0)
	}
	if t.s.Invoice {
		p.add(invoices, 0)
		p.add(lastInvoice, 0)
		p.moments(amount, t.s.Amount, math.Log10)
		p.moments(gap, t.s.Gap, math.Log)
	}
}

// meets takes how many different addresses there are.
func (t *taker) meets(p *Part, f Field, who []parse.Address) {
	for _, a := range who[:min(len(who), store.MaxRcpts)] {
		p.register(f, t.n.Hash(ofAddress, a.Key()))
	}
}

// calls takes the entity's own name.
func (t *taker) calls(p *Part, name string) { p.add(self, 1, t.text(p, ofDomain, name)) }

func (t *taker) text(p *Part, space byte, text string) item {
	return item{id: idOf(t.n.Hash(space, text)), weight: 1, text: t.n.Seal(p.Key, text)}
}

// clip cuts a display name to what is remembered of it.
func clip(name string) string {
	const most = 96
	return name[:min(len(name), most)]
}

func (p *Part) add(f Field, limit uint16, items ...item) {
	p.adds = append(p.adds, addition{f, limit, items})
}

// moments adds a quantity that is above zero, in a measure of its size.
func (p *Part) moments(f Field, x float64, measure func(float64) float64) {
	if !(x > 0) || math.IsInf(x, 0) {
		return
	}
	x = quantum(measure(x))
	p.add(f, 2, item{id: 0, weight: x}, item{id: 1, weight: x * x})
}

// quantum rounds x, so that sums are exact.
func quantum(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return math.Round(min(max(x, -64), 64)*64) / 64
}

// register adds one thing to a sketch.
func (p *Part) register(f Field, hash uint64) {
	id, rank := registerOf(hash)
	for i := range p.adds {
		if a := &p.adds[i]; a.field == f {
			a.items = mergeItems(a.items, []item{{id: id, weight: rank}}, highest)
			return
		}
	}
	p.add(f, 0, item{id: id, weight: rank})
}

// with is items with it among them, once.
func with(items []item, it item) []item {
	return mergeItems(items, []item{it}, either)
}
