package parse

import (
	"bytes"
	"strings"
)

// A stylesheet remembers which classes and ids a <style> element hides.
// Only selectors of one class or id are understood; rules under a condition,
// such as those of @media, are not read.
type stylesheet struct {
	seen   bool
	hidden map[string]bool // ".class" and "#id"
}

// maxHidden bounds the selectors remembered.
const maxHidden = 256

func (s *stylesheet) read(css []byte) {
	s.seen = true
	if !bytes.Contains(css, []byte("none")) && !bytes.Contains(css, []byte("hidden")) && !bytes.Contains(css, []byte("size")) &&
		!bytes.Contains(css, []byte("opacity")) {
		return
	}
	css = lower(bytes.Clone(css))
	for {
		open := bytes.IndexByte(css, '{')
		if open < 0 {
			return
		}
		selector := css[:open]
		css = css[open+1:]
		if at := bytes.LastIndexByte(selector, '@'); at >= 0 && !bytes.ContainsAny(selector[at:], ";}") {
			css = skipBlock(css)
			continue
		}
		end := bytes.IndexByte(css, '}')
		if end < 0 {
			return
		}
		var l look
		l.apply(css[:end])
		if l.gone || l.invisible || l.tiny {
			s.hide(selector)
		}
		css = css[end+1:]
	}
}

// skipBlock is what follows the "}" that closes a block and those within it.
func skipBlock(css []byte) []byte {
	depth := 1
	for i, c := range css {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return css[i+1:]
			}
		}
	}
	return nil
}

func (s *stylesheet) hide(selectors []byte) {
	if i := bytes.LastIndex(selectors, []byte("*/")); i >= 0 {
		selectors = selectors[i+2:]
	}
	for sel := range bytes.SplitSeq(selectors, []byte(",")) {
		sel = bytes.TrimSpace(sel)
		i := bytes.IndexAny(sel, ".#")
		if i < 0 || len(s.hidden) >= maxHidden || bytes.ContainsAny(sel[i+1:], " .#:>+~[*") || bytes.ContainsAny(sel[:i], " >+~[:") {
			continue
		}
		if s.hidden == nil {
			s.hidden = map[string]bool{}
		}
		s.hidden[string(sel[i:])] = true
	}
}

// hides reports whether a rule hides an element of these attributes.
func (s *stylesheet) hides(a *attrs) bool {
	if len(s.hidden) == 0 || a.class == nil && a.id == nil {
		return false
	}
	if a.id != nil && s.hidden["#"+strings.ToLower(string(a.id))] {
		return true
	}
	for class := range bytes.FieldsSeq(a.class) {
		if s.hidden["."+strings.ToLower(string(class))] {
			return true
		}
	}
	return false
}
