package signals

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"postern/parse"
)

// strange counts the letters of s that only pass for Latin ones: compatibility
// forms, and letters of other scripts in a word that also has Latin ones.
func strange(s string) int {
	if ascii(s) {
		return 0
	}
	n := 0
	for word := range strings.FieldsSeq(s) {
		latin, other := false, 0
		for _, r := range word {
			if r < utf8.RuneSelf {
				latin = latin || unicode.IsLetter(r)
			} else if _, ok := parse.Passes(r); ok && !unicode.Is(unicode.Latin, r) {
				other++
			} else if styled(r) {
				n++
			}
		}
		if latin {
			n += other
		}
	}
	return n
}

// styled tells full-width and mathematical Latin letters.
func styled(r rune) bool {
	return 0xFF21 <= r && r <= 0xFF5A || 0x1D400 <= r && r <= 0x1D6A5
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
