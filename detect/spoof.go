package detect

import "postern/signals"

// domainSpoof finds mail that shows a domain it has no right to. Mailing
// lists and forwarders break the proof of honest mail: they announce
// themselves, or seal what they saw. Anybody can do that as well, so it
// excuses no letter under our own domain that presses like a fraudster's.
type domainSpoof struct{}

func (domainSpoof) Name() string { return "domain-spoof" }

func (domainSpoof) Doc() string {
	return "From shows a domain that the sender has no right to: one of ours from outside, or one that asks to refuse such mail."
}

func (d domainSpoof) Detect(f *signals.Facts, v signals.Vector) []Finding {
	ours := is(v, signals.OrgClaimed)
	fails := is(v, signals.AuthDMARCFail)
	enforced := fails && is(v, signals.AuthDMARCEnforced)
	relayed := is(v, signals.AuthARCPass) || is(v, signals.HeaderList) && (is(v, signals.AuthSPFPass) || some(v, signals.AuthDKIMPass))
	if !ours && !enforced || relayed && !ours || is(v, signals.AuthAligned) || !is(v, signals.OrgInbound) {
		return nil
	}
	var s suspicion
	if relayed {
		if s.pressure(v); len(s.evidence) < 2 {
			return nil
		}
		s.because(0.3, signals.OrgClaimed, "a list or a forwarder says that it comes from our domain, and nothing else does")
		return s.finding(d, lure(v, ExecutiveImpersonation))
	}
	domain := quote(f.From().Domain)
	otherwise := VendorFraud
	if ours {
		otherwise = ExecutiveImpersonation
		s.because(0.6, signals.OrgClaimed, "the message comes from outside, shows our domain "+domain+" and does not prove it")
	}
	switch {
	case enforced && some(v, signals.AuthDKIMFail): // signed once, and perhaps changed on its way
		s.because(0.3, signals.AuthDMARCEnforced, domain+" fails DMARC, and its owner asks not to deliver such mail")
	case enforced:
		s.because(0.6, signals.AuthDMARCEnforced, domain+" fails DMARC, and its owner asks not to deliver such mail")
	case fails:
		s.because(0.3, signals.AuthDMARCFail, domain+" fails DMARC")
	}
	if is(v, signals.AuthSPFFail) {
		s.because(0.3, signals.AuthSPFFail, "the client "+f.Env.Remote.String()+" may not send for "+quote(f.Auth.SPF.Domain))
	}
	if is(v, signals.FromVIPName) || some(v, signals.BodySecrecy) {
		s.pressure(v)
	}
	return s.finding(d, lure(v, otherwise))
}
