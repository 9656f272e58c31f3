package parse

import "strings"

// A lister walks an address list (RFC 5322 §3.4). The last angle brackets are
// found once, so that no piece has to look ahead for them.
type lister struct {
	s              string
	pos            int
	lastLT, lastGT int
}

// mailboxes reads an address list, at most limit of them, behind those in
// list. ok is false where a piece of it was no mailbox.
func mailboxes(list []Mailbox, value string, limit int) (_ []Mailbox, ok, over bool) {
	l := lister{s: value, lastLT: strings.LastIndexByte(value, '<'), lastGT: strings.LastIndexByte(value, '>')}
	ok = true
	group, start := "", 0
	for l.pos < len(value) {
		end, sep := l.next()
		piece := strings.TrimSpace(value[start:end])
		switch {
		case sep == ':':
			group = phrase(piece)
		case piece == "":
		case sep == ',' && end < l.lastLT && isLoneName(piece) && encodedAddress(piece).Domain == "":
			// A comma in a name that should have been quoted: Reed, Dana <d@example.com>
			ok = false
			continue
		case len(list) >= limit:
			return list, ok, true
		default:
			var good bool
			list, good = appendMailbox(list, piece, group)
			ok = ok && good
		}
		if sep == ';' {
			group = ""
		}
		start = l.pos
	}
	return list, ok, false
}

// isLoneName reports a name that a comma parted from its address.
func isLoneName(piece string) bool {
	if piece[0] == '"' && quotedLen(piece) == len(piece) {
		return true
	}
	return len(piece) <= 256 && !strings.ContainsAny(piece, "<@")
}

// next gives the offset of the next separator and the separator: ',' or ';',
// or the ':' of a group, or 0 at the end. It moves on behind it.
func (l *lister) next() (int, byte) {
	angle := false
	for i := l.pos; i < len(l.s); i++ {
		switch c := l.s[i]; c {
		case '"':
			i += quotedLen(l.s[i:]) - 1
		case '(':
			i += commentLen(l.s[i:]) - 1
		case '[': // an address literal, which may hold colons
			near := l.s[i:min(len(l.s), i+64)]
			if n := strings.IndexAny(near, "],<"); n > 0 && near[n] == ']' {
				i += n
			}
		case '\\':
			i++
		case '<':
			angle = true
		case '>':
			angle = false
		case ',', ';', ':':
			if !angle || c != ':' && i > l.lastGT {
				l.pos = i + 1
				return i, c
			}
		}
	}
	l.pos = len(l.s)
	return len(l.s), 0
}

// appendMailbox reads one mailbox: name <address>, or address (name), the
// form of RFC 822 that old software still writes.
func appendMailbox(list []Mailbox, s, group string) ([]Mailbox, bool) {
	open := angleAt(s)
	if open < 0 {
		a, ok := addrSpec(s)
		var name string
		if ok && a.Domain != "" {
			name = DecodeHeader(commentText(s))
		} else {
			name = phrase(s)
			if a.Local == name {
				a = Address{}
			}
			if hidden := encodedAddress(s); hidden.Domain != "" {
				a = hidden
			}
			ok = false
		}
		return append(list, Mailbox{name, a, group}), ok
	}
	name := phrase(s[:open])
	inner, rest, closed := strings.Cut(s[open+1:], ">")
	if q := strings.IndexByte(inner, '"'); q >= 0 {
		inner, rest, closed = cutAngle(s[open+1:])
	}
	a, ok := addrSpec(inner)
	if inner == "" {
		ok = false
	}
	if name == "" {
		name = DecodeHeader(commentText(rest))
	}
	list = append(list, Mailbox{name, a, group})
	ok = ok && closed && a.Domain != ""
	// What stands behind the address may be another, for another reader.
	again := angleAt(rest)
	if a, good := addrSpec(strings.TrimRight(rest[again+1:], "> ")); good && a.Domain != "" {
		return append(list, Mailbox{Address: a, Group: group}), false
	}
	return list, ok && again < 0
}

// encodedAddress is the address that encoded-words spell where only an address
// may stand: RFC 2047 §5 forbids them there, and some readers decode them.
func encodedAddress(s string) Address {
	if !strings.Contains(s, "=?") {
		return Address{}
	}
	text := phrase(s)
	_, after, _ := strings.Cut(text, "<")
	inner, _, angle := strings.Cut(after, ">")
	if !angle {
		inner = text
	}
	if a, ok := addrSpec(inner); ok {
		return a
	}
	return Address{}
}

// cutAngle is strings.Cut at the ">" that stands outside quoted-strings.
func cutAngle(s string) (inner, rest string, found bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			i += quotedLen(s[i:]) - 1
		case '>':
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// angleAt is the offset of the first "<" outside quoted-strings and comments.
func angleAt(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			i += quotedLen(s[i:]) - 1
		case '(':
			i += commentLen(s[i:]) - 1
		case '<':
			return i
		}
	}
	return -1
}

// phrase is the text of a display name (RFC 5322 §3.2.5): words unquoted and
// joined, comments dropped, encoded-words decoded even where they were quoted.
func phrase(s string) string {
	s = strings.TrimSpace(s)
	if strings.IndexByte(s, '(') >= 0 {
		if bare := strings.TrimSpace(dropComments(s)); bare != "" {
			s = bare
		}
	}
	if strings.IndexByte(s, '"') < 0 {
		return DecodeHeader(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] == '"' {
			word, n := quotedString(s[i:])
			b.WriteString(word)
			i += n
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return DecodeHeader(strings.TrimSpace(b.String()))
}

// commentText is the content of the first comment in s.
func commentText(s string) string {
	i := strings.IndexByte(s, '(')
	if i < 0 {
		return ""
	}
	n := commentLen(s[i:])
	return strings.TrimSuffix(s[i+1:i+n], ")")
}
