package signals

// OrgInbound tells whether the message comes from outside.
var OrgInbound = define(Signal{
	Name: "org.inbound", Level: Organization, Unit: Bool,
	Doc:  "The message comes from outside; a mere claim of our domain does not make it ours.",
	Eval: func(f *Facts) float64 { return truth(f.Direction() == Inbound) },
})

// OrgInternal tells whether the message is among ours.
var OrgInternal = define(Signal{
	Name: "org.internal", Level: Organization, Unit: Bool,
	Doc:  "One of ours wrote the message, and all its recipients are ours.",
	Eval: func(f *Facts) float64 { return truth(f.Direction() == Internal) },
})

// OrgClaimed tells whether somebody outside uses our domain without proof.
var OrgClaimed = define(Signal{
	Name: "org.claimed", Level: Organization, Unit: Bool,
	Doc: "From shows one of our domains, while the message comes from outside and nothing proves the domain.",
	Eval: func(f *Facts) float64 {
		if f.Direction() != Inbound || !f.Org.Owns(f.From().Domain) {
			return 0
		}
		return 1 - AuthAligned.Eval(f)
	},
})
