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
	return "The text tells of a purchase or renewal and of a number to call that nobody knows, from a sender who is no such shop."
}

func (d callbackPhishing) Detect(f *signals.Facts, v signals.Vector) []Finding {
	service := is(v, signals.FromService) && is(v, signals.BrandOwned) // says what its users want
	if !some(v, signals.BodyPhones) || is(v, signals.BrandOwned) && !service || !is(v, signals.OrgInbound) || established(v) || bulk(v) ||
		some(v, signals.ThreadReferences) || v.Of(signals.IntentConversation) >= 0.6 {
		return nil
	}
	if len(f.History.Phones) > 0 && v.Of(signals.PhoneNew)+v.Of(signals.PhoneElsewhere) == 0 {
		return nil // the sender's legitimate mail gave all these numbers before
	}
	b := &balance{odds: -4.6}
	if !b.charged(f, v) {
		return nil
	}
	b.number(v)
	if service {
		b.through(v)
		return b.finding(d, ServiceAbuse)
	}
	if v.Of(signals.BrandOwned) == 0 {
		b.weigh(1.4, signals.BrandOwned, "it names "+quote(f.Brand().Name)+", which its sender "+quote(f.From().String())+" is not")
	}
	b.when(is(v, signals.FromFreemail), 1.7, signals.FromFreemail, "it comes from a free mailbox that anybody can open")
	b.elsewhere(v, 1.8)
	b.when(v.Of(signals.FromNameInDomain) == 0, 0.4, signals.FromNameInDomain, "")
	b.when(is(v, signals.FromNameInDomain), -1.2, signals.FromNameInDomain, "")
	b.when(v.Of(signals.LinkSenderShare) > 0.5, -1.8, signals.LinkSenderShare, "")
	b.when(v.Of(signals.LinkCount) == 0, 0.7, signals.LinkCount, "")
	b.when(v.Of(signals.LinkCount) > 5, -1, signals.LinkCount, "")
	b.when(v.Of(signals.RcptUnlisted) == 1, 0.6, signals.RcptUnlisted, "it does not name its recipient")
	b.when(v.Of(signals.AuthAligned) == 0, 0.4, signals.AuthAligned, "nothing proves the sender's domain")
	b.when(v.Of(signals.SenderDays) > 1, -1.5, signals.SenderDays, "")
	return b.finding(d, CallbackPhishing)
}

// through weighs what a genuine service lets somebody say: its own letters want
// no call at once to cancel what was bought.
func (b *balance) through(v signals.Vector) {
	b.when(v.Of(signals.IntentCallBack) >= 0.5, 1, signals.IntentCallBack, "")
	b.when(some(v, signals.PhoneAsked), 0.6, signals.PhoneAsked, "a service as well known leaves its number to its own pages")
	b.when(v.Of(signals.IntentUrgency) >= wished, 0.8, signals.IntentUrgency, "it presses for time")
	b.when(some(v, signals.PhoneSubject), 1, signals.PhoneSubject, "the number stands in the subject")
}

// charged weighs what tells of a purchase, and tells whether anything does.
func (b *balance) charged(f *signals.Facts, v signals.Vector) bool {
	renewal := v.Of(signals.IntentRenewal)
	if !b.when(renewal >= 0.5, 1.3, signals.IntentRenewal, "the text tells of a purchase that is charged: "+quote(f.Says(lexis.Renewal))) {
		b.when(renewal >= 0.2, 0.7, signals.IntentRenewal, "the text tells of a purchase: "+quote(f.Says(lexis.Renewal)))
	}
	b.when(some(v, signals.AmountCount), 0.6, signals.AmountCount, "a sum is named")
	return len(b.evidence) > 0
}

// number weighs how a number is given.
func (b *balance) number(v signals.Vector) {
	b.when(v.Of(signals.IntentCallBack) >= wished || some(v, signals.PhoneAsked), 1, signals.IntentCallBack, "it wants a call")
	b.when(some(v, signals.PhoneVeiled), 2, signals.PhoneVeiled, "letters stand for digits of the telephone number")
	b.when(some(v, signals.PhoneNew), 0.8, signals.PhoneNew, "the number was in no legitimate mail before")
	b.when(some(v, signals.PhoneNew) && is(v, signals.DomainFirstContact), 0.5, signals.DomainFirstContact, "nobody here had mail from this domain before")
}
