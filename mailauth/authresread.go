package mailauth

import (
	"slices"
	"strings"

	"postern/parse"
)

// Bounds of what is read of fields that others wrote.
const (
	maxUpstreams = 10
	maxResults   = 50 // of one field
	maxProps     = 20 // of one result
	maxNesting   = 20 // of comments
)

// Claims tells whether the value of an Authentication-Results field bears our
// own authserv-id. Nobody before us may write such a field, so it goes
// (RFC 8601 §5). So does one that does not parse but names our id: its next
// reader might understand it.
func Claims(value, authserv string) bool {
	up, ok := parseAuthRes(value)
	return sameID(up.ID, authserv) || (!ok && strings.Contains(asciiLower(value), asciiLower(authserv)))
}

func isAuthRes(f *parse.Field) bool {
	return strings.EqualFold(strings.TrimSpace(f.Name), "Authentication-Results")
}

func sameID(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

// trustedResults is what trusted relays wrote, newest first. The first field by
// somebody else ends it: what lies beneath passed through foreign hands
// (RFC 8601 §4.1).
func trustedResults(msg *parse.Message, trusted []string) []Upstream {
	var ups []Upstream
	for i := range msg.Header {
		if len(trusted) == 0 || len(ups) == maxUpstreams {
			break
		}
		if !isAuthRes(&msg.Header[i]) {
			continue
		}
		up, ok := parseAuthRes(msg.Header[i].Value)
		if !ok || !slices.ContainsFunc(trusted, func(id string) bool { return sameID(id, up.ID) }) {
			break
		}
		ups = append(ups, up)
	}
	return ups
}

// parseAuthRes reads a field's value (RFC 8601 §2.2). ok is false where it is
// not well formed; ID is set as soon as there is one.
func parseAuthRes(value string) (up Upstream, ok bool) {
	r := resultReader{value}
	if up.ID, _ = r.word(";"); !isToken(up.ID) {
		return up, false
	}
	if r.skip(); r.rest != "" && r.rest[0] != ';' {
		if version, ok := r.word(";"); !ok || !allDigits(version) {
			return up, false
		}
	}
	for r.next(';') {
		if r.skip(); r.rest == "" {
			return up, true // a final semicolon
		}
		m, ok := r.methodResult()
		if !ok || len(up.Results) == maxResults {
			return up, false
		}
		if m.Method != "" {
			up.Results = append(up.Results, m)
		}
	}
	return up, r.rest == ""
}

// A resultReader reads a field from the left.
type resultReader struct{ rest string }

// methodResult reads one result; "none" alone is an empty one.
func (r *resultReader) methodResult() (m MethodResult, ok bool) {
	method, ok := r.word(";=")
	if !ok {
		return m, false
	}
	if !r.next('=') {
		return m, strings.EqualFold(method, "none")
	}
	result, _ := r.word(";")
	method, _, _ = strings.Cut(method, "/") // its version
	if method == "" || result == "" {
		return m, false
	}
	m = MethodResult{Method: asciiLower(method), Result: Result(asciiLower(result)), Props: map[string]string{}}
	for {
		if r.skip(); r.rest == "" || r.rest[0] == ';' {
			return m, true
		}
		name, ok := r.word(";=")
		if !ok || !r.next('=') || len(m.Props) == maxProps {
			return m, false
		}
		value, _ := r.word(";") // some write nothing where nothing is known
		if name = asciiLower(name); m.Props[name] == "" {
			m.Props[name] = value
		}
	}
}

// next takes c, after comments and space, where it stands there.
func (r *resultReader) next(c byte) bool {
	if r.skip(); r.rest == "" || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// word reads tokens and quoted strings that touch, up to space, a comment or
// one of the bytes in stop.
func (r *resultReader) word(stop string) (string, bool) {
	r.skip()
	var b strings.Builder
	start := len(r.rest)
	for r.rest != "" {
		c := r.rest[0]
		if c == '"' {
			text, ok := r.quoted()
			if !ok {
				return "", false
			}
			b.WriteString(text)
			continue
		}
		if c <= ' ' || c > '~' || c == '(' || c == ')' || strings.IndexByte(stop, c) >= 0 {
			break
		}
		b.WriteByte(c)
		r.rest = r.rest[1:]
	}
	return b.String(), len(r.rest) < start
}

func (r *resultReader) quoted() (string, bool) {
	var b strings.Builder
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; c {
		case '"':
			r.rest = r.rest[i+1:]
			return b.String(), true
		case '\\':
			if i++; i < len(r.rest) {
				b.WriteByte(r.rest[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// skip passes over space and comments. A comment that does not end, or nests
// too deep, stays, and then nothing parses.
func (r *resultReader) skip() {
	for {
		r.rest = strings.TrimLeft(r.rest, " \t\r\n")
		if r.rest == "" || r.rest[0] != '(' {
			return
		}
		end := commentEnd(r.rest)
		if end < 0 {
			return
		}
		r.rest = r.rest[end:]
	}
}

// commentEnd is where the comment that s begins with ends, or -1.
func commentEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			if depth++; depth > maxNesting {
				return -1
			}
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}
