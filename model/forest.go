package model

import "math"

// Unit is one step of a log-odds: they are summed in whole steps, so that
// contributions add up to the sum bit for bit.
const Unit = 1.0 / (1 << 20)

// Fixed is a log-odds in steps of [Unit].
type Fixed int64

// Float is the log-odds as a number.
func (x Fixed) Float() float64 { return float64(x) * Unit }

// ToFixed rounds a log-odds to whole steps.
func ToFixed(x float64) Fixed { return Fixed(math.Round(x / Unit)) }

// A Node is an inner node or a leaf of a tree.
type Node struct {
	At      float32 // values up to it go left
	Value   int32   // log-odds that the tree gives on average beneath, in steps of Unit
	Next    uint32  // the left child; the right one follows it; 0: a leaf
	Input   uint16
	Missing bool // unknown values go right
}

// A Forest sums up its trees to a log-odds. The trees stand in Nodes one after
// the other, every child behind its parent.
type Forest struct {
	Base  Fixed
	Roots []uint32
	Nodes []Node
}

// child is the node after n for a row of inputs.
func (n *Node) child(row []float32) uint32 {
	v := row[n.Input]
	if v > n.At || v != v && n.Missing {
		return n.Next + 1
	}
	return n.Next
}

// Predict is the log-odds of a row.
func (f *Forest) Predict(row []float32) Fixed {
	sum := f.Base
	nodes := f.Nodes
	for _, i := range f.Roots {
		n := &nodes[i]
		for n.Next != 0 {
			n = &nodes[n.child(row)]
		}
		sum += Fixed(n.Value)
	}
	return sum
}

// Explain adds to by, for each input, what it contributes to the log-odds of a
// row: at every node passed, the change of what the tree gives on average. It
// returns the base that they start from: the base and the contributions add
// up to what Predict says, exactly.
func (f *Forest) Explain(row []float32, by []Fixed) (base Fixed) {
	base = f.Base
	for _, i := range f.Roots {
		n := &f.Nodes[i]
		base += Fixed(n.Value)
		for n.Next != 0 {
			next := &f.Nodes[n.child(row)]
			by[n.Input] += Fixed(next.Value) - Fixed(n.Value)
			n = next
		}
	}
	return base
}
