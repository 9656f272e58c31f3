package parse

import (
	"bytes"
	"cmp"
	"strings"

	"golang.org/x/net/html/atom"
)

// A stylesheet remembers what the <style> elements hide, and the ground on
// which elements stand. To hide, only a rule for one class or id counts, under
// no condition such as @media. To show again, any rule that may apply does:
// what some readers see is not hidden.
type stylesheet struct {
	seen    bool
	hidden  map[string]sight // by ".class" and "#id"
	shown   map[string]sight // by these, element and "*"; counts more than a style attribute
	grounds map[atom.Atom]colour
}

// maxSelectors bounds the selectors remembered of each kind.
const maxSelectors = 256

// read reads a <style> element, rule by rule.
func (s *stylesheet) read(css []byte) {
	if s.hidden == nil {
		s.seen = true
		s.hidden, s.shown, s.grounds = map[string]sight{}, map[string]sight{}, map[atom.Atom]colour{}
	}
	css = lower(dropCSSComments(css))
	conditions := 0 // at-rules that are open
	for len(css) > 0 {
		selectors, rest, ok := bytes.Cut(css, []byte("{"))
		if !ok {
			return
		}
		conditions = max(0, conditions-bytes.Count(selectors, []byte("}")))
		selectors = selectors[bytes.LastIndexAny(selectors, ";}")+1:]
		css = rest
		if bytes.IndexByte(selectors, '@') >= 0 {
			conditions++
			continue
		}
		var style []byte
		style, css, _ = bytes.Cut(css, []byte("}"))
		s.rule(selectors, style, conditions > 0)
	}
}

func (s *stylesheet) rule(selectors, style []byte, conditional bool) {
	l := look{ground: rgb(0xffffff)}
	v := l.apply(style)
	important := bytes.IndexByte(style, '!') >= 0
	for sel := range bytes.SplitSeq(selectors, []byte(",")) {
		sel = bytes.TrimPrefix(bytes.TrimSpace(sel), []byte("<!--"))
		name, alone := subject(sel)
		if name == "" || len(s.hidden)+len(s.shown)+len(s.grounds) >= maxSelectors {
			continue
		}
		class := name[0] == '.' || name[0] == '#'
		if alone && class && !conditional && (v.hides != 0 || s.hidden[name] != 0) {
			s.hidden[name] = s.hidden[name]&^v.shows | v.hides
		}
		if v.shows != 0 && (important && (class || alone) || class && (conditional || name != string(sel))) {
			s.shown[name] |= v.shows
		}
		if alone && !class && !conditional && l.ground != rgb(0xffffff) {
			s.grounds[atom.Lookup([]byte(name))] = l.ground
		}
	}
}

// subject is the class, id or element that a selector is for, "*" where it
// names none; alone tells that nothing else narrows it but the kind of element.
func subject(sel []byte) (name string, alone bool) {
	last := sel[bytes.LastIndexAny(sel, " >+~\t\r\n")+1:]
	alone = len(last) == len(sel)
	i := bytes.IndexAny(last, ".#:[")
	switch {
	case i < 0:
		return string(last), alone
	case last[i] != '.' && last[i] != '#':
		return cmp.Or(string(last[:i]), "*"), false
	}
	last = last[i:]
	if end := bytes.IndexAny(last[1:], ".#:["); end >= 0 {
		last, alone = last[:1+end], false
	}
	return string(last), alone
}

// veil is what the rules say of an element, and what of that counts more than
// its style attribute.
func (s *stylesheet) veil(tag atom.Atom, a *attrs) (v, strong veil) {
	if len(s.hidden)+len(s.shown) == 0 {
		return v, strong
	}
	see := func(name string) {
		v.hides |= s.hidden[name]
		strong.shows |= s.shown[name]
	}
	see("*")
	see(tag.String())
	if a.id != nil {
		see("#" + strings.ToLower(string(a.id)))
	}
	for class := range bytes.FieldsSeq(a.class) {
		see("." + strings.ToLower(string(class)))
	}
	return v, strong
}
