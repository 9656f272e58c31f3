package parse

import (
	"bytes"

	"golang.org/x/net/html/atom"
)

// A look is how text inside an element appears.
type look struct {
	gone      bool // display:none and what cannot be undone by a child
	invisible bool // visibility:hidden
	tiny      bool // a font of no more than two pixels
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
	case atom.A:
		if a.href != nil {
			l.ink = rgb(0x0000ee) // links do not inherit it
		}
	case atom.Button, atom.Select:
		l.ink = colour{}
	default:
	}
	l.marks(tag, a)
	d, strong := sheet.dress(tag, a)
	d = d.over(a.dress(tag))
	if a.style != nil {
		d = sheet.inline(a.style).over(d)
	}
	l.wear(strong.over(d))
	return l
}

// dress is what the attributes of old say about the look.
func (a *attrs) dress(tag atom.Atom) (d dress) {
	if a.hidden {
		d.hides = gone
	}
	if a.bgcolor != nil {
		d.ground, d.grounded = parseColour(a.bgcolor), true
	}
	if a.background != nil {
		d.ground, d.grounded = colour{}, true // an image
	}
	switch {
	case a.color != nil && tag == atom.Font:
		d.ink, d.inked = parseColour(a.color), true
	case a.ink != nil && tag == atom.Body:
		d.ink, d.inked = parseColour(a.ink), true
	}
	return d
}

// wear puts a dress on, over those of what encloses the element.
func (l *look) wear(d dress) {
	l.gone = l.gone || d.hides&gone != 0
	l.invisible = d.hides&invisible != 0 || l.invisible && d.shows&invisible == 0
	l.tiny = d.hides&tiny != 0 || l.tiny && d.shows&tiny == 0
	if d.inked {
		l.ink = d.ink
	}
	if d.grounded {
		l.ground = d.ground
	}
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
