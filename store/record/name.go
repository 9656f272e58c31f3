package record

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxName bounds how much of a display name is folded, in bytes.
const maxName = 512

// Fold reduces a display name to what it is remembered by: its words without
// case, accents, punctuation and invisible characters, in alphabetical order,
// so that "REED, Dána" is "Dana Reed".
func Fold(name string) string {
	if len(name) > maxName {
		name = name[:maxName]
	}
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 0x300 && r <= 0x36f, unicode.Is(unicode.Cf, r), r == '\'', r == '’':
			return -1
		default:
			return r
		}
	}, norm.NFKD.String(strings.ToValidUTF8(name, "")))
	// Folding swaps the two cases of Cherokee; the lower one is as good for both.
	folded := strings.ToLower(cases.Fold().String(plain))
	words := strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
	slices.Sort(words)
	return norm.NFC.String(strings.Join(words, " "))
}
