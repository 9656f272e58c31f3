package detect

import (
	"postern/lexis"
	"postern/signals"
)

// giftCardRequest finds somebody who wants gift cards bought for him.
type giftCardRequest struct{}

func (giftCardRequest) Name() string { return "gift-card-request" }

func (giftCardRequest) Doc() string {
	return "A stranger asks the reader to buy gift cards and to send their codes."
}

func (d giftCardRequest) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if v.Of(signals.IntentGiftCard) < 0.6 || !is(v, signals.OrgInbound) || established(v) || bulk(v) || shop(v) {
		return nil
	}
	var s suspicion
	s.because(0.35, signals.IntentGiftCard, "the text wants gift cards: "+quote(f.Says(lexis.GiftCard)))
	s.person(f, v)
	for _, r := range []struct {
		signal *signals.Signal
		text   string
	}{
		{signals.IntentTaskBait, "it asks for a favour or a task"},
		{signals.IntentSecrecy, "it wants secrecy, or no call"},
		{signals.IntentUrgency, "it presses for time"},
	} {
		if v.Of(r.signal) >= 0.3 {
			s.because(0.25, r.signal, r.text)
		}
	}
	if len(s.evidence) < 3 {
		return nil
	}
	return s.finding(d, GiftCardScam)
}

// person adds what tells an impostor who writes as a person.
func (s *suspicion) person(f *signals.Facts, v signals.Vector) {
	if is(v, signals.FromVIPName) {
		s.because(0.5, signals.FromVIPName, "the name "+quote(f.Msg.From[0].Name)+" is that of one of our people, the address is not theirs")
	}
	if is(v, signals.NameSigned) && !is(v, signals.FromVIPName) {
		s.because(0.3, signals.NameSigned, "it is signed with the name of one of our people")
	}
	if is(v, signals.FromFreemail) {
		s.because(0.3, signals.FromFreemail, "it comes from a free mailbox that anybody can open")
	}
	if is(v, signals.FromReplyToForeign) {
		s.because(0.35, signals.FromReplyToForeign, "replies go to "+quote(f.Msg.ReplyTo[0].Address.String()))
	}
	if is(v, signals.FromOwnDomain) {
		s.unproven(v, 0.5)
	}
}

// shop tells mail that sells: pages of links, offers, ways to unsubscribe.
func shop(v signals.Vector) bool {
	return v.Of(signals.LinkCount) > 5 || v.Of(signals.IntentPromotion) >= 0.75 || v.Of(signals.IntentBulk) >= 0.75
}

// payrollDiversion finds somebody who wants wages paid elsewhere.
type payrollDiversion struct{}

func (payrollDiversion) Name() string { return "payroll-diversion" }

func (payrollDiversion) Doc() string {
	return "A sender from outside asks to have wages paid into another account."
}

func (d payrollDiversion) Detect(f *signals.Facts, v signals.Vector) []Finding {
	const letter = 350 // words; who asks for this writes little
	if v.Of(signals.IntentPayroll) < 0.75 || v.Of(signals.TextWords) > letter || is(v, signals.FromOwnDomain) && is(v, signals.AuthAligned) ||
		established(v) || private(v) || bulk(v) || shop(v) || !is(v, signals.OrgInbound) {
		return nil
	}
	var s suspicion
	s.because(0.45, signals.IntentPayroll, "the text wants wages paid into another account: "+quote(f.Says(lexis.Payroll)))
	s.person(f, v)
	if v.Of(signals.IntentBankChange) >= 0.4 || some(v, signals.AccountNamed) {
		s.because(0.25, signals.IntentBankChange, "it speaks of a new account")
	}
	if v.Of(signals.LinkCount) == 0 {
		s.because(0.15, signals.LinkCount, "it has no link, as a letter that a person wrote")
	}
	if len(s.evidence) < 3 {
		return nil
	}
	return s.finding(d, PayrollDiversion)
}

// advanceFee finds a fortune that waits for who pays a fee first.
type advanceFee struct{}

func (advanceFee) Name() string { return "advance-fee" }

func (advanceFee) Doc() string {
	return "A stranger promises a fortune: a heritage, a lottery, a fund, a loan."
}

func (d advanceFee) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if v.Of(signals.IntentAdvanceFee) < 0.75 || !is(v, signals.OrgInbound) || established(v) || talk(v) || bulk(v) || is(v, signals.HeaderList) ||
		v.Of(signals.LinkCount) > 5 {
		return nil
	}
	var s suspicion
	s.because(0.25, signals.IntentAdvanceFee, "the text promises a fortune: "+quote(f.Says(lexis.AdvanceFee)))
	if v.Of(signals.IntentAdvanceFee) >= 0.9 {
		s.because(0.2, signals.IntentAdvanceFee, "it does so more than once")
	}
	if v.Of(signals.IntentAdvanceFee) >= 0.97 {
		s.because(0.4, signals.IntentAdvanceFee, "such promises fill the text")
	}
	if is(v, signals.FromFreemail) {
		s.because(0.3, signals.FromFreemail, "it comes from a free mailbox that anybody can open")
	}
	if is(v, signals.FromReplyToForeign) {
		s.because(0.4, signals.FromReplyToForeign, "replies go to "+quote(f.Msg.ReplyTo[0].Address.String()))
	}
	if v.Of(signals.AmountLargest) >= fortune {
		s.because(0.35, signals.AmountLargest, "it names a fortune")
	}
	if is(v, signals.RcptUndisclosed) {
		s.because(0.3, signals.RcptUndisclosed, "it does not say to whom it is written")
	}
	if v.Of(signals.IntentDataRequest) >= 0.5 {
		s.because(0.2, signals.IntentDataRequest, "it asks for personal data")
	}
	if len(s.evidence) < 2 {
		return nil
	}
	return s.finding(d, AdvanceFee)
}

// fortune is in units of whatever currency.
const fortune = 100_000
