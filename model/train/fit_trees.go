package train

import (
	"fmt"
	"math"
	"math/rand/v2"

	"postern/detect"
	"postern/model"
)

// A Matrix is what a combined model is fitted on: one row a message, one
// column an input; NaN is unknown. Names are those of [model.InputNames], or
// fewer.
type Matrix struct {
	Names  []string
	Values []float32 // row by row
}

// Rows is the number of rows.
func (m *Matrix) Rows() int { return len(m.Values) / max(len(m.Names), 1) }

// Row is one row.
func (m *Matrix) Row(i int) []float32 { return m.Values[i*len(m.Names):][:len(m.Names)] }

// TreeOptions steer the fitting of trees. Zero takes the default.
type TreeOptions struct {
	Rounds     int     // trees that tell unwanted from wanted; 250
	KindRounds int     // trees of each unwanted class, and a quarter of those for graymail; 12
	Depth      int     // 5
	Rate       float64 // how much of its advice each tree may give; 0.08
	MinRows    int     // in a leaf; 10
	L2         float64 // 2
	Rows       float64 // share of the rows that each tree learns from; 0.8
	Inputs     float64 // share of the inputs that each tree looks at; 0.2
	Free       bool    // no constraints
	Seed       uint64

	Progress func(done, of int) // told of trees; may be nil
}

func (o TreeOptions) filled() TreeOptions {
	fill(&o.Rounds, 250)
	fill(&o.KindRounds, 12)
	fill(&o.Depth, 5)
	fill(&o.Rate, 0.08)
	fill(&o.MinRows, 10)
	fill(&o.L2, 2)
	fill(&o.Rows, 0.8)
	fill(&o.Inputs, 0.2)
	return o
}

// The questions of kind and of graymail get few trees: small and quick ones,
// that look at more inputs.
const (
	kindDepth  = 3
	kindRate   = 0.3
	kindInputs = 0.5
)

// FitTrees fits a combined model; it is not calibrated yet. Rows of weight 0
// are not learned from.
func FitTrees(x *Matrix, labels []detect.Class, weights []float64, o TreeOptions) (*model.Trees, error) {
	if n := x.Rows(); n != len(labels) || n != len(weights) {
		return nil, fmt.Errorf("train: %d rows have %d labels and %d weights", n, len(labels), len(weights))
	}
	f := &forests{options: o.filled(), labels: labels, weights: weights, bins: bin(x), rises: make([]int8, len(x.Names))}
	f.tell = o.Progress
	if !o.Free {
		f.rises = constraintsOf(x.Names)
	}
	var all, unwanted, wanted []int32
	for i, c := range labels {
		switch {
		case weights[i] <= 0:
			continue
		case c.Unwanted():
			unwanted = append(unwanted, int32(i))
		default:
			wanted = append(wanted, int32(i))
		}
		all = append(all, int32(i))
	}
	if len(unwanted) == 0 || len(wanted) == 0 {
		return nil, errOneClass
	}
	f.expect(f.options.Rounds + 2*f.options.KindRounds)
	t := &model.Trees{Inputs: x.Names, Heat: 1}
	t.Unwanted = f.binary(all, f.options.Rounds, f.grower(f.options.Depth, f.options.Rate, f.options.Inputs, f.rises, uint64(detect.NumClasses)), detect.Class.Unwanted)
	free := make([]int8, len(x.Names))
	t.Kinds = f.kinds(unwanted, free)
	t.Graymail = f.binary(wanted, f.options.KindRounds, f.grower(kindDepth, kindRate, kindInputs, free, uint64(detect.Graymail)), func(c detect.Class) bool { return c == detect.Graymail })
	return t, nil
}

// forests fits the forests of one combined model.
type forests struct {
	progress
	options TreeOptions
	labels  []detect.Class
	weights []float64
	bins    *bins
	rises   []int8
}

func (f *forests) grower(depth int, rate, share float64, rises []int8, salt uint64) *grower {
	return &grower{
		options: &f.options, depth: depth, rate: rate, share: share, bins: f.bins, rises: rises, g: make([]float64, f.bins.rows), h: make([]float64, f.bins.rows),
		random: rand.New(rand.NewPCG(f.options.Seed, salt)), //nolint:gosec // reproducible, not secret
	}
}

// binary boosts a forest that tells the rows with yes from the others.
func (f *forests) binary(rows []int32, rounds int, t *grower, yes func(detect.Class) bool) model.Forest {
	pos, neg := 1e-3, 1e-3
	for _, r := range rows {
		if yes(f.labels[r]) {
			pos += f.weights[r]
		} else {
			neg += f.weights[r]
		}
	}
	forest := model.Forest{Base: model.ToFixed(math.Log(pos / neg))}
	odds := make([]float64, f.bins.rows)
	for _, r := range rows {
		odds[r] = forest.Base.Float()
	}
	for range rounds {
		for _, r := range rows {
			p, y := 1/(1+math.Exp(-odds[r])), 0.0
			if yes(f.labels[r]) {
				y = 1
			}
			t.g[r], t.h[r] = f.weights[r]*(p-y), f.weights[r]*p*(1-p)
		}
		f.boost(&forest, t, rows, odds)
		f.advance(1)
	}
	forest.Nodes = t.nodes
	return forest
}

// boost adds a tree to the forest and what it says to odds.
func (f *forests) boost(forest *model.Forest, t *grower, rows []int32, odds []float64) {
	root := t.grow(rows)
	if t.nodes[root].Next == 0 { // nothing to tell apart any more
		t.nodes = t.nodes[:root]
		return
	}
	forest.Roots = append(forest.Roots, root)
	for _, r := range rows {
		odds[r] += t.value(root, r)
	}
}

// value is what a tree says of a row.
func (t *grower) value(root uint32, row int32) float64 {
	n := &t.nodes[root]
	for n.Next != 0 {
		b, cuts := t.bins.col[n.Input][row], t.bins.cuts[n.Input]
		right := n.Missing
		if b != unknown {
			right = int(b) >= len(cuts) || cuts[b] > n.At
		}
		next := n.Next
		if right {
			next++
		}
		n = &t.nodes[next]
	}
	return model.Fixed(n.Value).Float()
}

// kinds boosts, by softmax, a forest for each unwanted class that has rows.
func (f *forests) kinds(rows []int32, free []int8) []model.Kind {
	var sums [detect.NumClasses]float64
	for _, r := range rows {
		sums[f.labels[r]] += f.weights[r]
	}
	var kinds []model.Kind
	var growers []*grower
	var odds [][]float64
	for c, sum := range sums {
		if sum == 0 {
			continue
		}
		base := model.ToFixed(math.Log(sum))
		kinds = append(kinds, model.Kind{Class: detect.Class(c), Forest: model.Forest{Base: base}})
		growers = append(growers, f.grower(kindDepth, kindRate, kindInputs, free, uint64(c)))
		all := make([]float64, f.bins.rows)
		for _, r := range rows {
			all[r] = base.Float()
		}
		odds = append(odds, all)
	}
	for range f.options.KindRounds {
		f.derive(kinds, growers, rows, odds)
		if len(kinds) > 1 {
			for k := range kinds {
				f.boost(&kinds[k].Forest, growers[k], rows, odds[k])
			}
		}
		f.advance(1)
	}
	for k := range kinds {
		kinds[k].Nodes = growers[k].nodes
	}
	return kinds
}

// derive sets the derivatives of the softmax loss.
func (f *forests) derive(kinds []model.Kind, growers []*grower, rows []int32, odds [][]float64) {
	p := make([]float64, len(kinds))
	for _, r := range rows {
		top, sum := math.Inf(-1), 0.0
		for k := range kinds {
			top = max(top, odds[k][r])
		}
		for k := range kinds {
			p[k] = math.Exp(odds[k][r] - top)
			sum += p[k]
		}
		for k := range kinds {
			q, y := p[k]/sum, 0.0
			if f.labels[r] == kinds[k].Class {
				y = 1
			}
			growers[k].g[r], growers[k].h[r] = f.weights[r]*(q-y), f.weights[r]*q*(1-q)
		}
	}
}
