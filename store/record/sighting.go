package record

import (
	"math"
	"time"

	"postern/store"
)

// A Side keeps apart who stands behind a name.
type Side uint8

// The sides of a record.
const (
	Verified Side = iota // the From domain was authenticated
	Claimed              // anybody may have written it
	Outbound             // one of ours wrote it; pairs alone have this side
)

// The fields of one side. Good and unwanted messages and attempts that nobody
// judged are counted apart, so that most records need one sum.
const (
	good  = Field(sum)
	bad   = Field(sum) + 1*kinds
	tried = Field(sum) + 2*kinds
	first = Field(minimum) + 3*kinds // of the good
	last  = Field(maximum) + 4*kinds // of the good
	seen  = Field(maximum) + 5*kinds // of the others

	sideFields = 16 * kinds // room for each side to grow
)

// epoch is where forward decay starts: a sighting t later weighs
// 2^(t/HalfLife), and is divided by the weight of the time that asks.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// Times outside of these years are moved to the border, so that weights stay
// finite whatever time a message claims.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// faint is the count below which nothing is left: what remains by rounding
// when a sighting is undone, or after twenty half-lives.
const faint = 1e-6

func clamp(at int64) int64 { return min(max(at, earliest), latest) }

func weight(at int64) float64 {
	return math.Exp2(float64(clamp(at)-epoch) / store.HalfLife.Seconds())
}

// A Mark is what one sighting leaves in the records of its entities.
type Mark struct {
	At       int64 // seconds since 1970
	Label    store.Label
	Verified bool
	Outbound bool
}

// MarkOf is the mark that s leaves.
func MarkOf(s store.Sighting) Mark {
	return Mark{At: clamp(s.AsOf.Unix()), Label: s.Label, Verified: s.Verified, Outbound: s.Outbound}
}

// Do adds the mark to r, the record of an entity of class c.
func (m Mark) Do(r *Record, c Class) {
	for _, side := range m.sides(c) {
		base := Field(side) * sideFields
		r.add(base+m.count(), weight(m.At))
		if m.Label == store.Good {
			r.time(base+first, m.At)
			r.time(base+last, m.At)
		} else {
			r.time(base+seen, m.At)
		}
	}
}

// Undo takes the mark's counts back from r. Times cannot be unmerged: they
// stay until other sightings pass them, or until no good sighting is left to
// bear them.
func (m Mark) Undo(r *Record, c Class) {
	for _, side := range m.sides(c) {
		r.add(Field(side)*sideFields+m.count(), -weight(m.At))
	}
}

func (m Mark) count() Field {
	switch m.Label {
	case store.Good:
		return good
	case store.Bad:
		return bad
	default:
		return tried
	}
}

func (m Mark) sides(c Class) []Side {
	sides := []Side{Claimed, Outbound}
	if m.Verified {
		sides[0] = Verified
	}
	if c != Pair || !m.Outbound {
		sides = sides[:1]
	}
	return sides
}

// Tally reads one side of r, decayed to asOf. Times are whole seconds.
func (r *Record) Tally(side Side, asOf time.Time) store.Tally {
	base, now := Field(side)*sideFields, weight(asOf.Unix())
	count := func(f Field) float64 {
		v, _ := r.get(base + f)
		if n := v.sum / now; n > faint {
			return n
		}
		return 0
	}
	t := store.Tally{Good: count(good), Bad: count(bad)}
	t.Attempts = t.Good + t.Bad + count(tried)
	if t.Good > 0 {
		t.First, t.Last = r.at(base+first), r.at(base+last)
	}
	return t
}

func (r *Record) at(f Field) time.Time {
	v, ok := r.get(f)
	if !ok {
		return time.Time{}
	}
	return time.Unix(v.at, 0).UTC()
}

// Latest is the newest time in r, in seconds since 1970: when its entity was
// last heard of. It is 0 for an empty record.
func (r *Record) Latest() (at int64) {
	for _, v := range r.values {
		if v.field.kind() != sum {
			at = max(at, v.at)
		}
	}
	return at
}
