package detect

import "postern/signals"

// paymentRequest finds a stranger who wants money sent, in words alone: at once
// and in secret, or to another account than before. Whom we know is vendor-fraud's,
// and our own talks are thread-hijack's.
type paymentRequest struct{}

func (paymentRequest) Name() string { return "payment-request" }

func (paymentRequest) Doc() string {
	return "A stranger wants money sent in secret, or to another account than before."
}

func (d paymentRequest) Detect(f *signals.Facts, v signals.Vector) []Finding {
	moved := v.Of(signals.IntentBankChange) >= 0.5
	secret := v.Of(signals.IntentSecrecy) >= wished && v.Of(signals.IntentPayment) >= wished
	if !moved && !secret || !is(v, signals.OrgInbound) || is(v, signals.FromOwnDomain) || established(v) || acquainted(v) || is(v, signals.ThreadKnown) || bulk(v) || shop(v) || talk(v) {
		return nil
	}
	b := &balance{odds: -3.9}
	b.young(v.Of(signals.OrgFirstSeen), grown, signals.OrgFirstSeen)
	class := ExecutiveImpersonation
	if b.when(moved, 2, signals.IntentBankChange, "it speaks of other bank details than before") {
		class = VendorFraud
	}
	b.when(v.Of(signals.IntentPayment) >= wished, 0.8, signals.IntentPayment, "it wants money to be paid")
	b.when(v.Of(signals.IntentSecrecy) >= wished, 1.6, signals.IntentSecrecy, "it wants secrecy, or no call")
	b.when(v.Of(signals.IntentUrgency) >= wished, 0.8, signals.IntentUrgency, "it presses for time")
	b.when(some(v, signals.AccountNamed), 0.4, signals.AccountNamed, "it names an account")
	b.when(some(v, signals.AccountAbroad), 0.6, signals.AccountAbroad, "the account is in another country than the sender's")
	b.when(some(v, signals.AmountCount), 0.3, signals.AmountCount, "a sum is named")
	b.when(is(v, signals.FromFreemail), 1.2, signals.FromFreemail, "it comes from a free mailbox that anybody can open")
	b.when(is(v, signals.FromReplyToFreemail), 0.8, signals.FromReplyToFreemail, "answers go to a free mailbox")
	b.when(v.Of(signals.AuthAligned) == 0, 0.5, signals.AuthAligned, "nothing proves the sender's domain")
	b.when(is(v, signals.DomainFirstContact) && mature(v), 0.6, signals.DomainFirstContact, "nobody here had mail from this domain before")
	return b.finding(d, class)
}
