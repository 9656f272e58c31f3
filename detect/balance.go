package detect

import (
	"math"

	"postern/signals"
)

// A balance weighs what speaks for a suspicion against what speaks against it:
// each fact adds the logarithm of how many times likelier it is in an attack
// than in honest mail (Good 1950, "Probability and the Weighing of Evidence").
// So no fact is indispensable, and none decides alone.
type balance struct {
	odds     float64 // natural logarithm
	evidence []Evidence
}

// least is the score beneath which a balance says nothing.
const least = 0.04

// weigh adds a fact. One that speaks against the suspicion needs no text.
func (b *balance) weigh(nats float64, sig *signals.Signal, text string) {
	if nats == 0 {
		return
	}
	b.odds += nats
	if text != "" {
		b.evidence = append(b.evidence, Evidence{sig, text})
	}
}

// A memory grows up: while it is young everything is new to it.
const (
	grown    = 14  // days
	newborn  = -3. // nats, to begin with
	schooled = 6   // days on which a sender wrote
)

// young weighs how little a memory says that began days ago, or holds so few of
// those that it takes.
func (b *balance) young(days, takes float64, sig *signals.Signal) {
	if left := 1 - min(days/takes, 1); left > 0 { // not if unknown
		b.weigh(newborn*left, sig, "")
	}
}

// mature tells whether what is new to the memory is new.
func mature(v signals.Vector) bool { return !(v.Of(signals.OrgFirstSeen) < grown) }

// when weighs a fact if it is one.
func (b *balance) when(yes bool, nats float64, sig *signals.Signal, text string) bool {
	if yes {
		b.weigh(nats, sig, text)
	}
	return yes
}

// finding is the balance as d's finding, if there is enough on the one side.
func (b *balance) finding(d Detector, c Class) []Finding {
	score := 1 / (1 + math.Exp(-b.odds))
	if len(b.evidence) == 0 || score < least {
		return nil
	}
	return []Finding{{Detector: d.Name(), Class: c, Score: min(score, surest), Evidence: b.evidence}}
}

// wish weighs what the message wants most, and half of what else it wants. It
// is the class of the first, or else otherwise.
func (b *balance) wish(v signals.Vector, nats float64, otherwise Class) Class {
	best := foremost(v)
	if best < 0 {
		return otherwise
	}
	for i, w := range wishes {
		switch {
		case i == best:
			b.weigh(nats, w.intent, w.clause)
		case v.Of(w.intent) >= wished:
			b.weigh(nats/4, w.intent, w.clause)
		}
	}
	return wishes[best].class
}
