// Package record is the algebra of history: what is known of one entity, as
// fields that merge. Merging is associative and commutative, so that an
// embedded engine, a shared one and a bulk load arrive at the same record in
// whatever order sightings come. It knows no engine, no key and no clock.
package record

import (
	"encoding/binary"
	"errors"
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

	kinds = 1 << 3 // room for more
)

func (f Field) kind() kind { return kind(f % kinds) }

// version heads every encoded record.
const version = 1

// maxField bounds how many fields a record may have.
const maxField = 1 << 10

// errDamaged reports bytes that are no record.
var errDamaged = errors.New("record: damaged")

type value struct {
	field Field
	sum   float64 // where the field is a sum
	at    int64   // elsewhere
}

// A Record is what is known of one entity: fields in ascending order, each at
// most once. The zero Record is an entity never seen.
type Record struct{ values []value }

// Reset empties r and keeps its memory.
func (r *Record) Reset() { r.values = r.values[:0] }

// Merge adds what o knows to r. Neither the order of merges nor their grouping
// matters, save for the rounding of sums.
func (r *Record) Merge(o Record) {
	for _, v := range o.values {
		r.merge(v)
	}
}

func (r *Record) merge(v value) {
	i, found := slices.BinarySearchFunc(r.values, v.field, func(v value, f Field) int { return int(v.field) - int(f) })
	if !found {
		r.values = slices.Insert(r.values, i, v)
		return
	}
	have := &r.values[i]
	switch v.field.kind() {
	case sum:
		have.sum = min(max(have.sum+v.sum, -math.MaxFloat64), math.MaxFloat64)
	case minimum:
		have.at = min(have.at, v.at)
	case maximum:
		have.at = max(have.at, v.at)
	}
}

func (r *Record) add(f Field, weight float64) { r.merge(value{field: f, sum: weight}) }
func (r *Record) time(f Field, at int64)      { r.merge(value{field: f, at: at}) }

func (r *Record) get(f Field) (value, bool) {
	for _, v := range r.values {
		if v.field == f {
			return v, true
		}
	}
	return value{}, false
}

// Append encodes r behind b: the version, then each field's number (uvarint)
// and value (a sum in eight bytes, little-endian; a time as zigzag varint).
func (r *Record) Append(b []byte) []byte {
	b = append(b, version)
	for _, v := range r.values {
		b = binary.AppendUvarint(b, uint64(v.field))
		if v.field.kind() == sum {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.sum))
		} else {
			b = binary.AppendVarint(b, v.at)
		}
	}
	return b
}

// MergeEncoded adds an encoded record to r. Where b is damaged r is left as it
// was.
func (r *Record) MergeEncoded(b []byte) error {
	if err := walk(b, func(value) {}); err != nil {
		return err
	}
	return walk(b, r.merge)
}

// walk calls f for each field of an encoded record.
func walk(b []byte, f func(value)) error {
	if len(b) == 0 || b[0] != version {
		return errDamaged
	}
	b = b[1:]
	for next := uint64(0); len(b) > 0; {
		field, n := binary.Uvarint(b)
		if n <= 0 || field < next || field >= maxField {
			return errDamaged
		}
		next, b = field+1, b[n:]
		v := value{field: Field(field)}
		switch v.field.kind() {
		case sum:
			if len(b) < 8 {
				return errDamaged
			}
			v.sum, n = math.Float64frombits(binary.LittleEndian.Uint64(b)), 8
			if math.IsNaN(v.sum) || math.IsInf(v.sum, 0) {
				return errDamaged
			}
		case minimum, maximum:
			if v.at, n = binary.Varint(b); n <= 0 {
				return errDamaged
			}
		default:
			return errDamaged
		}
		b = b[n:]
		f(v)
	}
	return nil
}
