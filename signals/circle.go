package signals

import (
	"math"

	"postern/store"
)

// most is the greatest value over the recipients that history tells of;
// unknown where there is none.
func most(f *Facts, n int, value func(i int) float64) float64 {
	all := Unknown
	for i := range min(n, len(f.Env.Rcpts)) {
		if x := value(i); Known(x) && !(x <= all) {
			all = x
		}
	}
	return past(f, all)
}

// PairTrust is the standing with these recipients.
var PairTrust = define(Signal{
	Name: "pair.trust", Level: Pair, Unit: Count,
	Doc: "Legitimate messages from the From address to one of these recipients, decayed, of which one day counts for three at most; the best of them.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.memory().in), func(i int) float64 { return f.in(i).Trust() })
	},
})

// PairStrangers is how many recipients have nothing to do with the sender.
var PairStrangers = define(Signal{
	Name: "pair.strangers", Level: Pair, Unit: Count,
	Doc: "Recipients who neither had mail from the From address nor from its domain, nor wrote there.",
	Eval: func(f *Facts) float64 {
		n := 0
		for i := range f.Env.Rcpts {
			if f.in(i).Known() || f.out(i).Known() || f.memory().circles[i].Known() {
				continue
			}
			if i < len(f.History.Domains) && f.History.Domains[i].Out.Known() {
				continue
			}
			n++
		}
		return past(f, float64(n))
	},
})

// PairDomain counts what the recipients had from the domain.
var PairDomain = define(Signal{
	Name: "pair.domain_in", Level: Pair, Unit: Count,
	Doc: "Legitimate messages from the organisational domain of From to one of these recipients, decayed; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.memory().circles), func(i int) float64 { return f.memory().circles[i].Good })
	},
})

// PairDomainOut counts what the recipients wrote to the domain.
var PairDomainOut = define(Signal{
	Name: "pair.domain_out", Level: Pair, Unit: Count,
	Doc: "Messages that one of these recipients wrote to the organisational domain of From, decayed; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Domains), func(i int) float64 { return f.History.Domains[i].Out.Good })
	},
})

// PairGap tells how unusual the time since the last message is.
var PairGap = define(Signal{
	Name: "pair.gap", Level: Pair, Unit: Count,
	Doc: "Standard deviations by which the time since the pair's last message differs from its usual one, as logarithms; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.In), func(i int) float64 {
			days := f.since(f.in(i).Last)
			return spread(math.Log(max(days, minGap)), f.History.In[i].Gap, 0.5)
		})
	},
})

// minGap is the shortest time between two messages that is told from another,
// in days.
const minGap = 1.0 / 24

// PairIntent tells how unusual the subject matter is between the two.
var PairIntent = define(Signal{
	Name: "pair.intent", Level: Pair, Unit: Bits,
	Doc: "Surprisal of what the words are about, against what passed between sender and recipient before; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.In), func(i int) float64 { return f.surprise("intent", f.History.In[i].Habits) })
	},
})

// RcptIntent tells how unusual the subject matter is for the recipient.
var RcptIntent = define(Signal{
	Name: "rcpt.intent", Level: Recipient, Unit: Bits,
	Doc: "Surprisal of what the words are about, against what the recipient usually gets; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Rcpts), func(i int) float64 { return f.surprise("intent", f.History.Rcpts[i].Habits) })
	},
})

// RcptFile tells how unusual the attached files are for the recipient.
var RcptFile = define(Signal{
	Name: "rcpt.file_kind", Level: Recipient, Unit: Bits,
	Doc: "Surprisal of the kinds of attached files, against what the recipient usually gets; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Rcpts), func(i int) float64 { return f.surprise("file_kind", f.History.Rcpts[i].Habits) })
	},
})

// surprise is the surprisal of one attribute against habits that stand alone;
// of several values the most surprising.
func (f *Facts) surprise(attribute string, list []store.Habit) float64 {
	bits := Unknown
	for t := range f.History.Traits {
		i := attributeAt[f.History.Traits[t].Kind]
		if t >= len(list) || i < 0 || Attributes[i].Name != attribute || list[t].Of <= 0 {
			continue
		}
		if b := -math.Log2(smooth(list[t], unheard)); !(b <= bits) {
			bits = b
		}
	}
	return bits
}

// RcptSeen is the support of what is known of the recipients.
var RcptSeen = define(Signal{
	Name: "rcpt.seen", Level: Recipient, Unit: Count,
	Doc: "Legitimate messages that one of the recipients got, decayed; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Rcpts), func(i int) float64 { return f.History.Rcpts[i].All.Good })
	},
})

// RcptExternal is how much of a recipient's mail comes from outside.
var RcptExternal = define(Signal{
	Name: "rcpt.external_share", Level: Recipient, Unit: Ratio,
	Doc: "Share of a recipient's legitimate mail that came from outside; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Rcpts), func(i int) float64 {
			r := &f.History.Rcpts[i]
			return ratio(r.External, r.All.Good)
		})
	},
})

// RcptStrangers is how used a recipient is to strangers.
var RcptStrangers = define(Signal{
	Name: "rcpt.stranger_share", Level: Recipient, Unit: Ratio,
	Doc: "Share of a recipient's legitimate mail from outside that came from people who never wrote to them before; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Rcpts), func(i int) float64 {
			r := &f.History.Rcpts[i]
			return ratio(r.Strangers, r.External)
		})
	},
})

// ratio is the value of a share of decayed counts; unknown of nothing.
func ratio(n, of float64) float64 {
	if !(of > 0) {
		return Unknown
	}
	return min(max(n/of, 0), 1)
}

// RcptHour counts a recipient's messages of the last hour.
var RcptHour = define(Signal{
	Name: "rcpt.hour", Level: Recipient, Unit: Count,
	Doc: "Messages to one of the recipients within the last hour, whatever became of them; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Rcpts), func(i int) float64 { return f.History.Rcpts[i].All.Rate.Hour })
	},
})

// RcptBurst tells how unusual that is.
var RcptBurst = define(Signal{
	Name: "rcpt.burst", Level: Recipient, Unit: Count,
	Doc: "How many times more messages a recipient had in the last hour than in a usual one; the most, unknown before three days of it.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Rcpts), func(i int) float64 { return f.burst(f.History.Rcpts[i].All) })
	},
})

// RcptBadShare is how often a recipient is attacked.
var RcptBadShare = define(Signal{
	Name: "rcpt.bad_share", Level: Recipient, Unit: Ratio,
	Doc: "Share of a recipient's judged messages that were unwanted; the most.",
	Eval: func(f *Facts) float64 {
		return most(f, len(f.History.Rcpts), func(i int) float64 { return f.badShare(f.History.Rcpts[i].All) })
	},
})

// OrgStrangers counts strangers everywhere.
var OrgStrangers = define(Signal{
	Name: "org.strangers_hour", Level: Organization, Unit: Count,
	Doc:  "Messages within the last hour, to anybody, from addresses never seen before.",
	Eval: func(f *Facts) float64 { return past(f, f.History.Org.StrangerRate.Hour) },
})

// OrgSeen is the support of what is known of the organisation.
var OrgSeen = define(Signal{
	Name: "org.seen", Level: Organization, Unit: Count,
	Doc:  "Legitimate messages of the whole organisation, decayed.",
	Eval: func(f *Facts) float64 { return f.good(f.History.Org.All) },
})

// OrgFirstSeen is how long there has been a memory.
var OrgFirstSeen = define(Signal{
	Name: "org.first_seen", Level: Organization, Unit: Days,
	Doc:  "Days since the first legitimate message of the whole organisation that is remembered.",
	Eval: func(f *Facts) float64 { return f.age(f.History.Org.All) },
})
