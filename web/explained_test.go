package web

import (
	"math"
	"testing"

	"postern/model"
	"postern/store"
)

// What the journal kept is enough to say what the model added up.
func TestRecall(t *testing.T) {
	t.Parallel()
	odds := func(x float64) int32 { return int32(model.ToFixed(x)) }
	tree := func(input uint16, at float32, next uint32, low, high float64) []model.Node {
		return []model.Node{{Input: input, At: at, Next: next + 1}, {Value: odds(low)}, {Value: odds(high)}}
	}
	m := model.New(&model.Bundle{Trees: &model.Trees{
		Inputs: []string{"link.count", "text:spam", "heuristic:link-disguise", "gone.signal"}, Heat: 1,
		Unwanted: model.Forest{
			Roots: []uint32{0, 3, 6, 9},
			Nodes: append(append(append(tree(0, 1, 0, -1, 1), tree(1, 0, 3, -2, 2)...), tree(2, 0.5, 6, 0, 4)...), tree(3, 0, 9, -8, 8)...),
		},
	}})
	e := &store.Entry{
		Signals: []string{"link.count", "text:spam"}, Values: []float64{3, -1},
		Findings: []store.Finding{{Detector: "link-disguise", Score: 0.7}},
	}
	d := &Desk{Model: func() *model.Model { return m }}
	got := d.recall(e)
	want := 1.0 - 2 + 4 - 8 // the unknown goes left
	if got == nil || got.Odds != want {
		t.Fatalf("%+v, want %v", got, want)
	}
	sum := got.Base
	for _, c := range got.Contributions {
		sum += c.Adds
		if (c.Value == nil) != (c.Input == "gone.signal") {
			t.Errorf("%s has value %v", c.Input, c.Value)
		}
	}
	if math.Abs(sum-want) > 0 {
		t.Errorf("it adds up to %v", sum)
	}
	if (&Desk{}).recall(e) != nil || d.recall(&store.Entry{}) != nil {
		t.Error("something is explained by nothing")
	}
}
