package signals

import (
	"slices"
	"strings"

	"postern/parse"
	"postern/store"
)

// Bounds of what is read to find who is announced.
const (
	maxAnnounced   = 4 << 10 // bytes of text
	announcedWords = 600
)

// What a firm must be before it can announce another name of its.
const heraldDays = 3 // on which its proven mail came

// Heralded lists the organisational domains beside the author's that the
// message names, in its text, its links or its addresses, where it is to be
// believed: it is proven mail of a firm that our people write to, and comes the
// way that its author's mail always comes. Else a stolen mailbox could announce
// its thief.
func (f *Facts) Heralded() []string {
	if !f.herald() {
		return nil
	}
	var list []string
	own := parse.OrgDomain(f.From().Domain)
	add := func(host string) {
		host = strings.ToLower(strings.TrimSuffix(host[strings.LastIndexByte(host, '@')+1:], "."))
		if len(host) > 253 || !reachable(host) || f.Org.Owns(host) || f.Freemail(host) {
			return
		}
		org := parse.OrgDomain(host)
		if org != "" && org != own && len(list) < store.MaxHeralded && !slices.Contains(list, org) {
			list = append(list, strings.Clone(org))
		}
	}
	for _, boxes := range [][]parse.Mailbox{f.Msg.ReplyTo, f.Msg.Cc, f.Msg.To} {
		for _, m := range boxes[:min(len(boxes), maxParties)] {
			add(m.Address.Domain)
		}
	}
	text, words := f.Msg.Text.Visible, 0
	apart := func(r rune) bool { return strings.ContainsRune(" \t\r\n\u00a0<>()[]\"',;:|/", r) }
	for word := range strings.FieldsFuncSeq(text[:min(len(text), maxAnnounced)], apart) {
		if words++; words > announcedWords {
			break
		}
		if strings.Contains(word, ".") {
			add(word)
		}
	}
	for _, org := range f.LinkDomains() {
		add(org)
	}
	return list
}

// herald tells whether the message is to be believed in what it announces.
func (f *Facts) herald() bool {
	if f.Lacks("history") || f.Direction() != Inbound || !f.Auth.Authenticated() || f.Freemail(f.From().Domain) || fields(f, "List-Id") > 0 {
		return false
	}
	domain := f.memory().standing.Domain
	if domain.Days < heraldDays || domain.Bad > domain.Good/10 || !f.History.OutDomain.Known() {
		return false
	}
	anew := 0
	for i := range Attributes {
		if !(f.memory().habits[i].fresh > 0) {
			continue
		}
		switch Attributes[i].Name {
		case "origin", "reply_to":
			return false
		case "zone", "mailer", "language", "helo":
			anew++
		}
	}
	return anew < 2
}

// DomainHeralds counts who announced the sender's domain.
var DomainHeralds = define(Signal{
	Name: "domain.heralds", Level: Domain, Unit: Count,
	Doc:  "Other organisational domains whose usual, proven mail named the From domain before; only those that our people write to.",
	Eval: func(f *Facts) float64 { return past(f, float64(len(f.History.Heralds))) },
})

// DomainSuccessor tells whether the sender's domain was announced by those in
// whose place it is.
var DomainSuccessor = define(Signal{
	Name: "domain.successor", Level: Domain, Unit: Bool,
	Doc: "A domain whose usual, proven mail named the From domain before took part in the known thread, or the display name was borne there.",
	Eval: func(f *Facts) float64 {
		if f.Lacks("history") {
			return Unknown
		}
		return truth(slices.ContainsFunc(f.History.Heralds, func(h store.Named) bool {
			bore := func(n store.Named) bool {
				a, ok := parse.ParseAddress(n.Text)
				return ok && parse.OrgDomain(a.Domain) == h.Text
			}
			took := func(t store.Thread) bool {
				return slices.ContainsFunc(t.Domains, func(d store.Named) bool { return d.Text == h.Text })
			}
			return slices.ContainsFunc(f.History.NameOf, bore) || slices.ContainsFunc(f.History.Threads, took)
		}))
	},
})
