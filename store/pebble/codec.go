package pebble

import (
	"encoding/binary"
	"math"
	"time"
)

// A writer encodes values one after the other: numbers as varints, texts with
// their length. A reader gives them back in the same order.
type writer []byte

func (w *writer) int(v int64) { *w = binary.AppendVarint(*w, v) }
func (w *writer) byte(v byte) { *w = append(*w, v) }
func (w *writer) text(s string) {
	*w = binary.AppendUvarint(*w, uint64(len(s)))
	*w = append(*w, s...)
}

func (w *writer) bool(v bool) {
	if v {
		w.byte(1)
	} else {
		w.byte(0)
	}
}

func (w *writer) float(v float64) {
	*w = binary.LittleEndian.AppendUint64(*w, math.Float64bits(v))
}

// time writes seconds and nanoseconds; the zone is not kept.
func (w *writer) time(t time.Time) {
	w.bool(!t.IsZero())
	if !t.IsZero() {
		w.int(t.Unix())
		w.int(int64(t.Nanosecond()))
	}
}

func (w *writer) texts(list []string) { writeList(w, list, (*writer).text) }

// writeList writes a list: its length, then each element.
func writeList[T any](w *writer, list []T, write func(*writer, T)) {
	*w = binary.AppendUvarint(*w, uint64(len(list)))
	for _, v := range list {
		write(w, v)
	}
}

// Most signals are small whole numbers or unknown, and take one byte.
const (
	smallest = 250  // largest whole number in one byte
	unknown  = 0xfe // NaN
	full     = 0xff // eight bytes follow
)

func (w *writer) signal(v float64) {
	switch {
	case math.IsNaN(v):
		w.byte(unknown)
	case v >= 0 && v <= smallest && v == math.Trunc(v) && !math.Signbit(v):
		w.byte(byte(v))
	default:
		w.byte(full)
		w.float(v)
	}
}

// A reader decodes what a writer wrote. After the first value that is not
// there all others are zero, and bad is set.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) fail() { r.rest, r.bad = nil, true }

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) byte() byte {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) bool() bool   { return r.byte() == 1 }
func (r *reader) text() string { return string(r.take(r.uint())) }

func (r *reader) float() float64 {
	if b := r.take(8); len(b) == 8 {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (r *reader) time() time.Time {
	if !r.bool() {
		return time.Time{}
	}
	sec, ns := r.int(), r.int()
	return time.Unix(sec, ns).UTC()
}

func (r *reader) texts() []string { return readList(r, (*reader).text) }

func readList[T any](r *reader, read func(*reader) T) []T {
	n := r.uint()
	if n > uint64(len(r.rest)) { // each takes a byte at least
		r.fail()
	}
	var list []T
	for ; n > 0 && !r.bad; n-- {
		list = append(list, read(r))
	}
	return list
}

func (r *reader) signal() float64 {
	switch b := r.byte(); b {
	case unknown:
		return math.NaN()
	case full:
		return r.float()
	default:
		if b > smallest {
			r.fail()
		}
		return float64(b)
	}
}

// end reports whether all was read and nothing is left.
func (r *reader) end() error {
	if r.bad || len(r.rest) > 0 {
		return errDamaged
	}
	return nil
}
