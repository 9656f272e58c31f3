package train

import (
	"math"
	"slices"

	"postern/model"
)

// The shares of wanted mail that each action may hit wrongly: of no source that
// was left out may more be proven, by the exact interval, to be tagged; and of
// all of them together to be worse off.
const (
	tagBudget        = 0.01
	quarantineBudget = 100e-6
	rejectBudget     = 10e-6
)

// The bounds of the thresholds, whatever the data say: with some thousand
// wanted messages, one in a hundred thousand is a guess.
var (
	least   = model.Thresholds{Tag: 0.5, Quarantine: 0.9, Reject: 0.99}
	highest = model.Thresholds{Tag: 0.95, Quarantine: 0.995, Reject: 0.9995}
)

// prior moves scores from the corpora, where half of the weight is of unwanted
// mail, to a mail server, where about one message in ten is an attack or spam
// that passed every other check: the log-odds of a tenth.
const prior = -2.2

// recent is the first year whose mail thresholds are chosen on.
const recent = 2015

// tail is the share of wanted mail, the highest scored, that tells how the
// rest of the way goes.
const tail = 0.02

// fewest is how many messages a source has whose false alarms bound the
// threshold to tag.
const fewest = 100

// thresholds finds the probability that each budget of false alarms allows, on
// scores of real wanted mail by models that never saw its source.
func thresholds(rows []Row, odds []float64) model.Thresholds {
	var all []float64
	bySource := map[string][]float64{} // of each message, the higher of its rows
	for i := range rows {
		m := rows[i].Mail
		if m.Class.Unwanted() || m.Synthetic || m.twin || m.stream != "" || m.Date.Year() < recent {
			continue
		}
		all = append(all, odds[i])
		if list := bySource[m.Source]; i > 0 && rows[i-1].Message == rows[i].Message {
			list[len(list)-1] = max(list[len(list)-1], odds[i])
		} else {
			bySource[m.Source] = append(list, odds[i])
		}
	}
	if len(all) == 0 {
		return least
	}
	tag := math.Inf(-1)
	for _, list := range bySource {
		if len(list) >= fewest {
			tag = max(tag, bound(list))
		}
	}
	at := func(odds, low, high float64) float64 { return min(max(sigmoid(odds+prior), low), high) }
	return model.Thresholds{
		Tag:        at(tag, least.Tag, highest.Tag),
		Quarantine: at(tailAt(all, quarantineBudget), least.Quarantine, highest.Quarantine),
		Reject:     at(tailAt(all, rejectBudget), least.Reject, highest.Reject),
	}
}

// bound is the log-odds that must be passed so that of the list not more than the
// budget to tag is proven to pass.
func bound(list []float64) float64 {
	slices.Sort(list)
	slices.Reverse(list)
	n := 0
	for n+1 < len(list) && (Share{n + 1, len(list)}).Figure().Low <= tagBudget {
		n++
	}
	return math.Nextafter(list[n], math.Inf(1))
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
