package signals

import (
	"slices"

	"postern/hosts"
	"postern/parse"
)

// countKind counts the links that open pages at hosts of some kind.
func countKind(f *Facts, k hosts.Kind) float64 {
	return countLinks(f, func(t *target) bool { return t.kind&k != 0 })
}

// ofKind defines the count of links to one kind of host.
func ofKind(name, doc string, k hosts.Kind) *Signal {
	return define(Signal{
		Name: name, Level: Message, Unit: Count, Doc: doc,
		Eval: func(f *Facts) float64 { return countKind(f, k) },
	})
}

// Links by the kind of host that they lead to.
var (
	LinkFileShare = ofKind("link.file_share", "Links to services where anybody can leave files.", hosts.FileShare)
	LinkFreeSite  = ofKind("link.free_site", "Links to sites and names that anybody can have beneath another's domain.", hosts.FreeSite)
	LinkFormHost  = ofKind("link.form_host", "Links to services where anybody can put up a form.", hosts.Form)
	LinkBucket    = ofKind("link.bucket", "Links to rented storage.", hosts.Bucket)
	LinkLanding   = ofKind("link.landing", "Links to services that keep a page of links for anybody.", hosts.Landing)
	LinkMailer    = ofKind("link.mailer", "Links that a mailing service counts the clicks of.", hosts.Mailer)
	LinkAbusedTLD = ofKind("link.abused_tld", "Links to names under top-level domains with much abuse.", hosts.AbusedTLD)
)

// LinkRented is how much leads to where anybody can put something.
var LinkRented = define(Signal{
	Name: "link.rented_share", Level: Message, Unit: Ratio,
	Doc: "Share of links through shorteners or to places where anybody can put a page, a file or a form.",
	Eval: func(f *Facts) float64 {
		return shareLinks(f, func(t *target) bool { return t.kind&hosts.Rented != 0 })
	},
})

// LinkRewritten counts links that a gateway before us rewrote.
var LinkRewritten = define(Signal{
	Name: "link.rewritten", Level: Message, Unit: Count,
	Doc:  "Links that a mail gateway rewrote to guard them.",
	Eval: func(f *Facts) float64 { return countLinks(f, func(t *target) bool { return t.Rewritten }) },
})

// LinkRedirected counts links through known redirectors.
var LinkRedirected = define(Signal{
	Name: "link.redirected", Level: Message, Unit: Count,
	Doc:  "Links through a known redirector that tell in themselves where they lead.",
	Eval: func(f *Facts) float64 { return countLinks(f, func(t *target) bool { return t.Redirected }) },
})

// LinkInner counts links that name another address.
var LinkInner = define(Signal{
	Name: "link.inner_foreign", Level: Message, Unit: Count,
	Doc: "Links that name, in their path or query, a host of another organisation than the one they open, which is not the sender's.",
	Eval: func(f *Facts) float64 {
		senders := f.senders()
		return countLinks(f, func(t *target) bool {
			if t.Inner == "" || t.Inner == t.Leads {
				return false
			}
			org := parse.OrgDomain(t.Inner)
			return org != t.org && !senders.has(org)
		})
	},
})

// fromPlace defines the count of links found in some kinds of places.
func fromPlace(name, doc string, places ...parse.Origin) *Signal {
	return define(Signal{
		Name: name, Level: Message, Unit: Count, Doc: doc,
		Eval: func(f *Facts) float64 {
			return countLinks(f, func(t *target) bool { return slices.Contains(places, t.Origin) })
		},
	})
}

// Links by where they were found.
var (
	LinkInText     = fromPlace("link.in_text", "Links that stand as plain text.", parse.InText)
	LinkInScript   = fromPlace("link.in_script", "Addresses of web pages in scripts.", parse.InScript)
	LinkInCalendar = fromPlace("link.in_calendar", "Links of calendar entries.", parse.InCalendar)
	LinkRefresh    = fromPlace("link.refresh", "Addresses that the message opens by itself or makes the base of its links.", parse.InRedirect)
	LinkInFile     = fromPlace("link.in_file", "Links in attached files, and in QR codes.",
		parse.InAttachment, parse.InCalendar, parse.InQR, parse.InPDF, parse.InOffice)
)

// LinkImages is how much of the links are images.
var LinkImages = define(Signal{
	Name: "link.image_share", Level: Message, Unit: Ratio,
	Doc:  "Share of links that are shown as an image.",
	Eval: func(f *Facts) float64 { return shareLinks(f, func(t *target) bool { return t.Image }) },
})

// LinkPlainHTTP is how much of the links goes unencrypted.
var LinkPlainHTTP = define(Signal{
	Name: "link.http_share", Level: Message, Unit: Ratio,
	Doc: "Share of links by http in place of https, of those that name their scheme.",
	Eval: func(f *Facts) float64 {
		n := countLinks(f, func(t *target) bool { return t.url.Scheme != "" })
		return share(int(countLinks(f, func(t *target) bool { return t.url.Scheme == "http" })), int(n))
	},
})

// LinkTel counts telephone numbers to touch.
var LinkTel = define(Signal{
	Name: "link.tel", Level: Message, Unit: Count,
	Doc: "Links that dial a telephone number.",
	Eval: func(f *Facts) float64 {
		n := 0
		for i := range f.Msg.Links {
			n += int(truth(f.Msg.Links[i].Scheme == "tel"))
		}
		return float64(n)
	},
})
