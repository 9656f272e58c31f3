package detect

import "postern/signals"

// vendorFraud finds mail in the name of somebody who sends us invoices that
// wants the money elsewhere. The mailbox may be theirs, and every proof in order.
type vendorFraud struct{}

func (vendorFraud) Name() string { return "vendor-fraud" }

func (vendorFraud) Doc() string {
	return "A known correspondent names a bank account that they never named before, or speaks of another one, and is out of character besides."
}

// crowd is how many addresses of a domain write to us before it is taken for a
// provider, whose customers do not speak for each other.
const crowd = 12

func (d vendorFraud) Detect(f *signals.Facts, v signals.Vector) []Finding {
	shared := is(v, signals.FromFreemail) || v.Of(signals.DomainSenders) >= crowd
	if !is(v, signals.OrgInbound) || !some(v, signals.DomainSeen) || shared && !(v.Of(signals.SenderDays) >= 1) {
		return nil
	}
	b := &balance{odds: -4.2}
	b.young(v.Of(signals.OrgFirstSeen), grown, signals.OrgFirstSeen)
	if !b.moves(f, v) || b.character(v)+b.strange(f, v) == 0 {
		return nil // honest vendors have new accounts as well
	}
	b.pressure(v)
	return b.finding(d, VendorFraud)
}

// moves weighs what says that money is to go elsewhere, and tells whether there
// is anything.
func (b *balance) moves(f *signals.Facts, v signals.Vector) bool {
	_, support := signals.Habit("account")
	others := v.Of(support)
	named, change := some(v, signals.AccountNew) && !some(v, signals.AccountKnown), v.Of(signals.IntentBankChange) >= wished
	switch {
	case some(v, signals.AccountKnown):
		return false
	case named && others > 0:
		b.weigh(2.6, signals.AccountNew, "it names a bank account that "+quote(f.From().Domain)+" never named, where "+plural(max(others, 1), "message", "messages")+" named others")
		b.when(change, 0.8, signals.IntentBankChange, "it speaks of other bank details than before")
	case named:
		b.weigh(0.9, signals.AccountNew, "it names a bank account that "+quote(f.From().Domain)+" never named")
		b.when(change, 1, signals.IntentBankChange, "it speaks of other bank details than before")
	case change:
		b.weigh(1.6, signals.IntentBankChange, "it speaks of other bank details than before")
	case replyNear(f, v):
		// that says enough
	case some(v, signals.BodyPayment):
		b.weigh(-0.4, signals.BodyPayment, "")
	default:
		return false
	}
	if named {
		country, support := signals.Habit("account_country")
		b.when(v.Of(country) >= 4 && v.Of(support) >= 1, 0.8, country, "the account is in a country where theirs never was")
		b.when(v.Of(signals.VendorAmount) >= 4, 0.4, signals.VendorAmount, "the amount is unlike what they usually ask for")
	}
	b.when(some(v, signals.AccountElsewhere), -1.5, signals.AccountElsewhere, "")
	return true
}

// strange weighs what else is unlike the sender.
func (b *balance) strange(f *signals.Facts, v signals.Vector) (nats float64) {
	before := b.odds
	b.when(is(v, signals.DomainNewMailbox), 1, signals.DomainNewMailbox, "nobody here had mail from this address of "+quote(f.From().Domain)+" before")
	b.when(replyNear(f, v), 2, signals.FromReplyToEdits, "answers go to a domain that is made to be taken for the sender's")
	b.when(is(v, signals.ThreadKnown) && v.Of(signals.ThreadSender) == 0 && v.Of(signals.ThreadSameDomain) == 0, 1, signals.ThreadSender,
		"it goes on with a talk in which nobody of that domain took part")
	b.when(is(v, signals.ThreadUnreferenced), 0.6, signals.ThreadUnreferenced, "it calls itself an answer, and answers nothing")
	b.when(v.Of(signals.AuthAligned) == 0 && v.Of(signals.DomainSeen) > 0 && is(v, signals.AuthDMARCFail), 1, signals.AuthAligned, "nothing proves the sender's domain")
	return b.odds - before
}

// replyNear tells whether answers go to a domain that is like the sender's.
func replyNear(f *signals.Facts, v signals.Vector) bool {
	return is(v, signals.FromReplyToForeign) && nearOwn(f.From().Domain, v.Of(signals.FromReplyToEdits)) || is(v, signals.FromReplyToPartner)
}

// pressure weighs haste and secrecy.
func (b *balance) pressure(v signals.Vector) {
	b.when(v.Of(signals.IntentSecrecy) >= wished, 0.6, signals.IntentSecrecy, "it wants secrecy, or no call")
	b.when(v.Of(signals.IntentUrgency) >= wished, 0.4, signals.IntentUrgency, "it presses for time")
}
