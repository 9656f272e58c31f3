package signals

import (
	"strings"

	"postern/lexis"
	"postern/lookalike"
	"postern/mailauth"
	"postern/store"
)

// Attributes is the table of all attributes. A new one is a row; a number is
// never used again.
var Attributes = []Attribute{
	{
		Kind: 1, Name: "network", Doc: "The /24 or /48 of the client.",
		Keep: store.Keep{Address: 16, Domain: 32, Org: 64},
		Read: func(f *Facts, see func(string)) { see(network(f.Env.Remote)) },
	},
	{
		Kind: 2, Name: "helo", Doc: "Organisational domain of the client's EHLO name.",
		Keep: store.Keep{Address: 4, Domain: 16, Org: 64},
		Read: func(f *Facts, see func(string)) { see(organisation(f.Env.Helo)) },
	},
	{
		Kind: 3, Name: "ptr", Doc: "Organisational domain of the client's verified host name.",
		Keep: store.Keep{Address: 4, Domain: 16, Org: 64},
		Read: func(f *Facts, see func(string)) { see(organisation(f.Env.RemoteName)) },
	},
	{
		Kind: 4, Name: "signer", Doc: "Domain of a signature that passed.",
		Keep: store.Keep{Address: 4, Domain: 8, Org: 64},
		Read: func(f *Facts, see func(string)) { signers(f, func(s *mailauth.DKIM) { see(s.Domain) }) },
	},
	{
		Kind: 5, Name: "signing_key", Doc: "Domain and selector of a signature that passed.",
		Keep: store.Keep{Address: 4, Domain: 16},
		Read: func(f *Facts, see func(string)) {
			signers(f, func(s *mailauth.DKIM) {
				if s.Selector != "" {
					see(s.Selector + "._domainkey." + s.Domain)
				}
			})
		},
	},
	{
		Kind: 6, Name: "mailer", Doc: "Family of the program that wrote the message.",
		Keep: store.Keep{Address: 4, Domain: 16, Org: 32},
		Read: func(f *Facts, see func(string)) { see(mailer(f.Msg)) },
	},
	{
		Kind: 7, Name: "fields", Doc: "Order of the header fields that the author's program wrote.",
		Keep: store.Keep{Address: 8, Domain: 32, Org: 64},
		Read: func(f *Facts, see func(string)) { see(fieldOrder(f.Msg)) },
	},
	{
		Kind: 8, Name: "zone", Doc: "Offset from UTC that the Date field claims.",
		Keep: store.Keep{Address: 4, Domain: 8, Org: 16},
		Read: func(f *Facts, see func(string)) { see(zone(f.Msg.Date)) },
	},
	{
		Kind: 9, Name: "hours", Doc: "Part of the week in which it came: three hours of a working day, Saturday or Sunday.",
		Keep: store.Keep{Address: 12, Domain: 24, Org: 6, Rcpt: 12},
		Read: func(f *Facts, see func(string)) { see(hours(f.Env.Received)) },
	},
	{
		Kind: 10, Name: "language", Doc: "Language of the text.",
		Keep: store.Keep{Address: 4, Domain: 8, Org: 8, Rcpt: 6},
		Read: func(f *Facts, see func(string)) {
			if r := &f.look().text.reading; r.Confidence >= 0.5 {
				see(r.Language)
			}
		},
	},
	{
		Kind: 11, Name: "reply_to", Doc: "Where answers go, if not to the author.",
		Keep: store.Keep{Address: 4, Domain: 16, Org: 32},
		Read: func(f *Facts, see func(string)) {
			if len(f.Msg.ReplyTo) == 0 || f.Msg.ReplyTo[0].Address == f.From() {
				see("author")
				return
			}
			see(f.Msg.ReplyTo[0].Address.Key())
		},
	},
	{
		Kind: 12, Name: "link_domain", Doc: "Organisational domain that a link leads to.",
		Keep: store.Keep{Address: 16, Domain: 48, Org: 64},
		Read: func(f *Facts, see func(string)) {
			for _, org := range f.LinkDomains() {
				see(org)
			}
		},
	},
	{
		Kind: 13, Name: "file_kind", Doc: "What an attached file is.",
		Keep: store.Keep{Address: 8, Domain: 12, Org: 8, Rcpt: 8},
		Read: func(f *Facts, see func(string)) {
			for i := range f.Msg.Attachments[:min(len(f.Msg.Attachments), maxFiles)] {
				see(fileKind(&f.Msg.Attachments[i]))
			}
		},
	},
	{
		Kind: 14, Name: "name", Doc: "The display name that the author shows.",
		Keep: store.Keep{Address: 4, Domain: 32},
		Read: func(f *Facts, see func(string)) { see(strings.Join(lookalike.Words(f.author().Name), " ")) },
	},
	{
		Kind: 15, Name: "intent", Doc: "What the words are about.",
		Keep: store.Keep{Address: 18, Domain: 18, Org: 5, Rcpt: 18, Pair: 18},
		Read: func(f *Facts, see func(string)) {
			for i, h := range f.look().text.reading.Hits {
				if h.Count > 0 && lexis.Intent(i) < lexis.Action {
					see(lexis.Intent(i).String())
				}
			}
		},
	},
	{
		Kind: 16, Name: "together", Doc: "Two recipients that are addressed at once.",
		Keep: store.Keep{Address: 24, Domain: 48},
		Read: together,
	},
	{
		Kind: 17, Name: "auth", Doc: "Outcome of SPF, DKIM and DMARC together.",
		Keep: store.Keep{Address: 4, Domain: 8, Org: 16},
		Read: func(f *Facts, see func(string)) { see(authOutcome(f)) },
	},
	{
		Kind: 18, Name: "local_part", Doc: "Pattern of the address before the @.",
		Keep: store.Keep{Domain: 8},
		Read: func(f *Facts, see func(string)) { see(localPattern(f.From().Local)) },
	},
	{
		Kind: 19, Name: "billing_contact", Doc: "Who sends an invoice.",
		Keep: store.Keep{Domain: 8},
		Read: func(f *Facts, see func(string)) {
			if f.Invoice() {
				see(f.From().Key())
			}
		},
	},
	{
		Kind: 20, Name: "billed", Doc: "Who gets an invoice.",
		Keep: store.Keep{Domain: 8},
		Read: func(f *Facts, see func(string)) {
			if f.Invoice() && len(f.Env.Rcpts) > 0 {
				see(f.Env.Rcpts[0].Key())
			}
		},
	},
	{
		Kind: 21, Name: "account_country", Doc: "Country of a bank account that is named.",
		Keep: store.Keep{Domain: 4},
		Read: func(f *Facts, see func(string)) {
			for _, a := range f.Accounts() {
				see(a.Country)
			}
		},
	},
	{
		Kind: 22, Name: "return_path", Doc: "Organisational domain of the envelope sender.",
		Keep: store.Keep{Address: 4, Domain: 8, Org: 64},
		Read: func(f *Facts, see func(string)) { see(organisation(f.Env.From.Domain)) },
	},
	{
		Kind: 23, Name: "message_id", Doc: "Organisational domain of the Message-ID.",
		Keep: store.Keep{Address: 4, Domain: 16, Org: 64},
		Read: func(f *Facts, see func(string)) {
			see(organisation(f.Msg.MessageID[strings.LastIndexByte(f.Msg.MessageID, '@')+1:]))
		},
	},
	{
		Kind: 24, Name: "parts", Doc: "Tree of the texts and multiparts of the message, with their encodings.",
		Keep: store.Keep{Address: 8, Domain: 24, Org: 32},
		Read: func(f *Facts, see func(string)) { see(partTree(f.Msg)) },
	},
	{
		Kind: 25, Name: "account", Doc: "Bank account that is named.",
		Keep: store.Keep{Address: 4, Domain: 8},
		Read: func(f *Facts, see func(string)) {
			for _, a := range f.Accounts() {
				see(a.Value)
			}
		},
	},
	{
		Kind: 26, Name: "origin", Doc: "The /24 or /48 of the author's device, as the first server names it.",
		Keep: store.Keep{Address: 16, Domain: 32},
		Read: func(f *Facts, see func(string)) { see(origin(f.Msg)) },
	},
}
