package signals

import (
	"slices"
	"sync"

	"postern/lookalike"
)

// maxName bounds the bytes of a display name that are looked at.
const maxName = 256

// vipWords remembers the words of the names of our VIPs, who are few: their names come
// from the configuration, never from a message.
var vipWords sync.Map

func wordsOfVIP(name string) []string {
	if words, ok := vipWords.Load(name); ok {
		return words.([]string) //nolint:forcetypeassert,errcheck // the next line stored it
	}
	words := lookalike.Words(name)
	vipWords.Store(name, words)
	return words
}

// sameName tells whether shown names the person called name. Both come from
// lookalike.Words. Initials may be added or left out, other words may not; a name
// of one word must match alone.
func sameName(name, shown []string) bool {
	if len(name) == 0 || len(shown) == 0 {
		return false
	}
	matched := 0
	for _, w := range shown {
		switch {
		case slices.Contains(name, w):
			matched++
		case len(w) > 1:
			return false
		}
	}
	full := 0
	for _, w := range name {
		if len(w) > 1 {
			full++
		}
	}
	return matched >= max(full, 1) && (full > 1 || len(shown) == len(name))
}
