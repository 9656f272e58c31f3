// Package lookalike finds domains that are made to be taken for others, and
// folds away what the eye does not see. It knows names and letters alone:
// who is worth imitating it is told, and what an imitation means it leaves to
// others.
package lookalike

import (
	_ "embed" // words.txt, lures.txt
	"strings"
	"time"
)

// A Kind is a way to make one domain pass for another. Kinds are in the order
// of how much chance explains: a lower one is rarer by accident.
type Kind uint8

// The kinds.
const (
	None       Kind = iota
	Homoglyph       // reads the same: rn for m, 0 for o, l for i, letters of other scripts
	Embedded        // the whole domain stands in front of a foreign one: example.com.forger.test
	Hyphen          // a hyphen put in or left out
	Transposed      // two neighbours swapped
	Repeated        // a letter doubled, or one of a double left out
	Keyboard        // a letter replaced by its neighbour on the keyboard
	Edit            // one letter, or two of a long name, replaced, added or left out
	Digits          // digits put in
	Combo           // the name with something beside it: example-billing
	Suffix          // the same name under another public suffix
)

// String names the kind.
func (k Kind) String() string {
	return [...]string{
		"none", "homoglyph", "embedded", "hyphen", "transposed", "repeated", "keyboard", "edit", "digits", "combo", "suffix",
	}[k]
}

// A Partner is an organisational domain worth imitating.
type Partner struct {
	Domain         string  // in lower case and A-label form
	Own            bool    // one of ours
	Firm           bool    // known so well that it passes for nobody, whoever came first
	Weight         float64 // how much is exchanged; the lightest partners are given up first
	Sent, Received float64 // messages to and from it, decayed or not as the caller likes
	Since          time.Time
}

// A Match is a partner that a domain passes for.
type Match struct {
	Partner

	Kind  Kind
	Edits int // letters to change, add, drop or swap between the two domains
}

//go:embed words.txt
var wordsFile string

//go:embed lures.txt
var luresFile string

var generic, lures = list(wordsFile), list(luresFile)

func list(data string) map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(data) {
		line, _, _ = strings.Cut(line, "#")
		for w := range strings.FieldsSeq(line) {
			m[strings.ReplaceAll(Skeleton(w), "-", "")] = true
		}
	}
	return m
}
