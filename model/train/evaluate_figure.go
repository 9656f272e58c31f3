package train

import (
	"fmt"
	"math"
	"strconv"
)

// A Cell is one value of a table.
type Cell interface{ String() string }

// A Word is a cell of text.
type Word string

// String is the word.
func (w Word) String() string { return string(w) }

// A Count is a cell that counts.
type Count int

// String writes the count.
func (n Count) String() string { return strconv.Itoa(int(n)) }

// A Number is a cell with a plain figure.
type Number float64

// String writes the number with three digits.
func (n Number) String() string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return strconv.FormatFloat(float64(n), 'f', 3, 64)
}

// MarshalJSON writes null for what is unknown.
func (n Number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', 6, 64), nil
}

// A Figure is a measure with its 95% interval.
type Figure struct{ Value, Low, High float64 }

// String writes the figure with its interval.
func (f Figure) String() string {
	if math.IsNaN(f.Value) {
		return "-"
	}
	return fmt.Sprintf("%.3f (%.3f-%.3f)", f.Value, f.Low, f.High)
}

// MarshalJSON writes null for what is unknown.
func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(f.Value) {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, `{"value":%.6g,"low":%.6g,"high":%.6g}`, f.Value, f.Low, f.High), nil
}

// A Share is some of all.
type Share struct{ Some, All int }

// String writes the share in percent with its exact interval.
func (s Share) String() string {
	if s.All == 0 {
		return "-"
	}
	f := s.Figure()
	return fmt.Sprintf("%.2f%% (%.2f-%.2f)", 100*f.Value, 100*f.Low, 100*f.High)
}

// MarshalJSON writes the share as a figure.
func (s Share) MarshalJSON() ([]byte, error) { return s.Figure().MarshalJSON() }

// Figure is the share with the 95% interval of Clopper and Pearson; unknown of
// nothing.
func (s Share) Figure() Figure {
	if s.All == 0 {
		return Figure{math.NaN(), math.NaN(), math.NaN()}
	}
	const tail = 0.025
	f := Figure{Value: float64(s.Some) / float64(s.All), Low: 0, High: 1}
	if s.Some > 0 { // P(at least Some | Low) = tail
		f.Low = bisect(func(p float64) bool { return 1-atMost(s.Some-1, s.All, p) < tail })
	}
	if s.Some < s.All { // P(at most Some | High) = tail
		f.High = bisect(func(p float64) bool { return atMost(s.Some, s.All, p) > tail })
	}
	return f
}

// bisect finds where below stops to hold between 0 and 1.
func bisect(below func(float64) bool) float64 {
	low, high := 0.0, 1.0
	for range 50 {
		if mid := (low + high) / 2; below(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// atMost is the probability of at most k successes in n trials.
func atMost(k, n int, p float64) float64 {
	sum := 0.0
	for i := range k + 1 {
		sum += math.Exp(logChoose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(sum, 1)
}

func logChoose(n, k int) float64 {
	lgamma := func(x int) float64 { v, _ := math.Lgamma(float64(x + 1)); return v }
	return lgamma(n) - lgamma(k) - lgamma(n-k)
}
