package record

import (
	"slices"

	"postern/store"
)

// A Mark is what one sighting leaves in the records of its entities.
type Mark struct {
	At       int64 // seconds since 1970
	Written  int64 // by the clock of who wrote it first
	Label    store.Label
	Verified bool
	Outbound bool
	Reply    bool
	Stranger bool
	Traits   []Trait
	Parts    []Part
}

// A Trait is one of the sighting's, its value hashed.
type Trait struct {
	Kind store.Kind
	ID   uint32
	Keep store.Keep
}

// A Part is what the mark leaves in one record.
type Part struct {
	Class Class
	Role  Role
	Key   Key
	adds  []addition
}

// A Key names a record.
type Key [16]byte

// A Role says which sides of a record a sighting counts for. Numbers are
// written into stores.
type Role uint8

// The roles.
const (
	Author  Role = iota // of the message: verified or claimed
	Between             // as Author, and as outbound where it is
	Target              // outbound: one of ours wrote to it
	Object              // outbound where it is, or else as Author
)

// An addition is what a part adds to one field beside what all parts do.
type addition struct {
	field Field // of the first side
	limit uint16
	items []item // in ascending order; the weight is a factor, or a sketch's rank
}

// Resume takes from an earlier mark of the same message what was measured
// against what was known then; a retry would find itself.
func (m *Mark) Resume(before *Mark) {
	if len(before.Parts) == 0 {
		return
	}
	m.Written, m.Reply, m.Stranger = before.Written, before.Reply, before.Stranger
	measured := func(a addition) bool { return a.field == gap || a.field == strangers }
	for i := range m.Parts {
		p := &m.Parts[i]
		for j := range before.Parts {
			if was := &before.Parts[j]; was.Key == p.Key && was.Class == p.Class && was.Role == p.Role {
				p.adds = slices.DeleteFunc(p.adds, measured)
				for _, a := range was.adds {
					if measured(a) {
						p.adds = append(p.adds, a)
					}
				}
			}
		}
	}
}

func (m *Mark) author() Side {
	if m.Verified {
		return Verified
	}
	return Claimed
}

func (m *Mark) sides(r Role) []Side {
	switch {
	case r == Target, r == Object && m.Outbound:
		return []Side{Outbound}
	case r == Between && m.Outbound:
		return []Side{m.author(), Outbound}
	}
	return []Side{m.author()}
}

// Do adds the mark to r, the record of one of its parts.
func (m *Mark) Do(r *Record, p *Part) { m.count(r, p, 1) }

// Undo takes back from r what the part counted. Times, days and sketches
// cannot be unmerged: they stay until others pass them, or until no good
// sighting is left to bear them.
func (m *Mark) Undo(r *Record, p *Part) { m.count(r, p, -1) }

// usual is about how many fields a new record has beside those of traits.
const usual = 8

// all is kept by all who keep any trait.
var all = store.Keep{Address: 1, Domain: 1, Org: 1}

func (m *Mark) count(r *Record, p *Part, sign float64) {
	if r.values == nil {
		r.values = make([]value, 0, usual+len(m.Traits)*int(min(1, p.Class.keeps(all))))
	}
	w := sign * weight(m.At, store.HalfLife)
	for _, s := range m.sides(p.Role) {
		m.countSide(r, p, s, w, sign)
	}
	if p.Class.busy() {
		r.tick(rate, m.At, sign)
		if m.Stranger && (p.Class == Org || p.Class == Campaign) {
			r.tick(strangerRate, m.At, sign)
		}
	}
	if m.Written != 0 {
		r.time(touched, m.Written)
	}
}

func (m *Mark) countSide(r *Record, p *Part, s Side, w, sign float64) {
	switch m.Label {
	case store.Good:
		r.add(good.of(s), w)
		r.time(first.of(s), m.At)
		r.time(last.of(s), m.At)
		m.countGood(r, p, s, w, sign)
	case store.Bad:
		r.add(bad.of(s), w)
		r.time(seen.of(s), m.At)
	case store.Unjudged:
		r.add(tried.of(s), w)
		r.time(seen.of(s), m.At)
	}
	if m.Label == store.Good || p.Class == Campaign {
		for i := range p.adds {
			m.put(r, &p.adds[i], s, w)
		}
	}
}

func (m *Mark) countGood(r *Record, p *Part, s Side, w, sign float64) {
	if p.Class.dated() {
		r.merge(&value{field: dates.of(s), at: dayOf(m.At), days: 1, weeks: 1})
	}
	if p.Class.lively() {
		r.add(recent.of(s), sign*weight(m.At, store.ShortHalfLife))
	}
	if m.Reply && p.Role != Target {
		r.add(replies.of(s), w)
	}
	if m.Stranger && p.Class == Org {
		r.add(strangers.of(s), w)
	}
	if p.Role == Target {
		return
	}
	var few [8]item // most kinds have one value
	for i := 0; i < len(m.Traits); {
		t := &m.Traits[i]
		v := value{field: traitField(t.Kind).of(s), limit: p.Class.keeps(t.Keep), sum: w, items: few[:0]}
		for ; i < len(m.Traits) && m.Traits[i].Kind == t.Kind; i++ {
			if v.limit > 0 {
				v.items = mergeItems(v.items, []item{{id: m.Traits[i].ID, at: hourOf(m.At), weight: w}}, either)
			}
		}
		if v.limit > 0 {
			v.cut()
			r.merge(&v)
		}
	}
}

// put makes one addition.
func (m *Mark) put(r *Record, a *addition, s Side, w float64) {
	f := a.field.of(s)
	switch a.field.kind() {
	case sum:
		r.add(f, w)
	case maximum:
		r.time(f, m.At)
	case sketch:
		r.merge(&value{field: f, items: a.items})
	case list:
		v := value{field: f, limit: a.limit, sum: w, items: slices.Clone(a.items)}
		for i := range v.items {
			v.items[i].weight *= w
			v.items[i].at = hourOf(m.At)
		}
		v.cut()
		r.merge(&v)
	case minimum, days, window: // no part adds these
	}
}

func (r *Record) add(f Field, w float64) { r.merge(&value{field: f, sum: w}) }
func (r *Record) time(f Field, at int64) { r.merge(&value{field: f, at: at}) }
func (r *Record) tick(f Field, at int64, n float64) {
	b := bucketOf(at)
	r.merge(&value{field: f, latest: b, items: []item{{id: b, weight: n}}})
}
