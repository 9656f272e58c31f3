package detect

import (
	"strings"

	"postern/parse"
	"postern/signals"
)

// lookalikeDomain finds senders whose domain is made to be taken for ours.
type lookalikeDomain struct{}

func (lookalikeDomain) Name() string { return "lookalike-domain" }

func (lookalikeDomain) Doc() string {
	return "The From domain is foreign, yet made to be taken for one of ours."
}

func (d lookalikeDomain) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if established(v) {
		return nil
	}
	var s suspicion
	domain := f.From().Domain
	switch {
	case is(v, signals.FromOwnTwin):
		s.because(0.9, signals.FromOwnTwin, "the sender's domain "+quote(domain)+" reads like one of ours")
	case is(v, signals.FromOwnPrefix):
		s.because(0.8, signals.FromOwnPrefix, "the sender's domain "+quote(domain)+" begins with one of ours")
	case is(v, signals.FromOwnLabel):
		// Namesakes under other suffixes are common, and send invoices too.
		s.pressure(v)
		if is(v, signals.HeaderList) || len(s.evidence) < 2 && !is(v, signals.FromVIPName) {
			return nil
		}
		s.because(0.4, signals.FromOwnLabel, "the sender's domain "+quote(domain)+" holds the name of one of ours")
	case nearOwn(domain, v.Of(signals.FromOwnEdits)):
		s.because(0.7, signals.FromOwnEdits, "the sender's domain "+quote(domain)+" is "+
			plural(v.Of(signals.FromOwnEdits), "letter", "letters")+" away from one of ours")
		s.pressure(v)
	default:
		return nil
	}
	if is(v, signals.FromVIPName) {
		s.because(0.5, signals.FromVIPName, "the name "+quote(f.Msg.From[0].Name)+" is that of one of our people")
	}
	if is(v, signals.DomainFirstContact) {
		s.because(0.2, signals.DomainFirstContact, "nobody here had mail from this domain before")
	}
	return s.finding(d, lure(v, ExecutiveImpersonation))
}

// likeOurs tells whether the sender's domain, which is not ours, is like one of
// ours in some way.
func likeOurs(f *signals.Facts, v signals.Vector) bool {
	return is(v, signals.FromOwnTwin) || is(v, signals.FromOwnPrefix) || is(v, signals.FromOwnLabel) || nearOwn(f.From().Domain, v.Of(signals.FromOwnEdits))
}

// nearOwn tells whether so few letters are too few for chance. Short names
// are near each other by nature.
func nearOwn(domain string, edits float64) bool {
	label, _, _ := strings.Cut(parse.OrgDomain(domain), ".")
	return edits == 1 && len(label) >= 6 || edits == 2 && len(label) >= 12
}

// lure is credential phishing where the message leads to a sign-in page, and
// otherwise class.
func lure(v signals.Vector, otherwise Class) Class {
	if some(v, signals.BodyCredential) && some(v, signals.LinkCount) {
		return CredentialPhishing
	}
	return otherwise
}
