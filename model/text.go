package model

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"postern/detect"
)

// A Text is the text model: a linear softmax over hashed n-grams, pruned and
// quantised. It is safe for concurrent use.
type Text struct {
	bits    int
	classes []detect.Class
	bias    []float32
	scale   []float32 // of one step of a weight, by class
	words   []marks   // what is known of each bucket
	rank    []uint32  // rows before each of words
	rows    rows
}

// Marks tell of 64 buckets, a bit each, which have a row, and which the mail that
// was learned from had often enough to count as known. The others of these weigh
// too little.
type marks struct{ kept, known uint64 }

// Scores is what the text model makes of a message.
type Scores struct {
	Logit [detect.NumClasses]float64 // -Inf for a class that the model does not know
	P     [detect.NumClasses]float64 // softmax of Logit
	Known float64                    // share of the n-grams that the model knows; NaN where there is no text
}

// None is the scores of a message without text, or without a text model.
func None() *Scores { return &Scores{Known: math.NaN()} }

// Classes lists the classes that the model knows.
func (t *Text) Classes() []detect.Class { return t.classes }

// Score reads the text once.
func (t *Text) Score(in *TextInput) *Scores {
	s := None()
	var logits [detect.NumClasses]float64
	all, known := 0, 0
	read(in, t.bits, t.words, func(sp space, b *bag) {
		chars, words := t.sum(b)
		known += b.known
		all += b.cuts + len(b.entries)
		ofChars, ofWords := b.lengths()
		x, y := shorten(sp, ofChars)/repeatUnit, shorten(sp, ofWords)/repeatUnit
		for j, scale := range t.scale {
			logits[j] += float64(scale) * (x*float64(chars[j]) + y*float64(words[j]))
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

// sum adds up the rows of all n-grams of a bag: each once, and then again those
// of what is repeated.
func (t *Text) sum(b *bag) (chars, words sums) {
	t.locate(b.grams)
	t.locate(b.wholes)
	t.rows.add(&chars, b.grams, repeatUnit)
	t.rows.add(&words, b.wholes, repeatUnit)
	for _, i := range b.again {
		e := &b.entries[i]
		t.addEntry(&chars, &words, b, e, repeated(e.count)-repeatUnit)
	}
	return chars, words
}

// addEntry adds the rows of one entry of a bag whose n-grams are located.
func (t *Text) addEntry(chars, words *sums, b *bag, e *entry, n int64) {
	t.rows.add(chars, b.grams[e.from:e.to], n)
	if whole := [...]uint32{b.whole(e.hash)}; t.words[whole[0]>>6].kept>>(whole[0]&63)&1 == 1 {
		t.locate(whole[:])
		t.rows.add(words, whole[:], n)
	}
}

// locate puts rows in the place of buckets that are kept.
func (t *Text) locate(list []uint32) {
	for i, b := range list {
		word := t.words[b>>6].kept
		list[i] = t.rank[b>>6] + uint32(bits.OnesCount64(word&(1<<(b&63)-1))) //nolint:gosec // at most 64
	}
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
// bits is trained on, by bucket.
func Terms(in *TextInput, bits int) []Term {
	var terms []Term
	read(in, bits, nil, func(s space, b *bag) {
		ofChars, ofWords := b.lengths()
		x, y := shorten(s, ofChars)/repeatUnit, shorten(s, ofWords)/repeatUnit
		for i := range b.entries {
			e := &b.entries[i]
			n := float64(repeated(e.count))
			terms = append(terms, Term{b.whole(e.hash), float32(y * n)})
			for _, bucket := range b.grams[e.from:e.to] {
				terms = append(terms, Term{bucket, float32(x * n)})
			}
		}
	})
	slices.SortFunc(terms, func(a, b Term) int { return cmp.Compare(a.Bucket, b.Bucket) })
	kept := terms[:0]
	for _, t := range terms {
		if n := len(kept); n > 0 && kept[n-1].Bucket == t.Bucket {
			kept[n-1].X += t.X
		} else {
			kept = append(kept, t)
		}
	}
	return kept
}
