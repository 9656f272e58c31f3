package lookalike

import (
	_ "embed" // titles.txt, nicknames.txt
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPerson bounds the bytes of a display name that are compared, and
// maxWordsOf its words.
const (
	maxPerson  = 256
	maxWordsOf = 6
)

//go:embed titles.txt
var titlesFile string

//go:embed nicknames.txt
var nicknamesFile string

// titles are words of a display name that do not tell people apart.
var titles = list(titlesFile)

// nicknames gives the numbers of the groups that a name is in.
var nicknames = func() map[string][]uint16 {
	m := map[string][]uint16{}
	n := uint16(0)
	for line := range strings.Lines(nicknamesFile) {
		line, _, _ = strings.Cut(line, "#")
		n++
		for w := range strings.FieldsSeq(line) {
			w = Skeleton(w)
			m[w] = append(m[w], n)
		}
	}
	return m
}()

// Words gives the words that make a person's name, folded and in order of the
// alphabet, so that "REED, Dana (CEO)" and "Dr. Dána Reed" are the same.
func Words(name string) []string {
	if i := strings.IndexAny(name, "(<[|"); i > 0 {
		name = name[:i]
	}
	if len(name) > maxPerson {
		name = name[:maxPerson]
	}
	words := strings.FieldsFunc(Skeleton(apostrophes.Replace(name)), func(r rune) bool {
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
	via         = Skeleton("via")
	apostrophes = strings.NewReplacer("'", "", "’", "")
)

// A Likeness is how a name that is shown is like a person's. Likenesses are in
// the order of how much chance explains.
type Likeness uint8

// The likenesses.
const (
	Unlike    Likeness = iota
	Same               // the same words, in whatever order, case, accents and script
	Nickname           // Bob for Robert
	Misspelt           // one letter swapped, changed, added or left out
	Shortened          // an initial for a word, or a middle name more or less
)

// String names the likeness.
func (l Likeness) String() string {
	return [...]string{"unlike", "same", "nickname", "misspelt", "shortened"}[l]
}

// Alike tells how the name shown is like that of a person. Both come from
// [Words]. Initials may be added or left out. A name of one word must match
// alone.
func Alike(person, shown []string) Likeness {
	if len(person) == 0 || len(shown) == 0 || len(shown) > maxWordsOf || len(person) > maxWordsOf {
		return Unlike
	}
	if slices.Equal(person, shown) {
		return Same
	}
	if len(person) == 1 || len(shown) == 1 {
		return Unlike
	}
	m := matcher{person: person}
	for _, try := range [...]func(a, b string) Likeness{same, nicknamed, misspelt, initial} {
		for k, w := range shown {
			if !m.done[k] {
				m.done[k] = m.match(w, try)
			}
		}
	}
	return m.likeness(shown)
}

// A matcher pairs the words of two names.
type matcher struct {
	person  []string
	taken   [maxWordsOf]bool // words of the person
	done    [maxWordsOf]bool // words shown
	whole   int              // pairs of whole words
	initial int              // pairs with an initial for one of both
	worst   Likeness
}

func (m *matcher) match(w string, try func(a, b string) Likeness) bool {
	for i, p := range m.person {
		l := try(p, w)
		if m.taken[i] || l == Unlike || l == Misspelt && m.worst == Misspelt {
			continue
		}
		m.taken[i], m.worst = true, max(m.worst, l)
		if l == Shortened {
			m.initial++
		} else if len(w) > 1 {
			m.whole++
		}
		return true
	}
	return false
}

// likeness sums up: no whole word shown may be strange to the person, and two
// words must be paired, one of them whole.
func (m *matcher) likeness(shown []string) Likeness {
	for k, w := range shown {
		if !m.done[k] {
			if len(w) > 1 {
				return Unlike
			}
			m.worst = max(m.worst, Same)
		}
	}
	full := 0
	for i, p := range m.person {
		if len(p) > 1 && !m.taken[i] {
			full++
		}
	}
	switch {
	case m.whole == 0 || m.whole+m.initial < 2:
		return Unlike
	case full > 0: // a middle name left out
		if m.whole < 2 {
			return Unlike
		}
		return Shortened
	}
	return m.worst
}

func same(a, b string) Likeness {
	if a == b {
		return Same
	}
	return Unlike
}

func nicknamed(a, b string) Likeness {
	for _, g := range nicknames[a] {
		if slices.Contains(nicknames[b], g) {
			return Nickname
		}
	}
	return Unlike
}

// minMisspelt is how long a word must be for a slip in it to be no other name.
const minMisspelt = 5

func misspelt(a, b string) Likeness {
	if min(len(a), len(b)) >= minMisspelt && Edits(a, b) == 1 {
		return Misspelt
	}
	return Unlike
}

// initial tells whether one of both is the first letter of the other.
func initial(a, b string) Likeness {
	if len(a) > len(b) {
		a, b = b, a
	}
	if utf8.RuneCountInString(a) == 1 && len(b) > len(a) && strings.HasPrefix(b, a) {
		return Shortened
	}
	return Unlike
}
