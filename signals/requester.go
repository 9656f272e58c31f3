package signals

import (
	"slices"
	"strings"

	"postern/parse"
	"postern/store"
)

// Requester is whom a message speaks for that another sent: who gets the
// answers, where that is elsewhere, and the name that it shows for them, as in
// "Dana Reed via Example Sign".
func (f *Facts) Requester() (who parse.Address, name string) {
	if len(f.Msg.From) == 0 {
		return who, ""
	}
	shown, _, via := cutVia(f.author().Name)
	if via {
		name = shown
	}
	if len(f.Msg.ReplyTo) > 0 && foreign(f.Msg.ReplyTo[0].Address.Domain, f.From().Domain) {
		who = f.Msg.ReplyTo[0].Address
		if reply := f.Msg.ReplyTo[0].Name; !via && reply != "" {
			name = reply
		}
	}
	return who, name
}

// cutVia takes apart a name that a service shows for its user.
func cutVia(name string) (user, service string, ok bool) {
	name = name[:min(len(name), maxName)]
	for _, mark := range [...]string{" via ", " (via ", " Via ", " (Via "} {
		if user, service, ok = strings.Cut(name, mark); ok {
			return strings.Trim(user, ` '"`), strings.Trim(service, ` '")`), true
		}
	}
	return name, "", false
}

// RcptNames are the names that To and Cc show for the recipients who are not
// ours, one for each recipient of the envelope; nil where there is none.
func (f *Facts) RcptNames() []string {
	var names []string
	for i, r := range f.Env.Rcpts[:min(len(f.Env.Rcpts), maxListed)] {
		if f.Org.Owns(r.Domain) {
			continue
		}
		for _, list := range [][]parse.Mailbox{f.Msg.To, f.Msg.Cc} {
			at := slices.IndexFunc(list, func(m parse.Mailbox) bool { return m.Name != "" && m.Address.Key() == r.Key() })
			if at < 0 {
				continue
			}
			if names == nil {
				names = make([]string, len(f.Env.Rcpts))
			}
			names[i] = strings.Clone(list[at].Name)
			break
		}
	}
	return names
}

// requester measures whom the message speaks for; unknown where it speaks for
// nobody else, and to an empty memory, to which everybody is a stranger.
func requester(eval func(f *Facts, r *store.Requester, who parse.Address, name string) float64) func(*Facts) float64 {
	return func(f *Facts) float64 {
		if !f.History.Org.All.Known() {
			return Unknown
		}
		who, name := f.Requester()
		return past(f, eval(f, &f.History.Requester, who, name))
	}
}

// RequesterSeen tells how well the address is known.
var RequesterSeen = define(Signal{
	Name: "requester.seen", Level: Sender, Unit: Count,
	Doc: "Legitimate messages from and to the address where answers go, decayed; unknown where that is in the From domain.",
	Eval: requester(func(_ *Facts, r *store.Requester, who parse.Address, _ string) float64 {
		if who == (parse.Address{}) {
			return Unknown
		}
		return r.Address.Good + r.OutAddress.Good
	}),
})

// RequesterDomainSeen tells how well its domain is known.
var RequesterDomainSeen = define(Signal{
	Name: "requester.domain_seen", Level: Domain, Unit: Count,
	Doc: "Legitimate messages from and to the organisational domain where answers go, decayed; unknown where that is the From domain or a free mailbox's.",
	Eval: requester(func(f *Facts, r *store.Requester, who parse.Address, _ string) float64 {
		if who == (parse.Address{}) || f.Freemail(who.Domain) {
			return Unknown
		}
		return r.Domain.Good + r.OutDomain.Good
	}),
})

// RequesterNameSeen tells how well the name is known.
var RequesterNameSeen = define(Signal{
	Name: "requester.name_seen", Level: Sender, Unit: Count,
	Doc: "Legitimate messages under the name that another sender shows for whom it writes, decayed; unknown where it shows none.",
	Eval: requester(func(_ *Facts, r *store.Requester, _ parse.Address, name string) float64 {
		if name == "" {
			return Unknown
		}
		return r.Name.Good
	}),
})
