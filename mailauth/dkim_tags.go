package mailauth

import "strings"

// maxTags bounds a tag list: RFC 6376 defines 14 tags, others are ignored.
const maxTags = 64

// A tag is one "name=value" of a tag list. The value has no white space
// around it, but may be folded. The bytes from..to of the list are all that
// stands between "=" and the next ";".
type tag struct {
	name, value string
	from, to    int
}

type tagList []tag

// parseTags reads a tag list, as signatures and key records have it. A
// repeated name spoils the whole list (RFC 6376 §3.2).
func parseTags(s string) (tagList, bool) {
	tags := make(tagList, 0, 12)
	for at := 0; at < len(s); {
		end := len(s)
		if i := strings.IndexByte(s[at:], ';'); i >= 0 {
			end = at + i
		}
		spec := s[at:end]
		if end == len(s) && len(tags) > 0 && trimFWS(spec) == "" {
			break // after the final ";"
		}
		name, value, found := strings.Cut(spec, "=")
		t := tag{name: trimFWS(name), value: trimFWS(value), from: at + len(name) + 1, to: end}
		if !found || !isTagName(t.name) || !isTagValue(t.value) || tags.has(t.name) || len(tags) == maxTags {
			return nil, false
		}
		tags = append(tags, t)
		at = end + 1
	}
	return tags, len(tags) > 0
}

func (l tagList) find(name string) *tag {
	for i := range l {
		if l[i].name == name {
			return &l[i]
		}
	}
	return nil
}

func (l tagList) has(name string) bool { return l.find(name) != nil }

// value is the value of the tag called name, empty where there is none.
func (l tagList) value(name string) string {
	if t := l.find(name); t != nil {
		return t.value
	}
	return ""
}

// lists tells whether the colon-separated value of name has one of words. A
// missing tag has them all.
func (l tagList) lists(name string, words ...string) bool {
	t := l.find(name)
	if t == nil {
		return true
	}
	for item := range strings.SplitSeq(t.value, ":") {
		item = trimFWS(item)
		for _, w := range words {
			if strings.EqualFold(item, w) {
				return true
			}
		}
	}
	return false
}

func isTagName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isAlpha(c) && (i == 0 || !isDigit(c) && c != '_') {
			return false
		}
	}
	return s != ""
}

// isTagValue takes bytes past ASCII as well: RFC 8616 §6 has U-labels.
func isTagValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && !isFWS(c) || c == 0x7f {
			return false
		}
	}
	return true
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isWSP(c byte) bool   { return c == ' ' || c == '\t' }
func isFWS(c byte) bool   { return isWSP(c) || c == '\r' || c == '\n' }

func trimFWS(s string) string { return strings.Trim(s, " \t\r\n") }

// stripFWS removes all folding white space, as base64 values have it.
func stripFWS(s string) string {
	if !strings.ContainsAny(s, " \t\r\n") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if !isFWS(s[i]) {
			b = append(b, s[i])
		}
	}
	return string(b)
}
