package train

// A cell sums up the samples of one bin.
type cell struct {
	g, h float64 // first and second derivative of the loss
	n    int32
}

func (c *cell) add(o *cell) { c.g += o.g; c.h += o.h; c.n += o.n }

// less is c without o.
func (c *cell) less(o *cell) cell { return cell{c.g - o.g, c.h - o.h, c.n - o.n} }

// A histogram has the cells of every input that a tree looks at.
type histogram [][numBins]cell

// enoughWork is how many values are worth a second core.
const enoughWork = 1 << 16

// fillHistogram sums up the rows.
func (t *grower) fillHistogram(h histogram, rows []int32) {
	column := func(i int) {
		cells, col := &h[i], t.bins.col[t.inputs[i]]
		*cells = [numBins]cell{}
		for _, r := range rows {
			c := &cells[col[r]]
			c.g += t.g[r]
			c.h += t.h[r]
			c.n++
		}
	}
	if len(rows)*len(h) >= enoughWork {
		each(len(h), column)
		return
	}
	for i := range h {
		column(i)
	}
}

// subtract leaves in h what is not in o.
func (h histogram) subtract(o histogram) {
	for i := range h {
		for b := range h[i] {
			h[i][b] = h[i][b].less(&o[i][b])
		}
	}
}

// A split is the best that a node can do.
type split struct {
	gain    float64
	input   int // index in grower.inputs
	bin     int // up to it goes left
	missing bool
	left    cell
	right   cell
}

// best finds the split of a node with the greatest gain.
func (t *grower) best(h histogram, total *cell, lim bounds) (s split) {
	for i := range h {
		t.bestOf(&s, &h[i], i, total, lim)
	}
	return s
}

// bestOf tries the thresholds of one input, with the unknown values on either
// side. Where there are none, the unknown go where most go.
func (t *grower) bestOf(s *split, cells *[numBins]cell, i int, total *cell, lim bounds) {
	missing := &cells[unknown]
	rises := t.rises[t.inputs[i]]
	var left cell
	for b := range t.bins.cuts[t.inputs[i]] {
		left.add(&cells[b])
		right := total.less(&left)
		if missing.n == 0 {
			t.try(s, split{input: i, bin: b, missing: right.h > left.h, left: left, right: right}, total, lim, rises)
			continue
		}
		t.try(s, split{input: i, bin: b, missing: true, left: left, right: right}, total, lim, rises)
		with := left
		with.add(missing)
		t.try(s, split{input: i, bin: b, left: with, right: total.less(&with)}, total, lim, rises)
	}
}

// minGain is what a split must win.
const minGain = 1e-6

// try keeps candidate if it is allowed and better than s.
func (t *grower) try(s *split, c split, total *cell, lim bounds, rises int8) {
	o := t.options
	if c.left.n < int32(o.MinRows) || c.right.n < int32(o.MinRows) || c.left.h < minHessian || c.right.h < minHessian { //nolint:gosec // small
		return
	}
	l, r := t.leaf(&c.left, lim), t.leaf(&c.right, lim)
	if rises > 0 && l > r || rises < 0 && l < r {
		return
	}
	c.gain = t.score(&c.left, l) + t.score(&c.right, r) - t.score(total, t.leaf(total, lim))
	if c.gain > s.gain && c.gain > minGain {
		*s = c
	}
}

// minHessian keeps leaves from resting on samples that are settled.
const minHessian = 0.1

// leaf is the log-odds that suits the samples best.
func (t *grower) leaf(c *cell, lim bounds) float64 {
	return min(max(-c.g/(c.h+t.options.L2), lim.low), lim.high)
}

// score is how far the log-odds w lowers the loss.
func (t *grower) score(c *cell, w float64) float64 {
	return -(c.g*w + (c.h+t.options.L2)*w*w/2)
}
