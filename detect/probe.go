package detect

import "postern/signals"

// reconnaissance finds strangers who try out which of our addresses answer.
type reconnaissance struct{}

func (reconnaissance) Name() string { return "reconnaissance" }

func (reconnaissance) Doc() string {
	return "A stranger sends a message of a few words to one of us after the other."
}

// What a probe is.
const (
	probeChars = 280 // visible characters
	probeWords = 40  // of these, where hardly anything is said
	probeHour  = 4   // messages within the hour, of which a memory that knows nobody takes notice
)

func (d reconnaissance) Detect(f *signals.Facts, v signals.Vector) []Finding {
	known := some(v, signals.SenderOut) && ripe(v, signals.SenderFirstSeen) || v.Of(signals.SenderDays) > 1 || acquainted(v)
	if known || !is(v, signals.OrgInbound) || is(v, signals.HeaderList) || v.Of(signals.BodyVisible) > probeChars ||
		some(v, signals.ThreadReferences) || len(f.Msg.InReplyTo) > 0 || len(f.Msg.Links) > 0 || len(f.Msg.Attachments) > 0 || private(v) {
		return nil
	}
	hour := max(v.Of(signals.SenderHour), v.Of(signals.CampaignHour))
	if !some(v, signals.OrgSeen) && !(hour >= probeHour) {
		return nil // to an empty memory everybody is a stranger
	}
	if !(hour >= 2) && v.Of(signals.BodyVisible) > 2*probeWords {
		return nil
	}
	b := &balance{odds: -3.2}
	if hour < probeHour {
		b.young(v.Of(signals.OrgFirstSeen), grown, signals.OrgFirstSeen)
	}
	short := "it says a few words, with nothing to read or to open"
	if !b.when(v.Of(signals.BodyVisible) <= probeWords, 1.2, signals.BodyVisible, short) {
		b.when(v.Of(signals.BodyVisible) <= 2*probeWords, 0.6, signals.BodyVisible, short)
	}
	if !b.when(is(v, signals.SenderFirstContact), 0.6, signals.SenderFirstContact, "nobody here had mail from this address before") {
		b.when(v.Of(signals.SenderFirstSeen) < settled, 0.6, signals.SenderFirstSeen, "nobody here had mail from this address before these days")
	}
	byList := v.Of(signals.RcptUnlisted) == 1 && v.Of(signals.RcptUndisclosed) == 0
	b.when(byList || len(f.Msg.To)+len(f.Msg.Cc) > 2, -2, signals.RcptUnlisted, "") // as on a list, or to some who talk
	b.when(v.Of(signals.RcptFirstContact) == 0, -2.5, signals.RcptFirstContact, "") // who has an answer tries no further
	b.again(v.Of(signals.SenderHour), signals.SenderHour, "a stranger", v.Of(signals.CampaignHour))
	return b.finding(d, Reconnaissance)
}

// again weighs how often it was tried within the hour: by this sender, or by
// strangers in nearly the same words.
func (b *balance) again(hour float64, sig *signals.Signal, who string, alike float64) {
	if alike > hour {
		hour, sig, who = alike, signals.CampaignHour, "strangers, in nearly the same words,"
	}
	var nats float64
	switch {
	case hour >= 8:
		nats = 4
	case hour >= probeHour:
		nats = 3
	case hour >= 3:
		nats = 2
	case hour >= 2:
		nats = 1
	default:
		return
	}
	b.weigh(nats, sig, who+" wrote "+plural(hour, "message", "messages")+" to us within the hour")
}
