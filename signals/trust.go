package signals

import "math"

// SenderTrust is the standing that the address's mail bought.
var SenderTrust = define(Signal{
	Name: "sender.trust", Level: Sender, Unit: Count,
	Doc:  "Legitimate messages from the From address, decayed, of which one day counts for three at most.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Address.Trust()) },
})

// SenderDays is on how many days the address wrote.
var SenderDays = define(Signal{
	Name: "sender.days", Level: Sender, Unit: Count,
	Doc:  "Different days on which legitimate mail came from the From address.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Address.Days) },
})

// SenderReplyShare is how much of the address's mail answered ours.
var SenderReplyShare = define(Signal{
	Name: "sender.reply_share", Level: Sender, Unit: Ratio,
	Doc: "Share of the legitimate messages from the From address that answered a message of ours.",
	Eval: func(f *Facts) float64 {
		t := f.memory().standing.Address
		if !(t.Good > 0) {
			return Unknown
		}
		return past(f, min(max(t.Replies/t.Good, 0), 1))
	},
})

// SenderOut counts what all of ours wrote to the address.
var SenderOut = define(Signal{
	Name: "sender.out", Level: Sender, Unit: Count,
	Doc:  "Messages that anybody of ours wrote to the From address, decayed.",
	Eval: func(f *Facts) float64 { return f.good(f.History.OutAddress) },
})

// SenderHour counts the address's messages of the last hour.
var SenderHour = define(Signal{
	Name: "sender.hour", Level: Sender, Unit: Count,
	Doc:  "Messages from the From address within the last hour, whatever became of them.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Address.Rate.Hour) },
})

// SenderBurst tells how unusual that is.
var SenderBurst = define(Signal{
	Name: "sender.burst", Level: Sender, Unit: Count,
	Doc:  "How many times more messages came from the From address in the last hour than in a usual one; unknown before three days of it.",
	Eval: func(f *Facts) float64 { return f.burst(f.memory().standing.Address) },
})

// SenderRcpts is to how many of ours the address wrote.
var SenderRcpts = define(Signal{
	Name: "sender.rcpts", Level: Sender, Unit: Count,
	Doc:  "Different recipients of legitimate mail from the From address, about.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Rcpts) },
})

// SenderStyle is how far the text is from the author's usual one.
var SenderStyle = define(Signal{
	Name: "sender.style", Level: Sender, Unit: Ratio,
	Doc: "Distance of the author's own words from the address's usual style, from 0, the same, to 1; unknown before three texts.",
	Eval: func(f *Facts) float64 {
		usual := f.memory().standing.Style
		if usual.N < minMoments {
			return Unknown
		}
		return past(f, distance(usual.Mean, f.Style()))
	},
})

// distance is half of one minus the cosine of two vectors; unknown where one of
// them says nothing.
func distance(a, b []float64) float64 {
	if len(a) != len(b) {
		return Unknown
	}
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	if !(aa > 0) || !(bb > 0) {
		return Unknown
	}
	return min(max((1-ab/math.Sqrt(aa*bb))/2, 0), 1)
}

// DomainTrust is the standing that the domain's mail bought.
var DomainTrust = define(Signal{
	Name: "domain.trust", Level: Domain, Unit: Count,
	Doc:  "Legitimate messages from the organisational domain of From, decayed, of which one day counts for three at most.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Domain.Trust()) },
})

// DomainDays is on how many days the domain wrote.
var DomainDays = define(Signal{
	Name: "domain.days", Level: Domain, Unit: Count,
	Doc:  "Different days on which legitimate mail came from the organisational domain of From.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Domain.Days) },
})

// DomainLastSeen is how long the domain has been silent.
var DomainLastSeen = define(Signal{
	Name: "domain.last_seen", Level: Domain, Unit: Days,
	Doc:  "Days since the latest legitimate message from the organisational domain of From.",
	Eval: func(f *Facts) float64 { return f.since(f.memory().standing.Domain.Last) },
})

// DomainOut counts what all of ours wrote to the domain.
var DomainOut = define(Signal{
	Name: "domain.out", Level: Domain, Unit: Count,
	Doc:  "Messages that anybody of ours wrote to the organisational domain of From, decayed.",
	Eval: func(f *Facts) float64 { return f.good(f.History.OutDomain) },
})

// DomainSenders is how many people of the domain wrote.
var DomainSenders = define(Signal{
	Name: "domain.senders", Level: Domain, Unit: Count,
	Doc:  "Different addresses of the organisational domain of From that legitimate mail came from, about.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.Senders) },
})

// DomainRcpts is to how many of ours the domain wrote.
var DomainRcpts = define(Signal{
	Name: "domain.rcpts", Level: Domain, Unit: Count,
	Doc:  "Different recipients of legitimate mail from the organisational domain of From, about.",
	Eval: func(f *Facts) float64 { return past(f, f.memory().standing.DomainRcpts) },
})

// DomainNewMailbox tells a new address at a known domain.
var DomainNewMailbox = define(Signal{
	Name: "domain.new_mailbox", Level: Domain, Unit: Bool,
	Doc: "The organisational domain of From is known and the address is not; unknown for an unknown domain.",
	Eval: func(f *Facts) float64 {
		if s := &f.memory().standing; s.Domain.Known() {
			return past(f, truth(!s.Address.Known()))
		}
		return Unknown
	},
})
