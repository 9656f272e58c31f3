package detect

import "postern/signals"

// serviceAbuse finds what thieves let a genuine service say: a request to sign,
// to pay or to look at a file, whose author nobody knows. The service proves
// itself, and has to.
type serviceAbuse struct{}

func (serviceAbuse) Name() string { return "service-abuse" }

func (serviceAbuse) Doc() string {
	return "A service writes for somebody whom nobody here knows, or who borrows a name that is known."
}

func (d serviceAbuse) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if !is(v, signals.OrgInbound) || bulk(v) || some(v, signals.PairOut) || some(v, signals.ThreadReferences) || is(v, signals.FromFreemail) {
		return nil
	}
	who, name := f.Requester()
	if who.Domain != "" && f.Org.Owns(who.Domain) || v.Of(signals.RequesterSeen) != 0 || some(v, signals.RequesterDomainSeen) {
		return nil
	}
	b := &balance{odds: -3.9}
	b.young(v.Of(signals.OrgFirstSeen), grown, signals.OrgFirstSeen)
	b.weigh(1.2, signals.RequesterSeen, "answers go to "+quote(who.String())+", whom nobody here ever wrote with")
	b.when(v.Of(signals.RequesterDomainSeen) == 0, 0.7, signals.RequesterDomainSeen, "nor with anybody of that domain")
	b.when(is(v, signals.FromReplyToFreemail), 1, signals.FromReplyToFreemail, "that is a free mailbox, where a service writes for firms")
	b.when(is(v, signals.FromReplyToPartner), 2, signals.FromReplyToPartner, "that is made to be taken for a domain we know")
	switch seen := v.Of(signals.RequesterNameSeen); {
	case is(v, signals.NameOurs) && !private(v):
		b.weigh(1.8, signals.NameOurs, "it shows the name of one of our people")
	case seen >= 1:
		b.weigh(1.5, signals.RequesterNameSeen, quote(name)+" writes from another address")
	case seen == 0:
		b.weigh(0.8, signals.RequesterNameSeen, quote(name)+" is a name that nobody here knows")
	}
	b.when(v.Of(signals.SenderNewReply) < 2, 0.5, signals.SenderNewReply, "")
	b.lure(v)
	return b.finding(d, ServiceAbuse)
}

// lure weighs what a requester makes a service say.
func (b *balance) lure(v signals.Vector) {
	b.wish(v, 0.8, ServiceAbuse)
	b.when(v.Of(signals.IntentFileShare) >= wished, 0.4, signals.IntentFileShare, "it brings a document to be opened or signed")
	b.when(some(v, signals.AmountCount), 0.4, signals.AmountCount, "a sum is named")
	b.when(some(v, signals.PhoneNew) && v.Of(signals.IntentCallBack) >= wished, 1.2, signals.PhoneNew, "it wants a call to a number that is not known")
	b.pressure(v)
}
