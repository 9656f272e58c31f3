package detect

import "postern/signals"

// threadHijack finds outsiders who go on with a talk that they had no part in,
// or under the name of somebody who had.
type threadHijack struct{}

func (threadHijack) Name() string { return "thread-hijack" }

func (threadHijack) Doc() string {
	return "A newcomer who wants money goes on with a talk of ours in which nobody of their domain took part, or writes under the name of somebody known at another address."
}

func (d threadHijack) Detect(f *signals.Facts, v signals.Vector) []Finding {
	outside := is(v, signals.OrgInbound) && !is(v, signals.HeaderList) && !is(v, signals.NamePrivate)
	partner := (some(v, signals.DomainOut) || v.Of(signals.DomainDays) >= 2) && !is(v, signals.FromFreemail)
	at := partner && v.Of(signals.DomainSenders) < crowd // somebody new there
	if !outside || at || established(v) || !(v.Of(signals.SenderDays) <= 2) {
		return nil
	}
	var s suspicion
	if s.tells(f, v) == 0 {
		return nil
	}
	money := v.Of(signals.IntentBankChange) >= wished || v.Of(signals.IntentPayment) >= wished
	if some(v, signals.AccountNew) {
		s.because(0.4, signals.AccountNew, "it names a bank account that is not known")
	} else if !money {
		return nil
	}
	s.wishes(v, 0.2)
	if is(v, signals.SenderFirstContact) {
		s.because(0.2, signals.SenderFirstContact, "nobody here had mail from this address before")
	}
	return s.finding(d, VendorFraud)
}

// tells adds how the message pretends to belong to a talk, and tells in how
// many ways.
func (s *suspicion) tells(f *signals.Facts, v signals.Vector) (n int) {
	tell := func(yes bool, share float64, sig *signals.Signal, text string) {
		if yes {
			s.because(share, sig, text)
			n++
		}
	}
	hijacked := is(v, signals.ThreadKnown) && v.Of(signals.ThreadSender) == 0 && v.Of(signals.ThreadSameDomain) == 0
	tell(hijacked, 0.4, signals.ThreadSender, "it goes on with a talk in which neither "+quote(f.From().String())+" nor anybody of that domain took part")
	tell(is(v, signals.ThreadUnreferenced) && is(v, signals.ThreadQuotesOurs), 0.3, signals.ThreadQuotesOurs, "it quotes one of ours, but answers no message")
	tell(v.Of(signals.SenderNameElsewhere) >= 1.5, 0.3, signals.SenderNameElsewhere, "somebody known writes under this name from another address")
	return n
}
