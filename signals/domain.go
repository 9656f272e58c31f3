package signals

// DomainSeen counts the domain's past mail.
var DomainSeen = define(Signal{
	Name: "domain.seen", Level: Domain, Unit: Count,
	Doc:  "Legitimate messages from the organisational domain of From, decayed.",
	Eval: func(f *Facts) float64 { return f.good(f.Standing().Domain) },
})

// DomainFirstContact tells whether the domain is new.
var DomainFirstContact = define(Signal{
	Name: "domain.first_contact", Level: Domain, Unit: Bool,
	Doc:  "Nobody here ever had legitimate mail from the organisational domain of From.",
	Eval: func(f *Facts) float64 { return f.fresh(f.Standing().Domain) },
})

// DomainFirstSeen is how long the domain has been known.
var DomainFirstSeen = define(Signal{
	Name: "domain.first_seen", Level: Domain, Unit: Days,
	Doc:  "Days since the first legitimate message from the organisational domain of From.",
	Eval: func(f *Facts) float64 { return f.age(f.Standing().Domain) },
})

// DomainBadShare is how much of the domain's mail was unwanted.
var DomainBadShare = define(Signal{
	Name: "domain.bad_share", Level: Domain, Unit: Ratio,
	Doc:  "Share of the judged messages from the organisational domain of From that were unwanted.",
	Eval: func(f *Facts) float64 { return f.badShare(f.Standing().Domain) },
})
