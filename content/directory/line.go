// Package directory reads the text formats of directories: iCalendar
// (RFC 5545) and vCard (RFC 6350 and the versions before). It knows nothing
// of messages.
package directory

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"strings"

	"postern/content"
)

// Limits of what is read.
const (
	maxFile  = 2 << 20
	maxLine  = 64 << 10 // an unfolded content line
	maxLines = 20_000
)

// A property is one content line (RFC 5545 §3.1, RFC 6350 §3.3).
type property struct {
	name   string // in upper case, without a group
	params string // as they stand, between the name and the colon
	value  string // not unescaped
}

// lines gives the properties of a file until yield says stop. Lines that are
// none are passed over.
func lines(body []byte, b *content.Budget, yield func(property) bool) (whole bool) {
	whole = len(body) <= maxFile
	body = body[:min(len(body), maxFile)]
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	for range maxLines {
		if len(body) == 0 {
			return whole
		}
		var line []byte
		line, body = unfold(body)
		if !content.Spend(&b.Steps, 1+len(line)/64) {
			return false
		}
		p, ok := read(string(line[:min(len(line), maxLine)]))
		if ok && !yield(p) {
			return false
		}
	}
	return whole && len(body) == 0
}

// unfold cuts the next line, with the lines that go on with it. A quoted-
// printable value of vCard 2.1 goes on behind a "=" at the end of a line.
func unfold(body []byte) (line, rest []byte) {
	line, rest = cut(body)
	soft := bytes.Contains(bytes.ToUpper(line[:min(len(line), 256)]), []byte("QUOTED-PRINTABLE"))
	for folded := false; len(rest) > 0; folded = true {
		next, after := cut(rest)
		fold := rest[0] == ' ' || rest[0] == '\t'
		broken := soft && bytes.HasSuffix(line, []byte("="))
		if !fold && !broken {
			break
		}
		if !folded {
			line = bytes.Clone(line)
		}
		switch {
		case len(line) > maxLine:
		case broken:
			line = append(line[:len(line)-1], next...)
		default:
			line = append(line, next[1:]...)
		}
		rest = after
	}
	return line, rest
}

func cut(body []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(body, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// read cuts a line at the first colon outside quotation marks.
func read(line string) (property, bool) {
	quoted := false
	for i := range len(line) {
		switch line[i] {
		case '"':
			quoted = !quoted
		case ':':
			if quoted {
				continue
			}
			head, params, _ := strings.Cut(line[:i], ";")
			if j := strings.LastIndexByte(head, '.'); j >= 0 { // a group (RFC 6350 §3.3)
				head = head[j+1:]
			}
			p := property{strings.ToUpper(strings.TrimSpace(head)), params, strings.ToValidUTF8(line[i+1:], "\ufffd")}
			return p, p.name != ""
		}
	}
	return property{}, false
}

// param gives a parameter's value without quotation marks; "" where it has none.
func (p *property) param(name string) string {
	for rest := p.params; rest != ""; {
		var one string
		one, rest = cutQuoted(rest)
		if key, value, ok := strings.Cut(one, "="); ok && strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.ToValidUTF8(strings.Trim(value, `" `), "\ufffd")
		}
	}
	return ""
}

// cutQuoted cuts at the first semicolon outside quotation marks.
func cutQuoted(s string) (before, after string) {
	quoted := false
	for i := range len(s) {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

// text is the value as its reader sees it (RFC 5545 §3.3.11).
func (p *property) text() string {
	s := p.value
	if strings.Contains(strings.ToUpper(p.params), "QUOTED-PRINTABLE") {
		if out, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(s))); err == nil {
			s = strings.ToValidUTF8(string(out), "\ufffd")
		}
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			out.WriteByte('\n')
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

// address is the address of a "mailto:" value, in lower case.
func address(uri string) string {
	uri = strings.TrimSpace(uri)
	if len(uri) > 7 && strings.EqualFold(uri[:7], "mailto:") {
		uri = uri[7:]
	}
	uri, _, _ = strings.Cut(uri, "?")
	if strings.IndexByte(uri, '@') < 1 || strings.ContainsAny(uri, " \r\n\t") || len(uri) > 320 {
		return ""
	}
	return strings.ToLower(uri)
}

// A text collects the lines that its reader sees.
type text struct{ strings.Builder }

func (t *text) say(f *content.Found, s string) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return
	case t.Len()+len(s) >= content.MaxText:
		f.Flags |= content.OverBudget
		return
	case t.Len() > 0:
		t.WriteByte('\n')
	}
	t.WriteString(s)
}

// end gives the text to the file.
func (t *text) end(f *content.Found) {
	f.Text = strings.ToValidUTF8(t.String(), "\ufffd")
	f.Words = len(strings.Fields(f.Text))
}
