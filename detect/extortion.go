package detect

import (
	"postern/lexis"
	"postern/signals"
)

// extortionDemand finds threats to expose or attack somebody who does not pay.
type extortionDemand struct{}

func (extortionDemand) Name() string { return "extortion-demand" }

func (extortionDemand) Doc() string {
	return "The text threatens with exposure or attack and asks for crypto-currency."
}

func (d extortionDemand) Detect(f *signals.Facts, v signals.Vector) []Finding {
	threats := v.Of(signals.BodyExtortion)
	wallet, coins := some(v, signals.BodyWallets), v.Of(signals.IntentCrypto) >= 0.5 && v.Of(signals.LinkCount) <= maxThreatLinks
	if threats < 3 || v.Of(signals.IntentExtortion) < 0.9 || !wallet && !coins || talk(v) || established(v) || is(v, signals.HeaderList) && is(v, signals.AuthAligned) {
		return nil
	}
	var s suspicion
	s.because(0.4, signals.BodyExtortion, "the text threatens with spying, exposure or attack: "+quote(f.Says(lexis.Extortion)))
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

// maxThreatLinks is how many links a threat without a wallet may have: a page
// of news about such threats has more.
const maxThreatLinks = 5
