package parse

import (
	"bytes"
	"strconv"

	"golang.org/x/net/html/atom"
)

// A look is how text inside an element appears.
type look struct {
	gone      bool // display:none and what cannot be undone by a child
	invisible bool // visibility:hidden
	tiny      bool // a font of no more than one pixel
	quoted    bool
	signature bool
	skip      bool // no text at all: script, style, title
	pre       bool
	ink       colour
	ground    colour
}

// sink is where text of this look flows.
func (l *look) sink() int {
	switch {
	case l.gone, l.invisible, l.tiny, l.ink.matches(l.ground):
		return hidden
	case l.quoted:
		return quoted
	case l.signature:
		return signature
	}
	return visible
}

// within is the look inside a child element.
func (l look) within(tag atom.Atom, a *attrs, sheet *stylesheet) look {
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Iframe, atom.Noembed, atom.Noframes:
		l.skip = true
	case atom.Pre, atom.Textarea, atom.Xmp, atom.Plaintext:
		l.pre = true
	case atom.Template, atom.Datalist:
		l.gone = true
	default:
	}
	l.gone = l.gone || a.hidden
	l.marks(tag, a)
	if a.bgcolor != nil {
		l.ground = parseColour(a.bgcolor)
	}
	if a.background != nil || a.class != nil && sheet.seen {
		l.ground = colour{} // unknown
	}
	if a.color != nil && tag == atom.Font {
		l.ink = parseColour(a.color)
	}
	if sheet.hides(a) {
		l.gone = true
	}
	if a.style != nil {
		l.apply(a.style)
	}
	return l
}

// marks recognises what mail programs set around quotations and signatures.
func (l *look) marks(tag atom.Atom, a *attrs) {
	if tag == atom.Blockquote && (a.cite != nil || string(a.kind) == "cite" || bytes.Contains(a.style, []byte("border-left"))) {
		l.quoted = true
	}
	if tag == atom.Blockquote || tag == atom.Div || tag == atom.Table || tag == atom.Span || tag == atom.P {
		l.quoted = l.quoted || containsAny(a.class, quoteMarks) || containsAny(a.id, quoteMarks)
		l.signature = l.signature || containsAny(a.class, signatureMarks) || containsAny(a.id, signatureMarks) ||
			bytes.Contains(a.smartmail, []byte("signature"))
	}
}

// Parts of class names and ids.
var (
	quoteMarks = [][]byte{
		[]byte("gmail_quote"), []byte("yahoo_quoted"), []byte("protonmail_quote"), []byte("moz-cite-prefix"),
		[]byte("zmail_extra"), []byte("gmail_extra_quote"), []byte("OutlookMessageHeader"), []byte("tutanota_quote"),
	}
	signatureMarks = [][]byte{
		[]byte("gmail_signature"), []byte("moz-signature"), []byte("AppleMailSignature"), []byte("Signature"),
		[]byte("protonmail_signature"), []byte("ms-outlook-mobile-signature"), []byte("ymail_signature"),
	}
)

func containsAny(s []byte, marks [][]byte) bool {
	if len(s) == 0 {
		return false
	}
	for _, m := range marks {
		if bytes.Contains(s, m) {
			return true
		}
	}
	return false
}

// apply reads an inline style, in lower case.
func (l *look) apply(style []byte) {
	var b box
	declarations(style, func(name, value []byte) {
		switch string(name) {
		case "visibility":
			l.invisible = string(value) == "hidden" || string(value) == "collapse"
		case "font-size", "font":
			if size, ok := fontSize(value); ok {
				l.tiny = size <= 1
			}
		case "color":
			l.ink = parseColour(value)
		case "background-color", "background", "background-image":
			if ground := parseColour(value); !ground.clear && string(value) != "none" {
				l.ground = ground
			}
			if bytes.IndexByte(value, '(') >= 0 && !bytes.HasPrefix(value, []byte("rgb")) {
				l.ground = colour{} // an image
			}
		default:
			b.declare(name, value)
		}
	})
	l.gone = l.gone || b.hides()
}

// A box collects what makes an element vanish with all that is in it.
type box struct {
	gone, empty, clipped, away, off bool
}

func (b *box) declare(name, value []byte) {
	switch string(name) {
	case "display":
		b.gone = string(value) == "none"
	case "opacity":
		n, ok := number(value)
		b.gone = b.gone || ok && n < 0.05
	case "mso-hide":
		b.gone = b.gone || string(value) == "all"
	case "width", "height", "max-width", "max-height":
		n, ok := number(value)
		b.empty = b.empty || ok && n <= 1 && !bytes.HasSuffix(value, []byte("%")) || ok && n == 0
	case "overflow", "overflow-x", "overflow-y":
		b.clipped = b.clipped || string(value) == "hidden"
	case "position":
		b.away = string(value) == "absolute" || string(value) == "fixed"
	case "left", "top", "right":
		n, ok := number(value)
		b.off = b.off || ok && n <= -500
	case "text-indent":
		n, ok := number(value)
		b.gone = b.gone || ok && n <= -500
	}
}

func (b *box) hides() bool { return b.gone || b.empty && b.clipped || b.away && b.off }

// declarations calls f for each "name: value" of a style.
func declarations(style []byte, f func(name, value []byte)) {
	for len(style) > 0 {
		var d []byte
		d, style, _ = bytes.Cut(style, []byte(";"))
		name, value, ok := bytes.Cut(d, []byte(":"))
		if !ok {
			continue
		}
		value = bytes.TrimSpace(value)
		if i := bytes.IndexByte(value, '!'); i >= 0 {
			value = bytes.TrimSpace(value[:i]) // !important
		}
		f(bytes.TrimSpace(name), value)
	}
}

// fontSize reads a size in pixels from font-size or the shorthand font. Sizes
// relative to another that is not known count only where they are 0.
func fontSize(value []byte) (float64, bool) {
	for word := range bytes.FieldsSeq(value) {
		word, _, _ = bytes.Cut(word, []byte("/"))
		n, ok := number(word)
		if !ok || len(word) == 3 && n >= 100 {
			continue // a word, or a font weight
		}
		switch {
		case n == 0, bytes.HasSuffix(word, []byte("px")):
			return n, true
		case bytes.HasSuffix(word, []byte("pt")):
			return n * 4 / 3, true
		case bytes.HasSuffix(word, []byte("em")):
			return n * 16, true
		case bytes.HasSuffix(word, []byte("%")):
			return n * 0.16, true
		}
		return n, true
	}
	return 16, string(value) != "inherit" && len(value) > 0
}

// number reads the number that value begins with.
func number(value []byte) (float64, bool) {
	n := 0
	for n < len(value) && n < 16 && (value[n]-'0' <= 9 || value[n] == '.' || n == 0 && (value[n] == '-' || value[n] == '+')) {
		n++
	}
	if n == 0 {
		return 0, false
	}
	f, err := strconv.ParseFloat(view(value[:n]), 64)
	return f, err == nil
}
