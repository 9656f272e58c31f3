package signals

import (
	_ "embed" // departments.txt
	"slices"
	"strings"

	"postern/lookalike"
)

// FromDepartment tells whether the sender calls itself like a department. It is
// no reproach: partners have departments too.
var FromDepartment = define(Signal{
	Name: "from.department", Level: Message, Unit: Bool,
	Doc: "The display name, or the local part where there is none, is that of a department or a mail system, with nothing else but our name: human resources, the service desk, mail delivery; in twelve languages.",
	Eval: func(f *Facts) float64 {
		m := f.author()
		name := m.Name
		if name == "" {
			name = m.Address.Local
		}
		return truth(f.department(head(name, maxName)))
	},
})

// department tells whether all words of a name are those of departments, of
// what stands beside them, or of our domains.
func (f *Facts) department(name string) bool {
	words := lookalike.Words(name)
	if !slices.ContainsFunc(words, func(w string) bool { return departments[w] == inside }) {
		return false // as most names
	}
	return f.Org.named(slices.DeleteFunc(words, func(w string) bool { return departments[w] != 0 }))
}

// named tells whether all words are those of our domains. Each domain is read
// once, however many words there are.
func (o *Org) named(words []string) bool {
	if o == nil {
		return len(words) == 0
	}
	for _, domain := range o.Domains {
		if len(words) == 0 {
			break
		}
		own := lookalike.Words(domain)
		words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(own, w) })
	}
	return len(words) == 0
}

//go:embed departments.txt
var departmentsFile string

// What a word does in the name of a department.
const (
	inside = 1 + iota // makes it one
	beside
)

var departments = func() map[string]int {
	m := map[string]int{}
	makes, with, _ := strings.Cut(departmentsFile, "[beside]")
	_, makes, _ = strings.Cut(makes, "[department]")
	add := func(text string, does int) {
		for field := range strings.FieldsSeq(text) {
			for _, w := range lookalike.Words(field) {
				m[w] = does
			}
		}
	}
	add(with, beside)
	add(makes, inside)
	return m
}()
