package detect

import (
	"postern/parse"
	"postern/signals"
)

// pdfLure finds PDF files that are nothing but a way to a link.
type pdfLure struct{}

func (pdfLure) Name() string { return "pdf-lure" }

func (pdfLure) Doc() string {
	return "A stranger's PDF file says little and leads to one site that is not proven to be the sender's, or opens with a password which the message gives, or starts a program."
}

// What a lure is made of.
const (
	lurePages = 2
	lureWords = 60 // that fit on a button and around it
)

func (d pdfLure) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if established(v) || !is(v, signals.OrgInbound) || !some(v, signals.PDFCount) {
		return nil
	}
	if some(v, signals.PDFLaunch) {
		var s suspicion
		s.because(0.8, signals.PDFLaunch, "an attached PDF file starts a program")
		s.unproven(v, 0.3)
		return s.finding(d, Malware)
	}
	if is(v, signals.HeaderList) || !away(v, signals.PDFForeign, signals.PDFLinks) || v.Of(signals.PDFLinkDomains) > 1 || v.Of(signals.PDFPages) > lurePages {
		return nil
	}
	var s suspicion
	if v.Of(signals.PDFWords) <= lureWords {
		s.because(0.3, signals.PDFWords, "an attached PDF file holds "+brief(v.Of(signals.PDFWords)))
	}
	if some(v, signals.FileOpened) {
		s.because(0.4, signals.FileOpened, "the file is encrypted, and the message gives the password")
	}
	s.lure(v)
	if some(v, signals.FileUrgency) {
		s.because(0.15, signals.FileUrgency, "the file presses for haste")
	}
	if some(v, signals.LinkRcpt) {
		s.because(0.5, signals.LinkRcpt, "a link carries the recipient's address")
	}
	s.unproven(v, 0.3)
	const reasons = 2
	if len(s.evidence) < reasons {
		return nil
	}
	s.because(0.25, signals.PDFLinkDomains, "all that an attached PDF file leads to is "+quote(hostOf(f, parse.InPDF)))
	return s.finding(d, CredentialPhishing)
}

// brief says how few words there are.
func brief(words float64) string {
	if words == 0 {
		return "no words that can be read"
	}
	return "only " + plural(words, "word", "words")
}
