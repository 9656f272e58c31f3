package parse

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// attrs are the attributes that matter here. The values share the
// tokenizer's memory and last until its next token.
type attrs struct {
	style, class, id, href, src, srcset, action, background, bgcolor, color []byte
	content, equiv, kind, cite, data, smartmail, images                     []byte
	alt, value, placeholder, onclick                                        []byte
	hidden                                                                  bool
}

// tagName cuts a raw tag, behind its "<" or "</", at the end of its name,
// which it turns to lower case.
func tagName(raw []byte) (name, rest []byte) {
	n := 0
	for n < len(raw) && !isSpace(raw[n]) && raw[n] != '/' && raw[n] != '>' {
		n++
	}
	return lower(raw[:n]), raw[n:]
}

// attributes reads the rest of a raw start tag (HTML §13.2.5.32 and on). It
// does so in place, where the tokenizer would copy each name and value.
func attributes(raw []byte) attrs {
	var a attrs
	for {
		for len(raw) > 0 && (isSpace(raw[0]) || raw[0] == '/') {
			raw = raw[1:]
		}
		if len(raw) == 0 || raw[0] == '>' {
			return a
		}
		n := 1 // an "=" that begins a name is part of it
		for n < len(raw) && !isSpace(raw[n]) && raw[n] != '/' && raw[n] != '>' && raw[n] != '=' {
			n++
		}
		name := raw[:n]
		raw = trimSpace(raw[n:])
		var value []byte
		if len(raw) > 0 && raw[0] == '=' {
			value, raw = attributeValue(trimSpace(raw[1:]))
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
		n := 0
		for n < len(raw) && !isSpace(raw[n]) && raw[n] != '>' {
			n++
		}
		value, rest = raw[:n], raw[n:]
	}
	return unescape(value), rest
}

// unescape decodes the character references of a value. One by name that lacks
// its semicolon stays where "=" or a letter follows, so that the "&copy=" of a
// query is no "©=" (HTML §13.2.5.73).
func unescape(value []byte) []byte {
	at := bytes.IndexByte(value, '&')
	if at < 0 {
		return value
	}
	out := make([]byte, 0, len(value))
	for at >= 0 {
		out = append(out, value[:at]...)
		value = value[at:]
		n := 1
		for n < len(value) && (value[n] == '#' || isAlphanumeric(value[n])) {
			n++
		}
		whole := n < len(value) && value[n] == ';'
		if whole {
			n++
		}
		switch text := html.UnescapeString(view(value[:n])); {
		case whole, n > 1 && value[1] == '#':
			out = append(out, text...)
		case (n == len(value) || value[n] != '=') && utf8.RuneCountInString(text) == 1:
			out = append(out, text...)
		default:
			out = append(out, value[:n]...)
		}
		value = value[n:]
		at = bytes.IndexByte(value, '&')
	}
	return append(out, value...)
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
}

// trimSpace cuts the white space of HTML before raw.
func trimSpace(raw []byte) []byte {
	for len(raw) > 0 && isSpace(raw[0]) {
		raw = raw[1:]
	}
	return raw
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
	case "alt":
		return &a.alt
	case "value":
		return &a.value
	case "placeholder":
		return &a.placeholder
	case "data":
		return &a.data
	case "onclick", "onload", "onsubmit":
		return &a.onclick
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
