package detect

import "postern/signals"

// vendorFraud finds mail in the name of somebody who sends us invoices that
// wants the money elsewhere. The mailbox may be theirs, and every proof in order.
type vendorFraud struct{}

func (vendorFraud) Name() string { return "vendor-fraud" }

func (vendorFraud) Doc() string {
	return "A known correspondent names a bank account that they never named before, and is out of character besides."
}

// crowd is how many addresses of a domain write to us before it is taken for a
// provider, whose customers do not speak for each other.
const crowd = 12

func (d vendorFraud) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if !is(v, signals.OrgInbound) || !some(v, signals.AccountNew) || some(v, signals.AccountKnown) {
		return nil
	}
	_, support := signals.Habit("account")
	shared := v.Of(signals.DomainSenders) >= crowd && !(v.Of(signals.SenderDays) >= 1)
	if !(v.Of(support) >= 1) || shared {
		return nil
	}
	var s suspicion
	s.because(0.3, signals.AccountNew, "it names a bank account that "+quote(f.From().Domain)+" never named, where "+plural(v.Of(support), "message", "messages")+" named others")
	if s.character(v, 0.25) == 0 {
		return nil // honest vendors have new accounts as well
	}
	if country, support := signals.Habit("account_country"); v.Of(country) >= oddBits && v.Of(support) >= 1 {
		s.because(0.15, country, "the account is in a country where theirs never was")
	}
	if v.Of(signals.VendorAmount) >= 4 {
		s.because(0.1, signals.VendorAmount, "the amount is unlike what they usually ask for")
	}
	return s.finding(d, VendorFraud)
}
