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
	heard := v.Of(signals.DomainFirstSeen) >= grown
	if heard && v.Of(signals.DomainDays) >= settledDays && acquainted(v) && is(v, signals.AuthAligned) || some(v, signals.AccountKnown) && is(v, signals.AuthAligned) {
		return nil // both are known, and have names that are near
	}
	if dealt < 1 || v.Of(signals.DomainSeen)+v.Of(signals.DomainOut) >= dealt {
		return nil // the sender is known better, and the other may be the imitation
	}
	bare := !is(v, signals.ThreadDomainSwapped) && foremost(v) < 0 && !some(v, signals.AccountNew)
	if !mature(v) && (is(v, signals.DomainPartnerCombo) || is(v, signals.DomainPartnerSuffix) || is(v, signals.DomainPartnerSlip) && bare) {
		return nil // daughters and neighbours that were not heard of yet
	}
	if some(v, signals.AccountElsewhere) && v.Of(signals.AccountElsewhere) == v.Of(signals.AccountNew) && !is(v, signals.DomainPartnerTwin) {
		return nil // it is paid where it always was: a daughter, or another name
	}
	known := quote(f.Like.From.Domain) + ", with whom our people exchanged " + plural(dealt, "message", "messages")
	domain := quote(f.From().Domain)
	var s suspicion
	swapped, borrowed := 0.6, 0.4
	switch {
	case is(v, signals.DomainPartnerTwin):
		s.because(0.8, signals.DomainPartnerTwin, "the sender's domain "+domain+" reads like "+known)
	case is(v, signals.DomainPartnerEmbedded):
		s.because(0.7, signals.DomainPartnerEmbedded, "the sender's domain "+domain+" shows in front "+known)
	case is(v, signals.DomainPartnerSlip) && heard:
		s.because(0.35, signals.DomainPartnerSlip, "the sender's domain "+domain+" is, but for a letter or a sign, "+known)
	case is(v, signals.DomainPartnerSlip):
		s.because(0.5, signals.DomainPartnerSlip, "the sender's domain "+domain+" is, but for a letter or a sign, "+known)
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
