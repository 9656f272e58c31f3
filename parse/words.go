package parse

import (
	"strings"
	"unicode"
)

// DecodeHeader decodes the encoded-words of a header value (RFC 2047), on one
// line and in valid UTF-8. What cannot be decoded stays as it is; raw 8-bit
// text is read as UTF-8, or else as Windows-1252.
func DecodeHeader(s string) string {
	s, _ = decodeWords(s)
	return s
}

// decodeWords is DecodeHeader; ok is false where an encoded-word was broken.
func decodeWords(s string) (_ string, ok bool) {
	at := strings.Index(s, "=?")
	if at < 0 {
		return oneLine(toUTF8(s)), true
	}
	var out strings.Builder
	var run word // adjacent words of one charset, joined before decoding
	ok = true
	for {
		w, n := encodedWord(s[at:])
		if n <= 0 {
			ok = false
			next := strings.Index(s[at+2:], "=?")
			if next < 0 || n < 0 {
				break
			}
			at += 2 + next
			continue
		}
		gap := s[:at]
		if run.charset == "" || strings.TrimSpace(gap) != "" {
			ok = run.flush(&out) && ok
			out.WriteString(toUTF8(gap))
		}
		if !strings.EqualFold(run.charset, w.charset) {
			ok = run.flush(&out) && ok
		}
		run.charset, run.text = w.charset, append(run.text, w.text...)
		s = s[at+n:]
		if at = strings.Index(s, "=?"); at < 0 {
			break
		}
	}
	ok = run.flush(&out) && ok
	out.WriteString(toUTF8(s))
	return oneLine(out.String()), ok
}

// A word is a decoded encoded-word, still in its charset.
type word struct {
	charset string
	text    []byte
}

// flush writes the word in UTF-8 and empties it.
func (w *word) flush(out *strings.Builder) bool {
	if w.charset == "" {
		return true
	}
	text, defect := decodeCharset(w.text, w.charset)
	out.WriteString(text)
	*w = word{}
	return defect == ""
}

// encodedWord reads the encoded-word at the start of s and its length: 0
// where there is none, -1 where none can follow either, for want of a "?=".
// Space inside of it, which RFC 2047 §2 forbids, occurs.
func encodedWord(s string) (word, int) {
	charset, rest, ok := strings.Cut(s[2:min(len(s), 80)], "?")
	if !ok || charset == "" || len(rest) < 2 || rest[1] != '?' || strings.IndexByte("QqBb", rest[0]) < 0 {
		return word{}, 0
	}
	text := 2 + len(charset) + 3
	n := strings.Index(s[text:], "?=")
	if n < 0 {
		return word{}, -1
	}
	charset, _, _ = strings.Cut(charset, "*") // the language (RFC 2231 §5)
	w := word{charset: charset}
	if rest[0]|0x20 == 'q' {
		w.text = decodeQ(s[text : text+n])
	} else {
		w.text, _ = decodeBase64([]byte(s[text:text+n]), n)
	}
	return w, text + n + 2
}

// decodeQ undoes the "Q" encoding (RFC 2047 §4.2).
func decodeQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

// oneLine turns control characters into spaces, so that the value is safe to
// show on one line.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}

// percentDecode undoes %XX, and leaves what is no such triple.
func percentDecode(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
