package office

import (
	"bytes"
	"html"
	"strings"

	"postern/content"
)

// A markup steps through the tags of XML, well formed or not.
type markup struct {
	rest           []byte
	budget         *content.Budget
	name           string
	attrs          []byte
	closing, empty bool
}

// next finds the next tag.
func (m *markup) next() bool {
	for {
		i := bytes.IndexByte(m.rest, '<')
		if i < 0 || !content.Spend(&m.budget.Steps, 1) {
			return false
		}
		m.rest = m.rest[i+1:]
		end := bytes.IndexByte(m.rest, '>')
		if end < 0 {
			return false
		}
		tag := m.rest[:end]
		m.rest = m.rest[end+1:]
		if len(tag) == 0 || tag[0] == '!' || tag[0] == '?' {
			continue
		}
		m.closing = tag[0] == '/'
		if m.closing {
			tag = tag[1:]
		}
		m.empty = len(tag) > 0 && tag[len(tag)-1] == '/'
		n := bytes.IndexAny(tag, " \t\r\n/")
		if n < 0 {
			n = len(tag)
		}
		m.name, m.attrs = string(tag[:n]), tag[n:]
		return true
	}
}

// text is what stands behind the tag, up to the next.
func (m *markup) text() string {
	i := bytes.IndexByte(m.rest, '<')
	if i < 0 {
		i = len(m.rest)
	}
	s := string(m.rest[:i])
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	return s
}

// attribute is a value of the tag.
func (m *markup) attribute(name string) string {
	for rest := m.attrs; ; {
		i := bytes.Index(rest, []byte(name))
		if i < 0 {
			return ""
		}
		before := i == 0 || rest[i-1] <= ' '
		rest = rest[i+len(name):]
		value := bytes.TrimLeft(rest, " \t\r\n")
		if !before || len(value) < 2 || value[0] != '=' {
			continue
		}
		value = bytes.TrimLeft(value[1:], " \t\r\n")
		if len(value) == 0 || value[0] != '"' && value[0] != '\'' {
			continue
		}
		end := bytes.IndexByte(value[1:], value[0])
		if end < 0 {
			end = len(value) - 1
		}
		return html.UnescapeString(string(value[1 : 1+end]))
	}
}

// local is a name without its prefix.
func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }
