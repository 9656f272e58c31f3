package detect

import "postern/signals"

// extortionDemand finds threats to expose or attack somebody who does not pay.
type extortionDemand struct{}

func (extortionDemand) Name() string { return "extortion-demand" }

func (extortionDemand) Doc() string {
	return "The text threatens with exposure or attack and asks for crypto-currency."
}

func (d extortionDemand) Detect(_ *signals.Facts, v signals.Vector) []Finding {
	threats := v.Of(signals.BodyExtortion)
	wallet, coins := some(v, signals.BodyWallets), some(v, signals.BodyCrypto)
	if threats < 3 || !wallet && !coins || established(v) || is(v, signals.HeaderList) && is(v, signals.AuthAligned) {
		return nil
	}
	var s suspicion
	s.because(0.4, signals.BodyExtortion, "the text has "+plural(threats, "word", "words")+" of spying, exposure or attack")
	if wallet {
		s.because(0.7, signals.BodyWallets, "it holds a crypto-currency address to pay to")
	} else {
		s.because(0.3, signals.BodyCrypto, "it asks for crypto-currency")
	}
	if threats >= 6 {
		s.because(0.4, signals.BodyExtortion, "the threats fill the text")
	}
	switch {
	case is(v, signals.RcptSelfSent):
		s.because(0.5, signals.RcptSelfSent, "it pretends to come from the recipient's own mailbox")
	case is(v, signals.OrgClaimed):
		s.because(0.5, signals.OrgClaimed, "it pretends to come from one of ours")
	}
	return s.finding(d, Extortion)
}
