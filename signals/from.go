package signals

import (
	"strings"

	"postern/hosts"
	"postern/lookalike"
	"postern/parse"
)

// FromMailboxes counts who is shown as author.
var FromMailboxes = define(Signal{
	Name: "from.mailboxes", Level: Message, Unit: Count,
	Doc:  "Mailboxes in the From fields, where one is usual (RFC 5322 §3.6.2).",
	Eval: func(f *Facts) float64 { return float64(len(f.Msg.From)) },
})

// FromNameAddress tells whether the name shows another address.
var FromNameAddress = define(Signal{
	Name: "from.name_other_address", Level: Message, Unit: Bool,
	Doc: "The display name shows an address of another organisation than the From address.",
	Eval: func(f *Facts) float64 {
		m := f.author()
		a, ok := AddressIn(m.Name)
		return truth(ok && foreign(a.Domain, m.Address.Domain))
	},
})

// AddressIn finds the first address in a display name.
func AddressIn(name string) (parse.Address, bool) {
	if len(name) > maxName || !strings.Contains(name, "@") {
		return parse.Address{}, false
	}
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune(" \t\u00a0<>()[]\"',;:|", r) }) {
		a, ok := parse.ParseAddress(strings.Trim(word, "."))
		if ok && hostName(a.Domain) != "" {
			return a, true
		}
	}
	return parse.Address{}, false
}

// FromVIPName tells whether the name is that of somebody important.
var FromVIPName = define(Signal{
	Name: "from.vip_name", Level: Organization, Unit: Bool,
	Doc: "The display name is that of one of our VIPs, whose address it is not.",
	Eval: func(f *Facts) float64 {
		_, ok := f.Org.Borrowed(f.author())
		return truth(ok)
	},
})

// FromNameInDomain tells whether the sender's name and domain belong together.
var FromNameInDomain = define(Signal{
	Name: "from.name_in_domain", Level: Domain, Unit: Bool,
	Doc: "The main label of the From domain has a word of the display name, of four letters or more, or is one; unknown without a name.",
	Eval: func(f *Facts) float64 {
		words := lookalike.Words(f.author().Name)
		label, _, _ := strings.Cut(parse.OrgDomain(f.From().Domain), ".")
		if len(words) == 0 || label == "" {
			return Unknown
		}
		label = lookalike.Skeleton(label)
		for _, w := range words {
			if len(w) >= 4 && strings.Contains(label, w) || len(w) >= 2 && w == label {
				return 1
			}
		}
		return 0
	},
})

// FromNameConfusables counts letters in disguise.
var FromNameConfusables = define(Signal{
	Name: "from.name_confusables", Level: Message, Unit: Count,
	Doc: "Letters of the display name that only pass for Latin ones, in words that also hold Latin ones.",
	Eval: func(f *Facts) float64 {
		name := f.author().Name
		return float64(strange(name[:min(len(name), maxName)]))
	},
})

// Freemail tells whether anybody can open a mailbox at domain.
func (f *Facts) Freemail(domain string) bool { return f.lists().Has(domain, hosts.FreeMail) }

// FromFreemail tells whether the author writes from a free mailbox.
var FromFreemail = define(Signal{
	Name: "from.freemail", Level: Domain, Unit: Bool,
	Doc:  "The From domain belongs to a provider where anybody can open a mailbox.",
	Eval: func(f *Facts) float64 { return truth(f.Freemail(f.From().Domain)) },
})

// FromService tells whether the sender writes what others say.
var FromService = define(Signal{
	Name: "from.service", Level: Domain, Unit: Bool,
	Doc:  "The From domain is that of a service which writes in the name of its users: invoices, requests to sign, shared files, forms.",
	Eval: func(f *Facts) float64 { return truth(f.lists().Has(f.From().Domain, hosts.Service)) },
})

// FromLocalDigits is how much of the local part is digits.
var FromLocalDigits = define(Signal{
	Name: "from.local_digits", Level: Sender, Unit: Ratio,
	Doc: "Share of digits in the local part of the From address.",
	Eval: func(f *Facts) float64 {
		local, n := f.From().Local, 0
		for i := range len(local) {
			n += int(truth(digit(local[i])))
		}
		return share(n, len(local))
	},
})

// FromOwnDomain tells whether From shows one of our domains.
var FromOwnDomain = define(Signal{
	Name: "from.own_domain", Level: Domain, Unit: Bool,
	Doc:  "The From domain is one of ours.",
	Eval: func(f *Facts) float64 { return truth(f.Org.Owns(f.From().Domain)) },
})

// abroad evaluates a foreign From domain against ours; unknown without one.
func abroad(f *Facts, eval func(o *Org, domain string) float64) float64 {
	d := f.From().Domain
	if d == "" || f.Org == nil || len(f.Org.Domains) == 0 || f.Org.Owns(d) {
		return Unknown
	}
	return eval(f.Org, d)
}

// FromOwnEdits is how near the From domain comes to ours.
var FromOwnEdits = define(Signal{
	Name: "from.own_edits", Level: Domain, Unit: Edits,
	Doc:  "Letters to change, add, drop or swap until the foreign From domain is the nearest of ours.",
	Eval: func(f *Facts) float64 { return abroad(f, (*Org).ownEdits) },
})

// FromOwnTwin tells whether the From domain looks like one of ours.
var FromOwnTwin = define(Signal{
	Name: "from.own_twin", Level: Domain, Unit: Bool,
	Doc: "The foreign From domain reads like one of ours once lookalike letters are folded.",
	Eval: func(f *Facts) float64 {
		return abroad(f, func(o *Org, d string) float64 { return truth(o.ownTwin(d)) })
	},
})

// FromOwnLabel tells whether the From domain bears the name of one of ours.
var FromOwnLabel = define(Signal{
	Name: "from.own_label", Level: Domain, Unit: Bool,
	Doc: "The main label of the foreign From domain, or a hyphenated word of it, is that of one of ours.",
	Eval: func(f *Facts) float64 {
		return abroad(f, func(o *Org, d string) float64 { return truth(o.ownLabel(d)) })
	},
})

// FromOwnPrefix tells whether the From domain begins with one of ours.
var FromOwnPrefix = define(Signal{
	Name: "from.own_prefix", Level: Domain, Unit: Bool,
	Doc: "One of our domains stands whole in front of the foreign From domain.",
	Eval: func(f *Facts) float64 {
		return abroad(f, func(o *Org, d string) float64 { return truth(o.ownPrefix(d)) })
	},
})

// FromPunycode tells whether the From domain is internationalised.
var FromPunycode = define(Signal{
	Name: "from.punycode", Level: Domain, Unit: Bool,
	Doc:  "The From domain has an internationalised label.",
	Eval: func(f *Facts) float64 { return truth(lookalike.Punycode(f.From().Domain)) },
})

// replyTo evaluates the first reply address; unknown where From or it is
// missing, since replies then go to From.
func replyTo(f *Facts, is func(reply, from parse.Address) bool) float64 {
	from := f.From()
	if from.Domain == "" {
		return Unknown
	}
	if len(f.Msg.ReplyTo) == 0 || f.Msg.ReplyTo[0].Address.Domain == "" {
		return 0
	}
	return truth(is(f.Msg.ReplyTo[0].Address, from))
}

// FromReplyToForeign tells whether replies leave the sender's organisation.
var FromReplyToForeign = define(Signal{
	Name: "from.reply_to_foreign", Level: Message, Unit: Bool,
	Doc: "Reply-To is in another organisational domain than From.",
	Eval: func(f *Facts) float64 {
		return replyTo(f, func(reply, from parse.Address) bool { return foreign(reply.Domain, from.Domain) })
	},
})

// FromReplyToFreemail tells whether replies go to a free mailbox elsewhere.
var FromReplyToFreemail = define(Signal{
	Name: "from.reply_to_freemail", Level: Message, Unit: Bool,
	Doc: "Reply-To is at a free provider while From is not.",
	Eval: func(f *Facts) float64 {
		return replyTo(f, func(reply, from parse.Address) bool { return f.Freemail(reply.Domain) && !f.Freemail(from.Domain) })
	},
})

// FromReplyToEdits is how near the reply domain comes to the From domain.
var FromReplyToEdits = define(Signal{
	Name: "from.reply_to_edits", Level: Message, Unit: Edits,
	Doc: "Letters to change, add, drop or swap between the organisational domains of Reply-To and From.",
	Eval: func(f *Facts) float64 {
		if len(f.Msg.ReplyTo) == 0 || f.Msg.ReplyTo[0].Address.Domain == "" || f.From().Domain == "" {
			return Unknown
		}
		return float64(lookalike.Edits(parse.OrgDomain(f.Msg.ReplyTo[0].Address.Domain), parse.OrgDomain(f.From().Domain)))
	},
})

// FromReturnPathForeign tells whether bounces leave the sender's organisation.
var FromReturnPathForeign = define(Signal{
	Name: "from.return_path_foreign", Level: Message, Unit: Bool,
	Doc: "The envelope sender is in another organisational domain than From.",
	Eval: func(f *Facts) float64 {
		if f.Env.From.Domain == "" || f.From().Domain == "" {
			return Unknown
		}
		return truth(foreign(f.Env.From.Domain, f.From().Domain))
	},
})
