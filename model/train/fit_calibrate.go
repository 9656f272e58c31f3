package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"postern/detect"
	"postern/model"
)

var errOneSide = errors.New("train: calibration needs wanted and unwanted mail")

// Calibrate fits the curves of t on rows that it was not fitted on, later ones
// best, and returns the calibrated model. The weights say how common each row
// is in the mail that the probabilities shall hold for.
func Calibrate(t *model.Trees, x *Matrix, labels []detect.Class, weights []float64) (*model.Trees, error) {
	if !slices.Equal(x.Names, t.Inputs) || x.Rows() != len(labels) || x.Rows() != len(weights) {
		return nil, fmt.Errorf("train: calibration rows do not fit the model: %d inputs, %d rows, %d labels", len(x.Names), x.Rows(), len(labels))
	}
	out := *t
	var unwanted, gray []point
	var kinds []int
	for i, c := range labels {
		if weights[i] <= 0 {
			continue
		}
		unwanted = append(unwanted, point{t.Unwanted.Predict(x.Row(i)).Float(), truth(c.Unwanted()), weights[i]})
		if c.Unwanted() {
			kinds = append(kinds, i)
		} else {
			gray = append(gray, point{t.Graymail.Predict(x.Row(i)).Float(), truth(c == detect.Graymail), weights[i]})
		}
	}
	var ok bool
	if out.Curve, ok = FitCurve(unwanted); !ok {
		return nil, errOneSide
	}
	if line, ok := platt(gray); ok {
		out.GraymailCurve = line.curve()
	}
	out.Heat = heat(&out, x, labels, weights, kinds)
	return &out, nil
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// A point is one message: its log-odds by a model, what it was (0 or 1), and
// its weight.
type point struct{ x, y, w float64 }

// A line maps log-odds to log-odds.
type line struct{ slope, at0 float64 }

func (l line) at(x float64) float64 { return l.at0 + l.slope*x }

func (l line) curve() model.Curve {
	return model.Curve{X: []float64{0}, Y: []float64{l.at0}, Slope: l.slope}
}

// minSlope keeps a curve rising.
const minSlope = 0.05

// platt fits a line by logistic regression (Platt 1999), with his correction
// for few samples; ok is false where one side is missing.
func platt(points []point) (l line, ok bool) {
	pos, neg := 0.0, 0.0
	for _, p := range points {
		pos, neg = pos+p.w*p.y, neg+p.w*(1-p.y)
	}
	if pos == 0 || neg == 0 {
		return line{1, 0}, false
	}
	yes, no := (pos+1)/(pos+2), 1/(neg+2)
	l = line{1, 0}
	for range 50 {
		var g0, g1, h00, h01, h11 float64
		for _, p := range points {
			q := sigmoid(l.at(p.x))
			target := no + p.y*(yes-no)
			g, h := p.w*(q-target), p.w*max(q*(1-q), 1e-9)
			g0, g1 = g0+g, g1+g*p.x
			h00, h01, h11 = h00+h, h01+h*p.x, h11+h*p.x*p.x
		}
		h00, h11 = h00+1e-6, h11+1e-6
		det := h00*h11 - h01*h01
		d0, d1 := (g0*h11-g1*h01)/det, (g1*h00-g0*h01)/det
		step := min(1, 2/max(math.Abs(d0), math.Abs(d1), 1e-12)) // a long step may pass the goal
		l.at0, l.slope = l.at0-step*d0, max(l.slope-step*d1, minSlope)
		if math.Abs(d0)+math.Abs(d1) < 1e-9 {
			break
		}
	}
	return l, true
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Points of a block of the isotonic fit are drawn to the line as if so much
// more weight lay on it: few points do not bend the curve.
const (
	drawn     = 20
	minBlocks = 40 // points that stand together, so that knots are not single messages
)

// FitCurve fits a curve that always rises: isotonic steps (pool adjacent
// violators), drawn to Platt's line and joined straight from the middle of one
// step to that of the next. Steps alone would make ties.
func FitCurve(points []point) (model.Curve, bool) {
	l, ok := platt(points)
	if !ok {
		return model.Curve{}, false
	}
	blocks := isotonic(points)
	c := model.Curve{Slope: l.slope}
	for _, b := range blocks {
		x := b.x / b.w
		y := logit((b.y + drawn*sigmoid(l.at(x))) / (b.w + drawn))
		if n := len(c.X); n > 0 && (x-c.X[n-1] < 1e-6 || y-c.Y[n-1] < minSlope*(x-c.X[n-1])) {
			continue // drawing bent it down again
		}
		c.X, c.Y = append(c.X, x), append(c.Y, y)
	}
	return c, true
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// isotonic pools neighbours until the share of ones rises from block to block.
// A block holds sums of x, y and w, weighted.
func isotonic(points []point) []point {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b point) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) })
	size := max(minBlocks, len(points)/maxBlocks)
	var blocks []point
	for start := 0; start < len(points); start += size {
		var b point
		for _, p := range points[start:min(start+size, len(points))] {
			b = point{b.x + p.w*p.x, b.y + p.w*p.y, b.w + p.w}
		}
		for len(blocks) > 0 {
			last := blocks[len(blocks)-1]
			if last.y/last.w < b.y/b.w {
				break
			}
			b = point{b.x + last.x, b.y + last.y, b.w + last.w}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// halfway lies between a curve and none: the curve holds for sources that no tree
// knows, which is cautious, and the word of the trees for those that they know.
// The mail of a server is of both.
func halfway(c model.Curve) model.Curve {
	h := model.Curve{X: c.X, Slope: (c.Slope + 1) / 2}
	for i, x := range c.X {
		h.Y = append(h.Y, (c.Y[i]+x)/2)
	}
	return h
}

// maxBlocks bounds the knots of a curve.
const maxBlocks = 200

// heat finds the temperature at which the kinds of unwanted mail are likeliest
// (Guo et al. 2017).
func heat(t *model.Trees, x *Matrix, labels []detect.Class, weights []float64, rows []int) float64 {
	best, least := 1.0, math.Inf(1)
	if len(rows) < minBlocks {
		return best
	}
	for h := 0.5; h < 4; h *= 1.1 {
		at := *t
		at.Heat = h
		loss := 0.0
		for _, i := range rows {
			p, odds := at.Predict(x.Row(i))
			loss -= weights[i] * math.Log(max(p[labels[i]]/sigmoid(odds), 1e-6))
		}
		if loss < least {
			best, least = h, loss
		}
	}
	return best
}
