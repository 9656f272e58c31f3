package model

import "math"

// A walker predicts like the forest that it was made of, only faster: it knows
// no branches and no unknown values, and goes down four trees at a time.
type walker struct {
	base  Fixed
	depth int
	roots []uint32 // a multiple of lanes
	steps []step
	value []int32 // of each step that is a leaf
}

// A step leads on to next, or to the step after it. A leaf leads to itself.
type step struct {
	at    int32 // keys up to it go to next
	input uint32
	next  uint32
}

// lanes is how many trees are gone down at a time.
const lanes = 4

func newWalker(f *Forest) *walker {
	w := &walker{base: f.Base, roots: append([]uint32(nil), f.Roots...), steps: make([]step, len(f.Nodes)), value: make([]int32, len(f.Nodes))}
	depth := make([]int, len(f.Nodes))
	for i := range f.Nodes {
		n := &f.Nodes[i]
		w.value[i] = n.Value
		if n.Next == 0 {
			w.steps[i] = step{at: math.MaxInt32, next: uint32(i)}
			continue
		}
		depth[n.Next], depth[n.Next+1] = depth[i]+1, depth[i]+1
		w.depth = max(w.depth, depth[i]+1)
		w.steps[i] = step{at: key(n.At), input: 2 * uint32(n.Input), next: n.Next}
		if n.Missing {
			w.steps[i].input++
		}
	}
	for len(w.roots)%lanes != 0 { // trees of one leaf that say nothing
		w.roots = append(w.roots, uint32(len(w.steps)))                                //nolint:gosec // as above
		w.steps = append(w.steps, step{at: math.MaxInt32, next: uint32(len(w.steps))}) //nolint:gosec // as above
		w.value = append(w.value, 0)
	}
	return w
}

// key orders numbers as float32 does, with -0 as 0. It is less than MaxInt32.
func key(v float32) int32 {
	bits := int32(math.Float32bits(v + 0)) //nolint:gosec // the same bits
	return bits ^ bits>>31&math.MaxInt32
}

// keys writes two keys for each value: unknown values are the least of all in
// the first and the greatest in the second.
func keys(row []float32) []int32 {
	list := make([]int32, 2*len(row))
	for i, v := range row {
		if v != v {
			list[2*i], list[2*i+1] = math.MinInt32, math.MaxInt32
		} else {
			k := key(v)
			list[2*i], list[2*i+1] = k, k
		}
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
	for i := 0; i+lanes <= len(w.roots); i += lanes {
		a, b, c, d := w.roots[i], w.roots[i+1], w.roots[i+2], w.roots[i+3]
		for range w.depth {
			a, b = steps[a].after(keys), steps[b].after(keys)
			c, d = steps[c].after(keys), steps[d].after(keys)
		}
		sum += Fixed(w.value[a]) + Fixed(w.value[b]) + Fixed(w.value[c]) + Fixed(w.value[d])
	}
	return sum
}
