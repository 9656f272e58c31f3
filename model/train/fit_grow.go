package train

import (
	"math"
	"math/rand/v2"
	"slices"

	"postern/model"
)

// A grower grows the trees of one forest, depth first, with histograms: that
// of the smaller child is summed up, that of the other is what is left of the
// parent's (Ke et al. 2017).
type grower struct {
	options *TreeOptions
	depth   int
	rate    float64
	share   float64 // of the inputs that a tree looks at
	bins    *bins
	rises   []int8 // of each input: +1, -1 or 0
	random  *rand.Rand

	g, h   []float64 // of each row
	inputs []int     // that the tree at hand looks at, ascending
	free   []histogram
	nodes  []model.Node
}

// bounds are what monotone constraints further up leave to a leaf.
type bounds struct{ low, high float64 }

// grow adds a tree on some of the rows to nodes, and returns its root.
func (t *grower) grow(rows []int32) uint32 {
	t.inputs = t.sampleInputs()
	seen := t.sampleRows(rows)
	h := t.histogram()
	t.fillHistogram(h, seen)
	var total cell
	for _, r := range seen {
		total.add(&cell{t.g[r], t.h[r], 1})
	}
	root := uint32(len(t.nodes)) //nolint:gosec // bounded by rounds and depth
	t.nodes = append(t.nodes, model.Node{})
	t.node(root, h, seen, &total, bounds{math.Inf(-1), math.Inf(1)}, t.depth)
	return root
}

// node makes node at of the rows in h, with all beneath it, and returns the
// log-odds that it gives on average.
func (t *grower) node(at uint32, h histogram, rows []int32, total *cell, lim bounds, depth int) float64 {
	var s split
	if depth > 0 {
		s = t.best(h, total, lim)
	}
	if s.gain == 0 {
		if h != nil {
			t.free = append(t.free, h)
		}
		v := t.leaf(total, lim) * t.rate
		t.nodes[at].Value = int32(model.ToFixed(v)) //nolint:gosec // leaves are small
		return v
	}
	input := t.inputs[s.input]
	left := t.part(rows, input, &s)
	low, high := rows[:left], rows[left:]
	next := uint32(len(t.nodes)) //nolint:gosec // bounded
	t.nodes = append(t.nodes, model.Node{}, model.Node{})
	t.nodes[at] = model.Node{At: t.bins.cuts[input][s.bin], Next: next, Input: uint16(input), Missing: s.missing} //nolint:gosec // few inputs
	leftHist, rightHist := t.children(h, low, high, depth > 1)
	limLeft, limRight := t.narrow(&s, lim)
	l := t.node(next, leftHist, low, &s.left, limLeft, depth-1)
	r := t.node(next+1, rightHist, high, &s.right, limRight, depth-1)
	v := (l*s.left.h + r*s.right.h) / (s.left.h + s.right.h)
	t.nodes[at].Value = int32(model.ToFixed(v)) //nolint:gosec // as above
	return v
}

// children turns the histogram of a node into those of its children, if they
// will look at them.
func (t *grower) children(h histogram, low, high []int32, needed bool) (left, right histogram) {
	if !needed {
		return h, nil
	}
	other := t.histogram()
	if len(low) <= len(high) {
		t.fillHistogram(other, low)
		h.subtract(other)
		return other, h
	}
	t.fillHistogram(other, high)
	h.subtract(other)
	return h, other
}

// narrow is what a split on a constrained input leaves to its children.
func (t *grower) narrow(s *split, lim bounds) (left, right bounds) {
	left, right = lim, lim
	mid := (t.leaf(&s.left, lim) + t.leaf(&s.right, lim)) / 2
	switch rises := t.rises[t.inputs[s.input]]; {
	case rises > 0:
		left.high, right.low = mid, mid
	case rises < 0:
		left.low, right.high = mid, mid
	}
	return left, right
}

// part puts the rows that go left in front, in their order, and counts them.
func (t *grower) part(rows []int32, input int, s *split) int {
	col := t.bins.col[input]
	right := make([]int32, 0, len(rows))
	n := 0
	for _, r := range rows {
		b := col[r]
		if b == unknown && s.missing || b != unknown && int(b) > s.bin {
			right = append(right, r)
		} else {
			rows[n] = r
			n++
		}
	}
	copy(rows[n:], right)
	return n
}

func (t *grower) histogram() histogram {
	if n := len(t.free); n > 0 {
		h := t.free[n-1]
		t.free = t.free[:n-1]
		return h[:len(t.inputs)]
	}
	return make(histogram, len(t.inputs))
}

// sampleInputs draws the inputs that a tree may look at.
func (t *grower) sampleInputs() []int {
	var vary []int // the others tell nothing apart
	for i, cuts := range t.bins.cuts {
		if len(cuts) > 0 {
			vary = append(vary, i)
		}
	}
	t.random.Shuffle(len(vary), func(i, j int) { vary[i], vary[j] = vary[j], vary[i] })
	picked := vary[:int(math.Ceil(t.share*float64(len(vary))))]
	slices.Sort(picked)
	return picked
}

// sampleRows draws the rows that a tree learns from.
func (t *grower) sampleRows(rows []int32) []int32 {
	seen := make([]int32, 0, len(rows))
	for _, r := range rows {
		if t.options.Rows >= 1 || t.random.Float64() < t.options.Rows {
			seen = append(seen, r)
		}
	}
	return seen
}
