package model

import (
	"fmt"
	"strconv"
	"strings"

	"postern/detect"
	"postern/signals"
)

// How much a model says.
const (
	speaks       = 0.02 // score from which it gives reasons
	disagrees    = 0.25 // score from which a finding that it overrules is answered
	maxEvidence  = 3    // signals
	maxTextual   = 3    // words
	worthTelling = 0.15 // log-odds that a reason adds
)

// evidence is the reasons for a prediction in sentences: what the signals add,
// and the words of the text. Where the model is milder than a finding that it
// weighed, it says so first: no heuristic is overruled in silence. The finding of
// the model is the last one found.
func (m *Model) evidence(f *signals.Facts, found []detect.Finding, p *Prediction) []detect.Evidence {
	overruled, score := strongest(found), found[len(found)-1].Score
	silenced := overruled != nil && overruled.Score >= disagrees && score < overruled.Score/2
	if score < speaks && !silenced {
		return nil
	}
	e := m.Explain(p)
	var list []detect.Evidence
	if silenced {
		list = append(list, e.against(overruled, score))
	}
	if score < speaks {
		return list
	}
	told := 0
	for _, c := range e.Contributions {
		if text := c.say(); text != "" && c.Odds.Float() >= worthTelling && told < maxEvidence {
			told++
			list = append(list, detect.Evidence{Signal: c.Signal, Text: text})
		}
	}
	if words := m.words(f, &e); words != "" {
		list = append(list, detect.Evidence{Text: words})
	}
	return list
}

// strongest is the finding that a model weighed and that suspects most.
func strongest(found []detect.Finding) (s *detect.Finding) {
	for i := range found {
		if found[i].Weighed && found[i].Class.Unwanted() && (s == nil || found[i].Score > s.Score) {
			s = &found[i]
		}
	}
	return s
}

// against says why a finding counts for little.
func (e *Explanation) against(f *detect.Finding, score float64) detect.Evidence {
	text := fmt.Sprintf("for all that %s found, the model takes the message for unwanted with %s only", f.Detector, percent(score))
	var why []string
	for _, c := range e.Contributions {
		if text := c.say(); text != "" && c.Odds.Float() <= -worthTelling && len(why) < 2 {
			why = append(why, text)
		}
	}
	if len(why) > 0 {
		text += ", since " + strings.Join(why, ", and ")
	}
	return detect.Evidence{Text: text}
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

func percent(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) + "%" }
