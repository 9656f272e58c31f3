package model

import (
	"cmp"
	"math"
	"slices"

	"postern/detect"
	"postern/signals"
)

// A Contribution is what one input adds to the log-odds that a message is
// unwanted.
type Contribution struct {
	Input  string          // "calibration" for what the curve adds
	Signal *signals.Signal // nil where the input is none
	Value  float64         // NaN where unknown
	Odds   Fixed
}

// An Explanation takes a prediction apart: the base and all contributions add
// up to Odds, exactly.
type Explanation struct {
	Base          Fixed          // of a message of which nothing is known
	Contributions []Contribution // greatest first, either way; none is 0
	Odds          Fixed          // calibrated log-odds of being unwanted
	Class         detect.Class
}

// calibration is the name of what a curve adds.
const calibration = "calibration"

// Explain takes p apart.
func (m *Model) Explain(p *Prediction) Explanation {
	e := Explanation{Odds: ToFixed(p.Odds), Class: p.Likeliest()}
	if m.Trees == nil {
		e.Base = e.Odds
		return e
	}
	by := make([]Fixed, len(p.Row))
	e.Base = m.Trees.Unwanted.Explain(p.Row, by)
	sum := e.Base
	for i, odds := range by {
		sum += odds
		if odds != 0 {
			e.Contributions = append(e.Contributions, Contribution{m.Trees.Inputs[i], m.signals[i], float64(p.Row[i]), odds})
		}
	}
	if rest := e.Odds - sum; rest != 0 {
		e.Contributions = append(e.Contributions, Contribution{calibration, nil, math.NaN(), rest})
	}
	slices.SortStableFunc(e.Contributions, func(a, b Contribution) int { return cmp.Compare(abs(b.Odds), abs(a.Odds)) })
	return e
}

func abs(x Fixed) Fixed { return max(x, -x) }

// A Word is a word of the text, or the same word in several places, with what
// its n-grams add to the log-odds of a class against safe.
type Word struct {
	Where string // as in a sentence: "subject"
	Text  string // as it stands there
	Odds  float64
}

// maxWords bounds the different words that are told apart.
const maxWords = 4096

// Words lists the words of a text that speak most for a class against safe,
// at most n of them, and none that speaks against.
func (t *Text) Words(in *TextInput, c detect.Class, n int) []Word {
	yes, no := slices.Index(t.classes, c), slices.Index(t.classes, detect.Safe)
	if yes < 0 || no < 0 || yes == no {
		return nil
	}
	counted := newCounter(t.bits, t.keep, slotsFor(in))
	sums := map[Word]float64{} // keyed by words of no weight
	countGrams(in, counted, func(s space, c *counter) {
		word := 0.0
		again := &counter{shift: c.shift, keep: c.keep, seen: func(b uint32) {
			slot := c.find(b)
			row := t.row(b)
			x := shorten(s, c.n[slot.kind]) * float64(repeated(slot.count)) / 256 / float64(slot.count)
			word += x * float64(float32(row[yes])*t.scale[yes]-float32(row[no])*t.scale[no])
		}}
		r := &reader{folds: folds(), out: again}
		in.each(func(of space, text string) {
			if of != s {
				return
			}
			r.told = func(from, to int) {
				key := Word{Where: s.String(), Text: text[from:to]}
				if _, ok := sums[key]; ok || len(sums) < maxWords {
					sums[key] += word
				}
				word = 0
			}
			r.read(s, text)
		})
	})
	return heaviest(sums, n)
}

func heaviest(sums map[Word]float64, n int) []Word {
	var list []Word
	for w, odds := range sums {
		if w.Odds = odds; odds > 0 && w.Text != "" {
			list = append(list, w)
		}
	}
	slices.SortFunc(list, func(a, b Word) int {
		return cmp.Or(cmp.Compare(b.Odds, a.Odds), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Where, b.Where))
	})
	return list[:min(n, len(list))]
}
