package signals

import (
	"slices"
	"strings"

	"postern/hosts"
	"postern/lexis"
	"postern/lookalike"
	"postern/parse"
)

// Limits of looking for brands in hosts.
const (
	minBrand   = 5       // letters of a label that is not one by chance
	maxBorrow  = 8       // organisations of one message that are compared with brands
	maxClaimed = 4 << 10 // bytes of text that are searched for brands
	maxWords   = 100     // bytes of a link's words that may name one
)

// claimed are the brands that the sender's name and the subject bear.
func (f *Facts) claimed() []*lexis.Brand {
	v := f.look()
	if !v.claimsRead {
		v.claimsRead = true
		v.claims = f.words().FindBrands(f.shownName() + "\n" + unmasked(head(f.Msg.Subject, maxClaimed)))
	}
	return v.claims
}

// named are the brands that the visible text names at its beginning.
func (f *Facts) named() []*lexis.Brand {
	v := f.look()
	if !v.namesRead {
		v.namesRead = true
		text := f.Msg.Text.Visible
		v.names = f.words().FindBrands(text[:min(len(text), maxClaimed)])
	}
	return v.names
}

// LinkClaimShare is how much leads to the brand that is claimed.
var LinkClaimShare = define(Signal{
	Name: "link.claim_share", Level: Message, Unit: Ratio,
	Doc: "Share of links that lead to a brand which the sender's name or the subject bears; unknown where they bear none.",
	Eval: func(f *Facts) float64 {
		claims := f.claimed()
		if len(claims) == 0 {
			return Unknown
		}
		return shareLinks(f, func(t *target) bool { return owned(claims, t.Leads) })
	},
})

func owned(brands []*lexis.Brand, host string) bool {
	return slices.ContainsFunc(brands, func(b *lexis.Brand) bool { return b.Owns(host) })
}

// LinkClaimBroken tells a brand in name whose links lead elsewhere.
var LinkClaimBroken = define(Signal{
	Name: "link.claim_broken", Level: Message, Unit: Bool,
	Doc: "The sender's name or the subject bears a brand, while neither From, nor the envelope sender, nor a verified signature, nor any link is of that brand.",
	Eval: func(f *Facts) float64 {
		claims := f.claimed()
		if len(claims) == 0 || len(f.look().links) == 0 {
			return 0
		}
		senders := f.senders()
		for _, org := range senders.orgs[:senders.n] {
			if owned(claims, org) {
				return 0
			}
		}
		return truth(countLinks(f, func(t *target) bool { return owned(claims, t.Leads) }) == 0)
	},
})

// LinkBrandName counts hosts that bear a brand's name without being its own.
var LinkBrandName = define(Signal{
	Name: "link.brand_in_host", Level: Message, Unit: Count,
	Doc: "Links to a host with the name of a brand whose host it is not.",
	Eval: func(f *Facts) float64 {
		last, borrows := "", false
		return countLinks(f, func(t *target) bool {
			if t.Leads != last {
				last, borrows = t.Leads, f.foreignBrand(strings.TrimSuffix(t.Leads, suffixOf(t.org)), t.Leads)
			}
			return borrows
		})
	},
})

// LinkBrandPath counts paths that bear a brand's name off its hosts.
var LinkBrandPath = define(Signal{
	Name: "link.brand_in_path", Level: Message, Unit: Count,
	Doc: "Links with the name of a brand in their path, to a host that is neither its own nor that of those behind the message.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		return countLinks(f, func(t *target) bool {
			return len(t.last.Path) > minBrand && !senders.has(t.org) && f.foreignBrand(t.last.Path[:min(len(t.last.Path), maxURL)], t.Leads)
		})
	},
})

// foreignBrand tells whether text names a brand that does not own host.
func (f *Facts) foreignBrand(text, host string) bool {
	return slices.ContainsFunc(f.words().FindBrands(text), func(b *lexis.Brand) bool { return !b.Owns(host) && !b.Lends(host) })
}

// suffixOf is what follows the first label of an organisational domain.
func suffixOf(org string) string {
	_, suffix, _ := strings.Cut(org, ".")
	return suffix
}

// LinkBrandTwin counts organisations that pass for a brand.
var LinkBrandTwin = define(Signal{
	Name: "link.brand_lookalike", Level: Message, Unit: Count,
	Doc: "Organisational domains of links that read like a brand's, by a letter, a hyphen, digits or a word more, or hold it whole; of the first eight.",
	Eval: func(f *Facts) float64 {
		n, looked := 0, 0
		f.eachOrg(func(org string, _ int, t *target) {
			if looked++; looked <= maxBorrow && t.kind&(hosts.IP|hosts.HighTrust) == 0 && f.brandTwin(t.Leads) {
				n++
			}
		})
		return float64(n)
	},
})

// brandTwin tells whether host passes for one of a brand's. The same name
// under another suffix is often somebody's honest own, and a short name within
// a word a part of it.
func (f *Facts) brandTwin(host string) bool {
	org := parse.OrgDomain(host)
	if f.words().BrandOf(host) != nil || f.words().LentBy(org) != nil {
		return false
	}
	m, ok := f.words().twins.Near(host)
	if !ok || m.Kind == lookalike.Suffix {
		return false
	}
	name, _, _ := strings.Cut(m.Domain, ".")
	foreign, _, _ := strings.Cut(org, ".")
	return m.Kind != lookalike.Combo || len(name) > minBrand || hyphenWord(foreign, name)
}

// LinkBrandImages counts brands whose images are shown by a stranger.
var LinkBrandImages = define(Signal{
	Name: "link.brand_images", Level: Message, Unit: Count,
	Doc: "Images loaded from the host of a brand that the message names, where neither those behind the message nor any link are of that brand.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		return float64(f.resources(func(host string) bool {
			b := f.words().BrandOf(host)
			return b != nil && !slices.ContainsFunc(senders.orgs[:senders.n], b.Owns) &&
				(slices.Contains(f.claimed(), b) || slices.Contains(f.named(), b)) &&
				countLinks(f, func(t *target) bool { return b.Owns(t.Leads) }) == 0
		}))
	},
})

// LinkBrandShown counts links that show a brand's address and are not its.
var LinkBrandShown = define(Signal{
	Name: "link.brand_shown", Level: Message, Unit: Count,
	Doc: "Links that show the address of a brand and open another's, where nobody behind the message is that brand.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		return countLinks(f, func(t *target) bool {
			if !t.disguised {
				return false
			}
			b := f.words().BrandOf(t.shown)
			return b != nil && !b.Owns(t.Leads) && !slices.ContainsFunc(senders.orgs[:senders.n], b.Owns)
		})
	},
})

// LinkBrandText counts links whose words name a brand that they do not lead to.
var LinkBrandText = define(Signal{
	Name: "link.brand_text", Level: Message, Unit: Count,
	Doc: "Links whose words name a brand, and lead neither there nor to a mailer nor to those behind the message.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		return countLinks(f, func(t *target) bool {
			return t.Text != "" && len(t.Text) < maxWords && t.shown == "" && !senders.has(t.org) && t.kind&hosts.Mailer == 0 &&
				f.foreignBrand(t.Text, t.Leads)
		})
	},
})

// FromClaimForeign tells a brand in the sender's name that is not the
// sender's.
var FromClaimForeign = define(Signal{
	Name: "from.name_brand_foreign", Level: Message, Unit: Bool,
	Doc: "The sender's name bears a brand, while neither From, nor the envelope sender, nor a verified signature is of that brand.",
	Eval: func(f *Facts) float64 {
		claims := f.words().FindBrands(f.shownName())
		senders := f.senders()
		return truth(len(claims) > 0 && !slices.ContainsFunc(senders.orgs[:senders.n], func(org string) bool { return owned(claims, org) }))
	},
})

// FromBrandTwin tells whether the sender's domain passes for a brand's.
var FromBrandTwin = define(Signal{
	Name: "from.brand_lookalike", Level: Domain, Unit: Bool,
	Doc:  "The From domain reads like a brand's, by a letter, a hyphen, digits or a word more, or holds it whole.",
	Eval: func(f *Facts) float64 { return truth(f.From().Domain != "" && f.brandTwin(f.From().Domain)) },
})

// FromBrand tells whether the sender's domain is a brand's.
var FromBrand = define(Signal{
	Name: "from.brand", Level: Domain, Unit: Bool,
	Doc: "The From domain is that of a well-known brand, or of a large and careful sender.",
	Eval: func(f *Facts) float64 {
		d := f.From().Domain
		return truth(d != "" && (f.words().BrandOf(d) != nil || f.lists().Of(d, "")&hosts.HighTrust != 0))
	},
})

// FromRented tells whether anybody can have a domain like the sender's.
var FromRented = define(Signal{
	Name: "from.free_site", Level: Domain, Unit: Bool,
	Doc:  "The From domain is a name that anybody can have beneath another's domain.",
	Eval: func(f *Facts) float64 { return truth(f.lists().Of(f.From().Domain, "")&hosts.FreeSite != 0) },
})

// FromDisposable tells whether the sender's mailbox lasts for a day.
var FromDisposable = define(Signal{
	Name: "from.disposable", Level: Domain, Unit: Bool,
	Doc:  "The From domain belongs to a provider of mailboxes for a day.",
	Eval: func(f *Facts) float64 { return truth(f.lists().Of(f.From().Domain, "")&hosts.Disposable != 0) },
})

// FromAbusedTLD tells whether the sender's domain is under such a suffix.
var FromAbusedTLD = define(Signal{
	Name: "from.abused_tld", Level: Domain, Unit: Bool,
	Doc:  "The From domain is under a top-level domain with much abuse.",
	Eval: func(f *Facts) float64 { return truth(f.lists().Of(f.From().Domain, "")&hosts.AbusedTLD != 0) },
})
