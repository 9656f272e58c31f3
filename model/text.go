package model

import (
	"math"
	"math/bits"

	"postern/detect"
)

// A Text is the text model: a linear softmax over hashed n-grams, pruned and
// quantised. It is safe for concurrent use.
type Text struct {
	bits    int
	classes []detect.Class
	bias    []float32
	scale   []float32 // of one unit of a row, by class
	keep    []uint64  // bitmap of the buckets with a row
	rank    []uint32  // rows before each word of keep
	rows    []int8    // len(classes) each
}

// Scores is what the text model makes of a message.
type Scores struct {
	Logit [detect.NumClasses]float64 // -Inf for a class that the model does not know
	P     [detect.NumClasses]float64 // softmax of Logit
	Known float64                    // share of the n-grams that the model has weights for; NaN where there is no text
}

// None is the scores of a message without text, or without a text model.
func None() *Scores { return &Scores{Known: math.NaN()} }

// Classes lists the classes that the model knows.
func (t *Text) Classes() []detect.Class { return t.classes }

// Score reads the text once.
func (t *Text) Score(in *TextInput) *Scores {
	s := None()
	k := len(t.classes)
	logits := make([]float64, k)
	sums := make([]int64, k*int(numKinds))
	all, known := 0, 0
	t.count(in, func(sp space, c *counter) {
		clear(sums)
		for _, i := range c.used {
			slot := c.slots[i]
			n := repeated(slot.count)
			known += int(slot.count)
			sum := sums[int(slot.kind)*k:][:k]
			for j, w := range t.row(slot.bucket) {
				sum[j] += n * int64(w)
			}
		}
		for kind, n := range c.n {
			all += n
			x := shorten(sp, n) / 256
			for j := range logits {
				logits[j] += x * float64(sums[kind*k+j]) * float64(t.scale[j])
			}
		}
	})
	if all == 0 {
		return s
	}
	s.Known = float64(known) / float64(all)
	for c := range s.Logit {
		s.Logit[c] = math.Inf(-1)
	}
	for j, c := range t.classes {
		s.Logit[c] = logits[j] + float64(t.bias[j])
	}
	softmax(s.P[:], s.Logit[:])
	return s
}

// count hands over the counted n-grams of each space.
func (t *Text) count(in *TextInput, yield func(space, *counter)) {
	countGrams(in, newCounter(t.bits, t.keep, slotsFor(in)), yield)
}

// slotsFor is a table of which a text fills less than half, as a rule.
func slotsFor(in *TextInput) int { return 1 << bits.Len(uint(255+min(len(in.Body), maxBody)/2)) } //nolint:gosec // small

func countGrams(in *TextInput, c *counter, yield func(space, *counter)) {
	r := &reader{folds: folds(), out: c}
	last := inSubject
	in.each(func(s space, text string) {
		if s != last {
			yield(last, c)
			c.clear()
			last = s
		}
		r.read(s, text)
	})
	yield(last, c)
}

// row is the weights of a bucket that is kept.
func (t *Text) row(b uint32) []int8 {
	word := t.keep[b>>6]
	i := int(t.rank[b>>6]) + bits.OnesCount64(word&(1<<(b&63)-1))
	k := len(t.classes)
	return t.rows[i*k : (i+1)*k]
}

// softmax writes the probabilities that go with logits.
func softmax(p, logits []float64) {
	top := math.Inf(-1)
	for _, l := range logits {
		top = max(top, l)
	}
	sum := 0.0
	for i, l := range logits {
		p[i] = math.Exp(l - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}

// A Term is one bucket of a text with its value.
type Term struct {
	Bucket uint32
	X      float32
}

// Terms is the text as the vector that a text model with buckets of so many
// bits is trained on.
func Terms(in *TextInput, bits int) []Term {
	var terms []Term
	countGrams(in, newCounter(bits, nil, 4*slotsFor(in)), func(s space, c *counter) {
		for _, i := range c.used {
			slot := c.slots[i]
			x := shorten(s, c.n[slot.kind]) * float64(repeated(slot.count)) / 256
			terms = append(terms, Term{slot.bucket, float32(x)})
		}
	})
	return terms
}
