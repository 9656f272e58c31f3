package parse

import (
	"bytes"

	"golang.org/x/net/html/atom"
)

// A token is a piece of an HTML document.
type token uint8

const (
	endToken token = iota // of the document
	textToken
	startTagToken // also of an element that ends at once
	endTagToken
	commentToken // also what is read as one: a doctype, a processing instruction
)

// A scanner cuts an HTML document into tokens (HTML §13.2.5). It changes the
// document in place: names become lower case, character references text.
type scanner struct {
	doc   []byte
	pos   int
	body  []byte    // the raw token: without its angle brackets for tags, which still have their ">"
	tag   atom.Atom // of a tag
	inner atom.Atom // the open element whose content is no markup
	attrs attrs     // of a start tag
}

// next moves on to the next token.
func (z *scanner) next() token {
	for z.pos < len(z.doc) {
		if z.inner != 0 {
			if z.rawText(); len(z.body) > 0 {
				return textToken
			}
			continue
		}
		at := z.markup(z.pos)
		if at > z.pos {
			z.body = z.doc[z.pos:at]
			z.pos = at
			return textToken
		}
		switch c := z.doc[at+1]; {
		case c == '!' || c == '?':
			z.comment(at)
			return commentToken
		case c != '/':
			z.startTag(at + 1)
			return startTagToken
		case isLetter(z.doc[at+2]):
			z.name(at + 2)
			z.pos = tagEnd(z.doc, z.pos)
			return endTagToken
		default:
			z.comment(at)
			return commentToken
		}
	}
	return endToken
}

// markup is the offset of the next "<" from pos on that begins a tag or a
// comment, or the end.
func (z *scanner) markup(pos int) int {
	for {
		i := bytes.IndexByte(z.doc[pos:], '<')
		if i < 0 {
			return len(z.doc)
		}
		pos += i
		if rest := z.doc[pos+1:]; len(rest) > 0 {
			c := rest[0]
			if isLetter(c) || c == '!' || c == '?' || c == '/' && len(rest) > 1 {
				return pos
			}
		}
		pos++
	}
}

// name reads the name of a tag at pos.
func (z *scanner) name(pos int) {
	n := pos
	for n < len(z.doc) && !isSpace(z.doc[n]) && z.doc[n] != '/' && z.doc[n] != '>' {
		n++
	}
	z.body = lower(z.doc[pos:n])
	z.tag = atom.Lookup(z.body)
	z.pos = n
}

// startTag reads a start tag whose name is at pos. One that the document ends
// in counts, though browsers drop it.
func (z *scanner) startTag(pos int) {
	z.name(pos)
	z.attrs = attrs{}
	z.pos += z.attrs.read(z.doc[z.pos:])
	if z.tag == atom.Script || isRawText(z.tag) {
		z.inner = z.tag
	}
}

// rawText reads what is no markup, up to its end tag.
func (z *scanner) rawText() {
	name := z.inner.String()
	end := len(z.doc)
	for at := z.pos; z.inner != atom.Plaintext; at++ {
		i := bytes.Index(z.doc[at:], []byte("</"))
		if i < 0 {
			break
		}
		at += i
		rest := z.doc[at+2:]
		if len(rest) >= len(name) && bytes.EqualFold(rest[:len(name)], []byte(name)) &&
			(len(rest) == len(name) || isSpace(rest[len(name)]) || rest[len(name)] == '>' || rest[len(name)] == '/') {
			end = at
			break
		}
	}
	z.body, z.pos, z.inner = z.doc[z.pos:end], end, 0
}

// comment reads a comment, or markup that is read as one, at pos (HTML
// §13.2.5.42).
func (z *scanner) comment(pos int) {
	rest := z.doc[pos:]
	n := len(rest)
	switch {
	case bytes.HasPrefix(rest, []byte("<!-->")):
		n = 5
	case bytes.HasPrefix(rest, []byte("<!--->")):
		n = 6
	case bytes.HasPrefix(rest, []byte("<!--")):
		for at := 4; ; at += 2 {
			i := bytes.Index(rest[at:], []byte("--"))
			if i < 0 {
				break
			}
			at += i
			for at+2 < len(rest) && rest[at+2] == '-' {
				at++
			}
			if after := rest[at+2:]; bytes.HasPrefix(after, []byte(">")) {
				n = at + 3
				break
			} else if bytes.HasPrefix(after, []byte("!>")) {
				n = at + 4
				break
			}
		}
	default:
		if i := bytes.IndexByte(rest, '>'); i >= 0 {
			n = i + 1
		}
	}
	z.body, z.pos = rest[:n], pos+n
}

// Raw is the token as it stands.
func (z *scanner) Raw() []byte { return z.body }

// Text is a token of text with its character references decoded.
func (z *scanner) Text() []byte { return unescapeText(z.body) }

// tagEnd is the offset behind the tag whose attributes begin at pos.
func tagEnd(doc []byte, pos int) int {
	var a attrs
	return pos + a.read(doc[pos:])
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
