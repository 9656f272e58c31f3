package signals

import (
	"slices"

	"postern/content"
	"postern/parse"
)

// PDFCount counts PDF files.
var PDFCount = define(Signal{
	Name: "pdf.count", Level: Message, Unit: Count,
	Doc:  "Attached PDF files.",
	Eval: func(f *Facts) float64 { return found(f, content.PDF, func(*content.Found) bool { return true }) },
})

// pdfs adds up a number of the attached PDF files; unknown without one.
func pdfs(f *Facts, number func(*content.Found) int) float64 {
	sum, any := 0, false
	for _, h := range f.look().held {
		if x := h.Found; x != nil && x.Kind == content.PDF {
			sum, any = sum+number(x), true
		}
	}
	if !any {
		return Unknown
	}
	return float64(sum)
}

// PDFPages counts their pages.
var PDFPages = define(Signal{
	Name: "pdf.pages", Level: Message, Unit: Count,
	Doc:  "Pages of attached PDF files; unknown without one.",
	Eval: func(f *Facts) float64 { return pdfs(f, func(x *content.Found) int { return x.Pages }) },
})

// PDFWords counts their words.
var PDFWords = define(Signal{
	Name: "pdf.words", Level: Message, Unit: Count,
	Doc:  "Words on the pages of attached PDF files; unknown without one.",
	Eval: func(f *Facts) float64 { return pdfs(f, func(x *content.Found) int { return x.Words }) },
})

// PDFImages counts their images.
var PDFImages = define(Signal{
	Name: "pdf.images", Level: Message, Unit: Count,
	Doc:  "Images in attached PDF files; unknown without one.",
	Eval: func(f *Facts) float64 { return pdfs(f, func(x *content.Found) int { return x.Images }) },
})

// PDFLinks counts the links that a click on a page opens.
var PDFLinks = define(Signal{
	Name: "pdf.links", Level: Message, Unit: Count,
	Doc:  "Links to web pages in attached PDF files.",
	Eval: func(f *Facts) float64 { return float64(len(pdfLinks(f))) },
})

func pdfLinks(f *Facts) (list []*target) {
	links := f.look().links
	for i := range links {
		if links[i].Origin == parse.InPDF {
			list = append(list, &links[i])
		}
	}
	return list
}

// PDFLinkDomains counts where they lead.
var PDFLinkDomains = define(Signal{
	Name: "pdf.link_domains", Level: Message, Unit: Count,
	Doc: "Organisational domains that the links in attached PDF files lead to.",
	Eval: func(f *Facts) float64 {
		var seen []string
		for _, t := range pdfLinks(f) {
			if !slices.Contains(seen, t.org) && len(seen) < maxDomains {
				seen = append(seen, t.org)
			}
		}
		return float64(len(seen))
	},
})

// PDFForeign counts links away from the sender.
var PDFForeign = define(Signal{
	Name: "pdf.link_foreign", Level: Message, Unit: Count,
	Doc: "Links in attached PDF files that lead neither to the sender's organisation nor to ours.",
	Eval: func(f *Facts) float64 {
		n := 0
		for _, t := range pdfLinks(f) {
			if f.elsewhere(t) {
				n++
			}
		}
		return float64(n)
	},
})

// elsewhere tells whether a link leads neither to the sender nor to us.
func (f *Facts) elsewhere(t *target) bool {
	return t.org != parse.OrgDomain(f.From().Domain) && !f.Org.Owns(t.Host)
}

// PDFImageOnly counts files without words.
var PDFImageOnly = define(Signal{
	Name: "pdf.image_only", Level: Message, Unit: Count,
	Doc:  "Attached PDF files whose pages are images, without a word.",
	Eval: func(f *Facts) float64 { return having(f, content.PDF, content.ImageOnly) },
})

// PDFActive counts files that do something.
var PDFActive = define(Signal{
	Name: "pdf.active", Level: Message, Unit: Count,
	Doc: "Attached PDF files that hold a script, start a program, act when they are opened, or send what is typed.",
	Eval: func(f *Facts) float64 {
		return having(f, content.PDF, content.Script|content.Launch|content.OnOpen|content.SubmitForm)
	},
})

// PDFLaunch counts files that start a program.
var PDFLaunch = define(Signal{
	Name: "pdf.launch", Level: Message, Unit: Count,
	Doc:  "Attached PDF files with an action that starts a program.",
	Eval: func(f *Facts) float64 { return having(f, content.PDF, content.Launch) },
})

// PDFEmbedded counts files that carry others.
var PDFEmbedded = define(Signal{
	Name: "pdf.embedded", Level: Message, Unit: Count,
	Doc:  "Attached PDF files that carry other files.",
	Eval: func(f *Facts) float64 { return having(f, content.PDF, content.Embedded) },
})

// PDFEncrypted counts files that ask for a password.
var PDFEncrypted = define(Signal{
	Name: "pdf.encrypted", Level: Message, Unit: Count,
	Doc:  "Attached PDF files that ask for a password.",
	Eval: func(f *Facts) float64 { return having(f, content.PDF, content.Encrypted) },
})
