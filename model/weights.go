package model

import (
	"math"
	"math/bits"
	"slices"

	"postern/detect"
)

// TextWeights is a text model as numbers: what training makes, and what it can
// go on from.
type TextWeights struct {
	Bits    int // of a bucket's number: 10 to 24
	Classes []detect.Class
	Bias    []float32
	Buckets []uint32  // ascending
	Weights []float32 // of each bucket, one for each class
	Known   []uint32  // buckets that are known though they have no weights
}

// The sizes that a text model may have.
const (
	minBits = 10
	maxBits = 24
	maxRows = 1 << 20
)

// NewText quantises w: each class has 31 steps from its least weight to its
// greatest.
func NewText(w *TextWeights) *Text {
	k := len(w.Classes)
	t := &Text{
		bits: w.Bits, classes: slices.Clone(w.Classes), bias: slices.Clone(w.Bias),
		scale: make([]float32, k), words: make([]marks, 1<<w.Bits/64), rows: newRows(len(w.Buckets), k),
	}
	for i, v := range w.Weights {
		t.scale[i%k] = max(t.scale[i%k], float32(math.Abs(float64(v)))/maxStep)
	}
	for i, v := range w.Weights {
		if s := t.scale[i%k]; s > 0 {
			t.rows.set(i/k, i%k, int8(math.Round(float64(v/s))))
		}
	}
	for _, b := range w.Buckets {
		t.words[b>>6].kept |= 1 << (b & 63)
	}
	for _, b := range w.Known {
		t.words[b>>6].known |= 1 << (b & 63)
	}
	t.index()
	return t
}

// index counts the rows before each of words. What has a row is known.
func (t *Text) index() {
	rows := 0
	t.rank = make([]uint32, len(t.words))
	for i := range t.words {
		m := &t.words[i]
		t.rank[i] = uint32(rows)
		rows += bits.OnesCount64(m.kept)
		m.known |= m.kept
	}
}

// Weights is the model as numbers again, quantised as they are.
func (t *Text) Weights() *TextWeights {
	w := &TextWeights{Bits: t.bits, Classes: slices.Clone(t.classes), Bias: slices.Clone(t.bias)}
	for i, m := range t.words {
		for b := range uint32(64) {
			switch at := uint32(i)<<6 | b; {
			case m.kept>>b&1 == 1:
				w.Buckets = append(w.Buckets, at)
			case m.known>>b&1 == 1:
				w.Known = append(w.Known, at)
			}
		}
	}
	w.Weights = make([]float32, 0, len(w.Buckets)*len(t.classes))
	for i := range w.Buckets {
		for j, scale := range t.scale {
			w.Weights = append(w.Weights, float32(t.rows.at(i, j))*scale)
		}
	}
	return w
}
