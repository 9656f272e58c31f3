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
	var logits [detect.NumClasses]float64
	all, known := 0, 0
	read(in, newBag(t.bits, wordsOf(in), t.keep), func(sp space, b *bag) {
		var chars, words sums
		for i := range b.entries {
			e := &b.entries[i]
			n := repeated(e.count)
			if b.counts(t.whole(e)) {
				words.add(n, t.row(t.whole(e)))
				known++
			}
			t.grams(&chars, b, e, n)
			known += int(e.to - e.from)
			all += int(e.grams) + 1
		}
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

// sums are rows added up, in steps of the scale and of repeatUnit.
type sums [detect.NumClasses]int64

func (s *sums) add(n int64, row []int8) {
	for j, w := range row {
		s[j] += n * int64(w)
	}
}

// whole is the bucket of a word or a pair.
func (t *Text) whole(e *entry) uint32 { return uint32(e.hash >> (64 - t.bits)) } //nolint:gosec // at most 24 bits

// grams adds the rows of an entry's character n-grams.
func (t *Text) grams(s *sums, b *bag, e *entry, n int64) {
	if e.from == e.to {
		return
	}
	var word [detect.NumClasses]int32
	for _, bucket := range b.buckets[e.from:e.to] {
		for j, w := range t.row(bucket) {
			word[j] += int32(w)
		}
	}
	for j := range t.classes {
		s[j] += n * int64(word[j])
	}
}

// wordsOf is about how many different words and pairs a text has.
func wordsOf(in *TextInput) int {
	n := minWords
	for 4*n < min(len(in.Body), maxBody) {
		n *= 2
	}
	return n
}

// read hands over the bag of each space.
func read(in *TextInput, b *bag, yield func(space, *bag)) {
	r := &reader{folds: folds(), out: b}
	last := inSubject
	in.each(func(s space, text string) {
		if s != last {
			yield(last, b)
			b.clear()
			last = s
		}
		r.read(s, text)
	})
	yield(last, b)
}

// row is the weights of a bucket that is kept.
func (t *Text) row(b uint32) []int8 {
	word := t.keep[b>>6]
	i := int(t.rank[b>>6]) + bits.OnesCount64(word&(1<<(b&63)-1))
	k := len(t.classes)
	return t.rows[i*k:][:k]
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
	read(in, newBag(bits, 4*wordsOf(in), nil), func(s space, b *bag) {
		ofChars, ofWords := b.lengths()
		x, y := shorten(s, ofChars)/repeatUnit, shorten(s, ofWords)/repeatUnit
		for i := range b.entries {
			e := &b.entries[i]
			n := float64(repeated(e.count))
			terms = append(terms, Term{uint32(e.hash >> b.shift), float32(y * n)}) //nolint:gosec // at most 24 bits
			for _, bucket := range b.buckets[e.from:e.to] {
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
