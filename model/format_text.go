package model

import (
	"math"
	"slices"

	"postern/detect"
)

// encode writes the text model: bits, classes with bias and scale, the buckets
// as differences, and the rows class by class, which packs best.
func (t *Text) encode() []byte {
	var w writer
	w.uint(uint64(t.bits)) //nolint:gosec // small
	w.uint(uint64(len(t.classes)))
	for j, c := range t.classes {
		w.string(c.String())
		w.float32(t.bias[j])
		w.float32(t.scale[j])
	}
	buckets := t.Weights().Buckets
	w.uint(uint64(len(buckets)))
	last := uint32(0)
	for _, b := range buckets {
		w.uint(uint64(b - last))
		last = b
	}
	w = slices.Grow(w, len(buckets)*len(t.classes))
	for j := range t.classes {
		for i := range buckets {
			w = append(w, byte(t.rows.at(i, j))) //nolint:gosec // the same bits
		}
	}
	return w
}

func decodeText(data []byte) (*Text, error) {
	r := &scanner{rest: data}
	t := &Text{bits: int(r.uint(maxBits))} //nolint:gosec // bounded
	if t.bits < minBits {
		return nil, damaged("the text model's buckets have %d bits", t.bits)
	}
	k := int(r.uint(uint64(detect.NumClasses))) //nolint:gosec // bounded
	for range k {
		c, ok := detect.ParseClass(r.string())
		if n := len(t.classes); !ok || n > 0 && c <= t.classes[n-1] {
			return nil, damaged("the text model's classes")
		}
		t.classes, t.bias, t.scale = append(t.classes, c), append(t.bias, r.float32()), append(t.scale, r.float32())
	}
	n := int(r.uint(maxRows)) //nolint:gosec // bounded
	if r.failed || k == 0 || n*k > len(r.rest) {
		return nil, damaged("the text model is cut off")
	}
	t.keep = make([]uint64, 1<<t.bits/64)
	b := uint64(0)
	for i := range n {
		d := r.uint(1 << t.bits)
		if b += d; d == 0 && i > 0 || b >= 1<<t.bits {
			return nil, damaged("the text model's buckets")
		}
		t.keep[b>>6] |= 1 << (b & 63)
	}
	columns := r.bytes(n * k)
	if r.failed || len(r.rest) > 0 {
		return nil, damaged("the text model's rows")
	}
	t.rows = newRows(n, k)
	for i := range n {
		for j := range k {
			t.rows.set(i, j, int8(columns[j*n+i])) //nolint:gosec // the same bits
		}
	}
	t.index()
	return t, nil
}

// finite tells whether x is a number that can be reckoned with.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
