package parse

import (
	"bytes"

	"golang.org/x/net/html"
)

// attrs are the attributes that matter here. The values share the
// tokenizer's memory and last until its next token.
type attrs struct {
	style, class, id, href, src, srcset, action, background, bgcolor, color []byte
	content, equiv, kind, cite, data, smartmail, images                     []byte
	hidden                                                                  bool
}

// tagName cuts a raw tag, behind its "<" or "</", at the end of its name,
// which it turns to lower case.
func tagName(raw []byte) (name, rest []byte) {
	n := bytes.IndexAny(raw, " \t\r\n\f/>")
	if n < 0 {
		n = len(raw)
	}
	return lower(raw[:n]), raw[n:]
}

// attributes reads the rest of a raw start tag (HTML §13.2.5.32 and on). It
// does so in place, where the tokenizer would copy each name and value.
func attributes(raw []byte) attrs {
	var a attrs
	for {
		raw = bytes.TrimLeft(raw, " \t\r\n\f/")
		if len(raw) == 0 || raw[0] == '>' {
			return a
		}
		n := 1 // an "=" that begins a name is part of it
		for n < len(raw) && !isSpace(raw[n]) && raw[n] != '/' && raw[n] != '>' && raw[n] != '=' {
			n++
		}
		name := raw[:n]
		raw = bytes.TrimLeft(raw[n:], " \t\r\n\f")
		var value []byte
		if len(raw) > 0 && raw[0] == '=' {
			value, raw = attributeValue(bytes.TrimLeft(raw[1:], " \t\r\n\f"))
		}
		a.set(lower(name), value)
	}
}

// attributeValue cuts a value, quoted or not, from what follows it.
func attributeValue(raw []byte) (value, rest []byte) {
	if len(raw) == 0 {
		return nil, nil
	}
	if q := raw[0]; q == '"' || q == '\'' {
		value, rest, _ = bytes.Cut(raw[1:], []byte{q})
	} else {
		n := bytes.IndexAny(raw, " \t\r\n\f>")
		if n < 0 {
			n = len(raw)
		}
		value, rest = raw[:n], raw[n:]
	}
	if bytes.IndexByte(value, '&') >= 0 {
		value = []byte(html.UnescapeString(view(value)))
	}
	return value, rest
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' && c != '\v' }

// set keeps the first value of an attribute.
func (a *attrs) set(name, value []byte) {
	var to *[]byte
	switch string(name) {
	case "style":
		if a.style == nil && bytes.Contains(value, []byte("//")) {
			a.images = bytes.Clone(value) // addresses keep their case
		}
		to = &a.style
	case "bgcolor":
		to = &a.bgcolor
	case "color":
		to = &a.color
	case "http-equiv":
		to = &a.equiv
	case "type":
		to = &a.kind
	case "hidden":
		a.hidden = true
		return
	default:
		if to = a.place(string(name)); to != nil && *to == nil {
			*to = value
		}
		return
	}
	if *to == nil {
		*to = lower(value)
	}
}

// place is where the attributes go whose case matters.
func (a *attrs) place(name string) *[]byte {
	switch name {
	case "class":
		return &a.class
	case "id":
		return &a.id
	case "href", "xlink:href":
		return &a.href
	case "src":
		return &a.src
	case "srcset":
		return &a.srcset
	case "action", "formaction":
		return &a.action
	case "background":
		return &a.background
	case "content":
		return &a.content
	case "cite":
		return &a.cite
	case "data":
		return &a.data
	case "data-smartmail":
		return &a.smartmail
	}
	return nil
}

// lower turns ASCII letters to lower case in place.
func lower(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return b
}
