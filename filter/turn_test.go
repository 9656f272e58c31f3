package filter

import (
	"strings"
	"testing"

	"postern/detect"
	"postern/model"
	"postern/policy"
	"postern/signals"
)

// oneTree suspects messages with more than at of a signal.
func oneTree(t *testing.T, inputs []string, nodes ...model.Node) *model.Model {
	t.Helper()
	return model.New(&model.Bundle{Trees: &model.Trees{
		Inputs: inputs, Heat: 1, Unwanted: model.Forest{Roots: []uint32{0}, Nodes: nodes},
		Kinds: []model.Kind{{Class: detect.CredentialPhishing}},
	}})
}

func steps(x float64) int32 { return int32(model.ToFixed(x)) }

const linked = "From: Nora <nora@partner.example>\r\nTo: ann@example.com\r\nSubject: hello\r\n\r\nSee https://a.example/ and https://b.example/ and https://c.example/ here.\r\n"

func TestTurn(t *testing.T) {
	t.Parallel()
	t.Run("one signal", func(t *testing.T) {
		t.Parallel()
		f := newFilter(t, policy.Config{})
		f.Model = oneTree(t, []string{"link.count"}, model.Node{At: 2, Next: 1}, model.Node{Value: steps(-4)}, model.Node{Value: steps(1)})
		_, _, rec := send(t, f, mail(linked))
		turn, ok := f.Turn(&rec)
		if !ok || len(turn.Assumed) != 1 || turn.Assumed[0].Signal != signals.LinkCount || turn.Assumed[0].Had != 1 || turn.Assumed[0].Is != 3 {
			t.Fatalf("%t %+v", ok, turn)
		}
		if rec.Verdict.Would != policy.Tag || turn.Would != policy.Accept || turn.Score > 0.1 {
			t.Errorf("%v at %v would be %v at %v", rec.Verdict.Would, rec.Verdict.Score, turn.Would, turn.Score)
		}
	})
	t.Run("two signals together", func(t *testing.T) {
		t.Parallel()
		f := newFilter(t, policy.Config{})
		f.Model = oneTree(t, []string{"link.count", "body.visible"},
			model.Node{At: 2, Next: 1}, model.Node{Input: 1, At: 10, Next: 3, Value: steps(-1)}, model.Node{Value: steps(1.5)},
			model.Node{Value: steps(-3)}, model.Node{Value: steps(0.5)})
		_, _, rec := send(t, f, mail(linked))
		turn, ok := f.Turn(&rec)
		if !ok || len(turn.Assumed) != 2 || turn.Would != policy.Accept {
			t.Errorf("%t %+v", ok, turn)
		}
	})
	t.Run("nothing that would turn it", func(t *testing.T) {
		t.Parallel()
		f := newFilter(t, policy.Config{})
		f.Model = oneTree(t, []string{"link.count"}, model.Node{At: 2, Next: 1}, model.Node{Value: steps(2)}, model.Node{Value: steps(2.1)})
		_, _, rec := send(t, f, mail(linked))
		if turn, ok := f.Turn(&rec); ok {
			t.Errorf("%+v", turn)
		}
	})
	t.Run("nobody suspects it", func(t *testing.T) {
		t.Parallel()
		f := newFilter(t, policy.Config{})
		_, _, rec := send(t, f, mail(message))
		if turn, ok := f.Turn(&rec); ok {
			t.Errorf("%+v", turn)
		}
	})
}

// A model that breaks is a missing fact, and the heuristics still speak.
func TestBrokenModel(t *testing.T) {
	t.Parallel()
	f := newFilter(t, policy.Config{})
	f.Detectors = detect.Heuristics()
	f.Model = oneTree(t, []string{"link.count"}, model.Node{At: 2, Next: 1}, model.Node{}, model.Node{Value: steps(1)})
	f.Model.Trees.Inputs = nil // as no decoder lets it through
	v, text, rec := send(t, f, mail(linked))
	if !rec.Facts.Lacks(model.Detector) || v.Action != policy.Accept || !strings.Contains(text, "X-Postern-Verdict: accept") {
		t.Errorf("missing %v: %+v", rec.Facts.Missing, v)
	}
}
