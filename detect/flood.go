package detect

import "postern/signals"

// mailbomb finds floods of mail to one person, which bury a notice that thieves
// do not want to be read. Each message of it is honest.
type mailbomb struct{}

func (mailbomb) Name() string { return "mailbomb" }

func (mailbomb) Doc() string {
	return "One person gets many times more mail than ever within the hour, from senders nobody here knows."
}

// What a flood is.
const (
	floodHour  = 12 // messages within the hour
	floodTimes = 8  // times what is usual
)

func (d mailbomb) Detect(_ *signals.Facts, v signals.Vector) []Finding {
	hour, burst := v.Of(signals.RcptHour), v.Of(signals.RcptBurst)
	if !is(v, signals.OrgInbound) || !is(v, signals.DomainFirstContact) || hour < floodHour || !(burst >= floodTimes) || some(v, signals.DomainOut) {
		return nil
	}
	var s suspicion
	s.because(0.6, signals.RcptBurst, "the recipient had "+plural(hour, "message", "messages")+" within the hour, "+plural(burst, "time", "times")+" what is usual")
	if hour >= 2*floodHour {
		s.because(0.5, signals.RcptHour, "that is a flood")
	}
	s.because(0.2, signals.DomainFirstContact, "nobody here had mail from this domain before")
	return s.finding(d, Mailbomb)
}

// reconnaissance finds strangers who try out which of our addresses answer.
type reconnaissance struct{}

func (reconnaissance) Name() string { return "reconnaissance" }

func (reconnaissance) Doc() string {
	return "A stranger sends a message of a few words to one of us after the other."
}

// What a probe is.
const (
	probeHour  = 4   // messages of the sender, or of nearly the same text, within the hour
	probeChars = 280 // visible characters
)

func (d reconnaissance) Detect(f *signals.Facts, v signals.Vector) []Finding {
	hour := max(v.Of(signals.SenderHour), v.Of(signals.CampaignHour))
	if !(hour >= probeHour) || !is(v, signals.OrgInbound) || is(v, signals.HeaderList) || v.Of(signals.BodyVisible) > probeChars {
		return nil
	}
	known := some(v, signals.SenderOut) || v.Of(signals.SenderDays) > 1 || some(v, signals.DomainOut) && !is(v, signals.FromFreemail)
	if known || len(f.Msg.Links) > 0 || len(f.Msg.Attachments) > 0 {
		return nil
	}
	var s suspicion
	s.because(0.5, signals.SenderHour, "a stranger wrote "+plural(hour, "message", "messages")+" to us within the hour")
	s.because(0.3, signals.BodyVisible, "of a few words, with nothing to read or to open")
	return s.finding(d, Reconnaissance)
}
