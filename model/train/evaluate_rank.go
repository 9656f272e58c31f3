package train

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A Scored is one message with the score that somebody gave it.
type Scored struct {
	Score    float64
	Unwanted bool
	Campaign string
}

// A Ranking is messages in the order of their score, highest first. What has
// the same score is taken together: no threshold can tell it apart.
type Ranking struct {
	list     []Scored
	campaign []int // of each, numbered from 0
	number   int   // of campaigns
}

// Rank sorts messages by score.
func Rank(list []Scored) *Ranking {
	r := &Ranking{list: slices.Clone(list), campaign: make([]int, len(list))}
	slices.SortStableFunc(r.list, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
	numbers := map[string]int{}
	for i := range r.list {
		n, ok := numbers[r.list[i].Campaign]
		if !ok {
			n = len(numbers)
			numbers[r.list[i].Campaign] = n
		}
		r.campaign[i] = n
	}
	r.number = len(numbers)
	return r
}

// once weighs every campaign the same: as it came.
func (r *Ranking) once() []float64 {
	w := make([]float64, r.number)
	for i := range w {
		w[i] = 1
	}
	return w
}

// steps hands over the sums of weights of unwanted and wanted messages down to
// each score, with the score.
func (r *Ranking) steps(weight []float64, yield func(unwanted, wanted, score float64)) {
	bad, good := 0.0, 0.0
	for i := range r.list {
		if r.list[i].Unwanted {
			bad += weight[r.campaign[i]]
		} else {
			good += weight[r.campaign[i]]
		}
		if i+1 == len(r.list) || r.list[i+1].Score != r.list[i].Score {
			yield(bad, good, r.list[i].Score)
		}
	}
}

// totals are the weights of all unwanted and all wanted messages.
func (r *Ranking) totals(weight []float64) (unwanted, wanted float64) {
	for i := range r.list {
		if r.list[i].Unwanted {
			unwanted += weight[r.campaign[i]]
		} else {
			wanted += weight[r.campaign[i]]
		}
	}
	return unwanted, wanted
}

// recall is the largest share of unwanted messages above a threshold that at
// most a share of the wanted ones passes; unknown where there is nothing to
// measure it on.
func (r *Ranking) recall(fpr float64, weight []float64) float64 {
	bad, good := r.totals(weight)
	if bad == 0 || good == 0 {
		return math.NaN()
	}
	caught := 0.0
	r.steps(weight, func(unwanted, wanted, _ float64) {
		if wanted <= fpr*good {
			caught = unwanted
		}
	})
	return caught / bad
}

// RecallAt is the recall at a share of false alarms, with its interval by
// bootstrap over campaigns.
func (r *Ranking) RecallAt(fpr float64) Figure {
	return r.figure(func(weight []float64) float64 { return r.recall(fpr, weight) })
}

// ThresholdAt is the lowest score that at most a share of the wanted messages
// reaches or passes.
func (r *Ranking) ThresholdAt(fpr float64) float64 {
	weight := r.once()
	_, good := r.totals(weight)
	threshold := math.Inf(1)
	r.steps(weight, func(_, wanted, score float64) {
		if wanted <= fpr*good {
			threshold = score
		}
	})
	return threshold
}

// area is the probability that an unwanted message scores higher than a wanted
// one.
func (r *Ranking) area(weight []float64) float64 {
	bad, good := r.totals(weight)
	if bad == 0 || good == 0 {
		return math.NaN()
	}
	sum, lastBad, lastGood := 0.0, 0.0, 0.0
	r.steps(weight, func(unwanted, wanted, _ float64) {
		sum += (wanted - lastGood) * (unwanted + lastBad) / 2
		lastBad, lastGood = unwanted, wanted
	})
	return sum / (bad * good)
}

// AUC is the area under the ROC curve.
func (r *Ranking) AUC() Figure { return r.figure(r.area) }

// PRAUC is the average precision over all recalls.
func (r *Ranking) PRAUC() Figure {
	return r.figure(func(weight []float64) float64 {
		bad, _ := r.totals(weight)
		if bad == 0 {
			return math.NaN()
		}
		sum, last := 0.0, 0.0
		r.steps(weight, func(unwanted, wanted, _ float64) {
			if unwanted > last {
				sum += (unwanted - last) * unwanted / (unwanted + wanted)
			}
			last = unwanted
		})
		return sum / bad
	})
}

// A Point is one point of a curve.
type Point struct{ X, Y float64 }

// ROC is the curve of recall over false alarms, a point for each threshold.
func (r *Ranking) ROC() []Point {
	weight := r.once()
	bad, good := r.totals(weight)
	curve := []Point{{0, 0}}
	r.steps(weight, func(unwanted, wanted, _ float64) {
		curve = append(curve, Point{wanted / max(good, 1), unwanted / max(bad, 1)})
	})
	return curve
}

// resamples is how many times a bootstrap draws.
const resamples = 200

// figure is a measure with its 95% interval: campaigns are drawn anew, since
// the messages of one are caught or missed together.
func (r *Ranking) figure(measure func([]float64) float64) Figure {
	f := Figure{Value: measure(r.once())}
	if math.IsNaN(f.Value) || r.number < 2 {
		f.Low, f.High = f.Value, f.Value
		return f
	}
	dice := rand.New(rand.NewPCG(1, uint64(r.number))) //nolint:gosec // a figure is the same every time
	var values []float64
	weight := make([]float64, r.number)
	for range resamples {
		clear(weight)
		for range r.number {
			weight[dice.IntN(r.number)]++
		}
		if v := measure(weight); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	if n := len(values); n > 0 {
		f.Low, f.High = values[n*25/1000], values[n-1-n*25/1000]
	}
	return f
}
