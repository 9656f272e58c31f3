package detect

import "postern/signals"

// linkDisguise finds links dressed up as another site. Newsletters show their
// own address and count the clicks elsewhere: that is a disguise of oneself.
type linkDisguise struct{}

func (linkDisguise) Name() string { return "link-disguise" }

func (linkDisguise) Doc() string {
	return "A link shows the address of one site and opens another, from a sender who is neither."
}

func (d linkDisguise) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if established(v) || !is(v, signals.OrgInbound) {
		return nil
	}
	var s suspicion
	if shown, opened, ok := f.Disguised(); ok && !is(v, signals.HeaderList) {
		s.because(0.35, signals.LinkHostMismatch, "a link shows "+quote(shown)+" and opens "+quote(opened))
		if some(v, signals.LinkOwnText) {
			s.because(0.4, signals.LinkOwnText, "the site it shows is ours")
		}
	}
	if some(v, signals.LinkUserinfo) {
		s.because(0.5, signals.LinkUserinfo, "a link puts another host before the true one, to be taken for it")
	}
	if len(s.evidence) == 0 {
		return nil
	}
	if some(v, signals.BodyCredential) {
		s.because(0.3, signals.BodyCredential, "the text speaks of passwords or of signing in")
	}
	s.unproven(v, 0.3)
	if some(v, signals.LinkRcpt) {
		s.because(0.2, signals.LinkRcpt, "a link carries the recipient's address")
	}
	return s.finding(d, CredentialPhishing)
}
