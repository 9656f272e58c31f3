package signals

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"postern/lookalike"
)

// maxName bounds the bytes of a display name that are compared.
const maxName = 256

// titles are words of a display name that do not tell people apart.
var titles = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`mr mrs ms miss mx dr prof professor
		herr frau dipl ing mme mlle monsieur madame sr sra srta dott dssa sig dhr mevr mevrouw
		phd mba md esq jr snr ii iii iv
		ceo cfo coo cto cio ciso chro svp evp vp president vice chief executive operating financial technology officer
		director managing manager chairman chairwoman chair founder cofounder owner
		geschaftsfuhrer geschaftsfuhrerin vorstand direktor direktorin directeur directrice president gerant pdg dg
		direttore presidente diretor diretora gerente directeur bestuurder of the and und et de`) {
		m[lookalike.Skeleton(w)] = true
	}
	return m
}()

// nameWords gives the words that make a person's name, folded and in order of
// the alphabet, so that "REED, Dana (CEO)" and "Dr. Dána Reed" are the same.
func nameWords(name string) []string {
	if i := strings.IndexAny(name, "(<[|"); i > 0 {
		name = name[:i]
	}
	if len(name) > maxName {
		name = name[:maxName]
	}
	words := strings.FieldsFunc(lookalike.Skeleton(apostrophes.Replace(name)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if i := slices.Index(words, via); i > 0 {
		words = words[:i]
	}
	words = slices.DeleteFunc(words, func(w string) bool { return titles[w] })
	slices.Sort(words)
	return words
}

var (
	via         = lookalike.Skeleton("via")
	apostrophes = strings.NewReplacer("'", "", "’", "")
)

// vipWords remembers the nameWords of our VIPs, who are few: their names come
// from the configuration, never from a message.
var vipWords sync.Map

func wordsOfVIP(name string) []string {
	if words, ok := vipWords.Load(name); ok {
		return words.([]string) //nolint:forcetypeassert,errcheck // the next line stored it
	}
	words := nameWords(name)
	vipWords.Store(name, words)
	return words
}

// sameName tells whether shown names the person called name. Both come from
// nameWords. Initials may be added or left out, other words may not; a name
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
