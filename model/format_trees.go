package model

import "postern/detect"

// What trees may hold.
const (
	maxInputs = 4096
	maxTrees  = 20_000 // of all forests together
	maxNodes  = 1 << 20
	maxName   = 128
	maxDepth  = 64 // steps of one tree
)

func (t *Trees) encode() []byte {
	var w writer
	w.uint(uint64(len(t.Inputs)))
	for _, name := range t.Inputs {
		w.string(name)
	}
	w.forest(&t.Unwanted)
	w.curve(&t.Curve)
	w.uint(uint64(len(t.Kinds)))
	for i := range t.Kinds {
		w.string(t.Kinds[i].Class.String())
		w.forest(&t.Kinds[i].Forest)
	}
	w.float64(t.Heat)
	w.forest(&t.Graymail)
	w.curve(&t.GraymailCurve)
	return w
}

func decodeTrees(data []byte) (*Trees, error) {
	r := &scanner{rest: data}
	t := new(Trees)
	for range r.uint(maxInputs) {
		t.Inputs = append(t.Inputs, r.string())
	}
	if r.failed {
		return nil, damaged("the trees' inputs")
	}
	inputs := len(t.Inputs)
	t.Unwanted = r.forest(inputs)
	t.Curve = r.curve()
	for range r.uint(uint64(detect.Spam) + 1) {
		c, ok := detect.ParseClass(r.string())
		if n := len(t.Kinds); !ok || !c.Unwanted() || n > 0 && c <= t.Kinds[n-1].Class {
			return nil, damaged("the trees' classes")
		}
		t.Kinds = append(t.Kinds, Kind{c, r.forest(inputs)})
	}
	t.Heat = r.float64()
	t.Graymail = r.forest(inputs)
	t.GraymailCurve = r.curve()
	if r.failed || len(r.rest) > 0 || !(t.Heat > 0.01) {
		return nil, damaged("the trees")
	}
	return t, nil
}

func (w *writer) forest(f *Forest) {
	w.int(int64(f.Base))
	w.uint(uint64(len(f.Roots)))
	for _, root := range f.Roots {
		w.uint(uint64(root))
	}
	w.uint(uint64(len(f.Nodes)))
	for i, n := range f.Nodes {
		w.int(int64(n.Value))
		if n.Next == 0 {
			w.uint(0)
			continue
		}
		w.uint(uint64(int(n.Next) - i)) //nolint:gosec // a child is behind its parent
		w.float32(n.At)
		missing := uint64(0)
		if n.Missing {
			missing = 1
		}
		w.uint(uint64(n.Input)<<1 | missing)
	}
}

// forest reads a forest whose every reference leads on: a child is behind its
// parent and inside, an input exists, and no way down is long.
func (r *scanner) forest(inputs int) (f Forest) {
	f.Base = Fixed(r.int())
	last := uint64(0)
	for i := range r.uint(maxTrees) {
		root := r.uint(maxNodes)
		if r.failed = r.failed || i > 0 && root <= last; r.failed {
			return Forest{}
		}
		last = root
		f.Roots = append(f.Roots, uint32(root)) //nolint:gosec // bounded
	}
	count := r.uint(maxNodes)
	if r.failed = r.failed || count > uint64(len(r.rest)) || len(f.Roots) > 0 && last >= count; r.failed || count == 0 {
		return f
	}
	f.Nodes = make([]Node, count)
	depth := make([]uint8, count)
	for i := range f.Nodes {
		n := r.node(i, inputs)
		if r.failed = r.failed || int(n.Next) >= len(f.Nodes)-1 && n.Next > 0 || depth[i] > maxDepth; r.failed {
			return Forest{}
		}
		f.Nodes[i] = n
		if n.Next > 0 {
			for _, child := range [...]uint32{n.Next, n.Next + 1} {
				depth[child] = max(depth[child], depth[i]+1)
			}
		}
	}
	return f
}

// node reads node i.
func (r *scanner) node(i, inputs int) Node {
	v := r.int()
	r.failed = r.failed || v != int64(int32(v)) //nolint:gosec // that is the question
	n := Node{Value: int32(v)}                  //nolint:gosec // as above
	if step := r.uint(maxNodes); step > 0 {
		n.Next = uint32(i) + uint32(step) //nolint:gosec // bounded
		n.At = r.float32()
		packed := r.uint(maxInputs << 1)
		n.Input, n.Missing = uint16(packed>>1), packed&1 == 1 //nolint:gosec // bounded
		r.failed = r.failed || int(n.Input) >= inputs
	}
	return n
}

func (w *writer) curve(c *Curve) {
	w.uint(uint64(len(c.X)))
	for i := range c.X {
		w.float64(c.X[i])
		w.float64(c.Y[i])
	}
	w.float64(c.Slope)
}

func (r *scanner) curve() (c Curve) {
	for range r.uint(maxKnots) {
		c.X, c.Y = append(c.X, r.float64()), append(c.Y, r.float64())
	}
	c.Slope = r.float64()
	r.failed = r.failed || !c.valid()
	return c
}
