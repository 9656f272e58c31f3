package train

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed excluded.txt
var excludedText string

// An exclusion keeps inputs from being learned from.
type exclusion struct{ pattern, why string }

var exclusions = sync.OnceValue(func() (list []exclusion) {
	for line := range strings.Lines(excludedText) {
		line, _, _ = strings.Cut(line, "#")
		if pattern, why, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			list = append(list, exclusion{pattern, strings.TrimSpace(why)})
		}
	}
	return list
})

// excluded tells whether excluded.txt names an input.
func excluded(name string) bool {
	return slices.ContainsFunc(exclusions(), func(e exclusion) bool { return matches(e.pattern, name) })
}

// subject is what a signal is about: its name before the first dot.
func subject(name string) string {
	s, _, _ := strings.Cut(name, ".")
	return s
}
