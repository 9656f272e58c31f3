package policy

import (
	"cmp"
	"math"
	"slices"

	"postern/detect"
)

const (
	// named is the probability of being unwanted from which a verdict names the
	// likeliest attack; beneath it the message is called safe or graymail.
	named = 0.25
	// likely is the probability from which a wanted message is called graymail.
	likely = 0.5
	// maxReasons bounds the reasons of a verdict.
	maxReasons = 8
)

// noisyOr is the probability that at least one of several independent causes
// holds. Its zero value has no cause.
type noisyOr struct{ sum float64 } // of log(1-p), at most 0

func (n *noisyOr) add(p float64) {
	if p > 0 { // neither NaN
		n.sum += math.Log1p(-min(p, 1))
	}
}

func (n noisyOr) p() float64 { return 0 - math.Expm1(n.sum) }

// weigh makes of the findings one probability for each class and for being
// unwanted at all, and the reasons for it.
func weigh(found []detect.Finding) Verdict {
	var v Verdict
	var classes [detect.NumClasses]noisyOr
	var all noisyOr
	for _, f := range found {
		if f.Class < detect.NumClasses {
			classes[f.Class].add(f.Score)
		}
	}
	for c := range classes {
		v.Scores[c] = classes[c].p()
		if detect.Class(c).Unwanted() {
			all.add(v.Scores[c])
		}
	}
	v.Score = all.p()
	v.Class = name(&v)
	v.Reasons = reasons(found)
	return v
}

// name is the class that the verdict bears.
func name(v *Verdict) detect.Class {
	switch {
	case v.Score >= named:
		best := detect.Class(0)
		for c := range detect.Class(numUnwanted) {
			if v.Scores[c] > v.Scores[best] {
				best = c
			}
		}
		return best
	case v.Scores[detect.Graymail] >= likely:
		return detect.Graymail
	}
	return detect.Safe
}

// reasons lists the evidence, that of the strongest finding first, each text
// once.
func reasons(found []detect.Finding) []detect.Evidence {
	strongest := slices.Clone(found)
	slices.SortStableFunc(strongest, func(a, b detect.Finding) int { return cmp.Compare(b.Score, a.Score) })
	var list []detect.Evidence
	for _, f := range strongest {
		for _, e := range f.Evidence {
			if len(list) == maxReasons {
				return list
			}
			if !slices.ContainsFunc(list, func(have detect.Evidence) bool { return have.Text == e.Text }) {
				list = append(list, e)
			}
		}
	}
	return list
}
