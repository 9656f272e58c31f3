package signals

import (
	"slices"
	"strings"

	"postern/parse"
)

// maxListed bounds the envelope recipients that are looked for in To and Cc.
const maxListed = 100

// listed tells whether a stands in To or Cc.
func listed(f *Facts, a parse.Address) bool {
	same := func(m parse.Mailbox) bool {
		return m.Address.Domain == a.Domain && strings.EqualFold(m.Address.Local, a.Local)
	}
	return slices.ContainsFunc(f.Msg.To, same) || slices.ContainsFunc(f.Msg.Cc, same)
}

// RcptCount counts recipients.
var RcptCount = define(Signal{
	Name: "rcpt.count", Level: Message, Unit: Count,
	Doc:  "Recipients in the envelope.",
	Eval: func(f *Facts) float64 { return float64(len(f.Env.Rcpts)) },
})

// RcptUndisclosed tells whether nobody is named as recipient.
var RcptUndisclosed = define(Signal{
	Name: "rcpt.undisclosed", Level: Message, Unit: Bool,
	Doc: "Neither To nor Cc names anybody.",
	Eval: func(f *Facts) float64 {
		named := func(m parse.Mailbox) bool { return m.Address.Domain != "" }
		return truth(!slices.ContainsFunc(f.Msg.To, named) && !slices.ContainsFunc(f.Msg.Cc, named))
	},
})

// RcptSelfSent tells whether the author writes to themselves.
var RcptSelfSent = define(Signal{
	Name: "rcpt.self_sent", Level: Message, Unit: Bool,
	Doc:  "To or Cc has the From address itself.",
	Eval: func(f *Facts) float64 { return truth(f.From().Domain != "" && listed(f, f.From())) },
})

// RcptUnlisted is how many were copied in blind.
var RcptUnlisted = define(Signal{
	Name: "rcpt.unlisted", Level: Message, Unit: Ratio,
	Doc: "Share of the envelope's recipients whom neither To nor Cc names.",
	Eval: func(f *Facts) float64 {
		rcpts, n := f.Env.Rcpts[:min(len(f.Env.Rcpts), maxListed)], 0
		for _, r := range rcpts {
			n += int(truth(!listed(f, r)))
		}
		return share(n, len(rcpts))
	},
})

// RcptVIP is how many recipients are VIPs.
var RcptVIP = define(Signal{
	Name: "rcpt.vip", Level: Recipient, Unit: Ratio,
	Doc: "Share of the envelope's recipients who are among our VIPs.",
	Eval: func(f *Facts) float64 {
		rcpts, n := f.Env.Rcpts[:min(len(f.Env.Rcpts), maxListed)], 0
		for _, r := range rcpts {
			n += int(truth(f.Org.hasVIP(r.String())))
		}
		return share(n, len(rcpts))
	},
})

// RcptFirstContact is how many recipients do not know the sender.
var RcptFirstContact = define(Signal{
	Name: "rcpt.first_contact", Level: Recipient, Unit: Ratio,
	Doc: "Share of the envelope's recipients who never had legitimate mail from the From address, nor wrote to it.",
	Eval: func(f *Facts) float64 {
		if f.Lacks("history") {
			return Unknown
		}
		n := 0
		for i := range f.Env.Rcpts {
			if !f.in(i).Known() && !f.out(i).Known() {
				n++
			}
		}
		return share(n, len(f.Env.Rcpts))
	},
})
