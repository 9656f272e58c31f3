package signals

import (
	"slices"
	"strings"

	"postern/lexis"
	"postern/mailauth"
	"postern/parse"
)

// Where a brand may be named, and how much of it is read.
const (
	maxFirst  = 600 // bytes of the beginning of the text
	maxFooter = 800 // bytes of its end, and of signature and notices
	maxAlt    = 1 << 10
)

// A brandClaim is where the message names brands, and who it is from.
type brandClaim struct {
	name, subject, first, alt, footer []*lexis.Brand
	main                              *lexis.Brand // the one that the message claims to come from
	places                            int          // in which main is named
	owned                             bool         // From is main's
	proven                            bool         // and is authenticated
}

// claim reads which brands the message names, where.
func (f *Facts) claim() *brandClaim {
	v := f.look()
	if v.claim != nil {
		return v.claim
	}
	t := &f.Msg.Text
	c := &brandClaim{
		name:    f.words().FindBrands(f.shownName()),
		subject: f.words().FindBrands(unmasked(head(f.Msg.Subject, maxNameText))),
		first:   f.words().FindBrands(head(t.Folded, maxFirst)),
		alt:     f.words().FindBrands(head(t.Alt, maxAlt)),
		footer:  f.words().FindBrands(tail(t.Folded, maxFooter) + "\n" + head(t.Signature, maxFooter) + "\n" + head(t.Disclaimer, maxFooter)),
	}
	c.choose()
	if c.main != nil {
		c.owned = ownBrand(c.main, f.From().Domain)
		c.proven = c.owned && f.Auth.Authenticated()
	}
	v.claim = c
	return c
}

// shownName is the sender's name without disguise.
func (f *Facts) shownName() string { return unmasked(head(f.author().Name, maxName)) }

func unmasked(s string) string {
	plain, _ := parse.Fold(lexis.Plain(s))
	return plain
}

// tail is the last n bytes of s.
func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// choose finds the brand that most places name; the name of the sender counts
// most, a mention in the text least.
func (c *brandClaim) choose() {
	best := 0
	for _, list := range [][]*lexis.Brand{c.name, c.subject, c.alt, c.first, c.footer} {
		for _, b := range list {
			weight, places := 0, 0
			for i, in := range [][]*lexis.Brand{c.name, c.alt, c.subject, c.footer, c.first} {
				if slices.Contains(in, b) {
					weight += [...]int{5, 3, 3, 2, 2}[i]
					places++
				}
			}
			if weight > best {
				best, c.main, c.places = weight, b, places
			}
		}
	}
}

// ownBrand tells whether domain is the brand's: one that is known, or one
// whose own label is the brand's name, as brands have in many countries.
func ownBrand(b *lexis.Brand, domain string) bool {
	if domain == "" {
		return false
	}
	if b.Owns(domain) {
		return true
	}
	label, _, _ := strings.Cut(parse.OrgDomain(domain), ".")
	for _, own := range b.Domains {
		if name, _, _ := strings.Cut(own, "."); len(name) > 3 && name == label {
			return true
		}
	}
	return false
}

// Brand is the brand that the message claims to come from, in its sender's
// name, its images, its subject or its text; nil where it names none.
func (f *Facts) Brand() *lexis.Brand { return f.claim().main }

// brand defines a signal of the claimed brand; unknown without one.
func brand(name string, unit Unit, doc string, of func(*Facts, *brandClaim) float64) *Signal {
	return define(Signal{
		Name: "brand." + name, Level: Message, Unit: unit, Doc: doc + "; unknown where no brand is named.",
		Eval: func(f *Facts) float64 {
			c := f.claim()
			if c.main == nil {
				return Unknown
			}
			return of(f, c)
		},
	})
}

// named defines whether a place names a brand that is not the sender's.
func named(name, doc string, of func(*brandClaim) []*lexis.Brand) *Signal {
	return define(Signal{
		Name: "brand." + name, Level: Message, Unit: Count, Doc: doc,
		Eval: func(f *Facts) float64 {
			from := f.From().Domain
			return count(of(f.claim()), func(b *lexis.Brand) bool { return !ownBrand(b, from) })
		},
	})
}

// Brands that the message names, against those behind it.
var (
	BrandName    = named("in_name", "Brands in the sender's name whose domain From is not.", func(c *brandClaim) []*lexis.Brand { return c.name })
	BrandSubject = named("in_subject", "Brands in the subject whose domain From is not.", func(c *brandClaim) []*lexis.Brand { return c.subject })
	BrandFirst   = named("in_first_lines", "Brands in the first lines whose domain From is not.", func(c *brandClaim) []*lexis.Brand { return c.first })
	BrandAlt     = named("in_images", "Brands in words that stand for images, whose domain From is not.", func(c *brandClaim) []*lexis.Brand { return c.alt })
	BrandFooter  = named("in_footer", "Brands in the last lines, the signature and the notices whose domain From is not.", func(c *brandClaim) []*lexis.Brand { return c.footer })

	BrandPlaces = brand("places", Count, "Of the sender's name, the images, the subject, the first and the last lines, how many name the claimed brand",
		func(_ *Facts, c *brandClaim) float64 { return float64(c.places) })
	BrandOwned = brand("owned", Bool, "The From domain is the claimed brand's",
		func(_ *Facts, c *brandClaim) float64 { return truth(c.owned) })
	BrandProven = brand("proven", Bool, "The From domain is the claimed brand's, and is authenticated",
		func(_ *Facts, c *brandClaim) float64 { return truth(c.proven) })
	BrandLinks = brand("link_share", Ratio, "Share of links that lead to the claimed brand",
		func(f *Facts, c *brandClaim) float64 {
			links := f.look().links
			n := 0
			for i := range links {
				n += int(truth(ownBrand(c.main, links[i].Leads)))
			}
			return share(n, len(links))
		})
	BrandReply = brand("reply_elsewhere", Bool, "From is the claimed brand's, but answers go to somebody else",
		func(f *Facts, c *brandClaim) float64 {
			return truth(c.owned && len(f.Msg.ReplyTo) > 0 && !ownBrand(c.main, f.Msg.ReplyTo[0].Address.Domain))
		})
	BrandFreemail = brand("freemail", Bool, "The sender's name bears a brand, and From is a free mailbox that is not the brand's",
		func(f *Facts, c *brandClaim) float64 {
			return truth(len(c.name) > 0 && !c.owned && f.Freemail(f.From().Domain))
		})
	BrandLure = brand("lure_elsewhere", Count, "Links whose words want a click, a sign-in or a document opened, and that lead neither to the claimed brand nor to the sender, while the sender is not the brand",
		func(f *Facts, c *brandClaim) float64 {
			if c.owned {
				return 0
			}
			return f.lures(func(t *target) bool { return !ownBrand(c.main, t.Leads) && f.outside(t) })
		})
)

// outside tells whether a link leads neither to those behind the message nor
// to us.
func (f *Facts) outside(t *target) bool {
	return !f.senders().has(t.org) && !f.Org.Owns(t.Leads)
}

// Limits of reading the words of links.
const (
	maxLures    = 60  // links
	maxLureText = 100 // bytes of the words of a link that is a button
)

// lures counts the links whose words want a click, a sign-in or a document
// opened, and that fulfil is.
func (f *Facts) lures(is func(*target) bool) float64 {
	v := f.look()
	if v.lures == nil {
		v.lures = f.readLures(v.links[:min(len(v.links), maxLures)])
	}
	n := 0
	for _, t := range v.lures {
		n += int(truth(is(t)))
	}
	return float64(n)
}

func (f *Facts) readLures(links []target) []*target {
	lures := []*target{}
	last, wants := "", false
	for i := range links {
		t := &links[i]
		if t.leaves || t.Text == "" || len(t.Text) > maxLureText || t.shown != "" {
			continue
		}
		if t.Text != last {
			hits := f.words().Intents(t.Text)
			last = t.Text
			wants = hits[lexis.Bulk].Count == 0 && hits[lexis.Action].Count+hits[lexis.Credential].Count+hits[lexis.FileShare].Count > 0
		}
		if wants {
			lures = append(lures, t)
		}
	}
	return lures
}

// Links whose words want something.
var (
	TextLures = define(Signal{
		Name: "text.lures", Level: Message, Unit: Count,
		Doc:  "Links whose words want a click, a sign-in or a document opened, of the first sixty.",
		Eval: func(f *Facts) float64 { return f.lures(func(*target) bool { return true }) },
	})
	TextLuresOutside = define(Signal{
		Name: "text.lures_outside", Level: Message, Unit: Count,
		Doc:  "Of those links, the ones that lead neither to the organisation of From, nor of the envelope sender, nor to us.",
		Eval: func(f *Facts) float64 { return f.lures(f.outside) },
	})
)

// FromAgreement is how much of the message is of one organisation.
var FromAgreement = define(Signal{
	Name: "from.agreement", Level: Message, Unit: Ratio,
	Doc: "Of the envelope sender, the first verified signature, the Message-ID, Reply-To and the links, as far as there are any, the share that is of the organisation of From.",
	Eval: func(f *Facts) float64 {
		from := parse.OrgDomain(f.From().Domain)
		n, of := 0.0, 0
		see := func(share float64) { n, of = n+share, of+1 }
		if d := f.Env.From.Domain; d != "" {
			see(truth(parse.OrgDomain(d) == from))
		}
		for i := range f.Auth.DKIM {
			if d := &f.Auth.DKIM[i]; d.Result == mailauth.Pass {
				see(truth(parse.OrgDomain(d.Domain) == from))
				break
			}
		}
		if _, d, ok := strings.Cut(f.Msg.MessageID, "@"); ok && d != "" {
			see(truth(parse.OrgDomain(strings.ToLower(d)) == from))
		}
		if len(f.Msg.ReplyTo) > 0 {
			see(truth(parse.OrgDomain(f.Msg.ReplyTo[0].Address.Domain) == from))
		}
		if links := f.look().links; len(links) > 0 {
			same := 0
			for i := range links {
				same += int(truth(links[i].org == from))
			}
			see(float64(same) / float64(len(links)))
		}
		if from == "" || of == 0 {
			return Unknown
		}
		return n / float64(of)
	},
})
