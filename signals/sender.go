package signals

// SenderSeen counts the address's past mail.
var SenderSeen = define(Signal{
	Name: "sender.seen", Level: Sender, Unit: Count,
	Doc:  "Legitimate messages from the From address, decayed.",
	Eval: func(f *Facts) float64 { return f.good(f.Standing().Address) },
})

// SenderFirstContact tells whether the address is new.
var SenderFirstContact = define(Signal{
	Name: "sender.first_contact", Level: Sender, Unit: Bool,
	Doc:  "Nobody here ever had legitimate mail from the From address.",
	Eval: func(f *Facts) float64 { return f.fresh(f.Standing().Address) },
})

// SenderFirstSeen is how long the address has been known.
var SenderFirstSeen = define(Signal{
	Name: "sender.first_seen", Level: Sender, Unit: Days,
	Doc:  "Days since the first legitimate message from the From address.",
	Eval: func(f *Facts) float64 { return f.age(f.Standing().Address) },
})

// SenderLastSeen is how long the address has been silent.
var SenderLastSeen = define(Signal{
	Name: "sender.last_seen", Level: Sender, Unit: Days,
	Doc:  "Days since the latest legitimate message from the From address.",
	Eval: func(f *Facts) float64 { return f.since(f.Standing().Address.Last) },
})

// SenderBadShare is how much of the address's mail was unwanted.
var SenderBadShare = define(Signal{
	Name: "sender.bad_share", Level: Sender, Unit: Ratio,
	Doc:  "Share of the judged messages from the From address that were unwanted.",
	Eval: func(f *Facts) float64 { return f.badShare(f.Standing().Address) },
})

// SenderTried counts mail that nobody found legitimate.
var SenderTried = define(Signal{
	Name: "sender.tried", Level: Sender, Unit: Count,
	Doc: "Messages from the From address that were suspected, or turned out unwanted, decayed.",
	Eval: func(f *Facts) float64 {
		t := f.Standing().Address
		return past(f, max(t.Attempts-t.Good, 0))
	},
})

// SenderNameHere counts how often the address bore this name.
var SenderNameHere = define(Signal{
	Name: "sender.name_here", Level: Sender, Unit: Count,
	Doc:  "Legitimate messages from the From address under this display name, decayed.",
	Eval: func(f *Facts) float64 { return f.good(f.Standing().NameHere) },
})

// SenderNameElsewhere counts how often other addresses bore this name.
var SenderNameElsewhere = define(Signal{
	Name: "sender.name_elsewhere", Level: Sender, Unit: Count,
	Doc: "Legitimate, authenticated messages from other addresses under this display name, decayed.",
	Eval: func(f *Facts) float64 {
		if f.author().Name == "" {
			return 0
		}
		return max(f.good(f.History.Verified.Name)-f.good(f.History.Verified.NameHere), 0)
	},
})
