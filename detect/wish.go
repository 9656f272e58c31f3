package detect

import "postern/signals"

// A wish is something that thieves ask for.
type wish struct {
	intent *signals.Signal
	class  Class
	clause string
}

var wishes = [...]wish{
	{signals.IntentGiftCard, GiftCardScam, "it wants gift cards"},
	{signals.IntentPayroll, PayrollDiversion, "it wants wages paid into another account"},
	{signals.IntentBankChange, VendorFraud, "it speaks of other bank details than before"},
	{signals.IntentDataRequest, DataTheft, "it wants lists or personal data"},
	{signals.IntentCredential, CredentialPhishing, "it wants a password or a sign-in"},
	{signals.IntentPayment, VendorFraud, "it wants money to be paid"},
	{signals.IntentTaskBait, ExecutiveImpersonation, "it asks for a favour or a task"},
}

// wagesElsewhere is the place of that wish.
const wagesElsewhere = 1

// wished is how sure an intent must be.
const wished = 0.3

// foremost is what the message wants most, by its place among the wishes; -1
// where it wants nothing. Who wants his wages elsewhere has changed his bank as
// well.
func foremost(v signals.Vector) int {
	if v.Of(signals.IntentPayroll) >= wished && v.Of(signals.IntentBankChange) >= wished && v.Of(signals.IntentGiftCard) < wished {
		return wagesElsewhere
	}
	best := -1
	for i, w := range wishes {
		if x := v.Of(w.intent); x >= wished && (best < 0 || x > v.Of(wishes[best].intent)) {
			best = i
		}
	}
	return best
}

// wish is the class of what the message wants most, if any, and adds it.
func (s *suspicion) wish(v signals.Vector, otherwise Class) Class {
	best := foremost(v)
	if best < 0 {
		return otherwise
	}
	w := wishes[best]
	s.because(0.25, w.intent, w.clause)
	if otherwise == ExecutiveImpersonation && (w.class == VendorFraud || w.class == CredentialPhishing) {
		return otherwise
	}
	return w.class
}
