package train

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"postern/detect"
	"postern/model"
	"postern/signals"
)

// made is a matrix of n rows of standard normal inputs, labelled by rule.
func made(seed uint64, n, inputs int, rule func(row []float32) bool) (*Matrix, []detect.Class, []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	x := &Matrix{Values: make([]float32, n*inputs)}
	for j := range inputs {
		x.Names = append(x.Names, fmt.Sprintf("input.%d", j))
	}
	labels, weights := make([]detect.Class, n), make([]float64, n)
	for i := range n {
		for j := range inputs {
			x.Row(i)[j] = float32(r.NormFloat64())
		}
		labels[i], weights[i] = detect.Safe, 1
		if rule(x.Row(i)) {
			labels[i] = detect.Spam
		}
	}
	return x, labels, weights
}

func fitted(tb testing.TB, x *Matrix, labels []detect.Class, weights []float64, o TreeOptions) *model.Trees {
	tb.Helper()
	t, err := FitTrees(x, labels, weights, o)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// right is the share of rows that are on the right side of 0.
func right(t *model.Trees, x *Matrix, labels []detect.Class) float64 {
	n := 0
	for i, c := range labels {
		if (t.Unwanted.Predict(x.Row(i)) > 0) == c.Unwanted() {
			n++
		}
	}
	return float64(n) / float64(len(labels))
}

var quick = TreeOptions{Rounds: 40, KindRounds: 8, Depth: 4, Rate: 0.3, Inputs: 1}

// A tree sees what no line separates.
func TestTreesLearnXOR(t *testing.T) {
	t.Parallel()
	xor := func(row []float32) bool { return (row[0] > 0) != (row[1] > 0) }
	x, labels, weights := made(1, 2000, 4, xor)
	trees := fitted(t, x, labels, weights, quick)
	later, truth, _ := made(2, 1000, 4, xor)
	if got := right(trees, later, truth); got < 0.93 {
		t.Errorf("%.3f of new rows are right", got)
	}
}

// Where only the unknown values are unwanted, unknown goes its own way; where
// the known ones are, the other.
func TestTreesLearnFromWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, missing := range []bool{true, false} {
		x, labels, weights := made(3, 2000, 3, func([]float32) bool { return false })
		for i := range labels {
			if i%3 == 0 {
				x.Row(i)[1] = float32(math.NaN())
			}
			if (i%3 == 0) == missing {
				labels[i] = detect.Spam
			}
		}
		if got := right(fitted(t, x, labels, weights, quick), x, labels); got < 0.99 {
			t.Errorf("unknown is unwanted: %t: %.3f are right", missing, got)
		}
	}
}

// A constraint holds for every row, against what the data say, and costs its
// input its say; without it the trees follow the data.
func TestConstraintsHold(t *testing.T) {
	t.Parallel()
	x, labels, weights := made(4, 3000, 4, func(row []float32) bool { return row[0] > 0.3 != (row[1] > 0) })
	x.Names[0], x.Names[2] = "pair.out", "auth.dmarc_fail" // must fall, must rise
	for i := range labels {
		if x.Row(i)[2] > 1 { // an accident of the data
			labels[i] = detect.Safe
		}
	}
	breaks := func(trees *model.Trees) (n int) {
		r := rand.New(rand.NewPCG(5, 5))
		for range 3000 {
			row := make([]float32, 4)
			for j := range row {
				row[j] = float32(r.NormFloat64())
			}
			for _, c := range []struct {
				input int
				sign  model.Fixed
			}{{0, -1}, {2, 1}} {
				more := slices.Clone(row)
				more[c.input] += float32(r.ExpFloat64())
				if c.sign*(trees.Unwanted.Predict(more)-trees.Unwanted.Predict(row)) < 0 {
					n++
				}
			}
		}
		return n
	}
	if n := breaks(fitted(t, x, labels, weights, quick)); n > 0 {
		t.Errorf("%d of 6000 changes break a constraint", n)
	}
	free := quick
	free.Free = true
	if n := breaks(fitted(t, x, labels, weights, free)); n == 0 {
		t.Error("the data ask for no constraint: the test proves nothing")
	}
}

func TestConstraintsNameInputsAndReasons(t *testing.T) {
	t.Parallel()
	once := map[string]bool{}
	for _, c := range constraints() {
		for _, pattern := range c.inputs {
			if !slices.ContainsFunc(model.InputNames(), func(name string) bool { return matches(pattern, name) }) {
				t.Errorf("%q ties nothing", pattern)
			}
			if once[pattern] || c.why == "" {
				t.Errorf("%q stands twice, or has no reason", pattern)
			}
			once[pattern] = true
		}
	}
	list := constraintsOf([]string{"heuristic:link-disguise", "pair.out", "link.count"})
	if !slices.Equal(list, []int8{1, -1, 0}) {
		t.Errorf("%v", list)
	}
}

// The same seed makes the same file, another seed another one.
func TestFittingIsDeterministic(t *testing.T) {
	t.Parallel()
	x, labels, weights := made(6, 1500, 60, func(row []float32) bool { return row[0]+row[1]*row[2] > 0 })
	for i := range labels {
		if labels[i] == detect.Spam && i%2 == 0 {
			labels[i] = detect.Malware
		}
	}
	file := func(seed uint64) []byte {
		o := quick
		o.Rounds, o.Rows, o.Inputs, o.Seed = 8, 0.7, 0.5, seed
		text, err := FitText(letters(200), TextOptions{Bits: 14, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		data, err := (&model.Bundle{Text: text, Trees: fitted(t, x, labels, weights, o)}).Encode()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	first := file(1)
	if !bytes.Equal(first, file(1)) {
		t.Error("the same seed made another model")
	}
	if bytes.Equal(first, file(2)) {
		t.Error("the seed changes nothing")
	}
}

// The kinds of unwanted mail, and graymail, are told apart too.
func TestTreesTellKinds(t *testing.T) {
	t.Parallel()
	x, labels, weights := made(7, 3000, 3, func(row []float32) bool { return row[0] > 0 })
	want := func(row []float32) detect.Class {
		switch {
		case row[0] > 0 && row[1] > 0:
			return detect.Extortion
		case row[0] > 0:
			return detect.Spam
		case row[2] > 0:
			return detect.Graymail
		}
		return detect.Safe
	}
	for i := range labels {
		labels[i] = want(x.Row(i))
	}
	o := quick
	o.KindRounds = 20
	trees := fitted(t, x, labels, weights, o)
	n := 0
	for i := range labels {
		p, _ := trees.Predict(x.Row(i))
		best := detect.Class(0)
		for c := range p {
			if p[c] > p[best] {
				best = detect.Class(c)
			}
		}
		if best == labels[i] {
			n++
		}
	}
	if n < 2800 {
		t.Errorf("%d of 3000 have their class", n)
	}
}

// A model that is sure of too much is brought down to what is true.
func TestCalibrate(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	points := make([]point, 0, 6000)
	for range 6000 {
		x := r.NormFloat64() * 6
		y := 0.0
		if r.Float64() < sigmoid(0.4*x-1) {
			y = 1
		}
		points = append(points, point{x, y, 1})
	}
	c, ok := FitCurve(points)
	if !ok {
		t.Fatal("no curve")
	}
	last := math.Inf(-1)
	for x := -15.0; x < 15; x += 0.05 {
		y := c.At(x)
		if y <= last {
			t.Fatalf("ties or falls at %v", x)
		}
		last = y
		if math.Abs(x) < 10 && math.Abs(sigmoid(y)-sigmoid(0.4*x-1)) > 0.06 {
			t.Errorf("at %v it says %.3f, true is %.3f", x, sigmoid(y), sigmoid(0.4*x-1))
		}
	}
	if _, ok := FitCurve(points[:0]); ok {
		t.Error("a curve through nothing")
	}
}

func TestCalibrateTrees(t *testing.T) {
	t.Parallel()
	noisy := func(seed uint64) (*Matrix, []detect.Class, []float64) {
		r := rand.New(rand.NewPCG(seed, 3))
		return made(seed, 3000, 3, func(row []float32) bool { return r.Float64() < sigmoid(float64(row[0]+row[1])) })
	}
	x, labels, weights := noisy(10)
	o := quick
	o.Rounds = 200 // far too many: it learns the noise
	trees := fitted(t, x, labels, weights, o)
	held, truth, w := noisy(11)
	cal, err := Calibrate(trees, held, truth, w)
	if err != nil {
		t.Fatal(err)
	}
	later, labels, _ := noisy(12)
	before, after := expectedError(trees, later, labels), expectedError(cal, later, labels)
	if after > 0.04 || after > before/2 {
		t.Errorf("expected calibration error %.3f, before %.3f", after, before)
	}
}

// expectedError is the expected calibration error in ten bins.
func expectedError(t *model.Trees, x *Matrix, labels []detect.Class) float64 {
	var n, p, y [10]float64
	for i, c := range labels {
		_, odds := t.Predict(x.Row(i))
		b := min(9, int(sigmoid(odds)*10))
		n[b], p[b], y[b] = n[b]+1, p[b]+sigmoid(odds), y[b]+truth(c.Unwanted())
	}
	sum := 0.0
	for b := range n {
		sum += math.Abs(p[b]-y[b]) / float64(len(labels))
	}
	return sum
}

// letters are n texts of two classes, in groups of five; rare is a class of a
// few.
func letters(n int) []TextSample {
	r := rand.New(rand.NewPCG(20, 20))
	words := map[detect.Class][]string{
		detect.CredentialPhishing: {"password", "expires", "verify", "mailbox", "storage"},
		detect.Spam:               {"casino", "bonus", "winner", "free", "spins"},
		detect.Safe:               {"minutes", "meeting", "draft", "lunch", "agenda"},
	}
	common := []string{"please", "the", "your", "today", "and", "for", "with", "hello", "regards"}
	list := make([]TextSample, 0, n)
	for i := range n {
		c := []detect.Class{detect.CredentialPhishing, detect.Spam, detect.Safe, detect.Safe}[i%4]
		var text []string
		for range 12 {
			text = append(text, common[r.IntN(len(common))])
			if r.IntN(4) == 0 {
				text = append(text, words[c][r.IntN(5)])
			}
		}
		list = append(list, TextSample{Text: model.TextInput{Subject: words[c][r.IntN(5)], Body: strings.Join(text, " ")}, Class: c, Weight: 1, Group: i / 20})
	}
	return list
}

func accuracy(t *model.Text, samples []TextSample) float64 {
	n := 0
	for i := range samples {
		s := t.Score(&samples[i].Text)
		if best := slices.Index(s.P[:], slices.Max(s.P[:])); detect.Class(best) == samples[i].Class {
			n++
		}
	}
	return float64(n) / float64(len(samples))
}

func TestTextLearns(t *testing.T) {
	t.Parallel()
	all := letters(600)
	text, scores, err := FitTextFolds(all[:400], 4, TextOptions{Bits: 16})
	if err != nil {
		t.Fatal(err)
	}
	if got := accuracy(text, all[400:]); got < 0.97 {
		t.Errorf("%.3f of new letters are right", got)
	}
	n := 0
	for i, s := range scores {
		if (s.Odds() > 0) == all[i].Class.Unwanted() {
			n++
		}
	}
	if n < 380 {
		t.Errorf("%d of 400 letters are right without their fold", n)
	}
}

// Labels of chance can be learned by heart, but not told without having seen
// them: out of fold they are at chance, or groups leak.
func TestFoldsDoNotLeak(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(30, 30))
	samples := make([]TextSample, 0, 320)
	for g := range 80 {
		class := []detect.Class{detect.Spam, detect.Safe}[r.IntN(2)]
		own := fmt.Sprintf("%c%c%c%c%c", 'a'+r.IntN(26), 'a'+r.IntN(26), 'a'+r.IntN(26), 'a'+r.IntN(26), 'a'+r.IntN(26))
		for range 4 {
			samples = append(samples, TextSample{Text: model.TextInput{Body: strings.Repeat(own+" ", 5)}, Class: class, Weight: 1, Group: g})
		}
	}
	text, scores, err := FitTextFolds(samples, 5, TextOptions{Bits: 16, MinGroups: 1, Epochs: 20})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, s := range scores {
		if (s.Odds() > 0) == samples[i].Class.Unwanted() {
			n++
		}
	}
	if got := accuracy(text, samples); got < 0.95 {
		t.Errorf("%.2f by heart: the test proves nothing", got)
	}
	if got := float64(n) / float64(len(samples)); got > 0.7 {
		t.Errorf("%.2f are right out of fold", got)
	}
}

func TestFolds(t *testing.T) {
	t.Parallel()
	groups := make([]int, 0, 1000)
	for i := range 1000 {
		groups = append(groups, i%37*i%11)
	}
	fold := Folds(groups, 4, 1)
	of, size := map[int]int{}, make([]int, 4)
	for i, g := range groups {
		if f, ok := of[g]; ok && f != fold[i] {
			t.Fatalf("group %d is in two folds", g)
		}
		of[g] = fold[i]
		size[fold[i]]++
	}
	if slices.Max(size) > 2*slices.Min(size) {
		t.Errorf("folds of %v", size)
	}
}

// A site teaches a shipped model a word that it does not know, and it forgets
// nothing else.
func TestLearnerGoesOn(t *testing.T) {
	t.Parallel()
	all := letters(600)
	text, err := FitText(all[:400], TextOptions{Bits: 16})
	if err != nil {
		t.Fatal(err)
	}
	fresh := TextSample{Text: model.TextInput{Subject: "zorblax", Body: "zorblax for today and zorblax with the zorblax"}, Class: detect.Spam, Weight: 1}
	l := NewLearner(text, TextOptions{})
	if before, after := accuracy(text, all[400:]), accuracy(l.Text(), all[400:]); math.Abs(before-after) > 0.01 {
		t.Errorf("having learned nothing it is right in %.3f and not %.3f", after, before)
	}
	for range 10 {
		if !l.Update(&fresh) {
			t.Fatal("not learned")
		}
	}
	taught := l.Text()
	before, after := text.Score(&fresh.Text).P[detect.Spam], taught.Score(&fresh.Text).P[detect.Spam]
	if after < 0.8 || before > 0.6 {
		t.Errorf("spam is at %.3f, before at %.3f", after, before)
	}
	if got := accuracy(taught, all[400:]); got < 0.96 {
		t.Errorf("of what it knew %.3f is right", got)
	}
	fresh.Class = detect.Malware
	if l.Update(&fresh) {
		t.Error("a class is learned that the model does not know")
	}
}

func TestFitRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	x, labels, weights := made(1, 50, 2, func([]float32) bool { return false })
	if _, err := FitTrees(x, labels, weights, quick); err == nil {
		t.Error("trees of one class")
	}
	if _, err := FitTrees(x, labels[1:], weights, quick); err == nil {
		t.Error("rows without labels")
	}
	one := letters(4)[2:]
	if _, err := FitText(one, TextOptions{Bits: 12}); err == nil {
		t.Error("a text model of one class")
	}
}

func TestSignalsAreInTheMatrixByName(t *testing.T) {
	t.Parallel()
	names := model.InputNames()
	for _, s := range signals.All().Names() {
		if !slices.Contains(names, s) {
			t.Errorf("%s is not offered to training", s)
		}
	}
}
