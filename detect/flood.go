package detect

import (
	"math"

	"postern/signals"
)

// mailbomb finds floods of mail to one person, which bury a notice that thieves
// do not want to be read. Each message of it is honest.
type mailbomb struct{}

func (mailbomb) Name() string { return "mailbomb" }

func (mailbomb) Doc() string {
	return "One person gets many times more mail than ever within the hour, from senders nobody here knows."
}

// What a flood may be.
const (
	floodHour  = 6 // messages within the hour
	floodTimes = 6 // times what is usual
	floodMost  = 7 // nats
	heardOften = 8 // days on which a domain wrote that ours deal with
)

func (d mailbomb) Detect(_ *signals.Facts, v signals.Vector) []Finding {
	hour, burst := v.Of(signals.RcptHour), v.Of(signals.RcptBurst)
	if !is(v, signals.OrgInbound) || hour < floodHour || !(burst >= floodTimes) || some(v, signals.PairOut) || some(v, signals.ThreadReferences) {
		return nil
	}
	if v.Of(signals.SenderHour) > hour/3 {
		return nil // one who writes much, such as a series of patches
	}
	b := &balance{odds: -5 + math.Log(burst)}
	b.weigh(min(2.5*math.Log2(hour/floodHour), floodMost), signals.RcptBurst, "the recipient had "+plural(hour, "message", "messages")+" within the hour, "+plural(burst, "time", "times")+" what is usual")
	b.when(is(v, signals.DomainFirstContact), 1.2, signals.DomainFirstContact, "nobody here had mail from this domain before")
	b.when(some(v, signals.DomainOut), -6, signals.DomainOut, "") // no service that anybody can sign others up to
	b.when(v.Of(signals.PairTrust) >= settledDays, -1.5, signals.PairTrust, "")
	welcome := v.Of(signals.IntentReceipt) >= wished || is(v, signals.HeaderList)
	b.when(v.Of(signals.DomainDays) >= heardOften, -2.5, signals.DomainDays, "")
	b.when(v.Of(signals.DomainDays) >= heardOften && !welcome, -2, signals.DomainDays, "")
	b.when(welcome, 0.6, signals.IntentReceipt, "")
	return b.finding(d, Mailbomb)
}
