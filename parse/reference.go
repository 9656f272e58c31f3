package parse

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/charmap"
)

// maxReference is the length of the longest character reference by name.
const maxReference = 33

// unescapeText decodes the character references in text, in place.
func unescapeText(text []byte) []byte { return decodeReferences(text, false) }

// unescape decodes the character references of an attribute's value, in place.
// One by name that lacks its semicolon stays where "=" or a letter follows, so
// that the "&copy=" of a query is no "©=" (HTML §13.2.5.73).
func unescape(value []byte) []byte { return decodeReferences(value, true) }

func decodeReferences(text []byte, attribute bool) []byte {
	at := bytes.IndexByte(text, '&')
	if at < 0 {
		return text
	}
	out, rest := text[:at], text[at:]
	free := at // bytes of text that out may take without running into rest
	for {
		var buf [8]byte
		with, n := reference(rest, attribute, buf[:0])
		free += n
		if len(out)+len(with) > free { // a few references are shorter than their text
			out = append(make([]byte, 0, len(text)+len(with)), out...)
			free = 1 << 62
		}
		out = append(out, with...)
		rest = rest[n:]
		next := bytes.IndexByte(rest, '&')
		if next < 0 {
			return append(out, rest...)
		}
		out = append(out, rest[:next]...)
		rest, free = rest[next:], free+next
	}
}

// reference decodes the character reference at the start of s, which begins
// with "&", and gives its length; what is none stands for itself.
func reference(s []byte, attribute bool, buf []byte) (with []byte, n int) {
	if len(s) > 2 && s[1] == '#' {
		return numeric(s, buf)
	}
	n = 1
	for n < len(s) && n < maxReference && isAlphanumeric(s[n]) {
		n++
	}
	whole := n < len(s) && s[n] == ';'
	if whole {
		n++
	}
	switch string(s[:n]) {
	case "&":
		return s[:1], 1
	case "&amp;":
		return append(buf, '&'), n
	case "&nbsp;":
		return append(buf, "\u00a0"...), n
	case "&zwnj;":
		return append(buf, "\u200c"...), n
	}
	text := html.UnescapeString(view(s[:n]))
	if attribute && !whole && (n < len(s) && s[n] == '=' || utf8.RuneCountInString(text) != 1) {
		return s[:n], n
	}
	return []byte(text), n
}

// numeric decodes a reference by number (HTML §13.2.5.80), at the start of s.
func numeric(s, buf []byte) (with []byte, n int) {
	base, n := rune(10), 2
	if s[2]|0x20 == 'x' {
		base, n = 16, 3
	}
	var r rune
	start := n
	for n < len(s) && (base == 16 && isHex(s[n]) || s[n]-'0' <= 9) {
		if r <= utf8.MaxRune {
			r = r*base + rune(unhex(s[n]))
		}
		n++
	}
	if n == start {
		return s[:n], n
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	if r >= 0x80 && r < 0xa0 {
		if c := charmap.Windows1252.DecodeByte(byte(r)); c != utf8.RuneError {
			r = c
		}
	}
	if r == 0 || !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	return utf8.AppendRune(buf, r), n
}
