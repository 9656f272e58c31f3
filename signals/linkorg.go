package signals

import (
	"strings"

	"postern/hosts"
	"postern/parse"
)

// LinkFromShare is how much of the links is at home.
var LinkFromShare = define(Signal{
	Name: "link.from_share", Level: Message, Unit: Ratio,
	Doc: "Share of links that lead to the organisational domain of From.",
	Eval: func(f *Facts) float64 {
		from := f.senders().from
		return shareLinks(f, func(t *target) bool { return t.org == from })
	},
})

// LinkSenderShare is how much of the links is of those behind the message.
var LinkSenderShare = define(Signal{
	Name: "link.sender_share", Level: Message, Unit: Ratio,
	Doc: "Share of links that lead to the organisational domain of From, of the envelope sender or of a verified signature.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		return shareLinks(f, func(t *target) bool { return senders.has(t.org) })
	},
})

// LinkForeignOrgs counts the organisations that are not the sender's.
var LinkForeignOrgs = define(Signal{
	Name: "link.foreign_domains", Level: Message, Unit: Count,
	Doc: "Organisational domains that links lead to, without those of From, the envelope sender and verified signatures.",
	Eval: func(f *Facts) float64 {
		senders, n := f.senders(), 0
		f.eachOrg(func(org string, _ int, _ *target) {
			if !senders.has(org) {
				n++
			}
		})
		return float64(n)
	},
})

// eachOrg calls visit for each organisation that links lead to, up to
// maxDomains, with the number of links and the first one.
func (f *Facts) eachOrg(visit func(org string, links int, first *target)) {
	type tally struct {
		first *target
		links int
	}
	var room [16]tally
	orgs := room[:0]
	links := f.look().links
next:
	for i := range links {
		for j := range orgs {
			if orgs[j].first.org == links[i].org {
				orgs[j].links++
				continue next
			}
		}
		if len(orgs) < maxDomains {
			orgs = append(orgs, tally{&links[i], 1})
		}
	}
	for _, t := range orgs {
		visit(t.first.org, t.links, t.first)
	}
}

// LinkTopShare is how much leads to one place.
var LinkTopShare = define(Signal{
	Name: "link.top_domain_share", Level: Message, Unit: Ratio,
	Doc: "Share of links that lead to the organisational domain which most of them lead to.",
	Eval: func(f *Facts) float64 {
		most := 0
		f.eachOrg(func(_ string, links int, _ *target) { most = max(most, links) })
		return share(most, len(f.look().links))
	},
})

// LinkStrangerShare is how much leads to neither sender nor a known name.
var LinkStrangerShare = define(Signal{
	Name: "link.stranger_share", Level: Message, Unit: Ratio,
	Doc: "Share of links that lead neither to those behind the message, nor to a mailer, nor to a well-known site of its own.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		return shareLinks(f, func(t *target) bool { return !senders.has(t.org) && !f.wellKnown(t) && t.kind&hosts.Mailer == 0 })
	},
})

// LinkKnownShare is how much leads to well-known sites.
var LinkKnownShare = define(Signal{
	Name: "link.known_share", Level: Message, Unit: Ratio,
	Doc:  "Share of links that lead to domains of well-known brands or of large and careful senders, and not to what others put there.",
	Eval: func(f *Facts) float64 { return shareLinks(f, f.wellKnown) },
})

// wellKnown tells whether a link leads to a well-known site's own pages.
func (f *Facts) wellKnown(t *target) bool {
	return t.kind&hosts.Rented == 0 && (t.kind&hosts.HighTrust != 0 || f.words().BrandOf(t.Leads) != nil)
}

// LinkURLs counts what is different of the links.
var LinkURLs = define(Signal{
	Name: "link.urls", Level: Message, Unit: Count,
	Doc:  "Different addresses among the links, of the first 100.",
	Eval: func(f *Facts) float64 { return float64(f.look().urls.different) },
})

// LinkTopURLShare is how much opens the very same page.
var LinkTopURLShare = define(Signal{
	Name: "link.top_url_share", Level: Message, Unit: Ratio,
	Doc:  "Share of links that open the one address which most of them open, of the first 100.",
	Eval: func(f *Facts) float64 { return share(f.look().urls.most, min(len(f.look().links), maxDomains)) },
})

// urls tells how many addresses links have, and how many links have the one
// that occurs most.
type urls struct{ different, most int }

func countURLs(links []target) (u urls) {
	links = links[:min(len(links), maxDomains)]
	var room [maxDomains]int
	first := room[:0] // of each address
	var times [maxDomains]int
next:
	for i := range links {
		for k, j := range first {
			if links[j].URL == links[i].URL {
				times[k]++
				u.most = max(u.most, times[k])
				continue next
			}
		}
		times[len(first)] = 1
		first = append(first, i)
	}
	u.different = len(first)
	u.most = max(u.most, min(len(links), 1))
	return u
}

// LinkDisguised counts links that show an address neither they nor the sender
// have to do with.
var LinkDisguised = define(Signal{
	Name: "link.disguised", Level: Message, Unit: Count,
	Doc: "Links that show an address of one organisation and open another, where neither the one shown is the sender's nor a mailer counts the clicks.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		return countLinks(f, func(t *target) bool {
			return t.disguised && t.kind&hosts.Mailer == 0 && !senders.has(t.shownOrg)
		})
	},
})

// LinkMailtoForeign counts addresses to write to that are elsewhere.
var LinkMailtoForeign = define(Signal{
	Name: "link.mailto_foreign", Level: Message, Unit: Count,
	Doc: "Links that write to an address outside of the organisational domain of From.",
	Eval: func(f *Facts) float64 {
		from := f.senders().from
		return f.mailto(func(domain string) bool { return parse.OrgDomain(domain) != from })
	},
})

// LinkMailtoFree counts free mailboxes to write to.
var LinkMailtoFree = define(Signal{
	Name: "link.mailto_freemail", Level: Message, Unit: Count,
	Doc:  "Links that write to a free mailbox.",
	Eval: func(f *Facts) float64 { return f.mailto(f.Freemail) },
})

func (f *Facts) mailto(is func(domain string) bool) float64 {
	n := 0
	for i := range f.Msg.Links {
		if l := &f.Msg.Links[i]; l.Scheme == "mailto" {
			address, _, _ := strings.Cut(parse.ParseURL(l.URL).Path, ",")
			if a, ok := parse.ParseAddress(strings.TrimSpace(address)); ok && is(a.Domain) {
				n++
			}
		}
	}
	return float64(n)
}

// LinkResources counts what is loaded from the web.
var LinkResources = define(Signal{
	Name: "link.resources", Level: Message, Unit: Count,
	Doc:  "Images and styles that the message loads from the web.",
	Eval: func(f *Facts) float64 { return float64(f.resources(func(string) bool { return true })) },
})

// LinkResourceFromShare is how much of that is at home.
var LinkResourceFromShare = define(Signal{
	Name: "link.resource_sender_share", Level: Message, Unit: Ratio,
	Doc: "Share of the images and styles loaded from the web that come from those behind the message.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		n := f.resources(func(host string) bool { return senders.has(parse.OrgDomain(host)) })
		return share(n, f.resources(func(string) bool { return true }))
	},
})

// resources counts what is loaded from hosts that fulfil is.
func (f *Facts) resources(is func(host string) bool) int {
	n, last, was := 0, "", false
	for i := range f.Msg.Links {
		l := &f.Msg.Links[i]
		if l.Origin != parse.InResource || l.Scheme != "http" && l.Scheme != "https" || l.Host == "" {
			continue
		}
		if l.Host != last {
			last, was = l.Host, is(l.Host)
		}
		n += int(truth(was))
	}
	return n
}
