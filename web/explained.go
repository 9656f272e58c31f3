package web

import (
	"postern/model"
	"postern/signals"
	"postern/store"
)

// Explained is what a model makes of a message: base and contributions add up
// to the log-odds that it is unwanted.
type Explained struct {
	Name          string         `json:"name,omitempty"`
	Version       string         `json:"version,omitempty"`
	Odds          float64        `json:"log_odds"`
	Base          float64        `json:"base"`
	Contributions []Contribution `json:"contributions"`
	Words         []Word         `json:"words,omitempty"` // that speak for the likeliest attack, or for spam
}

// Contribution is what one input adds.
type Contribution struct {
	Input string   `json:"input"`
	Value *float64 `json:"value,omitempty"` // none where unknown
	Adds  float64  `json:"adds"`
}

// Word is what a word of the text adds to the log-odds of a class.
type Word struct {
	Where string  `json:"where"`
	Text  string  `json:"text"`
	Adds  float64 `json:"adds"`
}

// Explain puts an explanation in plain values.
func Explain(m *model.Model, p *model.Prediction) *Explained {
	e := m.Explain(p)
	out := &Explained{
		Name: m.Card.Name, Version: m.Card.Version, Odds: e.Odds.Float(), Base: e.Base.Float(),
		Contributions: make([]Contribution, len(e.Contributions)),
	}
	for i, c := range e.Contributions {
		out.Contributions[i] = Contribution{Input: c.Input, Adds: c.Odds.Float()}
		if signals.Known(c.Value) {
			out.Contributions[i].Value = &c.Value
		}
	}
	return out
}

// recall explains a journal entry by the model that is in force now; nil where
// there is none.
func (d *Desk) recall(e *store.Entry) *Explained {
	if d.Model == nil {
		return nil
	}
	m := d.Model()
	if m == nil {
		return nil
	}
	values, scores := make(map[string]float64, len(e.Signals)), map[string]float64{}
	for i, name := range e.Signals[:min(len(e.Signals), len(e.Values))] {
		values[name] = e.Values[i]
	}
	for _, f := range e.Findings {
		scores[f.Detector] = max(scores[f.Detector], f.Score)
	}
	p, ok := m.Recall(values, scores)
	if !ok || len(values) == 0 {
		return nil
	}
	return Explain(m, &p)
}
