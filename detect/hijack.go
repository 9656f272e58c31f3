package detect

import "postern/signals"

// threadHijack finds outsiders who go on with a talk that they had no part in,
// or under the name of somebody who had.
type threadHijack struct{}

func (threadHijack) Name() string { return "thread-hijack" }

func (threadHijack) Doc() string {
	return "A newcomer who wants money goes on with a talk of ours in which nobody of their domain took part, or writes under the name of somebody known at another address."
}

func (d threadHijack) Detect(f *signals.Facts, v signals.Vector) []Finding {
	outside := is(v, signals.OrgInbound) && !is(v, signals.HeaderList) && !private(v)
	at := acquainted(v) && v.Of(signals.DomainSenders) < crowd // somebody new there
	if !outside || at || established(v) || announced(v) || !(v.Of(signals.SenderDays) <= 2) {
		return nil
	}
	b := &balance{odds: -4.4}
	b.young(v.Of(signals.OrgFirstSeen), grown, signals.OrgFirstSeen)
	if !b.pretends(f, v) {
		return nil
	}
	class := b.wants(v)
	if class == Safe {
		if class = VendorFraud; !is(v, signals.ThreadKnown) && !is(v, signals.ThreadUnreferenced) {
			return nil
		}
		b.when(!some(v, signals.BodyPayment), -1, signals.BodyPayment, "")
	}
	b.when(is(v, signals.SenderFirstContact), 0.4, signals.SenderFirstContact, "nobody here had mail from this address before")
	b.when(is(v, signals.FromFreemail), 0.6, signals.FromFreemail, "it is a free mailbox that anybody can open")
	b.when(is(v, signals.FromReplyToForeign), 0.6, signals.FromReplyToForeign, "answers go elsewhere")
	sister := is(v, signals.DomainPartnerCombo) || is(v, signals.DomainPartnerSuffix)
	b.when(sister && !some(v, signals.AccountNew), -2, signals.DomainPartnerCombo, "") // as firms name their daughters
	b.when(some(v, signals.AccountElsewhere) && v.Of(signals.AccountElsewhere) == v.Of(signals.AccountNew), -2, signals.AccountElsewhere, "")
	b.pressure(v)
	return b.finding(d, class)
}

// pretends weighs how the message pretends to belong to a talk, and tells
// whether it does.
func (b *balance) pretends(f *signals.Facts, v signals.Vector) bool {
	before := len(b.evidence)
	hijacked := is(v, signals.ThreadKnown) && v.Of(signals.ThreadSender) == 0 && v.Of(signals.ThreadSameDomain) == 0
	b.when(hijacked, 2, signals.ThreadSender, "it goes on with a talk in which neither "+quote(f.From().String())+" nor anybody of that domain took part")
	near := is(v, signals.DomainPartnerTwin) || is(v, signals.DomainPartnerSlip) || is(v, signals.DomainPartnerEmbedded)
	b.when(is(v, signals.ThreadDomainSwapped) && near, 1.5, signals.ThreadDomainSwapped, "its domain is like that of somebody who did")
	if !hijacked && is(v, signals.ThreadUnreferenced) {
		b.weigh(0.8, signals.ThreadUnreferenced, "it calls itself an answer, and answers nothing")
		b.when(is(v, signals.ThreadQuotesOurs), 1, signals.ThreadQuotesOurs, "it quotes one of ours")
		b.when(some(v, signals.ThreadQuoted), 0.5, signals.ThreadQuoted, "")
	}
	b.when(is(v, signals.ThreadQuotesUnwritten), 0.8, signals.ThreadQuotesUnwritten, "it quotes what ours never wrote to anybody there")
	if !hijacked && some(v, signals.ThreadOtherDomains) && !(v.Of(signals.SenderFirstSeen) >= settled) {
		b.weigh(1, signals.ThreadOtherDomains, "a newcomer goes on with a talk with somebody else")
	}
	b.elsewhere(v, 2.2)
	return len(b.evidence) > before
}

// elsewhere weighs that another address bears the name.
func (b *balance) elsewhere(v signals.Vector, nats float64) {
	const clause = "somebody known writes under this name from another address"
	if !b.when(v.Of(signals.SenderNameElsewhere) >= 0.8, nats, signals.SenderNameElsewhere, clause) {
		b.when(some(v, signals.NameOthers), nats, signals.NameOthers, clause)
	}
}

// wants weighs what the message is after, and names its class; Safe where it
// is after nothing.
func (b *balance) wants(v signals.Vector) Class {
	account := b.when(some(v, signals.AccountNew), 2, signals.AccountNew, "it names a bank account that is not known")
	class := b.wish(v, 1, Safe)
	switch class {
	case PayrollDiversion, GiftCardScam, DataTheft, CredentialPhishing:
		return class
	case Safe:
		if account {
			return VendorFraud
		}
		return Safe
	default:
		return VendorFraud
	}
}
