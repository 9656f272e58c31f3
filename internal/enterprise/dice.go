package enterprise

import (
	"math"
	"math/rand/v2"
	"time"
)

// dice decide everything that is left to chance.
type dice struct{ *rand.Rand }

func (d dice) chance(p float64) bool { return d.Float64() < p }

// between is a number from lo to hi, both included.
func (d dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// poisson is how often something happens that happens mean times on average.
func (d dice) poisson(mean float64) int {
	limit, product, n := math.Exp(-mean), d.Float64(), 0
	for product > limit && n < 100 {
		product *= d.Float64()
		n++
	}
	return n
}

// span is a time from lo to hi, more often near lo.
func (d dice) span(lo, hi time.Duration) time.Duration {
	f := d.Float64()
	return lo + time.Duration(f*f*float64(hi-lo))
}

// digits is a number of n digits, written out.
func (d dice) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + d.IntN(10))
	}
	return string(b)
}

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// others are n of list without the one, or all where there are fewer.
func others[T comparable](d dice, list []T, without T, n int) []T {
	var out []T
	for _, i := range d.Perm(len(list)) {
		if list[i] != without && len(out) < n {
			out = append(out, list[i])
		}
	}
	return out
}
