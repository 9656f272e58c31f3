package detect

import (
	"postern/scanner"
	"postern/signals"
)

// otherScanners passes on what other scanners say.
type otherScanners struct{}

func (otherScanners) Name() string { return "other-scanners" }

func (otherScanners) Doc() string {
	return "ClamAV, a DNS block list, rspamd or SpamAssassin, where they are configured, knows the message for unwanted."
}

func (d otherScanners) Detect(f *signals.Facts, v signals.Vector) []Finding {
	var virus, spam suspicion
	if is(v, signals.ScannerVirus) {
		virus.because(0.98, signals.ScannerVirus, "ClamAV finds "+quote(f.Scanned.ClamAV.Name))
	}
	for _, x := range [...]struct {
		of     scanner.Subject
		sig    *signals.Signal
		share  float64
		clause string
	}{
		{scanner.Link, signals.ScannerLinkListed, 0.7, "a link leads to "},
		{scanner.Sender, signals.ScannerSenderListed, 0.6, "the sender's domain "},
		{scanner.Client, signals.ScannerClientListed, 0.5, "the client "},
	} {
		for _, l := range f.Scanned.Lists {
			if l.Of == x.of {
				spam.because(x.share, x.sig, x.clause+quote(l.Subject)+", which the list "+quote(l.Zone)+" lists")
			}
		}
	}
	if v.Of(signals.ScannerRspamd) >= 0 {
		spam.because(0.8, signals.ScannerRspamd, "rspamd would reject it")
	}
	if v.Of(signals.ScannerSpamAssassin) >= 0 {
		spam.because(0.6, signals.ScannerSpamAssassin, "SpamAssassin calls it spam")
	}
	return append(virus.finding(d, Malware), spam.finding(d, Spam)...)
}
