package model

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"postern/detect"
)

func sample(tb testing.TB) *Bundle {
	tb.Helper()
	r := rand.New(rand.NewPCG(9, 9))
	t := &Trees{Inputs: []string{"link.count", "auth.aligned", "text:unwanted"}, Heat: 1.5}
	t.Unwanted = madeForest(r, 3, 5, 3)
	t.Unwanted.Base = -12345
	t.Curve = Curve{X: []float64{-1, 2}, Y: []float64{-2, 1}, Slope: 0.5}
	t.Kinds = []Kind{{detect.Malware, madeForest(r, 3, 2, 1)}, {detect.Spam, Forest{Base: 7}}}
	t.Graymail = Forest{Base: ToFixed(-3)}
	return &Bundle{
		Card: Card{Name: "sample", Version: "1", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Labels: map[string]int{"spam": 3}},
		Text: small(tb), Trees: t,
	}
}

func encode(tb testing.TB, b *Bundle) []byte {
	tb.Helper()
	file, err := b.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	return file
}

func TestDecodeGivesBackWhatWasEncoded(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]*Bundle{"both": sample(t), "text alone": {Text: small(t)}, "neither": {Card: Card{Name: "empty"}}} {
		got, err := Decode(encode(t, b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(got.Text, b.Text) || !reflect.DeepEqual(got.Trees, b.Trees) {
			t.Errorf("%s: the models differ", name)
		}
		gotCard, _ := json.Marshal(got.Card)
		if want, _ := json.Marshal(b.Card); string(gotCard) != string(want) {
			t.Errorf("%s: the card is %s, want %s", name, gotCard, want)
		}
	}
}

// resum puts the right checksum under a file.
func resum(file []byte) []byte {
	body := file[:len(file)-sha256.Size]
	sum := sha256.Sum256(body)
	return append(append([]byte(nil), body...), sum[:]...)
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	file := encode(t, sample(t))
	change := func(at int, to byte) []byte {
		c := append([]byte(nil), file...)
		c[at] = to
		return c
	}
	for name, bad := range map[string][]byte{
		"nothing":                nil,
		"another file":           []byte("%PDF-1.7 and so on, long enough to hold a checksum at its end"),
		"a flipped bit":          change(len(file)/2, file[len(file)/2]^1),
		"a cut":                  file[:len(file)-1],
		"no version":             resum(change(len(magic), 0)),
		"a section of no kind":   resum(change(sectionAt+3, 99)),
		"a section beyond":       resum(change(sectionAt+4, 0x7f)),
		"a lie about the length": resum(change(sectionAt+11, file[sectionAt+11]^1)),
	} {
		if b, err := Decode(bad); err == nil || b != nil || errors.Is(err, ErrNewer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Decode(resum(change(len(magic), version+1))); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer version: %v", err)
	}
}

// Trees whose references lead astray are refused, whatever the checksum says.
func TestDecodeRefusesBadTrees(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Trees){
		"a child outside":     func(t *Trees) { t.Unwanted.Nodes[0].Next = uint32(len(t.Unwanted.Nodes)) - 1 },
		"an input outside":    func(t *Trees) { t.Unwanted.Nodes[0].Input = 3 },
		"a root outside":      func(t *Trees) { t.Unwanted.Roots[4] = uint32(len(t.Unwanted.Nodes)) },
		"roots out of order":  func(t *Trees) { t.Unwanted.Roots[1] = t.Unwanted.Roots[0] },
		"a falling curve":     func(t *Trees) { t.Curve.Y[1] = -3 },
		"a curve not rising":  func(t *Trees) { t.Curve.Slope = 0 },
		"no heat":             func(t *Trees) { t.Heat = 0 },
		"a wanted class":      func(t *Trees) { t.Kinds[0].Class = detect.Safe },
		"classes in disorder": func(t *Trees) { t.Kinds[0].Class = detect.Spam },
		"a way down too long": func(t *Trees) {
			t.Unwanted = Forest{Roots: []uint32{0}}
			for i := range uint32(maxDepth + 2) {
				t.Unwanted.Nodes = append(t.Unwanted.Nodes, Node{Next: 2*i + 1}, Node{})
			}
			for i := range t.Unwanted.Nodes {
				t.Unwanted.Nodes[i] = Node{Next: uint32(i) + 1}
			}
			t.Unwanted.Nodes = append(t.Unwanted.Nodes, Node{})
			t.Unwanted.Nodes[len(t.Unwanted.Nodes)-2].Next = 0
		},
	} {
		b := sample(t)
		spoil(b.Trees)
		if _, err := Decode(encode(t, b)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// A file that is taken can be asked, and encodes to the same again.
func FuzzDecode(f *testing.F) {
	f.Add(encode(f, sample(f)), true)
	f.Add(encode(f, &Bundle{Text: small(f)}), true)
	f.Add(encode(f, &Bundle{}), false)
	f.Fuzz(func(t *testing.T, file []byte, mend bool) {
		if mend && len(file) > sha256.Size {
			file = resum(file)
		}
		b, err := Decode(file)
		if err != nil {
			return
		}
		m := New(b)
		if m.Text != nil {
			m.Text.Score(&TextInput{Subject: "Verify", Body: "your password"})
		}
		if m.Trees != nil {
			row := make([]float32, len(m.Trees.Inputs))
			madeRow(rand.New(rand.NewPCG(1, 1)), row)
			p, odds := m.Trees.Predict(row)
			if q, again := m.trees.predict(row); p != q && p == p || odds != again {
				t.Fatalf("%v at %v, walked %v at %v", p, odds, q, again)
			}
		}
		if _, err := Decode(encode(t, b)); err != nil {
			t.Fatalf("what was taken once is not taken again: %v", err)
		}
	})
}
