package policy

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"postern/detect"
	"postern/signals"
)

// guess is what a model says.
func guess(reason string, by map[detect.Class]float64) detect.Finding {
	f := detect.Finding{Detector: "model", P: new([detect.NumClasses]float64)}
	wanted := 1.0
	for c, p := range by {
		f.P[c] = p
		wanted -= p
	}
	f.P[detect.Safe] = wanted
	if reason != "" {
		f.Evidence = []detect.Evidence{{Text: reason}}
	}
	return f
}

func TestModelAndHeuristics(t *testing.T) {
	t.Parallel()
	weighed := finding(detect.Malware, 0.9, "a program")
	weighed.Weighed = true
	apart := finding(detect.Malware, 0.9, "a program")
	doubt := guess("", map[detect.Class]float64{detect.Malware: 0.2})
	sure := guess("", map[detect.Class]float64{detect.Malware: 0.95})
	for _, c := range []struct {
		name  string
		found []detect.Finding
		score float64
		class detect.Class
		of    map[detect.Class]float64
	}{
		{"its classes exclude each other", []detect.Finding{guess("", map[detect.Class]float64{detect.Spam: 0.5, detect.Malware: 0.4})}, 0.9, detect.Spam, map[detect.Class]float64{detect.Spam: 0.5, detect.Malware: 0.4, detect.Safe: 0.1}},
		{"what it weighed is no second witness", []detect.Finding{weighed, sure}, 0.95, detect.Malware, map[detect.Class]float64{detect.Malware: 0.95}},
		{"what it weighed is not overruled", []detect.Finding{weighed, doubt}, 0.9, detect.Malware, map[detect.Class]float64{detect.Malware: 0.9}},
		{"what it did not weigh counts beside it", []detect.Finding{apart, doubt}, 0.92, detect.Malware, map[detect.Class]float64{detect.Malware: 0.92}},
		{"it calls mail graymail", []detect.Finding{guess("", map[detect.Class]float64{detect.Graymail: 0.8})}, 0, detect.Graymail, map[detect.Class]float64{detect.Graymail: 0.8}},
	} {
		v := must(t, Config{}).Decide(letter(), signals.Vector{}, c.found)
		if math.Abs(v.Score-c.score) > 1e-9 || v.Class != c.class {
			t.Errorf("%s: %v at %v, want %v at %v", c.name, v.Class, v.Score, c.class, c.score)
		}
		for class, p := range c.of {
			if math.Abs(v.Scores[class]-p) > 1e-9 {
				t.Errorf("%s: %v at %v, want %v", c.name, class, v.Scores[class], p)
			}
		}
	}
}

// A class with a ladder of its own is judged by that alone, and the rest of a
// model's classes add up.
func TestModelOnLadders(t *testing.T) {
	t.Parallel()
	p := must(t, Config{Thresholds: Thresholds{Ladder: Ladder{Tag: 0.5, Quarantine: 0.9, Reject: 0.99}, Spam: &Ladder{Tag: 0.45, Quarantine: 2, Reject: 2}}})
	for _, c := range []struct {
		by   map[detect.Class]float64
		want Action
	}{
		{map[detect.Class]float64{detect.Spam: 0.5, detect.Malware: 0.3, detect.Extortion: 0.15}, Tag}, // spam
		{map[detect.Class]float64{detect.Spam: 0.4, detect.Malware: 0.3, detect.Extortion: 0.25}, Tag}, // the rest, at 0.55
		{map[detect.Class]float64{detect.Spam: 0.4, detect.Malware: 0.3, detect.Extortion: 0.15}, Accept},
		{map[detect.Class]float64{detect.Malware: 0.5, detect.Extortion: 0.45}, Quarantine},
	} {
		if v := p.Decide(letter(), signals.Vector{}, []detect.Finding{guess("", c.by)}); v.Would != c.want {
			t.Errorf("%v: %v, want %v", c.by, v.Would, c.want)
		}
	}
}

// However many reasons the heuristics have, the model's word is there.
func TestModelIsNeverCutOff(t *testing.T) {
	t.Parallel()
	many := make([]string, 0, 2*maxReasons)
	for i := range 2 * maxReasons {
		many = append(many, fmt.Sprint("reason ", i))
	}
	f := finding(detect.Malware, 0.5, many...)
	f.Weighed = true
	v := must(t, Config{}).Decide(letter(), signals.Vector{}, []detect.Finding{guess("it is known", nil), f})
	texts := make([]string, 0, len(v.Reasons))
	for _, r := range v.Reasons {
		texts = append(texts, r.Text)
	}
	if len(texts) != maxReasons || texts[0] != "reason 0" || !slices.Contains(texts, "it is known") {
		t.Errorf("%q", texts)
	}
}

// The model's own ladder holds where the operator leaves it open.
func TestShippedThresholds(t *testing.T) {
	t.Parallel()
	found := []detect.Finding{guess("", map[detect.Class]float64{detect.Spam: 0.3})}
	for _, c := range []struct {
		config Config
		want   Action
	}{
		{Config{}, Accept},
		{Config{Shipped: Ladder{Tag: 0.2, Quarantine: 0.8}}, Tag},
		{Config{Shipped: Ladder{Tag: 0.2}, Thresholds: Thresholds{Ladder: Ladder{Tag: 0.4}}}, Accept},
	} {
		if v := must(t, c.config).Decide(letter(), signals.Vector{}, found); v.Would != c.want {
			t.Errorf("%+v: %v, want %v", c.config, v.Would, c.want)
		}
	}
}
