package train

import (
	"math"
	"slices"
)

// maxCuts is how many thresholds an input may have; with the values beyond
// the last and the unknown ones it has 256 bins.
const (
	maxCuts = 254
	unknown = 255 // the bin of NaN
	numBins = 256
)

// bins is a matrix by columns, each value as the number of its bin.
type bins struct {
	rows int
	cuts [][]float32 // of each input, ascending: bin b holds what is above cuts[b-1] and up to cuts[b]
	col  [][]uint8
}

// bin cuts every input where its values are dense.
func bin(x *Matrix) *bins {
	b := &bins{rows: x.Rows(), cuts: make([][]float32, len(x.Names)), col: make([][]uint8, len(x.Names))}
	each(len(x.Names), func(j int) {
		values := make([]float32, 0, b.rows)
		for i := range b.rows {
			if v := x.Row(i)[j]; v == v {
				values = append(values, v)
			}
		}
		b.cuts[j] = cuts(values)
		b.col[j] = make([]uint8, b.rows)
		for i := range b.rows {
			b.col[j][i] = binOf(x.Row(i)[j], b.cuts[j])
		}
	})
	return b
}

func binOf(v float32, cuts []float32) uint8 {
	if v != v {
		return unknown
	}
	i, _ := slices.BinarySearch(cuts, v)
	return uint8(i) //nolint:gosec // at most maxCuts
}

// cuts sets thresholds halfway between neighbouring values; where those are
// too many, at even shares of the values.
func cuts(values []float32) []float32 {
	slices.Sort(values)
	distinct := slices.Compact(slices.Clone(values))
	var list []float32
	if len(distinct) <= maxCuts+1 {
		for i := 1; i < len(distinct); i++ {
			list = append(list, between(distinct[i-1], distinct[i]))
		}
		return list
	}
	for i := 1; i <= maxCuts; i++ {
		at := values[i*len(values)/(maxCuts+1)]
		n, _ := slices.BinarySearch(distinct, at)
		if n+1 < len(distinct) {
			list = append(list, between(at, distinct[n+1]))
		}
	}
	return slices.Compact(list)
}

// between is a number that a is not above and b is.
func between(a, b float32) float32 {
	mid := a + (b-a)/2
	if !(mid < b) || math.IsInf(float64(mid), 0) {
		return a
	}
	return mid
}
