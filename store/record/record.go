// Package record is the algebra of history: what is known of one entity, as
// fields that merge. Merging is associative and commutative, so that an
// embedded engine, a shared one and a bulk load arrive at the same record in
// whatever order sightings come. It knows no engine, no key and no clock.
//
// It holds exactly, save that a sum is rounded beyond 2^29 messages in two
// years, and that lists longer than their capacity forget: see [list].
package record

import (
	"math"
	"slices"
)

// A Field names one field of a record and, in its low three bits, how two
// values of it merge. Numbers are written into stores: they keep their meaning
// for ever, and a reader merges fields that it has never heard of.
type Field uint16

// A kind is a way to merge.
type kind Field

const (
	sum     kind = iota // float64: added
	minimum             // int64: the smaller one
	maximum             // int64: the larger one
	days                // the days and weeks up to the latest: united
	window              // counts of the ten minutes up to the latest: added
	list                // what was seen most and last: added, then cut to capacity
	sketch              // how many were different: the larger of each register

	kinds = 1 << 3 // room for one more
)

func (f Field) kind() kind { return kind(f % kinds) }

// maxField bounds how many fields a record may have.
const maxField = 1 << 14

// A value is that of one field; its kind says which parts it uses.
type value struct {
	field  Field
	limit  uint16  // capacity of a list
	sum    float64 // and the total of a list
	at     int64   // a time, and the latest day of days
	days   uint64  // bit n: n days before the latest
	weeks  uint64  // bit n: n weeks before the latest day's week
	latest uint32  // bucket of a window
	items  []item  // in ascending order of id
}

// An item is one element of a list, bucket of a window or register of a
// sketch.
type item struct {
	id     uint32
	at     uint32  // hour of the latest sighting, since 1970; of a list
	weight float64 // count of a bucket, rank of a register
	text   []byte  // sealed; nil where the id is all that is needed
}

// A Record is what is known of one entity: fields in ascending order, each at
// most once. The zero Record is an entity never seen.
type Record struct {
	values []value
	arena  []item // where decoded items are
}

// Reset empties r and keeps its memory.
func (r *Record) Reset() { r.values, r.arena = r.values[:0], r.arena[:0] }

// Empty tells whether nothing is known.
func (r *Record) Empty() bool { return len(r.values) == 0 }

// Forgets tells whether r has lists of which merging may drop something.
func (r *Record) Forgets() bool {
	return slices.ContainsFunc(r.values, func(v value) bool {
		return v.field >= traits || v.field.kind() == list && v.field >= names && v.field < parties
	})
}

// Merge adds what o knows to r. Neither the order of merges nor their grouping
// matters.
func (r *Record) Merge(o *Record) {
	for i := range o.values {
		r.merge(&o.values[i])
	}
}

// Clone is a copy of r that takes no more memory than it needs.
func (r *Record) Clone() *Record {
	n := 0
	for i := range r.values {
		n += len(r.values[i].items)
	}
	c := &Record{values: slices.Clone(r.values), arena: make([]item, 0, n)}
	for i := range c.values {
		v := &c.values[i]
		from := len(c.arena)
		c.arena = append(c.arena, v.items...)
		v.items = c.arena[from:len(c.arena):len(c.arena)]
	}
	return c
}

// Size is about how many bytes of memory r takes.
func (r *Record) Size() int {
	const ofRecord, ofValue, ofItem = 128, 80, 40
	n := ofRecord + len(r.values)*ofValue
	for i := range r.values {
		n += len(r.values[i].items) * ofItem
	}
	return n
}

// merge adds v, whose items stay the caller's.
func (r *Record) merge(v *value) {
	i := r.place(v.field)
	if i == len(r.values) || r.values[i].field != v.field {
		r.values = slices.Insert(r.values, i, value{
			field: v.field, limit: v.limit, sum: v.sum, at: v.at, days: v.days, weeks: v.weeks, latest: v.latest, items: slices.Clone(v.items),
		})
		return
	}
	have := &r.values[i]
	switch v.field.kind() {
	case sum:
		have.sum = add(have.sum, v.sum)
	case minimum:
		have.at = min(have.at, v.at)
	case maximum:
		have.at = max(have.at, v.at)
	case days:
		have.mergeDays(v)
	case window:
		have.mergeWindow(v)
	case list:
		have.mergeList(v)
	case sketch:
		have.items = mergeItems(have.items, v.items, highest)
	}
}

func add(a, b float64) float64 { return min(max(a+b, -math.MaxFloat64), math.MaxFloat64) }

// A mix says what becomes of two items with the same id.
type mix uint8

const (
	either  mix = iota // they are the same
	highest            // of the weights
	weights            // are added up
	both               // weights are added up, of times the latest and of texts the first
)

func (m mix) of(a, b *item) {
	switch m {
	case either:
	case highest:
		a.weight = max(a.weight, b.weight)
	case weights:
		a.weight = add(a.weight, b.weight)
	case both:
		a.weight, a.at = add(a.weight, b.weight), max(a.at, b.at)
		if a.text == nil || b.text != nil && slices.Compare(b.text, a.text) < 0 {
			a.text = b.text
		}
	}
}

// search is where id is, or where it would be.
func search(items []item, id uint32) (int, bool) {
	low, high := 0, len(items)
	for low < high {
		if middle := int(uint(low+high) / 2); items[middle].id < id {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(items) && items[low].id == id
}

// mergeItems unites two ascending lists.
func mergeItems(a, b []item, m mix) []item {
	if len(b) == 1 || len(a) > 8*len(b) { // most merges add one sighting
		for i := range b {
			if at, found := search(a, b[i].id); found {
				m.of(&a[at], &b[i])
			} else {
				a = slices.Insert(a, at, b[i])
			}
		}
		return a
	}
	out := make([]item, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].id < b[0].id:
			out, a = append(out, a[0]), a[1:]
		case a[0].id > b[0].id:
			out, b = append(out, b[0]), b[1:]
		default:
			m.of(&a[0], &b[0])
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// place is where f is, or where it would be.
func (r *Record) place(f Field) int {
	low, high := 0, len(r.values)
	for low < high {
		if middle := int(uint(low+high) / 2); r.values[middle].field < f {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

func (r *Record) get(f Field) *value {
	if i := r.place(f); i < len(r.values) && r.values[i].field == f {
		return &r.values[i]
	}
	return nil
}

func (r *Record) sum(f Field) float64 {
	if v := r.get(f); v != nil {
		return v.sum
	}
	return 0
}
