package model

import (
	"math"

	"postern/detect"
)

// Trees is the combined model, in three questions. Is the message unwanted?
// Which kind of unwanted is it? If it is wanted, is it graymail? The first has
// the operator's thresholds, the monotone constraints and the calibration to
// itself; the second is asked with few trees of few messages.
type Trees struct {
	Inputs   []string // what each value of a row is
	Unwanted Forest
	Curve    Curve // calibrates Unwanted

	Kinds []Kind  // of the unwanted classes that are known, ascending
	Heat  float64 // divides the log-odds of Kinds; above 0

	Graymail      Forest // of wanted mail
	GraymailCurve Curve
}

// A Kind is one unwanted class among the others: their log-odds make a softmax.
type Kind struct {
	Class detect.Class
	Forest
}

// maxOdds bounds the log-odds that are shown, so that a probability stays
// clear of 0 and 1.
const maxOdds = 18

// Predict is the probability of every class for a row, and the log-odds of
// being unwanted, calibrated.
func (t *Trees) Predict(row []float32) (p [detect.NumClasses]float64, odds float64) {
	raw := answers{unwanted: t.Unwanted.Predict(row), graymail: t.Graymail.Predict(row)}
	for i := range t.Kinds {
		raw.kinds[i] = t.Kinds[i].Predict(row)
	}
	return t.settle(&raw)
}

// answers are what the forests say.
type answers struct {
	unwanted, graymail Fixed
	kinds              [detect.NumClasses]Fixed // in the order of Trees.Kinds
}

// settle makes probabilities of the answers.
func (t *Trees) settle(a *answers) (p [detect.NumClasses]float64, odds float64) {
	odds = min(max(t.Curve.At(a.unwanted.Float()), -maxOdds), maxOdds)
	unwanted, wanted := sigmoid(odds), sigmoid(-odds)
	t.kinds(a, p[:])
	for i := range p {
		p[i] *= unwanted
	}
	gray := sigmoid(t.GraymailCurve.At(a.graymail.Float()))
	p[detect.Graymail], p[detect.Safe] = wanted*gray, wanted*(1-gray)
	return p, odds
}

// kinds writes to p what kind an unwanted message is.
func (t *Trees) kinds(a *answers, p []float64) {
	top := math.Inf(-1)
	for i := range t.Kinds {
		top = max(top, a.kinds[i].Float()/t.Heat)
	}
	sum := 0.0
	for i := range t.Kinds {
		x := math.Exp(a.kinds[i].Float()/t.Heat - top)
		p[t.Kinds[i].Class] = x
		sum += x
	}
	for i := range t.Kinds {
		p[t.Kinds[i].Class] /= sum
	}
	if len(t.Kinds) == 0 {
		p[detect.Spam] = 1
	}
}

// usualInputs is how many inputs cost no allocation.
const usualInputs = 640

// walkers are the forests of a combined model, made ready to be asked often.
type walkers struct {
	trees              *Trees
	unwanted, graymail *walker
	kinds              []*walker
}

func newWalkers(t *Trees) *walkers {
	w := &walkers{trees: t, unwanted: newWalker(&t.Unwanted), graymail: newWalker(&t.Graymail)}
	for i := range t.Kinds {
		w.kinds = append(w.kinds, newWalker(&t.Kinds[i].Forest))
	}
	return w
}

// predict is [Trees.Predict].
func (w *walkers) predict(row []float32) (p [detect.NumClasses]float64, odds float64) {
	var room [2 * usualInputs]int32
	k := keys(room[:0], row)
	raw := answers{unwanted: w.unwanted.predict(k), graymail: w.graymail.predict(k)}
	for i := range w.kinds {
		raw.kinds[i] = w.kinds[i].predict(k)
	}
	return w.trees.settle(&raw)
}
