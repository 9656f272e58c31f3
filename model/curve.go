package model

import (
	"math"
	"sort"
)

// A Curve calibrates log-odds: straight between its knots, and beyond them on
// with slope [Curve.Slope]. It rises everywhere, so that it makes no ties and
// changes no order. The zero Curve changes nothing.
type Curve struct {
	X, Y  []float64 // both ascending
	Slope float64   // above 0
}

// maxKnots bounds a curve.
const maxKnots = 256

// At is the calibrated log-odds of x.
func (c *Curve) At(x float64) float64 {
	n := len(c.X)
	if n == 0 {
		return x
	}
	switch i := sort.SearchFloat64s(c.X, x); i {
	case 0:
		return c.Y[0] + c.Slope*(x-c.X[0])
	case n:
		return c.Y[n-1] + c.Slope*(x-c.X[n-1])
	default:
		share := (x - c.X[i-1]) / (c.X[i] - c.X[i-1])
		return c.Y[i-1] + share*(c.Y[i]-c.Y[i-1])
	}
}

// valid tells whether the curve rises everywhere.
func (c *Curve) valid() bool {
	if len(c.X) != len(c.Y) || len(c.X) > maxKnots || len(c.X) > 0 && !(c.Slope > 0) {
		return false
	}
	for i := range c.X {
		if math.IsNaN(c.X[i]) || math.IsInf(c.X[i], 0) || math.IsNaN(c.Y[i]) || math.IsInf(c.Y[i], 0) {
			return false
		}
		if i > 0 && (c.X[i] <= c.X[i-1] || c.Y[i] <= c.Y[i-1]) {
			return false
		}
	}
	return !math.IsNaN(c.Slope) && !math.IsInf(c.Slope, 0)
}

// sigmoid is the probability of a log-odds.
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
