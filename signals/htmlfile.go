package signals

import (
	"bytes"
	"slices"

	"postern/content"
	"postern/parse"
)

// webPages counts the attached web pages with one of the flags.
func webPages(f *Facts, flags content.Flags) float64 { return having(f, content.Page, flags) }

// HTMLFileForm counts pages with fields.
var HTMLFileForm = define(Signal{
	Name: "html_file.form", Level: Message, Unit: Count,
	Doc:  "Attached web pages with fields to fill in.",
	Eval: func(f *Facts) float64 { return webPages(f, content.Form) },
})

// HTMLFilePassword counts pages that ask for a password.
var HTMLFilePassword = define(Signal{
	Name: "html_file.password", Level: Message, Unit: Count,
	Doc:  "Attached web pages with a field for a password, in the open or in an encoded block.",
	Eval: func(f *Facts) float64 { return webPages(f, content.Password) },
})

// HTMLFileScript counts pages with scripts.
var HTMLFileScript = define(Signal{
	Name: "html_file.script", Level: Message, Unit: Count,
	Doc:  "Attached web pages that run a script, their own or one from elsewhere.",
	Eval: func(f *Facts) float64 { return webPages(f, content.Script|content.Handler|content.ExternalScript) },
})

// HTMLFileObscured counts pages whose scripts hide what they do.
var HTMLFileObscured = define(Signal{
	Name: "html_file.obscured", Level: Message, Unit: Count,
	Doc: "Attached web pages with a script that decodes text or makes it of numbers, to write it or to run it.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Page, func(x *content.Found) bool { return Obscured(x.Flags) })
	},
})

// Obscured tells whether a page decodes text to write or run it.
func Obscured(f content.Flags) bool {
	return f.Any(content.Script|content.Handler) && f.Any(content.Decode|content.CharCodes) && f.Any(content.Write|content.Eval|content.Redirect)
}

// HTMLFileSmuggling counts pages that bring a file past the gate.
var HTMLFileSmuggling = define(Signal{
	Name: "html_file.smuggling", Level: Message, Unit: Count,
	Doc: "Attached web pages with a script that makes a file, or whose encoded blocks hold a page, a program or an archive.",
	Eval: func(f *Facts) float64 {
		return found(f, content.Page, func(x *content.Found) bool {
			return x.Flags.Has(content.Script|content.Build) || x.Flags.Has(content.HiddenFile) && x.Flags.Any(content.Script|content.Handler)
		})
	},
})

// HTMLFileRedirect counts pages that lead on.
var HTMLFileRedirect = define(Signal{
	Name: "html_file.redirect", Level: Message, Unit: Count,
	Doc:  "Attached web pages that lead on to another page by themselves.",
	Eval: func(f *Facts) float64 { return webPages(f, content.Redirect) },
})

// HTMLFileDrawing counts drawings that do something.
var HTMLFileDrawing = define(Signal{
	Name: "html_file.drawing", Level: Message, Unit: Count,
	Doc: "Attached SVG drawings that run a script or hold HTML.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool {
			return (a.Declared == "image/svg+xml" || a.Sniffed == "image/svg+xml") && a.Found != nil &&
				a.Found.Flags.Any(content.Script|content.Handler|content.Foreign)
		})
	},
})

// HTMLFileRcpt counts pages made for one recipient.
var HTMLFileRcpt = define(Signal{
	Name: "html_file.rcpt", Level: Message, Unit: Count,
	Doc: "Attached web pages that carry the address of a recipient, in the clear or in base64.",
	Eval: func(f *Facts) float64 {
		n := 0
		var forms []string
		for _, h := range f.look().held {
			if h.Found == nil || h.Found.Kind != content.Page || n >= maxPages {
				continue
			}
			if forms == nil {
				forms = f.rcptForms()
			}
			body := h.body()
			body = body[:min(len(body), maxPage)]
			if slices.ContainsFunc(forms, func(s string) bool { return bytes.Contains(body, []byte(s)) }) {
				n++
			}
		}
		return float64(n)
	},
})
