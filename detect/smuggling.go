package detect

import "postern/signals"

// smuggledPage finds web pages and drawings that are attached so that what
// they do happens behind the gate.
type smuggledPage struct{}

func (smuggledPage) Name() string { return "smuggled-page" }

func (smuggledPage) Doc() string {
	return "An attached web page or drawing makes a file or another page out of an encoded block, or asks for a password."
}

func (d smuggledPage) Detect(_ *signals.Facts, v signals.Vector) []Finding {
	if !is(v, signals.OrgInbound) {
		return nil
	}
	var s suspicion
	class := CredentialPhishing
	if some(v, signals.HTMLFileSmuggling) {
		s.because(0.6, signals.HTMLFileSmuggling, "an attached web page makes a file or another page out of an encoded block")
		if !some(v, signals.HTMLFilePassword) && !some(v, signals.HTMLFileRcpt) {
			class = Malware
		}
	}
	if some(v, signals.HTMLFileRcpt) && some(v, signals.HTMLFileScript) {
		s.because(0.6, signals.HTMLFileRcpt, "an attached web page with a script is made for this recipient")
	}
	if established(v) && len(s.evidence) < 2 {
		return nil
	}
	if some(v, signals.HTMLFilePassword) {
		s.because(0.6, signals.HTMLFilePassword, "an attached web page asks for a password")
	}
	if some(v, signals.HTMLFileObscured) {
		s.because(0.5, signals.HTMLFileObscured, "a script in an attached web page hides what it does")
	}
	if some(v, signals.HTMLFileDrawing) {
		s.because(0.6, signals.HTMLFileDrawing, "an attached drawing runs a script or holds a page")
	}
	if len(s.evidence) == 0 {
		return nil
	}
	if some(v, signals.HTMLFileRedirect) {
		s.because(0.2, signals.HTMLFileRedirect, "it leads on to another page by itself")
	}
	s.unproven(v, 0.3)
	return s.finding(d, class)
}
