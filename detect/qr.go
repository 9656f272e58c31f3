package detect

import (
	"postern/parse"
	"postern/signals"
)

// qrPhishing finds codes that lead a stranger's reader away, to a page that
// only a telephone opens.
type qrPhishing struct{}

func (qrPhishing) Name() string { return "qr-phishing" }

func (qrPhishing) Doc() string {
	return "A stranger's QR code opens a site that is not proven to be the sender's, with a lure, with the recipient's address in it, or drawn so that it is in no image."
}

func (d qrPhishing) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if established(v) || !is(v, signals.OrgInbound) || !away(v, signals.QRForeign, signals.QRLinks) {
		return nil
	}
	var s suspicion
	if some(v, signals.QRRcpt) {
		s.because(0.7, signals.QRRcpt, "the code carries the recipient's address")
	}
	if some(v, signals.QRDrawn) {
		s.because(0.6, signals.QRDrawn, "the code is drawn by text or table cells, and is in no image")
	}
	if !is(v, signals.HeaderList) {
		s.lure(v)
		if is(v, signals.ImageSole) || some(v, signals.PDFImageOnly) {
			s.because(0.3, signals.ImageSole, "there are no words beside it that could be read")
		}
	}
	if len(s.evidence) == 0 {
		return nil
	}
	s.because(0.35, signals.QRLinks, "a QR code opens "+quote(hostOf(f, parse.InQR)))
	s.unproven(v, 0.3)
	return s.finding(d, QRPhishing)
}

// lure adds what the words of a page that steals passwords tell, in the
// message or in its files.
func (s *suspicion) lure(v signals.Vector) {
	switch {
	case some(v, signals.BodyCredential):
		s.because(0.3, signals.BodyCredential, "the text speaks of passwords or of signing in")
	case some(v, signals.FileCredential):
		s.because(0.3, signals.FileCredential, "an attached file speaks of passwords or of signing in")
	}
	if some(v, signals.FileBrands) {
		s.because(0.2, signals.FileBrands, "an attached file bears the name of a brand that the sender is not")
	}
}

// away tells whether links lead to a site that is not proven to be the
// sender's: to a foreign one, or to any where nothing proves the sender.
func away(v signals.Vector, foreign, all *signals.Signal) bool {
	return some(v, foreign) || some(v, all) && v.Of(signals.AuthAligned) == 0
}

// hostOf is the host of the first link that stood there.
func hostOf(f *signals.Facts, where parse.Origin) string {
	for m := range f.Msg.All() {
		for i := range m.Links {
			if l := &m.Links[i]; l.Origin == where && l.Host != "" {
				return l.Host
			}
		}
	}
	return ""
}
