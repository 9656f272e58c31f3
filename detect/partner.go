package detect

import "postern/signals"

// partnerLookalike finds senders whose domain is made to be taken for that of
// somebody we write to.
type partnerLookalike struct{}

func (partnerLookalike) Name() string { return "partner-lookalike" }

func (partnerLookalike) Doc() string {
	return "The From domain, new here, is made to be taken for that of somebody our people exchange mail with."
}

func (d partnerLookalike) Detect(f *signals.Facts, v signals.Vector) []Finding {
	near := is(v, signals.DomainPartnerNear) && !is(v, signals.DomainPartnerOwn)
	if !near || !is(v, signals.OrgInbound) || established(v) || announced(v) || is(v, signals.HeaderList) && is(v, signals.AuthAligned) {
		return nil
	}
	dealt := v.Of(signals.DomainPartnerSent) + v.Of(signals.DomainPartnerReceived)
	if dealt < 1 || neighbour(v, dealt) {
		return nil
	}
	known := quote(f.Like.From.Domain) + ", with whom our people exchanged " + plural(dealt, "message", "messages")
	domain := quote(f.From().Domain)
	var s suspicion
	slip, swapped, borrowed := 0.5, 0.6, 0.4
	if longHeard(v) {
		slip = 0.35
	}
	switch {
	case is(v, signals.DomainPartnerTwin):
		s.because(0.8, signals.DomainPartnerTwin, "the sender's domain "+domain+" reads like "+known)
	case is(v, signals.DomainPartnerEmbedded):
		s.because(0.7, signals.DomainPartnerEmbedded, "the sender's domain "+domain+" shows in front "+known)
	case is(v, signals.DomainPartnerSlip):
		s.because(slip, signals.DomainPartnerSlip, "the sender's domain "+domain+" is, but for a letter or a sign, "+known)
	case is(v, signals.DomainPartnerSuffix):
		swapped, borrowed = 0.2, 0.1
		s.because(0.25, signals.DomainPartnerSuffix, "the sender's domain "+domain+" is, under another suffix, "+known)
	default: // as firms name their daughters
		swapped, borrowed = 0.1, 0.1
		s.because(0.25, signals.DomainPartnerNear, "the sender's domain "+domain+" holds the name of "+known)
	}
	if is(v, signals.ThreadDomainSwapped) {
		s.because(swapped, signals.ThreadDomainSwapped, "it goes on with a talk in which the true domain took part")
	}
	if v.Of(signals.SenderNameElsewhere) >= 0.8 {
		s.because(borrowed, signals.SenderNameElsewhere, "somebody known writes under this name from another address")
	}
	if is(v, signals.DomainFirstContact) {
		s.because(0.15, signals.DomainFirstContact, "nobody here had mail from this domain before")
	}
	if some(v, signals.AccountNew) {
		s.because(0.3, signals.AccountNew, "it names a bank account that is not known")
	}
	return s.finding(d, s.wish(v, VendorFraud))
}

// longHeard tells whether mail of the domain came before the last weeks.
func longHeard(v signals.Vector) bool { return v.Of(signals.DomainFirstSeen) >= grown }

// neighbour tells whether the sender may well have a name of his own that is
// near a partner's, with whom so many messages were exchanged.
func neighbour(v signals.Vector, dealt float64) bool {
	proven := is(v, signals.AuthAligned)
	bare := !is(v, signals.ThreadDomainSwapped) && foremost(v) < 0 && !some(v, signals.AccountNew)
	slip := is(v, signals.DomainPartnerSlip)
	switch {
	case proven && (some(v, signals.AccountKnown) || longHeard(v) && v.Of(signals.DomainDays) >= settledDays && acquainted(v)):
		return true // both are known
	case v.Of(signals.DomainSeen)+v.Of(signals.DomainOut) >= dealt:
		return true // the sender is known better, and the other may be the imitation
	case !mature(v) && (is(v, signals.DomainPartnerCombo) || is(v, signals.DomainPartnerSuffix) || slip && bare):
		return true // daughters and neighbours that were not heard of yet
	}
	// paid where it always was: a daughter, or another name
	return some(v, signals.AccountElsewhere) && v.Of(signals.AccountElsewhere) == v.Of(signals.AccountNew) && !is(v, signals.DomainPartnerTwin)
}
