package model

import (
	"math"
	"strings"
	"sync"

	"postern/detect"
	"postern/signals"
)

// Inputs that are no signals are named by where they come from.
const (
	textPrefix      = "text:"      // log-odds of a class by the text model
	heuristicPrefix = "heuristic:" // the score of a heuristic detector; 0 where it found nothing

	textUnwanted = textPrefix + "unwanted" // log-odds of all unwanted classes together
	textKnown    = textPrefix + "known"    // share of n-grams with weights
)

// InputNames lists all that a combined model can be trained on today: every
// signal, every heuristic, every output of the text model.
func InputNames() []string {
	names := append([]string(nil), signals.All().Names()...)
	for _, d := range detect.Heuristics() {
		names = append(names, heuristicPrefix+d.Name())
	}
	return append(names, TextNames()...)
}

// TextNames lists the inputs that are outputs of the text model.
var TextNames = sync.OnceValue(func() []string {
	var names []string
	for c := range detect.NumClasses {
		names = append(names, textPrefix+c.String())
	}
	return append(names, textUnwanted, textKnown)
})

// Inputs are the values of [TextNames].
func (t *Scores) Inputs() []float64 {
	values := make([]float64, len(TextNames()))
	for i := range values {
		s := source{what: aClass, class: detect.Class(i)}
		switch i {
		case int(detect.NumClasses):
			s.what = allUnwanted
		case int(detect.NumClasses) + 1:
			s.what = knownShare
		}
		values[i] = s.value(signals.Vector{}, nil, t)
	}
	return values
}

// Inputs fills the rows of a combined model. An input whose name nothing bears
// any more is unknown.
type Inputs struct{ from []source }

// A source says where one value of a row comes from.
type source struct {
	signal    *signals.Signal
	heuristic string
	class     detect.Class
	what      what
}

type what uint8

const (
	nothing what = iota
	aSignal
	aHeuristic
	aClass
	allUnwanted
	knownShare
)

// NewInputs binds names to where their values come from.
func NewInputs(names []string) *Inputs {
	byName := map[string]*signals.Signal{}
	for _, s := range signals.All().Signals() {
		byName[s.Name] = s
	}
	in := &Inputs{make([]source, len(names))}
	for i, name := range names {
		in.from[i] = bind(name, byName)
	}
	return in
}

func bind(name string, byName map[string]*signals.Signal) source {
	if s := byName[name]; s != nil {
		return source{what: aSignal, signal: s}
	}
	if h, ok := strings.CutPrefix(name, heuristicPrefix); ok {
		for _, d := range detect.Heuristics() {
			if d.Name() == h {
				return source{what: aHeuristic, heuristic: h}
			}
		}
	}
	switch name {
	case textUnwanted:
		return source{what: allUnwanted}
	case textKnown:
		return source{what: knownShare}
	}
	if c, ok := strings.CutPrefix(name, textPrefix); ok {
		if class, ok := detect.ParseClass(c); ok {
			return source{what: aClass, class: class}
		}
	}
	return source{}
}

// Weighs tells whether the findings of a detector are among the inputs.
func (in *Inputs) Weighs(detector string) bool {
	for i := range in.from {
		if in.from[i].what == aHeuristic && in.from[i].heuristic == detector {
			return true
		}
	}
	return false
}

// Row fills row with the values of one message; t may be nil.
func (in *Inputs) Row(row []float32, v signals.Vector, found []detect.Finding, t *Scores) {
	for i := range in.from {
		row[i] = float32(in.from[i].value(v, found, t))
	}
}

func (s *source) value(v signals.Vector, found []detect.Finding, t *Scores) float64 {
	read := t != nil && !math.IsNaN(t.Known)
	switch {
	case s.what == aSignal:
		return v.Of(s.signal)
	case s.what == aHeuristic:
		score := 0.0
		for i := range found {
			if found[i].Detector == s.heuristic {
				score = max(score, found[i].Score)
			}
		}
		return score
	case s.what == aClass && read:
		return t.odds(s.class, s.class)
	case s.what == allUnwanted && read:
		return t.odds(0, detect.Spam)
	case s.what == knownShare && read:
		return t.Known
	}
	return math.NaN()
}

// maxTextOdds bounds the text model's log-odds: beyond, it only says how long
// the text is.
const maxTextOdds = 12

// odds is the log-odds of the classes from first to last.
func (t *Scores) odds(first, last detect.Class) float64 {
	yes, no := 0.0, 0.0
	for c, p := range t.P {
		if first <= detect.Class(c) && detect.Class(c) <= last {
			yes += p
		} else {
			no += p
		}
	}
	return min(max(math.Log(yes/no), -maxTextOdds), maxTextOdds)
}

// IsHeuristic tells whether an input is the score of a heuristic detector.
func IsHeuristic(name string) bool { return strings.HasPrefix(name, heuristicPrefix) }

// Odds is the log-odds that the text is unwanted; NaN where there is none.
func (t *Scores) Odds() float64 {
	if math.IsNaN(t.Known) {
		return math.NaN()
	}
	return t.odds(0, detect.Spam)
}
