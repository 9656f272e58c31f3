package model

import (
	"math"
	"strings"
	"testing"

	"postern/detect"
	"postern/parse"
)

const lastUnwanted = detect.Spam

func vector(in TextInput) map[uint32]float32 {
	v := map[uint32]float32{}
	for _, t := range Terms(&in, maxBits) {
		v[t.Bucket] = t.X
	}
	return v
}

func likeness(a, b map[uint32]float32) float64 {
	var ab, aa, bb float64
	for k, x := range a {
		ab += float64(x) * float64(b[k])
		aa += float64(x) * float64(x)
	}
	for _, y := range b {
		bb += float64(y) * float64(y)
	}
	return ab / math.Sqrt(aa*bb)
}

// Disguised words give the n-grams of the plain ones.
func TestDisguisesFoldAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, plain, disguised string }{
		{"case", "verify your account", "VERIFY Your aCCount"},
		{"Cyrillic lookalikes", "verify your account", "vеrify yоur аccоunt"},
		{"full width", "verify your account", "ｖｅｒｉｆｙ your ａｃｃｏｕｎｔ"},
		{"mathematical letters", "verify your account", "𝐯𝐞𝐫𝐢𝐟𝐲 your 𝒂𝒄𝒄𝒐𝒖𝒏𝒕"},
		{"zero width", "verify your account", "ver\u200bify your acc\u200c\u200dount"},
		{"soft hyphens", "verify your account", "ver\u00adify your ac\u00adcount"},
		{"combining marks", "verify your account", "v\u0335erify your a\u0301ccount"},
		{"accents", "verify your account", "vérify yöur àccount"},
		{"digits for letters", "verify your account", "ver1fy your acc0unt"},
		{"I for l", "paypal alert", "paypaI aIert"},
		{"spaces", "please verify this", "please v e r i f y this"},
		{"dots", "please verify this", "please v.e.r.i.f.y. this"},
		{"other digits", "invoice 48213", "invoice 90177"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := likeness(vector(TextInput{Body: c.plain}), vector(TextInput{Body: c.disguised})); got < 0.999 {
				t.Errorf("%q and %q are alike by %.3f", c.plain, c.disguised, got)
			}
		})
	}
}

// What differs stays apart.
func TestDifferencesStay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		a, b TextInput
	}{
		{"words", TextInput{Body: "minutes of the meeting"}, TextInput{Body: "transfer of a payment"}},
		{"places", TextInput{Body: "invoice"}, TextInput{Subject: "invoice"}},
		{"length of numbers", TextInput{Body: "48213"}, TextInput{Body: "482"}},
		{"two letters alone", TextInput{Body: "a b plan"}, TextInput{Body: "ab plan"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := likeness(vector(c.a), vector(c.b)); got > 0.9 {
				t.Errorf("alike by %.3f", got)
			}
		})
	}
	near := likeness(vector(TextInput{Body: "verify your account"}), vector(TextInput{Body: "verifying your accounts"}))
	if near < 0.4 {
		t.Errorf("inflected words are alike by %.3f only", near)
	}
}

// small knows three words.
func small(tb testing.TB) *Text {
	tb.Helper()
	w := &TextWeights{Bits: 14, Classes: []detect.Class{detect.CredentialPhishing, detect.Spam, detect.Safe}, Bias: []float32{-1, -1, 2}}
	weights := map[uint32][3]float32{}
	for word, by := range map[string][3]float32{"password": {3, 0.2, -2}, "casino": {0.1, 3, -1}, "minutes": {-1, -1, 2}} {
		for _, t := range Terms(&TextInput{Body: word}, w.Bits) {
			weights[t.Bucket] = by
		}
	}
	for b := range uint32(1 << w.Bits) {
		if by, ok := weights[b]; ok {
			w.Buckets = append(w.Buckets, b)
			w.Weights = append(w.Weights, by[:]...)
		}
	}
	return NewText(w)
}

func TestScore(t *testing.T) {
	t.Parallel()
	m := small(t)
	for body, want := range map[string]detect.Class{
		"your password ends":         detect.CredentialPhishing,
		"c a s i n o for you":        detect.Spam,
		"the minutes of our meeting": detect.Safe,
	} {
		s := m.Score(&TextInput{Body: body})
		best := detect.Class(0)
		for c := range s.P {
			if s.P[c] > s.P[best] {
				best = detect.Class(c)
			}
		}
		if best != want {
			t.Errorf("%q is %v with %.2f", body, best, s.P[best])
		}
		if s.P[detect.Malware] != 0 {
			t.Errorf("a class that the model does not know has %v", s.P[detect.Malware])
		}
		if !(s.Known > 0 && s.Known < 1) {
			t.Errorf("%q: known %v", body, s.Known)
		}
	}
	if s := m.Score(&TextInput{Body: " \u200b. "}); !math.IsNaN(s.Known) || !math.IsNaN(s.Odds()) {
		t.Errorf("no text at all has %v", s.Odds())
	}
}

// The score of a text is the dot product of its terms with the weights.
func TestScoreIsLinear(t *testing.T) {
	t.Parallel()
	m := madeText(t)
	in := &TextInput{
		Subject: "Verify now", Body: letter(3000), Sender: "Ann", Links: []parse.Link{{Host: "login.example.net", Text: "here it is"}},
		Files: []parse.Attachment{{Name: "invoice.pdf"}},
	}
	w := m.Weights()
	row := map[uint32]int{}
	for i, b := range w.Buckets {
		row[b] = i
	}
	want := make([]float64, len(w.Classes))
	for j := range want {
		want[j] = float64(w.Bias[j])
	}
	for _, term := range Terms(in, w.Bits) {
		if i, ok := row[term.Bucket]; ok {
			for j := range want {
				want[j] += float64(term.X) * float64(w.Weights[i*len(want)+j])
			}
		}
	}
	got := m.Score(in)
	for j, c := range w.Classes {
		if math.Abs(got.Logit[c]-want[j]) > 1e-3 {
			t.Errorf("%v: %v, want %v", c, got.Logit[c], want[j])
		}
	}
}

// A weight loses half a step of its class's scale at most.
func TestQuantisationLoss(t *testing.T) {
	t.Parallel()
	w := &TextWeights{Bits: 12, Classes: []detect.Class{detect.Spam, detect.Safe}, Bias: []float32{0.5, -0.25}}
	for b := range uint32(300) {
		w.Buckets = append(w.Buckets, 3*b)
		w.Weights = append(w.Weights, float32(math.Sin(float64(b)))*4, float32(math.Cos(float64(b)))*0.01)
	}
	back := NewText(w).Weights()
	for i, v := range w.Weights {
		step := []float64{4, 0.01}[i%2] / maxStep
		if loss := math.Abs(float64(v - back.Weights[i])); loss > step/2*1.001 {
			t.Fatalf("%v became %v: lost %v, a step is %v", v, back.Weights[i], loss, step)
		}
	}
	if len(back.Buckets) != len(w.Buckets) || back.Buckets[7] != w.Buckets[7] || back.Bias[1] != w.Bias[1] {
		t.Error("buckets or biases changed")
	}
}

func TestWordsSayWhy(t *testing.T) {
	t.Parallel()
	words := small(t).Words(&TextInput{Body: "please renew the PassW0rd today", Subject: "casino"}, detect.CredentialPhishing, 2)
	if len(words) == 0 || words[0].Text != "PassW0rd" || words[0].Where != "text" {
		t.Errorf("%+v", words)
	}
}

// Whatever comes in, the limits hold and the same comes out twice.
func FuzzScore(f *testing.F) {
	f.Add("Verify", "v e r i f y \u202eyour аccount 0x1\xff\xfe")
	f.Add("", strings.Repeat("a ", 5000))
	f.Add("\u0301", strings.Repeat("ﬀ日本語テキスト", 900))
	f.Fuzz(func(t *testing.T, subject, body string) {
		m := small(t)
		in := &TextInput{Subject: subject, Body: body, Sender: body, Links: []parse.Link{{Host: subject, Text: body}}}
		a, b := m.Score(in), m.Score(in)
		if a.P != b.P && !math.IsNaN(a.Known) {
			t.Fatal("scored twice, scored differently")
		}
		sum := 0.0
		for _, p := range a.P {
			if !(p >= 0 && p <= 1) {
				t.Fatalf("a probability of %v", p)
			}
			sum += p
		}
		if !math.IsNaN(a.Known) && math.Abs(sum-1) > 1e-9 {
			t.Fatalf("probabilities add up to %v", sum)
		}
		for _, w := range m.Words(in, detect.Spam, 5) {
			if !strings.Contains(subject+body, w.Text) {
				t.Fatalf("%q does not stand in the text", w.Text)
			}
		}
	})
}
