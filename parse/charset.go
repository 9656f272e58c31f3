package parse

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
)

// view is b as a string that shares its memory; b must not change afterwards.
func view(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b)) //nolint:gosec // raw is promised not to change, and copying every text part costs
}

// decodeCharset gives text in UTF-8, sharing its memory where it is already.
// Where no charset is known, or where the one declared is plainly another, the
// bytes tell: those that are UTF-8 or ISO-2022-JP are read so, whatever their
// label, and the rest as Windows-1252.
func decodeCharset(text []byte, charset string) (string, Defect) {
	if mark := byteOrderMark(text); mark != "" {
		charset = mark
	}
	charset = charsetName(charset)
	switch charset {
	case "", "us-ascii":
		s := view(text)
		switch {
		case isISO2022JP(text):
			return decodeWith(japanese.ISO2022JP, text)
		case charset != "" && is8bit(s):
			return toUTF8(s), BadCharset
		}
		return toUTF8(s), ""
	case "utf-8":
		return decodeUTF8(text)
	case "utf-7":
		return decodeUTF7(text), ""
	case "utf-16":
		charset = utf16Order(text)
	}
	enc := lookup(charset)
	switch {
	case enc == nil:
		return toUTF8(view(text)), UnknownCharset
	case isNarrow(charset) && isISO2022JP(text):
		s, _ := decodeWith(japanese.ISO2022JP, text)
		return s, BadCharset
	case isNarrow(charset) && is8bit(view(text)) && utf8.Valid(text):
		return view(text), BadCharset // by chance other text is never UTF-8
	}
	return decodeWith(enc, text)
}

func decodeWith(enc encoding.Encoding, text []byte) (string, Defect) {
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

// decodeUTF8 reads what is said to be UTF-8. Where more bytes are none than
// there are characters beyond ASCII, it is read as Windows-1252.
func decodeUTF8(text []byte) (string, Defect) {
	if utf8.Valid(text) {
		return view(bytes.TrimPrefix(text, []byte("\ufeff"))), ""
	}
	good, bad := 0, 0
	for rest := text; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		rest = rest[n:]
	}
	if bad > good {
		return toUTF8(view(text)), BadCharset
	}
	return strings.ToValidUTF8(view(text), "\ufffd"), BadCharset
}

// charsetName is a charset's name as browsers know it, with the mistakes undone
// that mail programs make.
func charsetName(charset string) string {
	name := strings.ToLower(strings.Trim(charset, " \t\"';"))
	name = strings.ReplaceAll(name, "_", "-")
	if better, ok := charsetAliases[name]; ok {
		return better
	}
	for _, family := range [...]struct{ prefix, name string }{
		{"cp125", "windows-125"},
		{"cp-125", "windows-125"},
		{"win-125", "windows-125"},
		{"windows125", "windows-125"},
		{"iso8859-", "iso-8859-"},
		{"8859-", "iso-8859-"},
		{"iso-8859", "iso-8859-"},
		{"iso8859", "iso-8859-"},
	} {
		if rest, ok := strings.CutPrefix(name, family.prefix); ok && rest != "" && rest[0] != '-' {
			return family.name + rest
		}
	}
	return name
}

// charsetAliases are names that mail bears and no list has, and those whose
// superset is meant.
var charsetAliases = map[string]string{
	"ascii": "us-ascii", "ansi-x3.4-1968": "us-ascii", "7bit": "", "8bit": "", "default": "", "x-unknown": "", "unknown": "",
	"unknown-8bit": "", "x-user-defined": "", "none": "", "binary": "", "default-charset": "", "ansi": "windows-1252", "x-ansi": "windows-1252",
	"utf8": "utf-8", "utf-8mb4": "utf-8", "utf8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf 8": "utf-8", "x-utf-8": "utf-8",
	"unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "utf7": "utf-7", "ucs-2": "utf-16", "utf16": "utf-16", "unicode": "utf-16",
	"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "ms936": "gb18030", "chinesesimplified": "gb18030",
	"gb-2312-80": "gb18030", "euc-cn": "gb18030", "cp950": "big5", "ms950": "big5", "cp932": "shift_jis", "ms932": "shift_jis",
	"sjis": "shift_jis", "shift-jis": "shift_jis", "x-sjis": "shift_jis", "windows-31j": "shift_jis", "cp949": "euc-kr", "ms949": "euc-kr",
	"uhc": "euc-kr", "ks-c-5601-1987": "euc-kr", "ksc5601": "euc-kr", "ks-c-5601": "euc-kr", "cp874": "windows-874", "tis-620": "windows-874",
	"latin1": "windows-1252", "latin-1": "windows-1252", "mac": "macintosh", "x-mac-roman": "macintosh", "koi8r": "koi8-r", "koi8u": "koi8-u",
}

// isNarrow reports a charset of one byte a character that has ASCII in it.
func isNarrow(charset string) bool {
	return strings.HasPrefix(charset, "iso-8859-") || strings.HasPrefix(charset, "windows-") || strings.HasPrefix(charset, "koi8-")
}

// isISO2022JP reports the escape sequences that begin Japanese text (RFC 1468).
func isISO2022JP(text []byte) bool {
	return bytes.IndexByte(text, 0x1b) >= 0 && (bytes.Contains(text, []byte("\x1b$B")) || bytes.Contains(text, []byte("\x1b$@")))
}

// utf16Order tells the byte order of UTF-16 without a mark by where the zeros
// of ASCII stand; without any it is big-endian (RFC 2781 §4.3).
func utf16Order(text []byte) string {
	even, odd := 0, 0
	for i, c := range text[:min(len(text), 512)] {
		switch {
		case c != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	if odd > even {
		return "utf-16le"
	}
	return "utf-16be"
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
	out := make([]byte, 0, len(text))
	for {
		i := bytes.IndexByte(text, '+')
		if i < 0 {
			return strings.ToValidUTF8(view(append(out, text...)), "\ufffd")
		}
		out, text = append(out, text[:i]...), text[i+1:]
		n := 0
		var bits uint32
		have, high := 0, rune(0)
		for ; n < len(text) && base64Bits[text[n]] != 0xff; n++ {
			bits, have = bits<<6|uint32(base64Bits[text[n]]), have+6
			if have < 16 {
				continue
			}
			have -= 16
			unit := rune(bits >> have & 0xffff)
			switch {
			case utf16.IsSurrogate(unit) && high == 0:
				high = unit
				continue
			case high != 0:
				unit = utf16.DecodeRune(high, unit)
			}
			out, high = utf8.AppendRune(out, unit), 0
		}
		if n == 0 {
			out = append(out, '+')
		}
		text = bytes.TrimPrefix(text[n:], []byte("-"))
	}
}
