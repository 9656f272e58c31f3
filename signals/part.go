package signals

import (
	"bytes"
	"strings"

	"postern/content"
	"postern/parse"
)

// attachments counts those that fulfil is, also of attached messages.
func attachments(f *Facts, is func(*parse.Attachment) bool) float64 {
	n := 0
	for _, h := range f.look().held {
		if h.Part >= 0 && is(h.Attachment) {
			n++
		}
	}
	return float64(n)
}

// PartAttachments counts attached files.
var PartAttachments = define(Signal{
	Name: "part.attachments", Level: Message, Unit: Count,
	Doc:  "Attached files.",
	Eval: func(f *Facts) float64 { return float64(len(f.Msg.Attachments)) },
})

// PartExecutable counts attached programs.
var PartExecutable = define(Signal{
	Name: "part.executable", Level: Message, Unit: Count,
	Doc:  "Attached files that are programs or scripts by their name or first bytes.",
	Eval: func(f *Facts) float64 { return attachments(f, Executable) },
})

// Executable tells whether opening a runs a program or script.
func Executable(a *parse.Attachment) bool {
	last, _ := kinds(a.Name)
	return last == executable || program(a.Sniffed)
}

// PartDoubleExtension counts names that end in a second, other kind of file.
var PartDoubleExtension = define(Signal{
	Name: "part.double_extension", Level: Message, Unit: Count,
	Doc:  "Attached files named as a document with the extension of a program or web page behind it.",
	Eval: func(f *Facts) float64 { return attachments(f, DoubleExtension) },
})

// DoubleExtension tells whether a is named like "invoice.pdf.exe".
func DoubleExtension(a *parse.Attachment) bool {
	last, before := kinds(a.Name)
	return before == document && (last == executable || last == html)
}

// PartTypeMismatch counts files that are not what their names say.
var PartTypeMismatch = define(Signal{
	Name: "part.type_mismatch", Level: Message, Unit: Count,
	Doc: "Attached files whose first bytes are of another format than their name.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool {
			_, ext, _ := cutLast(strings.ToLower(a.Name))
			last, _ := kinds(a.Name)
			name, bytes := family(ext), family(a.Sniffed)
			return name != "" && bytes != "" && name != bytes || program(a.Sniffed) && last != executable && last != ""
		})
	},
})

// PartArchiveExecutable counts archives with a program inside.
var PartArchiveExecutable = define(Signal{
	Name: "part.archive_executable", Level: Message, Unit: Count,
	Doc: "Attached archives that list a program or script.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool { return Inside(a) != "" })
	},
})

// Inside names the first program or script in the archive a.
func Inside(a *parse.Attachment) string {
	return dangerous(a.Entries)
}

// PartEncrypted counts files that ask for a password.
var PartEncrypted = define(Signal{
	Name: "part.encrypted", Level: Message, Unit: Count,
	Doc:  "Attached archives and documents that ask for a password.",
	Eval: func(f *Facts) float64 { return attachments(f, func(a *parse.Attachment) bool { return a.Encrypted }) },
})

// PartMacro counts documents that may carry macros.
var PartMacro = define(Signal{
	Name: "part.macro", Level: Message, Unit: Count,
	Doc:  "Attached office documents that carry macros or are named as such.",
	Eval: func(f *Facts) float64 { return attachments(f, Macro) },
})

// Macro tells whether a is an office document with macros, or named as one.
func Macro(a *parse.Attachment) bool {
	if last, _ := kinds(a.Name); last == macro {
		return true
	}
	return a.Found != nil && a.Found.Flags.Has(content.Macro)
}

// PartHTML counts attached web pages.
var PartHTML = define(Signal{
	Name: "part.html", Level: Message, Unit: Count,
	Doc:  "Attached files that open in the browser and may run scripts there.",
	Eval: func(f *Facts) float64 { return attachments(f, page) },
})

// Limits of the search in attached web pages.
const (
	maxPages = 8
	maxPage  = 1 << 20 // bytes of one page
)

// PartHTMLActive counts attached web pages that do something.
var PartHTMLActive = define(Signal{
	Name: "part.html_active", Level: Message, Unit: Count,
	Doc: "Attached web pages that hold a script, a password field, or a jump to another page.",
	Eval: func(f *Facts) float64 {
		pages, n := 0, 0
		for _, h := range f.look().held {
			if page(h.Attachment) && h.body() != nil && pages < maxPages {
				pages++
				n += int(truth(active(h.body())))
			}
		}
		return float64(n)
	},
})

// page tells whether a is a web page by its name or declared type.
func page(a *parse.Attachment) bool {
	last, _ := kinds(a.Name)
	return last == html || a.Declared == "text/html" || a.Declared == "image/svg+xml"
}

// active tells whether a page runs a script, takes a password or leads on.
func active(body []byte) bool {
	lower := make([]byte, min(len(body), maxPage))
	for i := range lower {
		c := body[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	has := func(s string) bool { return bytes.Contains(lower, []byte(s)) }
	return has("<script") || has("onload=") || has("onerror=") || has("javascript:") ||
		has("<input") && has("password") || has("http-equiv") && has("refresh")
}

// PartBidiName counts names that turn the reading direction.
var PartBidiName = define(Signal{
	Name: "part.bidi_name", Level: Message, Unit: Count,
	Doc:  "Attached files with a character in their name that turns the reading direction.",
	Eval: func(f *Facts) float64 { return attachments(f, BidiName) },
})

// BidiName tells whether a's name holds an embedding, override or isolate
// (UAX #9), which can show "gpj.exe" as "exe.jpg".
func BidiName(a *parse.Attachment) bool {
	return strings.ContainsFunc(a.Name, func(r rune) bool {
		return 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069
	})
}

// PartMessage counts attached messages.
var PartMessage = define(Signal{
	Name: "part.message", Level: Message, Unit: Count,
	Doc: "Attached messages.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool { return a.Message != nil })
	},
})
