package model

import (
	"math"
	"strings"

	"postern/detect"
	"postern/signals"
)

// Detector is the name of a model's findings.
const Detector = "model"

// A Model is a bundle bound to today's signals. It is safe for concurrent use.
type Model struct {
	Bundle
	inputs  *Inputs
	trees   *walkers
	signals []*signals.Signal // of the inputs; nil where an input is none
}

// New binds b: inputs are found by their names, and what nothing bears any
// more is unknown.
func New(b *Bundle) *Model {
	m := &Model{Bundle: *b}
	if b.Trees != nil {
		m.inputs, m.trees = NewInputs(b.Trees.Inputs), newWalkers(b.Trees)
		for i := range m.inputs.from {
			m.signals = append(m.signals, m.inputs.from[i].signal)
		}
	}
	return m
}

// A Prediction is what a model makes of one message.
type Prediction struct {
	P        [detect.NumClasses]float64 // of each class; they add up to 1
	Unwanted float64                    // calibrated probability of an attack or spam
	Odds     float64                    // its log-odds
	Text     *Scores                    // what the text model says
	Row      []float32                  // the inputs of the trees
}

// Likeliest is the likeliest unwanted class.
func (p *Prediction) Likeliest() detect.Class {
	best := detect.Class(0)
	for c := range detect.Spam + 1 {
		if p.P[c] > p.P[best] {
			best = c
		}
	}
	return best
}

// Read is what the text model says of a message.
func (m *Model) Read(f *signals.Facts) *Scores {
	if m.Text == nil {
		return None()
	}
	in := TextOf(f.Msg)
	return m.Text.Score(&in)
}

// Predict judges one message, in which the heuristics found what found says
// and whose text is scored already.
func (m *Model) Predict(v signals.Vector, found []detect.Finding, text *Scores) Prediction {
	p := Prediction{Text: text}
	if m.Trees != nil {
		p.Row = make([]float32, len(m.Trees.Inputs))
		m.inputs.Row(p.Row, v, found, text)
		p.P, p.Odds = m.trees.predict(p.Row)
		p.Unwanted = sigmoid(p.Odds)
		return p
	}
	p.P, p.Odds = text.P, text.Odds()
	if math.IsNaN(p.Odds) { // no text, and nothing else to go by
		p.P, p.Odds = [detect.NumClasses]float64{detect.Safe: 1}, -maxOdds
	}
	p.Unwanted = sigmoid(p.Odds)
	return p
}

// inService is the prediction where unwanted mail is rarer than in the data that
// the model learned from, by prior in log-odds (Elkan 2001, "The foundations of
// cost-sensitive learning", theorem 2). What the classes share stays as it is.
func (p *Prediction) inService(prior float64) (all [detect.NumClasses]float64, unwanted float64) {
	all = p.P
	if prior == 0 {
		return all, p.Unwanted
	}
	unwanted = sigmoid(p.Odds + prior)
	for c := range all {
		before, after := p.Unwanted, unwanted
		if !detect.Class(c).Unwanted() {
			before, after = 1-before, 1-after
		}
		if before > 0 {
			all[c] *= after / before
		}
	}
	return all, unwanted
}

// Recall predicts anew from what a journal kept: values by name, of signals and
// of the text model's outputs, and the scores of detectors.
func (m *Model) Recall(values, scores map[string]float64) (p Prediction, ok bool) {
	if m.Trees == nil {
		return p, false
	}
	p.Row = make([]float32, len(m.Trees.Inputs))
	for i, name := range m.Trees.Inputs {
		v, known := values[name]
		if h, found := strings.CutPrefix(name, heuristicPrefix); found {
			v, known = scores[h], true
		}
		if !known {
			v = math.NaN()
		}
		p.Row[i] = float32(v)
	}
	p.P, p.Odds = m.trees.predict(p.Row)
	p.Unwanted = sigmoid(p.Odds)
	return p, true
}

// Judge predicts, and adds what it suspects to what the heuristics found, with
// its reasons. The text is read already.
func (m *Model) Judge(f *signals.Facts, v signals.Vector, found []detect.Finding, text *Scores) ([]detect.Finding, Prediction) {
	if m.Text == nil && m.Trees == nil {
		return found, Prediction{}
	}
	found, p := m.Weigh(v, found, text)
	own := &found[len(found)-1]
	own.Evidence = m.evidence(f, own.Score, &p)
	return found, p
}

// Weigh is Judge without reasons, of a text that is read. The findings that are
// among the inputs, and look at what the model looks at, are marked as weighed.
func (m *Model) Weigh(v signals.Vector, found []detect.Finding, text *Scores) ([]detect.Finding, Prediction) {
	p := m.Predict(v, found, text)
	if m.inputs != nil {
		for i := range found {
			found[i].Weighed = judgesContent[found[i].Detector] && m.inputs.Weighs(found[i].Detector)
		}
	}
	all, unwanted := p.inService(m.Card.Prior)
	return append(found, detect.Finding{Detector: Detector, Class: p.Likeliest(), Score: unwanted, P: &all}), p
}

// judgesContent lists the detectors whose findings a model of labelled mail may
// weigh: what they look at stands in the message, and is frequent in that mail.
// The others rest on DNS, on memory, or on what is rare there, and speak for
// themselves.
var judgesContent = map[string]bool{
	"advance-fee": true, "brand-impersonation": true, "link-disguise": true, "reply-diversion": true,
}
