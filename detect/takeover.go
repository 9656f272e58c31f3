package detect

import (
	"math"

	"postern/signals"
)

// accountTakeover finds mail of our own people that they did not write: the
// sender is proven, and acts out of character.
type accountTakeover struct{}

func (accountTakeover) Name() string { return "account-takeover" }

func (accountTakeover) Doc() string {
	return "One of our own accounts writes from elsewhere or by another program than ever, to many or to people it has nothing to do with, or with a wish that thieves have."
}

// manyStrangers is how many recipients that an account never wrote to are many.
const manyStrangers = 4

func (d accountTakeover) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if is(v, signals.OrgInbound) || is(v, signals.HeaderList) {
		return nil
	}
	b := &balance{odds: -5.7}
	b.young(v.Of(signals.SenderDays), schooled, signals.SenderDays)
	b.young(v.Of(signals.OrgFirstSeen), grown, signals.OrgFirstSeen)
	if b.character(v) == 0 {
		return nil
	}
	b.strangers(v)
	b.burst(v)
	b.when(v.Of(signals.RcptUnlisted) >= 0.5 && v.Of(signals.RcptCount) > 1, 0.8, signals.RcptUnlisted, "its recipients are hidden from each other")
	if !b.when(v.Of(signals.LinkSeen) < 1, 1.3, signals.LinkSeen, "it links to a site that no mail here linked to") {
		b.when(some(v, signals.LinkCount), 0.4, signals.LinkCount, "")
	}
	lure := v.Of(signals.IntentFileShare) >= wished || v.Of(signals.IntentCredential) >= wished/2
	b.when(lure && some(v, signals.LinkCount), 0.8, signals.IntentFileShare, "it brings a document to be opened, or wants a sign-in")
	if repeats(v) {
		b.weigh(min(0.7*v.Of(signals.CampaignSeen), 1.4), signals.CampaignSeen, "it sent the same text before")
	}
	if v.Of(signals.IntentPayroll) >= wished { // as everybody may ask for themselves
		b.weigh(1, signals.IntentPayroll, "it wants wages paid into another account")
	} else {
		b.wish(v, 1.5, AccountTakeover)
	}
	b.when(harmless(v), -2, signals.LinkCount, "")
	b.when(v.Of(signals.ThreadSender) == 1, -1, signals.ThreadSender, "")
	return b.finding(d, AccountTakeover)
}

// harmless tells whether the message brings nothing and wants nothing that we
// can read, and does not say the same to one after the other.
func harmless(v signals.Vector) bool {
	for _, w := range wishes {
		if v.Of(w.intent) >= wished {
			return false
		}
	}
	return !some(v, signals.LinkCount) && !some(v, signals.PartAttachments) && !some(v, signals.AccountNew) && !repeats(v)
}

// repeats tells whether the account wrote the same before, and nobody else did.
func repeats(v signals.Vector) bool {
	return v.Of(signals.CampaignSeen) >= 0.9 && v.Of(signals.CampaignSenders) < 1.5
}

// strangers weighs what the account has to do with the recipients.
func (b *balance) strangers(v signals.Vector) {
	switch n := math.Round(v.Of(signals.RcptFirstContact) * v.Of(signals.RcptCount)); {
	case n >= manyStrangers:
		b.weigh(2.8, signals.RcptFirstContact, "it goes to "+plural(n, "person", "people")+" whom the account never wrote to")
	case n >= 1:
		b.weigh(1.6, signals.RcptFirstContact, "the account never wrote to "+plural(n, "recipient", "recipients")+" of it")
	case v.Of(signals.PairTrust) < settledDays:
		b.weigh(-0.3, signals.PairTrust, "")
	default:
		b.weigh(-1.6, signals.PairTrust, "")
	}
}

// burst weighs how much the account writes.
func (b *balance) burst(v signals.Vector) {
	hour, times := v.Of(signals.SenderHour), v.Of(signals.SenderBurst)
	if !(times >= 3) || hour < 3 {
		return
	}
	nats := 1.4
	switch {
	case hour >= 10:
		nats = 3.4
	case hour >= 6:
		nats = 2.6
	}
	b.weigh(nats, signals.SenderBurst, "the account wrote "+plural(hour, "message", "messages")+" within the hour, many times more than usual")
}
