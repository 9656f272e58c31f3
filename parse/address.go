package parse

import (
	"strings"
	"unicode/utf8"
)

// An Address is a mailbox. Local is unquoted and keeps its case; Domain is in
// lower case and in A-label form (RFC 5890 §2.3.2.1), or an address literal
// in brackets. The zero Address is the null reverse-path (RFC 5321 §4.5.5).
type Address struct{ Local, Domain string }

// String writes the address as in an SMTP command, quoting the local part
// where it must (RFC 5321 §4.1.2); the zero Address is "". Without a domain
// it is the local part alone, as "postmaster" may be (RFC 5321 §4.5.1).
func (a Address) String() string {
	if a == (Address{}) {
		return ""
	}
	local := a.Local
	if !isDotAtom(local) {
		local = quote(local)
	}
	if a.Domain == "" {
		return local
	}
	return local + "@" + a.Domain
}

// Key is the address for comparing and remembering: as String, with the local
// part in lower case.
func (a Address) Key() string {
	return Address{strings.ToLower(a.Local), a.Domain}.String()
}

// ParseAddress reads one bare address, as in an SMTP path without its angle
// brackets. A source route is dropped (RFC 5321 §4.1.1.3). Only "postmaster"
// may stand without a domain (RFC 5321 §4.5.1). ok is false where s is no
// address.
func ParseAddress(s string) (a Address, ok bool) { //nolint:revive // Address is the type it reads
	if strings.EqualFold(s, "postmaster") {
		return Address{Local: s}, true
	}
	a, ok = addrSpec(s)
	return a, ok && a.Domain != ""
}

// addrSpec reads local@domain (RFC 5322 §3.4.1), with a route before it and
// comments around it read past. An address without a domain is let through.
func addrSpec(s string) (Address, bool) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || s == "" {
		return Address{}, false
	}
	if s[0] == '@' {
		_, after, found := strings.Cut(s, ":")
		if !found {
			return Address{}, false
		}
		s = strings.TrimSpace(after)
	}
	local, rest, ok := localPart(s)
	if !ok {
		return Address{}, false
	}
	if rest == "" {
		return Address{Local: local}, true
	}
	domain, ok := domainPart(rest[1:])
	return Address{local, domain}, ok
}

// localPart reads up to the "@" that ends the local part, which rest begins
// with. Words and dots may have space and comments between (RFC 5322 §4.4).
func localPart(s string) (local, rest string, ok bool) {
	if at := strings.IndexByte(s, '@'); at > 0 && isDotAtom(s[:at]) {
		return s[:at], s[at:], true
	}
	var b strings.Builder
	i := 0
	for i < len(s) && s[i] != '@' {
		switch c := s[i]; {
		case c == '"':
			word, n := quotedString(s[i:])
			b.WriteString(word)
			i += n
		case c == '(':
			i += commentLen(s[i:])
		case c == ' ' || c == '\t':
			i++
		case c == '.' || isAtext(c):
			b.WriteByte(c)
			i++
		default:
			return "", "", false
		}
	}
	local = b.String()
	return local, s[i:], local != "" && !hasControl(local)
}

// domainPart reads a domain or an address literal, without the space and
// comments around it.
func domainPart(s string) (string, bool) {
	if strings.ContainsAny(s, "( \t") {
		s = strings.TrimSpace(dropComments(s))
	}
	if strings.HasPrefix(s, "[") && !hasControl(s) {
		return strings.ToLower(s), len(s) > 2 && s[len(s)-1] == ']' && isLiteral(s[1:len(s)-1])
	}
	if hasControl(s) {
		return "", false
	}
	s = toASCII(strings.TrimSuffix(s, "."))
	return s, isDomain(s)
}

// isLiteral reports what may stand in an address literal (RFC 5321 §4.1.3):
// an IPv4 or IPv6 address, with a tag or without.
func isLiteral(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > ':') && s[i] != '.' && s[i] != '-' {
			return false
		}
	}
	return s != ""
}

// isDomain reports whether s can stand as a domain: dot-separated labels that
// are not empty. Underscores and the like occur, and are let through.
func isDomain(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		if s[i] >= 0x80 || !isAtext(s[i]) && s[i] != '.' {
			return false
		}
	}
	return true
}

// quotedString reads a quoted-string (RFC 5322 §3.2.4) at the start of s: its
// content, and how many bytes it took. One that is never closed runs to the end.
func quotedString(s string) (string, int) {
	end := quotedLen(s)
	body := s[1:end]
	if end > 1 && s[end-1] == '"' && !escapedAt(s, end-1) {
		body = s[1 : end-1]
	}
	if strings.IndexByte(body, '\\') < 0 {
		return body, end
	}
	var b strings.Builder
	for i := 0; i < len(body); i++ {
		if body[i] == '\\' && i+1 < len(body) {
			i++
		}
		b.WriteByte(body[i])
	}
	return b.String(), end
}

// escapedAt reports whether an odd number of backslashes stands before s[i].
func escapedAt(s string, i int) bool {
	n := 0
	for i > n && s[i-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// quotedLen is the length of the quoted-string at the start of s.
func quotedLen(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// commentLen is the length of the comment (RFC 5322 §3.2.2) at the start of
// s, those nested in it included.
func commentLen(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// dropComments removes comments that stand outside quoted-strings.
func dropComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		n := 1
		switch s[i] {
		case '(':
			i += commentLen(s[i:])
			continue
		case '"':
			n = quotedLen(s[i:])
		}
		b.WriteString(s[i : i+n])
		i += n
	}
	return b.String()
}

func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}

// isDotAtom reports whether s needs no quoting (RFC 5322 §3.2.3, RFC 6532 §3.2).
func isDotAtom(s string) bool {
	for i := range len(s) {
		if !isAtext(s[i]) && (s[i] != '.' || i == 0 || i == len(s)-1 || s[i-1] == '.') {
			return false
		}
	}
	return s != ""
}

// isAtext reports the bytes of an atom; those of UTF-8 count (RFC 6532 §3.2).
func isAtext(c byte) bool {
	return c >= 0x80 || c > ' ' && c < 0x7f && strings.IndexByte("()<>[]:;@\\,.\"", c) < 0
}

func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}
