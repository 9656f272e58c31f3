package model

import (
	"math/rand/v2"
	"testing"

	"postern/detect"
)

// Added twelve at a time, weights make what they make one by one, the extreme
// ones too and more of them than a lane holds.
func TestRowsAddUpLikeWeights(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	for classes := 1; classes <= int(detect.NumClasses); classes++ {
		const n = 50
		rows := newRows(n, classes)
		var weights [n][detect.NumClasses]int8
		for i := range n {
			for j := range classes {
				w := [...]int8{-maxStep, maxStep, int8(r.IntN(2*maxStep+1) - maxStep)}[r.IntN(3)]
				rows.set(i, j, w)
				weights[i][j] = w
			}
		}
		for _, length := range []int{0, 1, batch, 3*batch + 7} {
			var got, want sums
			list := make([]uint32, length)
			for k := range list {
				list[k] = uint32(r.IntN(n))
				if length == batch { // all the same, and so the extremes
					list[k] = list[0]
				}
				for j := range classes {
					want[j] += 300 * int64(weights[list[k]][j])
				}
			}
			if rows.add(&got, list, 300); got != want {
				t.Fatalf("%d rows of %d classes make %v, want %v", length, classes, got, want)
			}
		}
		if got := rows.at(n-1, classes-1); got != weights[n-1][classes-1] {
			t.Fatalf("a weight reads %d, want %d", got, weights[n-1][classes-1])
		}
	}
}
