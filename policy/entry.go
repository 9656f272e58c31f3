package policy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"postern/detect"
	"postern/mailauth"
	"postern/parse"
	"postern/signals"
)

// An Entry allows or denies a sender. All that it names must hold. To deny,
// the name that a message bears is enough; to allow, it must be proven, or
// anybody could borrow it: by authentication of the From domain, by a
// signature, or by the client's own address.
type Entry struct {
	From   []string  `toml:"from"`           // addresses, and domains with their subdomains
	DKIM   string    `toml:"dkim"`           // a valid signature of this domain or one beneath
	Client []string  `toml:"client"`         // networks, such as 192.0.2.0/24, or addresses
	Then   string    `toml:"then"`           // what to do: reject where empty; an allow entry accepts
	Until  time.Time `toml:"until,omitzero"` // the last day, or the moment, that it holds; a day is one that begins at 00:00:00
	Note   string    `toml:"note"`           // whose word it was, for people
}

// entry is an Entry ready to be matched.
type entry struct {
	from    map[string]bool // keys; nil: anybody
	dkim    string
	clients []netip.Prefix
	then    Action
	until   time.Time
	rule    string
}

func (p *problems) entries(key string, list []Entry, deny bool) []entry {
	entries := make([]entry, len(list))
	for i, e := range list {
		entries[i] = p.entry(fmt.Sprintf("%s[%d]", key, i), e, deny)
	}
	return entries
}

func (p *problems) entry(at string, e Entry, deny bool) entry {
	made := entry{until: e.Until, rule: at}
	if h, m, sec := e.Until.Clock(); h+m+sec == 0 && !e.Until.IsZero() {
		made.until = e.Until.AddDate(0, 0, 1)
	}
	if e.Note != "" {
		made.rule += ": " + e.Note
	}
	if len(e.From) == 0 && e.DKIM == "" && len(e.Client) == 0 {
		p.add(at, "names nobody; give from, dkim or client")
	}
	if deny {
		made.then = p.action(at+".then", e.Then, Reject)
	} else if e.Then != "" {
		p.add(at+".then", "an allow entry accepts; leave this out")
	}
	for i, s := range e.From {
		k, ok := key(s)
		if !ok {
			p.add(fmt.Sprintf("%s.from[%d]", at, i), "%q is neither an address nor a domain", s)
		}
		if made.from == nil {
			made.from = map[string]bool{}
		}
		made.from[k] = true
	}
	if e.DKIM != "" {
		k, ok := key(e.DKIM)
		if !ok || strings.Contains(k, "@") {
			p.add(at+".dkim", "%q is no domain", e.DKIM)
		}
		made.dkim = k
	}
	for i, s := range e.Client {
		net, ok := network(s)
		if !ok {
			p.add(fmt.Sprintf("%s.client[%d]", at, i), "%q is neither a network such as 192.0.2.0/24 nor an address", s)
		}
		made.clients = append(made.clients, net)
	}
	return made
}

func network(s string) (netip.Prefix, bool) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	net, err := netip.ParsePrefix(s)
	return net, err == nil
}

// denies tells whether the entry speaks of the message, by any name it bears.
func (e *entry) denies(f *signals.Facts) bool {
	return e.holds(f) && (e.from == nil || e.names(f.Env.From) ||
		slices.ContainsFunc(f.Msg.From, func(m parse.Mailbox) bool { return e.names(m.Address) }))
}

// allows tells whether the entry speaks of the message, by its one proven
// author.
func (e *entry) allows(f *signals.Facts) bool {
	if !e.holds(f) {
		return false
	}
	if e.from == nil {
		return true
	}
	proven := f.Auth.Authenticated() || e.dkim != "" || len(e.clients) > 0
	return proven && len(f.Msg.From) == 1 && e.names(f.Msg.From[0].Address)
}

func (e *entry) names(a parse.Address) bool {
	_, ok := lookup(e.from, a)
	return ok
}

// holds tells whether all but the sender's name is as the entry says.
func (e *entry) holds(f *signals.Facts) bool {
	return (e.until.IsZero() || f.Env.Received.Before(e.until)) &&
		(e.dkim == "" || slices.ContainsFunc(f.Auth.DKIM, e.signed)) &&
		(len(e.clients) == 0 || slices.ContainsFunc(e.clients, func(n netip.Prefix) bool { return n.Contains(f.Env.Remote.Unmap()) }))
}

// signed tells whether a signature vouches for all of the message: not one
// with a key for tests (RFC 6376 §3.6.1) or for a part of the body (§8.2).
func (e *entry) signed(d mailauth.DKIM) bool {
	rest, ok := strings.CutSuffix(d.Domain, e.dkim)
	return ok && (rest == "" || strings.HasSuffix(rest, ".")) && d.Result == mailauth.Pass && !d.Testing && d.Unsigned == 0
}

// list asks the entries, those that deny first. What an allowed sender's
// machine was made to send is still looked at: an entry vouches for who wrote,
// and malware comes from people who did not.
func (p *Policy) list(f *signals.Facts, v *Verdict, malware Ladder) (Action, string, bool) {
	for i := range p.deny {
		if p.deny[i].denies(f) {
			return p.deny[i].then, p.deny[i].rule, true
		}
	}
	if v.Scores[detect.Malware] >= malware.Tag {
		return Accept, "", false
	}
	for i := range p.allow {
		if p.allow[i].allows(f) {
			return Accept, p.allow[i].rule, true
		}
	}
	return Accept, "", false
}
