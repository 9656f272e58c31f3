package model

import (
	"math"
	"slices"
	"strings"
	"testing"

	"postern/detect"
	"postern/parse"
	"postern/signals"
)

func facts(body string) *signals.Facts {
	return &signals.Facts{
		Env: &parse.Envelope{}, Org: &signals.Org{Domains: []string{"example.com"}},
		Msg: &parse.Message{Subject: "Hello", Text: parse.Text{Visible: body}},
	}
}

// leaning is a combined model of one tree: above at, input says high, else low.
func leaning(input string, at float32, low, high float64) *Trees {
	return &Trees{Inputs: []string{input}, Heat: 1, Unwanted: Forest{
		Roots: []uint32{0},
		Nodes: []Node{{At: at, Next: 1}, {Value: int32(ToFixed(low))}, {Value: int32(ToFixed(high))}},
	}}
}

func TestInputsAreBoundByName(t *testing.T) {
	t.Parallel()
	f := facts("your password")
	v := signals.All().Compute(f).With(signals.LinkCount, 7)
	in := NewInputs([]string{"link.count", "gone.signal", "heuristic:link-disguise", "text:spam", "text:unwanted", "text:known", "text:no_class"})
	row := make([]float32, 7)
	in.Row(row, v, []detect.Finding{{Detector: "link-disguise", Score: 0.5}, {Detector: "other", Score: 0.9}}, None())
	if row[0] != 7 || row[2] != 0.5 {
		t.Errorf("%v", row)
	}
	for _, i := range []int{1, 3, 4, 5, 6} {
		if row[i] == row[i] {
			t.Errorf("input %d is %v, and nothing gave it", i, row[i])
		}
	}
	in.Row(row, v, nil, small(t).Score(&TextInput{Body: "casino"}))
	if !(row[3] > 0 && row[4] > 0 && row[5] > 0) || row[2] != 0 {
		t.Errorf("%v", row)
	}
}

// A new signal or detector is an input of the next training by itself.
func TestEveryNameIsAnInput(t *testing.T) {
	t.Parallel()
	names := InputNames()
	in := NewInputs(names)
	for i, s := range in.from {
		if s.what == nothing {
			t.Errorf("%s is bound to nothing", names[i])
		}
	}
	if slices.Sort(names); len(slices.Compact(names)) != len(in.from) {
		t.Error("a name is there twice")
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	f := facts("the minutes of our meeting")
	v := signals.All().Compute(f)
	found := []detect.Finding{{Detector: "link-disguise", Class: detect.CredentialPhishing, Score: 0.8}, {Detector: "another", Score: 0.3}}

	t.Run("what looks at content alone is weighed", func(t *testing.T) {
		t.Parallel()
		m := New(&Bundle{Trees: leaning("heuristic:link-disguise", 0.9, -3, 3), Text: small(t)})
		got, _ := m.Judge(f, v, slices.Clone(found), m.Read(f))
		if len(got) != 3 || !got[0].Weighed || got[1].Weighed || got[2].P == nil || got[2].Detector != Detector {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("what is suspected is said with its signals and words", func(t *testing.T) {
		t.Parallel()
		f := facts("renew your password")
		trees := leaning("link.count", 2, -3, 3)
		trees.Inputs = append(trees.Inputs, "text:unwanted")
		trees.Unwanted.Roots = append(trees.Unwanted.Roots, 3)
		trees.Unwanted.Nodes = append(trees.Unwanted.Nodes, Node{Input: 1, At: -20, Next: 4}, Node{}, Node{Value: int32(ToFixed(1))})
		trees.Kinds = []Kind{{Class: detect.CredentialPhishing}}
		m := New(&Bundle{Trees: trees, Text: small(t)})
		got, p := m.Judge(f, v.With(signals.LinkCount, 12), nil, m.Read(f))
		all := make([]string, 0, len(got[0].Evidence))
		for _, e := range got[0].Evidence {
			all = append(all, e.Text)
		}
		text := strings.Join(all, "; ")
		if p.Unwanted < 0.9 || !strings.Contains(text, ": 12") || !strings.Contains(text, `"password"`) {
			t.Errorf("with %v it says %s", p.Unwanted, text)
		}
	})
	t.Run("what nobody suspects needs no words", func(t *testing.T) {
		t.Parallel()
		m := New(&Bundle{Text: small(t)})
		got, p := m.Judge(f, v, nil, m.Read(f))
		if p.Unwanted > 0.1 || len(got[0].Evidence) > 0 {
			t.Errorf("with %v it says %+v", p.Unwanted, got[0].Evidence)
		}
	})
	t.Run("what is not suspect in service needs none either", func(t *testing.T) {
		t.Parallel()
		m := New(&Bundle{Trees: leaning("link.count", 2, -3, 3), Card: Card{Prior: -8}})
		got, p := m.Judge(f, v.With(signals.LinkCount, 12), nil, m.Read(f))
		if p.Unwanted < 0.9 || got[0].Score > 0.02 || len(got[0].Evidence) > 0 {
			t.Errorf("with %v and in service %v it says %+v", p.Unwanted, got[0].Score, got[0].Evidence)
		}
	})
	t.Run("a message without text is not suspect", func(t *testing.T) {
		t.Parallel()
		f := facts("")
		f.Msg.Subject = ""
		m := New(&Bundle{Text: small(t)})
		_, p := m.Judge(f, v, nil, m.Read(f))
		if p.Unwanted > 0.001 || math.IsNaN(p.Unwanted) {
			t.Errorf("%v", p.Unwanted)
		}
	})
	t.Run("no model says nothing", func(t *testing.T) {
		t.Parallel()
		got, _ := New(&Bundle{}).Judge(f, v, slices.Clone(found), None())
		if len(got) != 2 || got[0].Weighed {
			t.Errorf("%+v", got)
		}
	})
}
