package parse

import (
	"bytes"
	"strings"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// view is b as a string that shares its memory; b must not change afterwards.
func view(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b)) //nolint:gosec // raw is promised not to change, and copying every text part costs
}

// decodeCharset gives text in UTF-8, sharing its memory where it is already.
// Where no charset is known, it is read as UTF-8 or else as Windows-1252.
func decodeCharset(text []byte, charset string) (string, Defect) {
	if mark := byteOrderMark(text); mark != "" {
		charset = mark
	}
	switch strings.ToLower(charset) {
	case "", "us-ascii", "ascii":
		if is8bit(view(text)) && charset != "" {
			return toUTF8(view(text)), BadCharset
		}
		return toUTF8(view(text)), ""
	case "utf-8", "utf8":
		if utf8.Valid(text) {
			return view(bytes.TrimPrefix(text, []byte("\ufeff"))), ""
		}
		return strings.ToValidUTF8(view(text), "\ufffd"), BadCharset
	case "utf-7", "unicode-1-1-utf-7":
		return decodeUTF7(text), ""
	}
	enc := lookup(charset)
	if enc == nil {
		return toUTF8(view(text)), UnknownCharset
	}
	out, err := enc.NewDecoder().Bytes(text)
	if err != nil {
		return toUTF8(view(text)), BadCharset
	}
	out = bytes.TrimPrefix(out, []byte("\ufeff"))
	if bytes.Contains(out, []byte("\ufffd")) {
		return view(out), BadCharset
	}
	return view(out), ""
}

// byteOrderMark is the charset that a text begins by telling, which counts
// more than the one declared (WHATWG Encoding §6).
func byteOrderMark(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return "utf-8"
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		return "utf-16be"
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		return "utf-16le"
	}
	return ""
}

// lookup finds a charset, by the names that browsers know first.
func lookup(charset string) encoding.Encoding {
	enc, err := htmlindex.Get(charset)
	if err == nil && enc != encoding.Replacement {
		return enc
	}
	enc, err = ianaindex.MIME.Encoding(charset)
	if err != nil {
		return nil
	}
	return enc
}

// toUTF8 reads bytes of no declared charset.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out, err := charmap.Windows1252.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return out
}

func is8bit(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return true
		}
	}
	return false
}

// decodeUTF7 reads UTF-7 (RFC 2152), in which words hide from filters.
func decodeUTF7(text []byte) string {
	var b strings.Builder
	for {
		i := bytes.IndexByte(text, '+')
		if i < 0 {
			b.Write(text)
			return strings.ToValidUTF8(b.String(), "\ufffd")
		}
		b.Write(text[:i])
		text = text[i+1:]
		n := 0
		for n < len(text) && base64Bits[text[n]] != 0xff {
			n++
		}
		if n == 0 {
			b.WriteByte('+')
		} else {
			units, _ := decodeBase64(text[:n], n)
			s, _ := decodeCharset(units[:len(units)&^1], "utf-16be")
			b.WriteString(s)
		}
		text = bytes.TrimPrefix(text[n:], []byte("-"))
	}
}
