package parse

import (
	"bytes"

	"golang.org/x/net/html/atom"
)

// Scopes are the rules for what stands inside of something else: ".note b" and
// "td > .note". How deep it stands there is not looked at.
type scopes struct {
	of   map[string][]scope // by what the rule is for
	open map[string]int     // how many elements are open that rules name as the outer one
	path []string           // their names, the innermost last
}

// A scope is what a rule says of elements inside of an outer one.
type scope struct {
	outer         string
	dress, strong dress
}

// Limits of scopes.
const (
	maxScopes  = 256 // names of outer elements
	maxScopeOf = 8   // rules for one name
)

// scopeOf gives the outer element that a selector names, where it names one
// alone, and both simply.
func scopeOf(sel []byte) (outer string, ok bool) {
	fields := bytes.Fields(bytes.ReplaceAll(sel, []byte(">"), []byte(" ")))
	if len(fields) != 2 || bytes.ContainsAny(sel, ":[*+~") {
		return "", false
	}
	for _, f := range fields {
		if i := bytes.IndexAny(f, ".#"); i >= 0 && bytes.ContainsAny(f[i+1:], ".#") {
			return "", false
		}
	}
	return string(fields[0]), true
}

// add remembers a rule; false means that a limit was reached.
func (s *scopes) add(name, outer string, d, strong dress) bool {
	if s.of == nil {
		s.of, s.open = map[string][]scope{}, map[string]int{}
	}
	if _, ok := s.open[outer]; !ok && len(s.open) >= maxScopes || len(s.of[name]) >= maxScopeOf {
		return false
	}
	s.open[outer] += 0
	s.of[name] = append(s.of[name], scope{outer, d, strong})
	return true
}

// over adds what the rules say of a name inside of what is open.
func (s *scopes) over(name []byte, d, strong dress) (_, _ dress) {
	if s.of == nil {
		return d, strong
	}
	for _, r := range s.of[string(name)] {
		if s.open[r.outer] > 0 {
			d, strong = r.dress.over(d), r.strong.over(strong)
		}
	}
	return d, strong
}

// enter opens an element.
func (s *scopes) enter(tag atom.Atom, a *attrs) {
	if s.of == nil {
		return
	}
	name := tag.String()
	s.push(name)
	n := 0
	for class := range bytes.FieldsSeq(a.class) {
		if n++; n > maxNames {
			break
		}
		key := "." + string(lower(bytes.Clone(class)))
		s.push(key)
		s.push(name + key)
	}
	if a.id != nil {
		key := "#" + string(lower(bytes.Clone(a.id)))
		s.push(key)
		s.push(name + key)
	}
}

func (s *scopes) push(name string) {
	if n, ok := s.open[name]; ok {
		s.open[name] = n + 1
		s.path = append(s.path, name)
	}
}

// leave closes all but the outermost n names.
func (s *scopes) leave(n int) {
	for _, name := range s.path[n:] {
		s.open[name]--
	}
	s.path = s.path[:n]
}
