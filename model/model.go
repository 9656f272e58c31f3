package model

import (
	"postern/detect"
	"postern/signals"
)

// A Model is a bundle bound to today's signals. It is safe for concurrent use.
type Model struct {
	Bundle
	inputs *Inputs
}

// New binds b.
func New(b *Bundle) *Model {
	m := &Model{Bundle: *b}
	if b.Trees != nil {
		m.inputs = NewInputs(b.Trees.Inputs)
	}
	return m
}

// A Prediction is what a model makes of one message.
type Prediction struct {
	P        [detect.NumClasses]float64 // of each class; they add up to 1
	Unwanted float64                    // calibrated probability of an attack or spam
	Odds     float64                    // its log-odds
	Text     *Scores
	row      []float32
}

// Predict judges one message, for which the heuristics found what found says.
func (m *Model) Predict(f *signals.Facts, v signals.Vector, found []detect.Finding) Prediction {
	p := Prediction{Text: None()}
	if m.Text != nil {
		in := TextOf(f.Msg)
		p.Text = m.Text.Score(&in)
	}
	if m.Trees == nil {
		p.P = p.Text.P
		p.Odds = p.Text.odds(0, detect.Spam)
		p.Unwanted = sigmoid(p.Odds)
		return p
	}
	p.row = make([]float32, len(m.Trees.Inputs))
	m.inputs.Row(p.row, v, found, p.Text)
	p.P, p.Odds = m.Trees.Predict(p.row)
	p.Unwanted = sigmoid(p.Odds)
	return p
}
