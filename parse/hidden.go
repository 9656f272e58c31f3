package parse

import (
	"bytes"

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
	l.marks(tag, a)
	if ground, ok := sheet.grounds[tag]; ok {
		l.ground = ground
	}
	if a.bgcolor != nil {
		l.ground = parseColour(a.bgcolor)
	}
	if a.background != nil || a.class != nil && sheet.seen {
		l.ground = colour{} // unknown
	}
	if a.color != nil && tag == atom.Font {
		l.ink = parseColour(a.color)
	}
	v, strong := sheet.veil(tag, a)
	if a.hidden {
		v.hides |= gone
	}
	if a.style != nil {
		v = l.apply(a.style).over(v)
	}
	l.wear(strong.over(v))
	return l
}

// wear puts a veil on, under those of what encloses the element.
func (l *look) wear(v veil) {
	l.gone = l.gone || v.hides&gone != 0
	l.invisible = v.hides&invisible != 0 || l.invisible && v.shows&invisible == 0
	l.tiny = v.hides&tiny != 0 || l.tiny && v.shows&tiny == 0
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

// apply reads an inline style, in lower case: its colours, and what it says
// about being seen.
func (l *look) apply(style []byte) veil {
	if bytes.IndexByte(style, '\\') >= 0 {
		return veil{shows: gone | invisible | tiny} // escapes can spell anything
	}
	var v veil
	var b box
	declarations(style, func(name, value []byte) {
		switch string(name) {
		case "visibility":
			v.set(invisible, string(value) == "hidden" || string(value) == "collapse")
		case "font-size", "font":
			if size, ok := fontSize(value); ok {
				v.set(tiny, size <= 1)
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
	if b.hides() {
		v.set(gone, true)
	} else if b.shown {
		v.set(gone, false)
	}
	return v
}
