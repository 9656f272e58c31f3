package detect

import (
	"postern/lexis"
	"postern/signals"
)

// callbackPhishing finds a telephone number as the payload: a purchase that
// nobody made, and a number to cancel it.
type callbackPhishing struct{}

func (callbackPhishing) Name() string { return "callback-phishing" }

func (callbackPhishing) Doc() string {
	return "The text tells of a purchase or renewal and of a number to call, from a sender who is no such shop."
}

func (d callbackPhishing) Detect(f *signals.Facts, v signals.Vector) []Finding {
	call := v.Of(signals.IntentCallBack)
	if !some(v, signals.BodyPhones) || call < 0.3 || v.Of(signals.IntentRenewal) < 0.5 || is(v, signals.BrandOwned) ||
		!is(v, signals.OrgInbound) || established(v) || talk(v) || bulk(v) || some(v, signals.ThreadReferences) {
		return nil
	}
	if len(f.History.Phones) > 0 && v.Of(signals.PhoneNew) == 0 {
		return nil // legitimate mail gave all these numbers before
	}
	brand, free := v.Of(signals.BrandOwned) == 0, is(v, signals.FromFreemail)
	if !brand && !free && v.Of(signals.LinkCount) > 0 || v.Of(signals.LinkSenderShare) > 0.5 {
		return nil // a shop that names its own site
	}
	var s suspicion
	s.because(0.3, signals.IntentRenewal, "the text tells of a purchase that is charged: "+quote(f.Says(lexis.Renewal)))
	s.because(0.25, signals.IntentCallBack, "it wants a call: "+quote(f.Says(lexis.CallBack)))
	if brand {
		s.because(0.35, signals.BrandOwned, "it names "+quote(f.Brand().Name)+", which its sender "+quote(f.From().String())+" is not")
	}
	if free {
		s.because(0.5, signals.FromFreemail, "it comes from a free mailbox that anybody can open")
	}
	if some(v, signals.PhoneVeiled) {
		s.because(0.6, signals.PhoneVeiled, "letters stand for digits of the telephone number")
	}
	if some(v, signals.PhoneAsked) && v.Of(signals.LinkCount) == 0 {
		s.because(0.2, signals.PhoneAsked, "the number is all there is to act on")
	}
	if some(v, signals.PhoneNew) && is(v, signals.DomainFirstContact) {
		s.because(0.25, signals.PhoneNew, "neither the number nor the sender's domain were in legitimate mail before")
	}
	if some(v, signals.AmountCount) {
		s.because(0.1, signals.AmountCount, "a sum is named")
	}
	s.unproven(v, 0.2)
	return s.finding(d, CallbackPhishing)
}
