package model

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"postern/parse"
)

// What fold answers beside characters.
const (
	dropped   = 0   // not seen: zero width, accents, apostrophes
	separator = ' ' // between words
)

// Blocks whose characters are looked up: the alphabets with case and accents,
// and the forms that only pass for Latin letters.
const (
	lowEnd    = 0x3000
	wideStart = 0xFF00
	wideEnd   = 0xFFF0
	mathStart = 0x1D400
	mathEnd   = 0x1D800
)

type foldTable struct {
	low  [lowEnd]uint16
	wide [wideEnd - wideStart]uint16
	math [mathEnd - mathStart]uint16
}

// folds is made at first use: 15,000 look-ups.
var folds = sync.OnceValue(func() *foldTable {
	t := new(foldTable)
	for i := range t.low {
		t.low[i] = foldOne(rune(i))
	}
	for i := range t.wide {
		t.wide[i] = foldOne(rune(wideStart + i))
	}
	for i := range t.math {
		t.math[i] = foldOne(rune(mathStart + i))
	}
	return t
})

// foldOne finds what the eye takes r for: its base letter in lower case, the
// Latin letter that it passes for, with i, l and 1 one, as in signals.
func foldOne(r rune) uint16 {
	var buf [utf8.UTFMax]byte
	base, _ := utf8.DecodeRune(norm.NFKD.Bytes(buf[:utf8.EncodeRune(buf[:], r)]))
	base = unicode.ToLower(base)
	if base == '\'' || base == '’' || unicode.In(base, unicode.Mn, unicode.Me, unicode.Cf) {
		return dropped
	}
	if b, ok := parse.Passes(base); ok {
		base = rune(b)
	}
	switch {
	case base == 'i':
		return 'l'
	case base >= 1<<16 || !unicode.In(base, unicode.L, unicode.N, unicode.Sc, unicode.Mc):
		return separator
	}
	return uint16(base) //nolint:gosec // less than 1<<16
}

// of folds one character.
func (t *foldTable) of(r rune) rune {
	switch {
	case r < lowEnd:
		return rune(t.low[r])
	case wideStart <= r && r < wideEnd:
		return rune(t.wide[r-wideStart])
	case mathStart <= r && r < mathEnd:
		return rune(t.math[r-mathStart])
	case r < 0x3040 || 0xFE10 <= r && r < 0xFE70 || r == utf8.RuneError: // CJK punctuation
		return separator
	case 0xFE00 <= r && r < 0xFE10 || r == 0xFEFF || r >= 0xE0000: // variation selectors, tags
		return dropped
	}
	return r
}
