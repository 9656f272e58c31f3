package signals

import (
	"math"

	"postern/store"
)

// LinkSeen is how many of the linked domains are known.
var LinkSeen = define(Signal{
	Name: "link.seen_share", Level: Link, Unit: Ratio,
	Doc: "Share of the domains that links lead to which legitimate mail linked to before.",
	Eval: func(f *Facts) float64 {
		n := 0
		for i := range f.History.Links {
			n += int(truth(f.History.Links[i].All.Known()))
		}
		return past(f, share(n, len(f.History.Links)))
	},
})

// LinkSenders is how common the least common linked domain is.
var LinkSenders = define(Signal{
	Name: "link.senders", Level: Link, Unit: Count,
	Doc: "Different sender domains that linked to the least common of the linked domains in legitimate mail, about.",
	Eval: func(f *Facts) float64 {
		least := Unknown
		for i := range f.History.Links {
			if n := f.History.Links[i].Senders; !(n >= least) {
				least = n
			}
		}
		return past(f, least)
	},
})

// LinkAge is how long the newest linked domain has been known.
var LinkAge = define(Signal{
	Name: "link.first_seen", Level: Link, Unit: Days,
	Doc: "Days since legitimate mail first linked to the newest of the linked domains that are known.",
	Eval: func(f *Facts) float64 {
		least := Unknown
		for i := range f.History.Links {
			if d := f.age(f.History.Links[i].All); Known(d) && !(d >= least) {
				least = d
			}
		}
		return least
	},
})

// LinkBad counts linked domains that unwanted mail linked to.
var LinkBad = define(Signal{
	Name: "link.bad", Level: Link, Unit: Count,
	Doc: "Domains that links lead to and that more unwanted than legitimate mail linked to.",
	Eval: func(f *Facts) float64 {
		n := 0
		for i := range f.History.Links {
			n += int(truth(f.History.Links[i].All.Bad > max(f.History.Links[i].All.Good, 0.5)))
		}
		return past(f, float64(n))
	},
})

// PhoneNew counts telephone numbers that nobody knows.
var PhoneNew = define(Signal{
	Name: "phone.new", Level: Message, Unit: Count,
	Doc: "Telephone numbers that legitimate mail never gave.",
	Eval: func(f *Facts) float64 {
		return unseen(f, f.History.Phones, func(s *store.Shared) bool { return s.All.Known() })
	},
})

// PhoneElsewhere counts telephone numbers that others give.
var PhoneElsewhere = define(Signal{
	Name: "phone.elsewhere", Level: Message, Unit: Count,
	Doc:  "Telephone numbers that legitimate mail gave, but none of the sender's domain.",
	Eval: func(f *Facts) float64 { return elsewhere(f, f.History.Phones) },
})

// AccountNew counts bank accounts that nobody knows.
var AccountNew = define(Signal{
	Name: "account.new", Level: Vendor, Unit: Count,
	Doc: "Bank accounts that legitimate mail of the sender's domain never named.",
	Eval: func(f *Facts) float64 {
		return unseen(f, f.History.Accounts, func(s *store.Shared) bool { return s.Here.Known() })
	},
})

// AccountKnown counts bank accounts that are the sender's.
var AccountKnown = define(Signal{
	Name: "account.known", Level: Vendor, Unit: Count,
	Doc: "Bank accounts that legitimate mail of the sender's domain named before.",
	Eval: func(f *Facts) float64 {
		return past(f, float64(len(f.History.Accounts))) - unseen(f, f.History.Accounts, func(s *store.Shared) bool { return s.Here.Known() })
	},
})

// AccountElsewhere counts bank accounts of others.
var AccountElsewhere = define(Signal{
	Name: "account.elsewhere", Level: Vendor, Unit: Count,
	Doc:  "Bank accounts that legitimate mail named, but none of the sender's domain.",
	Eval: func(f *Facts) float64 { return elsewhere(f, f.History.Accounts) },
})

// unseen counts what is not known.
func unseen(f *Facts, list []store.Shared, known func(*store.Shared) bool) float64 {
	if !f.History.Org.All.Known() {
		return Unknown // to an empty memory everything is new
	}
	n := 0
	for i := range list {
		n += int(truth(!known(&list[i])))
	}
	return past(f, float64(n))
}

// elsewhere counts what others than the sender's domain showed.
func elsewhere(f *Facts, list []store.Shared) float64 {
	n := 0
	for i := range list {
		n += int(truth(list[i].All.Known() && !list[i].Here.Known()))
	}
	return past(f, float64(n))
}

// VendorInvoices is the support of what is known of a vendor.
var VendorInvoices = define(Signal{
	Name: "vendor.invoices", Level: Vendor, Unit: Count,
	Doc:  "Legitimate messages of the sender's domain that asked for payment, decayed.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Vendor.Invoices) },
})

// VendorChanges counts changes of bank details.
var VendorChanges = define(Signal{
	Name: "vendor.changes", Level: Vendor, Unit: Count,
	Doc:  "Legitimate messages of the sender's domain about new bank details, decayed.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Vendor.Changes) },
})

// VendorAmount tells how unusual the amount is.
var VendorAmount = define(Signal{
	Name: "vendor.amount", Level: Vendor, Unit: Count,
	Doc: "Standard deviations by which the largest amount differs from the domain's usual one, as logarithms.",
	Eval: func(f *Facts) float64 {
		amount := f.Amount()
		if amount <= 0 {
			return Unknown
		}
		return past(f, spread(math.Log10(amount), f.memory().standing.Vendor.Amount, 0.1))
	},
})

// VendorGap tells how unusual the time of an invoice is.
var VendorGap = define(Signal{
	Name: "vendor.gap", Level: Vendor, Unit: Count,
	Doc: "Standard deviations by which the time since the domain's last invoice differs from its usual one, as logarithms; unknown where none is asked for.",
	Eval: func(f *Facts) float64 {
		v := &f.memory().standing.Vendor
		if !f.Invoice() || v.LastInvoice.IsZero() {
			return Unknown
		}
		return past(f, spread(math.Log(max(f.since(v.LastInvoice), minGap)), v.Gap, 0.5))
	},
})

// CampaignSeen counts texts that are alike.
var CampaignSeen = define(Signal{
	Name: "campaign.seen", Level: Message, Unit: Count,
	Doc:  "Messages whose text is nearly the same, decayed, whatever became of them.",
	Eval: func(f *Facts) float64 { return past(f, f.History.Campaign.All.Attempts) },
})

// CampaignBad is how many of them were unwanted.
var CampaignBad = define(Signal{
	Name: "campaign.bad_share", Level: Message, Unit: Ratio,
	Doc:  "Share of the judged messages with nearly the same text that were unwanted.",
	Eval: func(f *Facts) float64 { return f.badShare(f.History.Campaign.All) },
})

// CampaignRcpts is how many got them.
var CampaignRcpts = define(Signal{
	Name: "campaign.rcpts", Level: Message, Unit: Count,
	Doc:  "Different recipients of nearly the same text, about.",
	Eval: func(f *Facts) float64 { return past(f, f.History.Campaign.Rcpts) },
})

// CampaignSenders is how many sent them.
var CampaignSenders = define(Signal{
	Name: "campaign.senders", Level: Message, Unit: Count,
	Doc:  "Different senders of nearly the same text, about.",
	Eval: func(f *Facts) float64 { return past(f, f.History.Campaign.Senders) },
})

// CampaignHour counts those of strangers within the last hour.
var CampaignHour = define(Signal{
	Name: "campaign.strangers_hour", Level: Message, Unit: Count,
	Doc:  "Messages with nearly the same text within the last hour from addresses never seen before.",
	Eval: func(f *Facts) float64 { return past(f, f.History.Campaign.Strangers.Hour) },
})
