package model

import (
	"strings"

	"postern/detect"
	"postern/signals"
)

// How much a model says.
const (
	speaks       = 0.02 // score from which it gives reasons
	maxEvidence  = 3    // signals
	maxTextual   = 3    // words
	worthTelling = 0.15 // log-odds that a reason adds
)

// evidence is the reasons for a prediction in sentences: what the signals add,
// and the words of the text. Score is the model's own in service.
func (m *Model) evidence(f *signals.Facts, score float64, p *Prediction) []detect.Evidence {
	if score < speaks {
		return nil
	}
	e := m.Explain(p)
	var list []detect.Evidence
	for _, c := range e.Contributions {
		if text := c.say(); text != "" && c.Odds.Float() >= worthTelling && len(list) < maxEvidence {
			list = append(list, detect.Evidence{Signal: c.Signal, Text: text})
		}
	}
	if words := m.words(f, &e); words != "" {
		list = append(list, detect.Evidence{Text: words})
	}
	return list
}

// say puts a contribution into a clause; it is empty where that says nothing.
func (c *Contribution) say() string {
	if c.Signal == nil {
		return ""
	}
	return c.Signal.Say(c.Value)
}

// words is the sentence about the text; empty where the text says little.
func (m *Model) words(f *signals.Facts, e *Explanation) string {
	weight := Fixed(0)
	for _, c := range e.Contributions {
		if strings.HasPrefix(c.Input, textPrefix) {
			weight += c.Odds
		}
	}
	if m.Text == nil || m.Trees != nil && weight.Float() < worthTelling {
		return ""
	}
	in := TextOf(f.Msg)
	var list []string
	for _, w := range m.Text.Words(&in, e.Class, maxTextual) {
		list = append(list, detect.Quote(w.Text)+" ("+w.Where+")")
	}
	if len(list) == 0 {
		return ""
	}
	return "it is worded like " + strings.ReplaceAll(e.Class.String(), "_", " ") + ": " + strings.Join(list, ", ")
}
