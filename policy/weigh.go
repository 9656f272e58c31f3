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

// weighed is what the findings make of the classes: a model's classes exclude
// each other and add up. A finding that it weighed looks at what it looks at, so
// that the stronger of the two counts. The others are causes that may come
// together.
type weighed struct {
	model, same [detect.NumClasses]float64
	others      [detect.NumClasses]noisyOr
}

// unwanted is the probability that the message is of one of the unwanted
// classes that some picks.
func (w *weighed) unwanted(some func(detect.Class) bool) float64 {
	sum, same, all := 0.0, 0.0, noisyOr{}
	for c := range detect.Class(numUnwanted) {
		if some(c) {
			sum += w.model[c]
			same = max(same, w.same[c])
			all.sum += w.others[c].sum
		}
	}
	all.add(max(sum, same))
	return all.p()
}

// weigh makes of the findings one probability for each class and for being
// unwanted at all, and the reasons for it.
func weigh(found []detect.Finding) (Verdict, *weighed) {
	var v Verdict
	w := new(weighed)
	for i := range found {
		switch f := &found[i]; {
		case f.P != nil:
			w.model = *f.P
		case f.Class >= detect.NumClasses:
		case f.Weighed:
			w.same[f.Class] = max(w.same[f.Class], f.Score)
		default:
			w.others[f.Class].add(f.Score)
		}
	}
	for c := range v.Scores {
		both := w.others[c]
		both.add(max(w.model[c], w.same[c]))
		v.Scores[c] = both.p()
	}
	v.Score = w.unwanted(func(detect.Class) bool { return true })
	v.Class = name(&v)
	v.Reasons = reasons(found)
	return v, w
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
// once. A model speaks last, and is never cut off wholly.
func reasons(found []detect.Finding) []detect.Evidence {
	strongest := slices.Clone(found)
	slices.SortStableFunc(strongest, func(a, b detect.Finding) int {
		if byModel := cmp.Compare(truth(a.P != nil), truth(b.P != nil)); byModel != 0 {
			return byModel
		}
		return cmp.Compare(b.Score, a.Score)
	})
	var list []detect.Evidence
	for _, f := range strongest {
		room := maxReasons
		if f.P == nil && modelSpeaks(found) {
			room--
		}
		for _, e := range f.Evidence {
			if len(list) < room && !slices.ContainsFunc(list, func(have detect.Evidence) bool { return have.Text == e.Text }) {
				list = append(list, e)
			}
		}
	}
	return list
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func modelSpeaks(found []detect.Finding) bool {
	return slices.ContainsFunc(found, func(f detect.Finding) bool { return f.P != nil && len(f.Evidence) > 0 })
}
