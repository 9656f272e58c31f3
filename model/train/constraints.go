package train

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed constraints.txt
var constraintsText string

// A constraint ties what inputs may do to the suspicion that a message is
// unwanted. Constraints hold whatever the data say: they keep a sender from
// buying trust with what he controls, and the model from learning an accident
// of its sources.
type constraint struct {
	inputs []string // patterns
	rises  bool     // a greater value never lowers the suspicion; else it never raises it
	why    string
}

var constraints = sync.OnceValue(func() (list []constraint) {
	for line := range strings.Lines(constraintsText) {
		rule, why, _ := strings.Cut(strings.TrimSpace(line), "#")
		if words := strings.Fields(rule); len(words) > 1 {
			list = append(list, constraint{words[1:], words[0] == "rises", strings.TrimSpace(why)})
		}
	}
	return list
})

// constraintsOf is, for each input, +1 where it must rise, -1 where it must
// fall, and 0 where it is free.
func constraintsOf(names []string) []int8 {
	list := make([]int8, len(names))
	for i, name := range names {
		for _, c := range constraints() {
			if slices.ContainsFunc(c.inputs, func(pattern string) bool { return matches(pattern, name) }) {
				list[i] = -1
				if c.rises {
					list[i] = 1
				}
			}
		}
	}
	return list
}

// matches tells whether a pattern takes an input. One that ends in * takes all
// that begins so.
func matches(pattern, name string) bool {
	start, open := strings.CutSuffix(pattern, "*")
	return name == pattern || open && strings.HasPrefix(name, start)
}
