package model

import (
	"encoding/binary"
	"math"
	"slices"

	"postern/detect"
)

// encode writes the text model: bits, classes with bias and scale, the buckets
// as differences, the rows class by class, which packs best, and which buckets are
// known.
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
	for i := range t.words {
		w = binary.BigEndian.AppendUint64(w, t.words[i].known)
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
	t.words = make([]marks, 1<<t.bits/64)
	b := uint64(0)
	for i := range n {
		d := r.uint(1 << t.bits)
		if b += d; d == 0 && i > 0 || b >= 1<<t.bits {
			return nil, damaged("the text model's buckets")
		}
		t.words[b>>6].kept |= 1 << (b & 63)
	}
	columns := r.bytes(n * k)
	if len(r.rest) > 0 { // older files do not tell what is known beside the rows
		known := r.bytes(8 * len(t.words))
		for i := range len(known) / 8 {
			t.words[i].known = binary.BigEndian.Uint64(known[8*i:])
		}
	}
	if r.failed || len(r.rest) > 0 {
		return nil, damaged("the text model's rows")
	}
	t.rows = newRows(n, k)
	for j := range k {
		t.fill(j, columns[j*n:][:n])
	}
	t.index()
	return t, nil
}

// fill sets the weights of a class, one a byte. Where their steps are finer than
// those of rows, some fall together.
func (t *Text) fill(class int, steps []byte) {
	top := 1.0
	for _, b := range steps {
		top = max(top, math.Abs(float64(int8(b)))/maxStep) //nolint:gosec // the same bits
	}
	t.scale[class] *= float32(top)
	for i, b := range steps {
		t.rows.set(i, class, int8(math.Round(float64(int8(b))/top))) //nolint:gosec // the same bits
	}
}

// finite tells whether x is a number that can be reckoned with.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
