package detect

import (
	"math"

	"postern/signals"
)

// An oddity is what a stranger in a stolen mailbox cannot help to show.
type oddity struct {
	bits   *signals.Signal
	nats   float64 // for each bit of surprise
	most   float64 // nats
	clause string
}

// journey is what travellers show as well, together: at most travels nats.
var journey = [...]oddity{
	{signals.SenderNewPlace, 0.65, 4, "it came from a network that they never used"},
	{signals.SenderNewZone, 0.3, 1.4, "its clock is in a time zone that theirs never was in"},
	{signals.SenderNewProgram, 0.4, 1.6, "it was written with a program that they never used"},
}

const (
	travels = 5.5
	atHome  = -1  // the usual network
	moved   = 1.2 // in place of travels, where the servers are new as well
	steady  = 6   // days on which somebody wrote whose places and programs can be told
)

// oddities are what no journey explains.
var oddities = [...]oddity{
	{signals.SenderNewRoute, 0.5, 1.8, "it came by servers, or with a signature, that theirs never came by"},
	{signals.SenderNewReply, 0.6, 2.4, "answers go where they never went"},
	{signals.SenderNewLanguage, 0.4, 1.5, "it is in a language that they never wrote in"},
	{signals.SenderNewHours, 0.2, 0.6, "it came at an hour at which they never wrote"},
}

// character weighs how the message is unlike those that its sender usually
// writes, and tells how much it is. By which way mail of ours comes depends on
// where it is written: that tells nothing more.
func (b *balance) character(v signals.Vector) (nats float64) {
	most := travels * min(v.Of(signals.SenderDays)/steady, 1)
	if rerouted(v) || math.IsNaN(most) {
		most = moved
	}
	for _, o := range journey {
		if !is(v, signals.SenderFirstContact) { // else it is somebody else who may sit elsewhere
			nats += b.odd(v, o, most-nats)
		}
	}
	for _, o := range oddities {
		if o.bits != signals.SenderNewRoute || is(v, signals.OrgInbound) && !rerouted(v) {
			nats += b.odd(v, o, o.most)
		}
	}
	if v.Of(signals.SenderNewPlace) == 0 {
		b.weigh(atHome, signals.SenderNewPlace, "")
	}
	return nats
}

// rerouted tells whether a proven message came by servers that its sender never
// used: a firm that moves to another provider has all that is new at once, or
// somebody forwards. A thief in a stolen mailbox sends by the servers that are
// known.
func rerouted(v signals.Vector) bool {
	return is(v, signals.OrgInbound) && is(v, signals.AuthAligned) && v.Of(signals.SenderNewRoute) > 0
}

func (b *balance) odd(v signals.Vector, o oddity, most float64) float64 {
	bits := v.Of(o.bits)
	if !(bits > 0) {
		return 0
	}
	nats := max(min(bits*o.nats, o.most, most), 0.05)
	b.weigh(nats, o.bits, o.clause)
	return nats
}
