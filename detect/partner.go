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
	if !near || !is(v, signals.OrgInbound) || established(v) || is(v, signals.HeaderList) && is(v, signals.AuthAligned) {
		return nil
	}
	partner := quote(f.Like.From.Domain)
	domain := quote(f.From().Domain)
	var s suspicion
	swapped := 0.6
	switch {
	case is(v, signals.DomainPartnerTwin):
		s.because(0.8, signals.DomainPartnerTwin, "the sender's domain "+domain+" reads like "+partner+s.dealings(v))
	case is(v, signals.DomainPartnerEmbedded):
		s.because(0.7, signals.DomainPartnerEmbedded, "the sender's domain "+domain+" shows "+partner+" in front"+s.dealings(v))
	case is(v, signals.DomainPartnerSlip):
		s.because(0.45, signals.DomainPartnerSlip, "the sender's domain "+domain+" is "+partner+" but for a letter or a sign"+s.dealings(v))
	case is(v, signals.DomainPartnerSuffix):
		s.because(0.3, signals.DomainPartnerSuffix, "the sender's domain "+domain+" is "+partner+" under another suffix"+s.dealings(v))
	default: // as firms name their daughters
		swapped = 0.3
		s.because(0.25, signals.DomainPartnerNear, "the sender's domain "+domain+" holds the name of "+partner+s.dealings(v))
	}
	if is(v, signals.ThreadDomainSwapped) {
		s.because(swapped, signals.ThreadDomainSwapped, "it goes on with a talk in which the true domain took part")
	}
	if some(v, signals.AccountNew) {
		s.because(0.3, signals.AccountNew, "it names a bank account that is not known")
	}
	return s.finding(d, s.wish(v, VendorFraud))
}

// dealings tells how well the partner is known.
func (*suspicion) dealings(v signals.Vector) string {
	n := v.Of(signals.DomainPartnerSent) + v.Of(signals.DomainPartnerReceived)
	if !(n >= 2) {
		return ""
	}
	return ", with whom our people exchanged " + plural(n, "message", "messages")
}
