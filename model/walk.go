package model

import (
	"cmp"
	"math"
	"slices"
)

// A walker predicts like the forest that it was made of, only faster: it knows
// no branches and no unknown values, and goes down eight trees at a time, which
// are about equally deep.
type walker struct {
	base   Fixed
	groups []group
	steps  []step
	value  []int32 // of each step that is a leaf
}

// A group is trees that are gone down together.
type group struct {
	roots [lanes]uint32
	depth int // steps of the deepest
}

// lanes is how many trees are gone down at a time.
const lanes = 8

// A step leads on to next, or to the step after it. A leaf leads to itself.
type step struct {
	at    int32 // keys up to it go to next
	input uint32
	next  uint32
}

func newWalker(f *Forest) *walker {
	w := &walker{base: f.Base, steps: make([]step, len(f.Nodes)), value: make([]int32, len(f.Nodes))}
	height := make([]int, len(f.Nodes)) // steps to the deepest leaf beneath
	for i := len(f.Nodes) - 1; i >= 0; i-- {
		n := &f.Nodes[i]
		w.value[i] = n.Value
		if n.Next == 0 {
			w.steps[i] = step{at: math.MaxInt32, next: uint32(i)} //nolint:gosec // bounded
			continue
		}
		height[i] = 1 + max(height[n.Next], height[n.Next+1])
		w.steps[i] = step{at: key(n.At), input: 2 * uint32(n.Input), next: n.Next}
		if n.Missing {
			w.steps[i].input++
		}
	}
	roots := slices.SortedFunc(slices.Values(f.Roots), func(a, b uint32) int { return cmp.Compare(height[a], height[b]) })
	for some := range slices.Chunk(roots, lanes) {
		g := group{depth: height[some[len(some)-1]]}
		for i := copy(g.roots[:], some); i < lanes; i++ { // a tree of one leaf that says nothing
			g.roots[i] = uint32(len(w.steps))                                              //nolint:gosec // bounded
			w.steps = append(w.steps, step{at: math.MaxInt32, next: uint32(len(w.steps))}) //nolint:gosec // bounded
			w.value = append(w.value, 0)
		}
		w.groups = append(w.groups, g)
	}
	return w
}

// key orders numbers as float32 does, with -0 as 0. It is less than MaxInt32.
func key(v float32) int32 {
	bits := int32(math.Float32bits(v + 0)) //nolint:gosec // the same bits
	return bits ^ bits>>31&math.MaxInt32
}

// keys appends two keys for each value: unknown values are the least of all in
// the first and the greatest in the second.
func keys(list []int32, row []float32) []int32 {
	for _, v := range row {
		least, greatest := key(v), key(v)
		if v != v {
			least, greatest = math.MinInt32, math.MaxInt32
		}
		list = append(list, least, greatest)
	}
	return list
}

// after is the step after s.
func (s *step) after(keys []int32) uint32 {
	return s.next + uint32(uint64(int64(s.at)-int64(keys[s.input]))>>63) //nolint:gosec // one bit
}

// predict is what the forest predicts for a row with these keys.
func (w *walker) predict(keys []int32) Fixed {
	sum, steps := w.base, w.steps
	for i := range w.groups {
		r := &w.groups[i].roots
		a, b, c, d, e, f, g, h := r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
		for range w.groups[i].depth {
			a, b = steps[a].after(keys), steps[b].after(keys)
			c, d = steps[c].after(keys), steps[d].after(keys)
			e, f = steps[e].after(keys), steps[f].after(keys)
			g, h = steps[g].after(keys), steps[h].after(keys)
		}
		for _, leaf := range [...]uint32{a, b, c, d, e, f, g, h} {
			sum += Fixed(w.value[leaf])
		}
	}
	return sum
}
