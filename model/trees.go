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
	odds = t.odds(t.Unwanted.Predict(row))
	unwanted, wanted := sigmoid(odds), sigmoid(-odds)
	t.kinds(row, p[:])
	for i := range p {
		p[i] *= unwanted
	}
	gray := sigmoid(t.GraymailCurve.At(t.Graymail.Predict(row).Float()))
	p[detect.Graymail], p[detect.Safe] = wanted*gray, wanted*(1-gray)
	return p, odds
}

func (t *Trees) odds(raw Fixed) float64 {
	return min(max(t.Curve.At(raw.Float()), -maxOdds), maxOdds)
}

// kinds writes to p what kind an unwanted message is.
func (t *Trees) kinds(row []float32, p []float64) {
	top := math.Inf(-1)
	for i := range t.Kinds {
		k := &t.Kinds[i]
		p[k.Class] = k.Predict(row).Float() / t.Heat
		top = max(top, p[k.Class])
	}
	sum := 0.0
	for i := range t.Kinds {
		c := t.Kinds[i].Class
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for i := range t.Kinds {
		p[t.Kinds[i].Class] /= sum
	}
	if len(t.Kinds) == 0 {
		p[detect.Spam] = 1
	}
}
