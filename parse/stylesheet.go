package parse

import (
	"bytes"
	"cmp"

	"golang.org/x/net/html/atom"
)

// A stylesheet remembers what the <style> elements say of the look, and the
// styles of single elements, since they repeat. A rule counts if it is for one
// element, class or id, inside of another or not, under no condition such as
// @media. Of all others only that counts which shows again what is hidden, and
// that they may change a colour: what some readers see is not hidden.
type stylesheet struct {
	rules  map[string]rule
	scoped scopes
	styles map[string]dress
	tags   bool // some rules are for elements
	key    []byte
}

// A rule is what is said of a selector.
type rule struct {
	dress         // under no condition
	strong  dress // that of the important declarations
	shown   sight // by some rule that may apply, which counts more than a style attribute
	inks    bool  // some rule that may apply changes the colour
	grounds bool
}

// Limits of a stylesheet.
const (
	maxSelectors = 512 // remembered
	maxStyles    = 256 // of single elements that are remembered
	maxNames     = 16  // classes of one element that are looked up
)

// read reads a <style> element, rule by rule.
func (s *stylesheet) read(css []byte) {
	if s.rules == nil {
		s.rules = map[string]rule{}
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
	d := readDress(style, false)
	var strong dress
	if bytes.IndexByte(style, '!') >= 0 {
		strong = readDress(style, true)
	}
	if d == (dress{}) {
		return
	}
	for sel := range bytes.SplitSeq(selectors, []byte(",")) {
		sel = bytes.TrimPrefix(bytes.TrimSpace(sel), []byte("<!--"))
		name, alone := subject(bytes.TrimSpace(sel))
		if name == "" || len(s.rules) >= maxSelectors {
			continue
		}
		r := s.rules[name]
		switch outer, ok := scopeOf(sel); {
		case alone && !conditional:
			r.dress, r.strong = d.over(r.dress), strong.over(r.strong)
		case ok && !conditional && s.scoped.add(name, outer, d, strong):
			r.shown |= d.shows
		default:
			r.shown |= d.shows
			r.inks, r.grounds = r.inks || d.inked, r.grounds || d.grounded
		}
		s.rules[name] = r
		s.tags = s.tags || name[0] != '.' && name[0] != '#'
	}
}

// subject is what a selector is for: an element, "*", a class or an id, maybe
// of one element, "p.note"; alone tells that nothing else narrows it.
func subject(sel []byte) (name string, alone bool) {
	last := sel[bytes.LastIndexAny(sel, " >+~\t\r\n")+1:]
	before := bytes.TrimSpace(sel[:len(sel)-len(last)])
	alone = len(before) == 0 || string(before) == "body" || string(before) == "html" || string(before) == "html body"
	i := bytes.IndexAny(last, ".#:[")
	switch {
	case i < 0:
		return string(last), alone
	case last[i] != '.' && last[i] != '#':
		return cmp.Or(string(last[:i]), "*"), false
	}
	if end := bytes.IndexAny(last[i+1:], ".#:["); end >= 0 {
		return string(last[i : i+1+end]), false // it may be more of an element than of another
	}
	return string(bytes.TrimPrefix(last, []byte("*"))), alone
}

// inline reads a style attribute, in lower case.
func (s *stylesheet) inline(style []byte) dress {
	if d, ok := s.styles[string(style)]; ok {
		return d
	}
	d := readDress(style, false)
	if s.styles == nil {
		s.styles = make(map[string]dress, 16)
	}
	if len(s.styles) < maxStyles && len(style) < 1<<10 {
		s.styles[string(style)] = d
	}
	return d
}

// dress is what the rules say of an element, and what of that counts more than
// its style attribute.
func (s *stylesheet) dress(tag atom.Atom, a *attrs) (d, strong dress) {
	if len(s.rules) == 0 || !s.tags && a.class == nil && a.id == nil {
		return d, strong
	}
	var ink, ground bool
	see := func(key []byte) {
		r, ok := s.rules[string(key)]
		if !ok {
			return
		}
		d, strong = r.over(d), r.strong.over(strong)
		strong.shows |= r.shown
		strong.hides &^= r.shown
		ink, ground = ink || r.inks, ground || r.grounds
		d, strong = s.scoped.over(key, d, strong)
	}
	name := tag.String()
	if s.tags {
		see([]byte("*"))
		s.key = append(s.key[:0], name...)
		see(s.key)
	}
	n := 0
	for class := range bytes.FieldsSeq(a.class) {
		if n++; n > maxNames {
			break
		}
		s.named(name, '.', class, see)
	}
	if a.id != nil {
		s.named(name, '#', a.id, see)
	}
	if ink {
		strong.ink, strong.inked = colour{}, true
	}
	if ground {
		strong.ground, strong.grounded = colour{}, true
	}
	return d, strong
}

// named looks up a class or an id, for all elements and for this one.
func (s *stylesheet) named(tag string, mark byte, name []byte, see func([]byte)) {
	s.key = append(append(s.key[:0], tag...), mark)
	s.key = append(s.key, name...)
	lower(s.key[len(tag):])
	see(s.key[len(tag):])
	see(s.key)
}
