package record

import (
	"cmp"
	"slices"
	"time"

	"postern/parse"
	"postern/store"
)

// A Reader gives records, which are good until the next one is asked for. An
// entity that is not known has an empty one.
type Reader interface {
	Record(Class, Key) (*Record, error)
}

// Read builds the profile of q out of the records that read gives.
func Read(q *store.Query, n Namer, read Reader) (store.Profile, error) {
	rd := reader{q: q, n: n, read: read, at: clamp(q.AsOf.Unix()), now: weight(q.AsOf.Unix(), store.HalfLife), domain: parse.OrgDomain(q.From.Domain)}
	rd.hash()
	q = rd.q
	p := store.Profile{
		In: make([]store.Pair, len(q.Rcpts)), Out: make([]store.Pair, len(q.Rcpts)),
		Domains: make([]store.Circle, len(q.Rcpts)), Rcpts: make([]store.Recipient, len(q.Rcpts)),
		Threads: make([]store.Thread, len(q.Thread)), Links: make([]store.Link, len(q.Links)),
		Phones: make([]store.Shared, len(q.Phones)), Accounts: make([]store.Account, len(q.Accounts)),
		Traits: q.Traits,
	}
	if q.From != (parse.Address{}) {
		rd.author(&p)
	}
	rd.rcpts(&p)
	rd.things(&p)
	rd.requester(&p.Requester)
	r, _ := rd.get(Entity{Org, "", ""})
	rd.org(r, &p.Org)
	return p, rd.err
}

// A reader reads one profile.
type reader struct {
	q      *store.Query
	n      Namer
	read   Reader
	at     int64   // when
	now    float64 // what a sighting weighs now
	domain string  // the author's, organisational
	traits []Trait
	err    error
}

func (rd *reader) hash() {
	rd.traits = make([]Trait, len(rd.q.Traits))
	for i, t := range rd.q.Traits {
		if i < store.MaxTraits {
			rd.traits[i] = Trait{t.Kind, idOf(rd.n.Hash(byte(t.Kind), t.Value)), t.Keep}
		}
	}
}

// get reads the record of e. It is empty after an error.
func (rd *reader) get(e Entity) (*Record, Key) {
	if rd.err != nil {
		return new(Record), Key{}
	}
	key := rd.n.Key(e)
	r, err := rd.read.Record(e.Class, key)
	if err != nil {
		rd.err = err
		return new(Record), key
	}
	return r, key
}

func (rd *reader) author(p *store.Profile) {
	from, name := rd.q.From.Key(), Fold(rd.q.Name)
	both := [2]*store.Standing{Verified: &p.Verified, Claimed: &p.Claimed}
	r, _ := rd.get(Entity{Address, from, ""})
	p.OutAddress = rd.tally(r, Outbound)
	for side, s := range both {
		s.Address = rd.tally(r, Side(side))
		s.Habits = make([]store.Usage, len(rd.traits))
		rd.habits(r, Side(side), Address, func(i int) *store.Habit { return &s.Habits[i].Address })
		s.Rcpts = r.get(rcpts.of(Side(side))).count()
		s.Style = rd.style(r, Side(side))
	}
	r, _ = rd.get(Entity{Domain, rd.domain, ""})
	p.OutDomain = rd.tally(r, Outbound)
	for side, s := range both {
		s.Domain = rd.tally(r, Side(side))
		rd.habits(r, Side(side), Domain, func(i int) *store.Habit { return &s.Habits[i].Domain })
		s.DomainRcpts, s.Senders = r.get(rcpts.of(Side(side))).count(), r.get(senders.of(Side(side))).count()
		s.Vendor = rd.vendor(r, Side(side))
	}
	if name == "" {
		return
	}
	r, key := rd.get(Entity{Name, name, ""})
	for side, s := range both {
		s.Name = rd.tally(r, Side(side))
	}
	p.NameOf = rd.named(r, key, addresses)
	r, _ = rd.get(Entity{NameHere, name, from})
	for side, s := range both {
		s.NameHere = rd.tally(r, Side(side))
	}
	p.OutName = rd.tally(r, Outbound)
}

// requester reads who stands behind a message that another sent.
func (rd *reader) requester(p *store.Requester) {
	who, domain, name := rd.q.Requester, parse.OrgDomain(rd.q.Requester.Domain), Fold(rd.q.RequesterName)
	came := func(r *Record) store.Tally { return rd.sides(r, Verified, Claimed) }
	if who != (parse.Address{}) {
		r, _ := rd.get(Entity{Address, who.Key(), ""})
		p.Address, p.OutAddress = came(r), rd.tally(r, Outbound)
		r, _ = rd.get(Entity{Domain, domain, ""})
		p.Domain, p.OutDomain = came(r), rd.tally(r, Outbound)
	}
	if name != "" {
		r, _ := rd.get(Entity{Name, name, ""})
		p.Name = came(r)
	}
}

func (rd *reader) rcpts(p *store.Profile) {
	from := rd.q.From.Key()
	for i, rcpt := range rd.q.Rcpts[:min(len(rd.q.Rcpts), store.MaxRcpts)] {
		to := rcpt.Key()
		r, _ := rd.get(Entity{Rcpt, to, ""})
		v, c := rd.tally(r, Verified), rd.tally(r, Claimed)
		p.Rcpts[i] = store.Recipient{
			All: rd.all(r), External: v.Good + c.Good,
			Strangers: rd.left(r, strangers.of(Verified)) + rd.left(r, strangers.of(Claimed)), Habits: rd.allHabits(r, Rcpt),
		}
		if rd.q.From == (parse.Address{}) {
			continue
		}
		r, _ = rd.get(Entity{Pair, from, to})
		p.In[i] = store.Pair{
			Verified: rd.tally(r, Verified), Claimed: rd.tally(r, Claimed),
			Gap: rd.moments(r, gap), Habits: rd.allHabits(r, Pair),
		}
		r, _ = rd.get(Entity{Pair, to, from})
		p.Out[i].Verified = rd.tally(r, Outbound)
		r, _ = rd.get(Entity{DomainRcpt, rd.domain, to})
		p.Domains[i] = store.Circle{Verified: rd.tally(r, Verified), Claimed: rd.tally(r, Claimed), Out: rd.tally(r, Outbound)}
	}
}

func (rd *reader) things(p *store.Profile) {
	q := rd.q
	for i, id := range q.Thread[:min(len(q.Thread), store.MaxThread)] {
		p.Threads[i] = rd.thread(rd.get(Entity{Thread, id, ""}))
	}
	for i, link := range q.Links[:min(len(q.Links), store.MaxLinks)] {
		r, _ := rd.get(Entity{Link, link, ""})
		p.Links[i] = store.Link{All: rd.all(r), Senders: rd.different(r, senders)}
	}
	for i, phone := range q.Phones[:min(len(q.Phones), store.MaxPhones)] {
		p.Phones[i] = rd.shared(Phone, PhoneAt, phone)
	}
	for i, account := range q.Accounts[:min(len(q.Accounts), store.MaxAccounts)] {
		p.Accounts[i] = rd.shared(Account, AccountAt, account)
	}
	if rd.domain != "" {
		r, key := rd.get(Entity{Heralded, rd.domain, ""})
		p.Heralds = rd.named(r, key, domains)
	}
	for i, band := range q.Bands[:min(len(q.Bands), store.Bands)] {
		r, _ := rd.get(bandEntity(i, band))
		if all := rd.all(r); all.Attempts > p.Campaign.All.Attempts {
			p.Campaign = store.Campaign{
				All: all, Rcpts: rd.different(r, rcpts), Senders: rd.different(r, senders), Strangers: rd.rate(r, strangerRate),
			}
		}
	}
}

func (rd *reader) org(r *Record, o *store.Organisation) {
	v, c := rd.tally(r, Verified), rd.tally(r, Claimed)
	*o = store.Organisation{
		All: rd.all(r), External: v.Good + c.Good,
		Strangers:    rd.left(r, strangers.of(Verified)) + rd.left(r, strangers.of(Claimed)),
		StrangerRate: rd.rate(r, strangerRate), Habits: rd.allHabits(r, Org),
	}
}

func (rd *reader) shared(all, here Class, what string) store.Shared {
	r, key := rd.get(Entity{all, what, ""})
	s := store.Shared{All: rd.all(r), Domains: rd.named(r, key, domains)}
	if rd.domain != "" && !r.Empty() {
		r, _ = rd.get(Entity{here, rd.domain, what})
		s.Here = rd.all(r)
	}
	return s
}

func (rd *reader) thread(r *Record, key Key) store.Thread {
	if r.Empty() {
		return store.Thread{}
	}
	all := rd.all(r)
	t := store.Thread{
		Ours: rd.left(r, good.of(Outbound)) > 0, Delivered: rd.left(r, good.of(Verified))+rd.left(r, good.of(Claimed)) > 0,
		First: all.First, Last: all.Last, Domains: rd.named(r, key, domains),
	}
	in := func(f Field, space byte, text string) bool {
		id := idOf(rd.n.Hash(space, text))
		return rd.anySide(func(s Side) bool {
			it, found := r.get(f.of(s)).find(id)
			return found && it.weight > 0
		})
	}
	t.Sender, t.SameDomain = in(parties, ofAddress, rd.q.From.Key()), in(domains, ofDomain, rd.domain)
	for _, rcpt := range rd.q.Rcpts[:min(len(rd.q.Rcpts), store.MaxRcpts)] {
		if in(parties, ofAddress, rcpt.Key()) {
			t.Rcpts++
		}
	}
	rd.anySide(func(s Side) bool {
		if v := r.get(parties.of(s)); v != nil {
			t.Parties = max(t.Parties, len(v.items))
		}
		return false
	})
	return t
}

// anySide tells whether f is true of some side.
func (*reader) anySide(f func(Side) bool) bool {
	for s := range sides {
		if f(s) {
			return true
		}
	}
	return false
}

// tally reads one side of r.
func (rd *reader) tally(r *Record, s Side) store.Tally {
	t := store.Tally{Good: rd.left(r, good.of(s)), Bad: rd.left(r, bad.of(s))}
	t.Attempts = t.Good + t.Bad + rd.left(r, tried.of(s))
	if t.Good > 0 {
		t.First, t.Last = r.at(first.of(s)), r.at(last.of(s))
		t.Replies = rd.left(r, replies.of(s))
		if v := r.get(recent.of(s)); v != nil {
			t.Recent = lasting(v.sum / weight(rd.at, store.ShortHalfLife))
		}
		t.Days = rd.days(r, s)
	}
	if s != Outbound && t.Attempts > 0 {
		t.Rate = rd.rate(r, rate)
	}
	return t
}

// days is how many different days there were. Records of version 1 counted
// none.
func (rd *reader) days(r *Record, s Side) float64 {
	v := r.get(dates.of(s))
	if v != nil {
		return v.daysAt(dayOf(rd.at))
	}
	if f, l := r.get(first.of(s)), r.get(last.of(s)); f != nil && l != nil {
		return float64(1 + min(1, dayOf(l.at)-dayOf(f.at)))
	}
	return 0
}

// all reads all sides of r as one.
func (rd *reader) all(r *Record) store.Tally { return rd.sides(r, Verified, Claimed, Outbound) }

// sides reads some sides of r as one.
func (rd *reader) sides(r *Record, list ...Side) (t store.Tally) {
	for _, s := range list {
		o := rd.tally(r, s)
		t.Good, t.Bad, t.Attempts = t.Good+o.Good, t.Bad+o.Bad, t.Attempts+o.Attempts
		t.Replies, t.Recent, t.Days = t.Replies+o.Replies, t.Recent+o.Recent, max(t.Days, o.Days)
		if t.First.IsZero() || !o.First.IsZero() && o.First.Before(t.First) {
			t.First = o.First
		}
		if o.Last.After(t.Last) {
			t.Last = o.Last
		}
	}
	if t.Attempts > 0 {
		t.Rate = rd.rate(r, rate)
	}
	return t
}

// left is what is left of a sum now.
func (rd *reader) left(r *Record, f Field) float64 { return lasting(r.sum(f) / rd.now) }

func lasting(n float64) float64 {
	if n > faint {
		return n
	}
	return 0
}

func (rd *reader) rate(r *Record, f Field) store.Rate {
	v := r.get(f)
	if v == nil {
		return store.Rate{}
	}
	return store.Rate{TenMinutes: v.within(600, rd.at), Hour: v.within(3600, rd.at), Day: v.within(86400, rd.at)}
}

// different is the number of different things on all sides.
func (*reader) different(r *Record, f Field) float64 {
	var all value
	for s := range sides {
		if v := r.get(f.of(s)); v != nil {
			all.items = mergeItems(slices.Clone(all.items), v.items, highest)
		}
	}
	return all.count()
}

// habits fills one habit for each trait that the class keeps.
func (rd *reader) habits(r *Record, s Side, c Class, of func(i int) *store.Habit) {
	var v *value
	for i := range rd.traits {
		t := &rd.traits[i]
		if c.keeps(t.Keep) == 0 {
			continue
		}
		if i == 0 || rd.traits[i-1].Kind != t.Kind || v == nil {
			v = r.get(traitField(t.Kind).of(s))
		}
		if v != nil {
			rd.habit(v, t.ID, of(i))
		}
	}
}

// habit adds what v knows of a value to h.
func (rd *reader) habit(v *value, id uint32, h *store.Habit) {
	h.Of += lasting(v.sum / rd.now)
	for i := range v.items {
		if v.items[i].weight > 0 {
			h.Values++
		}
	}
	if it, found := v.find(id); found && lasting(it.weight/rd.now) > 0 {
		h.Seen += it.weight / rd.now
		if at := time.Unix(int64(it.at)*3600, 0).UTC(); at.After(h.Last) {
			h.Last = at
		}
	}
}

// allHabits are those of all sides as one.
func (rd *reader) allHabits(r *Record, c Class) []store.Habit {
	all := make([]store.Habit, len(rd.traits))
	for s := range sides {
		rd.habits(r, s, c, func(i int) *store.Habit { return &all[i] })
	}
	for i := range all {
		rd.once(r, rd.traits[i].Kind, &all[i])
	}
	return all
}

// once takes off what h counts on more than one side.
func (*reader) once(r *Record, k store.Kind, h *store.Habit) {
	f := traitField(k)
	for s := Claimed; s < sides; s++ {
		v := r.get(f.of(s))
		if v == nil {
			continue
		}
		for _, it := range v.items {
			again := false
			for before := range s {
				other, found := r.get(f.of(before)).find(it.id)
				again = again || found && other.weight > 0
			}
			if again && it.weight > 0 {
				h.Values--
			}
		}
	}
}

func (rd *reader) style(r *Record, s Side) store.Style {
	v := r.get(style.of(s))
	if v == nil || lasting(v.sum/rd.now) == 0 {
		return store.Style{}
	}
	st := store.Style{N: v.sum / rd.now, Mean: make([]float64, store.StyleSize)}
	for _, it := range v.items {
		if it.id < store.StyleSize {
			st.Mean[it.id] = it.weight / v.sum
		}
	}
	return st
}

func (rd *reader) vendor(r *Record, s Side) store.Vendor {
	v := store.Vendor{Invoices: rd.left(r, invoices.of(s)), Changes: rd.left(r, changes.of(s))}
	if v.Invoices > 0 {
		v.LastInvoice = r.at(lastInvoice.of(s))
	}
	v.Amount, v.Gap = rd.momentsOf(r.get(amount.of(s))), rd.momentsOf(r.get(gap.of(s)))
	return v
}

// moments are those of both sides of an author.
func (rd *reader) moments(r *Record, f Field) store.Moments {
	both := value{limit: 2}
	for _, s := range []Side{Verified, Claimed} {
		if v := r.get(f.of(s)); v != nil {
			both.mergeList(&value{sum: v.sum, limit: v.limit, items: slices.Clone(v.items)})
		}
	}
	return rd.momentsOf(&both)
}

func (rd *reader) momentsOf(v *value) store.Moments {
	if v == nil || lasting(v.sum/rd.now) == 0 {
		return store.Moments{}
	}
	x, _ := v.find(0)
	xx, _ := v.find(1)
	mean := x.weight / v.sum
	return store.Moments{N: v.sum / rd.now, Mean: mean, Variance: max(xx.weight/v.sum-mean*mean, 0)}
}

// named reads the texts of a list on all sides, the heaviest first.
func (rd *reader) named(r *Record, key Key, f Field) []store.Named {
	var all []store.Named
	for s := range sides {
		v := r.get(f.of(s))
		if v == nil {
			continue
		}
		for _, it := range v.items {
			n := store.Named{Text: rd.n.Open(key, it.text), Weight: it.weight / rd.now, Last: time.Unix(int64(it.at)*3600, 0).UTC()}
			if n.Text == "" || lasting(n.Weight) == 0 {
				continue
			}
			i := slices.IndexFunc(all, func(o store.Named) bool { return o.Text == n.Text })
			if i < 0 {
				all = append(all, n)
				continue
			}
			all[i].Weight += n.Weight
			if n.Last.After(all[i].Last) {
				all[i].Last = n.Last
			}
		}
	}
	slices.SortFunc(all, func(a, b store.Named) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Text, b.Text))
	})
	return all
}

func (r *Record) at(f Field) time.Time {
	v := r.get(f)
	if v == nil {
		return time.Time{}
	}
	return time.Unix(v.at, 0).UTC()
}

// Latest is when the record was written last, or else the newest time in it,
// in seconds since 1970. It is 0 for an empty record.
func (r *Record) Latest() (at int64) {
	if v := r.get(touched); v != nil {
		return v.at
	}
	for i := range r.values {
		if k := r.values[i].field.kind(); k == minimum || k == maximum {
			at = max(at, r.values[i].at)
		}
	}
	return at
}

// Tally reads one side of r, decayed to asOf. Times are whole seconds.
func (r *Record) Tally(s Side, asOf time.Time) store.Tally {
	return at(nil, asOf).tally(r, s)
}
