package train

import (
	"math"
	"slices"

	"postern/model"
)

// The shares of wanted mail that each action may hit wrongly.
const (
	tagBudget        = 2000e-6
	quarantineBudget = 100e-6
	rejectBudget     = 10e-6
)

// The bounds of the thresholds, whatever the data say: with some thousand
// wanted messages, one in a hundred thousand is a guess.
var (
	least   = model.Thresholds{Tag: 0.5, Quarantine: 0.9, Reject: 0.99}
	highest = model.Thresholds{Tag: 0.95, Quarantine: 0.995, Reject: 0.9995}
)

// prior moves scores from the corpora, half of whose mail is unwanted, to a mail
// server, where somewhat less than one message in a hundred is an attack that
// passed every other check. With sources never seen it holds false alarms down
// besides.
const prior = -5.3 // log-odds

// recent is the first year whose mail thresholds are chosen on.
const recent = 2015

// tail is the share of wanted mail, the highest scored, that tells how the
// rest of the way goes.
const tail = 0.02

// thresholds finds the probability that each budget of false alarms allows, on
// scores of real wanted mail by models that never saw its campaign. Budgets smaller
// than one message are reached by a straight line through the tail: the
// logarithm of the share above a log-odds falls evenly, as for an exponential
// tail, whose mean excess is measured.
func thresholds(rows []Row, odds []float64) model.Thresholds {
	var wanted []float64
	for i := range rows {
		if !rows[i].Class.Unwanted() && !rows[i].Synthetic && rows[i].stream == "" && rows[i].Date.Year() >= recent {
			wanted = append(wanted, odds[i])
		}
	}
	if len(wanted) == 0 {
		return least
	}
	slices.Sort(wanted)
	from := wanted[int(float64(len(wanted)-1)*(1-tail))]
	excess, n := 0.0, 0
	for _, o := range wanted {
		if o > from {
			excess += o - from
			n++
		}
	}
	mean := excess / float64(max(n, 1))
	at := func(budget, low, high float64) float64 {
		return min(max(sigmoid(from+mean*math.Log(tail/budget)+prior), low), high)
	}
	return model.Thresholds{
		Tag:        at(tagBudget, least.Tag, highest.Tag),
		Quarantine: at(quarantineBudget, least.Quarantine, highest.Quarantine),
		Reject:     at(rejectBudget, least.Reject, highest.Reject),
	}
}
