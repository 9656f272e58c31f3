package mailauth

import (
	"fmt"
	"strings"
)

// lookupName brings a name into the cache's form. ok is false for what can be
// no name in the DNS (RFC 1035 §2.3.4): an empty or long label, a long name.
func lookupName(name string) (_ string, ok bool) {
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 253 {
		return "", false
	}
	label, lower := 0, true
	for i := range len(name) {
		switch c := name[i]; {
		case c == '.' && label == 0:
			return "", false
		case c == '.':
			label = 0
			continue
		case c >= 'A' && c <= 'Z':
			lower = false
		}
		if label++; label > 63 {
			return "", false
		}
	}
	if label == 0 {
		return "", false
	}
	if !lower {
		name = asciiLower(name)
	}
	return name, true
}

// asciiLower lowers A to Z and leaves all other bytes: DNS knows no other case.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// escapeName is the absolute name in the library's text form, which is that of
// master files (RFC 1035 §5.1).
func escapeName(name string) string {
	var b strings.Builder
	b.Grow(len(name) + 1)
	for i := range len(name) {
		switch c := name[i]; {
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\%03d`, c)
		case strings.IndexByte(` '@;()"\`, c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('.')
	return b.String()
}

// unescapeText undoes the library's escapes: \" and \\ and \DDD.
func unescapeText(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		if i+2 < len(s) && isDigit(s[i]) && isDigit(s[i+1]) && isDigit(s[i+2]) {
			b = append(b, (s[i]-'0')*100+(s[i+1]-'0')*10+s[i+2]-'0')
			i += 2
		} else {
			b = append(b, s[i])
		}
	}
	return string(b)
}
