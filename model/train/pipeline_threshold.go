package train

import (
	"math"
	"slices"

	"postern/model"
)

// The shares of wanted mail that each action may hit wrongly: of no source that
// was left out may more be tagged; and of all of them together be worse off.
const (
	tagBudget        = 0.01
	quarantineBudget = 100e-6
	rejectBudget     = 10e-6
)

// The bounds of the thresholds, whatever the data say: with some thousand
// wanted messages, one in a hundred thousand is a guess.
var (
	least   = model.Thresholds{Tag: tags, Quarantine: 0.9, Reject: 0.99}
	highest = model.Thresholds{Tag: tags, Quarantine: 0.995, Reject: 0.9995}
)

// tags is the score from which a message is tagged, with a model as without:
// what the finding of a heuristic is worth beside it rests on that.
const tags = 0.5

// The share of unwanted mail that the prior may take for granted, in log-odds:
// of the mail that passed every other check, between a quarter and one in four
// hundred.
const (
	mostUnwanted   = -1.1
	fewestUnwanted = -6.0
)

// recent is the first year whose mail thresholds are chosen on.
const recent = 2015

// tail is the share of wanted mail, the highest scored, that tells how the
// rest of the way goes.
const tail = 0.02

// fewest is how many messages a source has whose false alarms bound the
// threshold to tag.
const fewest = 100

// thresholds finds the probability that each budget of false alarms allows, on
// scores of real wanted mail by models that never saw its source. The prior
// moves scores from the corpora, where half of the weight is of unwanted mail,
// to a mail server, where that is rarer, and so that what the budget allows to
// be tagged begins at one half.
func thresholds(rows []Row, odds []float64) (t model.Thresholds, prior float64) {
	var all []float64
	bySource := map[string][]float64{}
	for i := range rows {
		m := rows[i].Mail
		if m.Class.Unwanted() || m.Synthetic || m.twin || m.stream != "" || m.Date.Year() < recent || !inService(rows, i) {
			continue
		}
		all = append(all, odds[i])
		bySource[m.Source] = append(bySource[m.Source], odds[i])
	}
	if len(all) == 0 {
		return least, mostUnwanted
	}
	tag := math.Inf(-1)
	for _, list := range bySource {
		if len(list) >= fewest {
			tag = max(tag, bound(list))
		}
	}
	prior = min(max(-tag, fewestUnwanted), mostUnwanted)
	at := func(budget, low, high float64) float64 {
		return min(max(sigmoid(tailAt(all, budget)+prior), low), high)
	}
	return model.Thresholds{
		Tag:        tags,
		Quarantine: at(quarantineBudget, least.Quarantine, highest.Quarantine),
		Reject:     at(rejectBudget, least.Reject, highest.Reject),
	}, prior
}

// bound is the log-odds that must be passed so that of the list not more than the
// budget to tag passes.
func bound(list []float64) float64 {
	slices.Sort(list)
	n := int(tagBudget * float64(len(list)))
	return math.Nextafter(list[len(list)-1-n], math.Inf(1))
}

// tailAt is the log-odds that a share of the list passes. Shares smaller than
// one message are reached by a straight line through the tail: the logarithm of
// the share above a log-odds falls evenly, as for an exponential tail, whose
// mean excess is measured.
func tailAt(list []float64, share float64) float64 {
	slices.Sort(list)
	from := list[int(float64(len(list)-1)*(1-tail))]
	excess, n := 0.0, 0
	for _, o := range list {
		if o > from {
			excess += o - from
			n++
		}
	}
	return from + excess/float64(max(n, 1))*math.Log(tail/share)
}
