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
	found := false
	for _, w := range lookalike.Words(name) {
		switch {
		case departments[w] == inside:
			found = true
		case departments[w] != beside && !f.ourWord(w):
			return false
		}
	}
	return found
}

// ourWord tells whether a word is one of our domains' names.
func (f *Facts) ourWord(word string) bool {
	return f.Org != nil && slices.ContainsFunc(f.Org.Domains, func(domain string) bool {
		return slices.Contains(lookalike.Words(domain), word)
	})
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
