package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Base and contributions add up to the log-odds bit for bit, unknown values
// included, and so does the calibrated explanation.
func TestContributionsAddUpExactly(t *testing.T) {
	t.Parallel()
	trees := madeTrees()
	m := New(&Bundle{Trees: trees})
	r := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		row := make([]float32, len(trees.Inputs))
		madeRow(r, row)
		by := make([]Fixed, len(row))
		sum := trees.Unwanted.Explain(row, by)
		for _, odds := range by {
			sum += odds
		}
		if want := trees.Unwanted.Predict(row); sum != want {
			t.Fatalf("the contributions add up to %d, the log-odds are %d", sum, want)
		}
		p := Prediction{Row: row}
		p.P, p.Odds = m.trees.predict(row)
		e := m.Explain(&p)
		sum = e.Base
		for _, c := range e.Contributions {
			sum += c.Odds
		}
		if sum != e.Odds || math.Abs(e.Odds.Float()-p.Odds) > Unit {
			t.Fatalf("the explanation adds up to %v, the log-odds are %v", sum.Float(), p.Odds)
		}
	}
}

// What the walkers say is what the forests say, at thresholds, infinities and
// both zeros too.
func TestWalkersPredictLikeForests(t *testing.T) {
	t.Parallel()
	trees := madeTrees()
	for i := range trees.Unwanted.Nodes {
		if n := &trees.Unwanted.Nodes[i]; i%7 == 0 {
			n.At = 0
		}
	}
	w := newWalkers(trees)
	r := rand.New(rand.NewPCG(2, 2))
	odd := []float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.MaxFloat32}
	for range 500 {
		row := make([]float32, len(trees.Inputs))
		madeRow(r, row)
		for i := range row {
			switch r.IntN(8) {
			case 0:
				row[i] = odd[r.IntN(len(odd))]
			case 1:
				row[i] = trees.Unwanted.Nodes[r.IntN(len(trees.Unwanted.Nodes))].At
			}
		}
		if got, want := w.unwanted.predict(keys(nil, row)), trees.Unwanted.Predict(row); got != want {
			t.Fatalf("the walker says %d, the forest %d", got, want)
		}
		p, odds := w.predict(row)
		if q, want := trees.Predict(row); p != q || odds != want {
			t.Fatalf("%v at %v, want %v at %v", p, odds, q, want)
		}
	}
}

func TestProbabilitiesAddUp(t *testing.T) {
	t.Parallel()
	trees := madeTrees()
	r := rand.New(rand.NewPCG(3, 3))
	row := make([]float32, len(trees.Inputs))
	for range 100 {
		madeRow(r, row)
		p, odds := trees.Predict(row)
		sum, unwanted := 0.0, 0.0
		for c, x := range p {
			sum += x
			if c <= int(lastUnwanted) {
				unwanted += x
			}
		}
		if math.Abs(sum-1) > 1e-12 || math.Abs(unwanted-sigmoid(odds)) > 1e-12 {
			t.Fatalf("all classes have %v together, the unwanted ones %v, want %v", sum, unwanted, sigmoid(odds))
		}
	}
}

func TestCurveRisesEverywhere(t *testing.T) {
	t.Parallel()
	c := Curve{X: []float64{-2, 1, 5}, Y: []float64{-3, 0.5, 0.7}, Slope: 0.4}
	last := math.Inf(-1)
	for x := -20.0; x < 20; x += 0.01 {
		y := c.At(x)
		if y <= last {
			t.Fatalf("it does not rise at %v", x)
		}
		last = y
	}
	if got := c.At(-2); got != -3 {
		t.Errorf("at a knot it is %v", got)
	}
	if got := (&Curve{}).At(1.5); got != 1.5 {
		t.Errorf("the empty curve makes %v of 1.5", got)
	}
}
