package parse

import "bytes"

// attrs are the attributes that matter here. The values share the
// tokenizer's memory and last until its next token.
type attrs struct {
	style, class, id, href, src, srcset, action, background, bgcolor, color []byte
	content, equiv, kind, cite, data, smartmail, images                     []byte
	alt, value, placeholder, onclick, ink, colspan                          []byte
	hidden                                                                  bool
}

// read reads the attributes of a tag, behind its name, in place (HTML
// §13.2.5.32 and on), and gives the length up to the end of the tag.
func (a *attrs) read(raw []byte) int {
	whole := len(raw)
	for {
		for len(raw) > 0 && (isSpace(raw[0]) || raw[0] == '/') {
			raw = raw[1:]
		}
		if len(raw) == 0 {
			return whole
		}
		if raw[0] == '>' {
			return whole - len(raw) + 1
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
		end := bytes.IndexByte(raw[1:], q)
		if end < 0 {
			return unescape(raw[1:]), nil
		}
		value, rest = raw[1:1+end], raw[2+end:]
	} else {
		n := 0
		for n < len(raw) && !isSpace(raw[n]) && raw[n] != '>' {
			n++
		}
		value, rest = raw[:n], raw[n:]
	}
	return unescape(value), rest
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
	case "text":
		to = &a.ink
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
	case "colspan":
		return &a.colspan
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
