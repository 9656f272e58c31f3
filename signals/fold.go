package signals

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// lookalikes maps letters of other scripts to the Latin letter or digit that
// they pass for, in lower case: the common part of UTS #39's confusables.
// Full-width, mathematical and other compatibility forms need no row, as
// NFKD takes them back (UAX #15).
var lookalikes = pairs(
	// Cyrillic
	"аaбbвbгrеeёeзeиuіiїiјjкkмmнhоoрpсcтtуyхxѕsһhԁdԛqԝwґrҽeӏlьbпn",
	// Greek
	"αaβbεeηnιiκkμuνvοoρpστtυuχxωwγyζzϲcϳj",
	// Armenian, Cherokee, Latin letters without a decomposition
	"օoսuհhոnցgզqʟlɩiıiłløođdħhŧtƅbɑaɡgɢgʀrʏyᴀaᴇeᴍmᴏoᴛtꓲlꓳoᏒrᎪaᏟcᎠdᎬeᎻhᎫjᏦkᏞlᎷmᏢpᏚsᎢtᏙvᎳwᏃz",
)

func pairs(rows ...string) map[rune]byte {
	m := map[rune]byte{}
	for _, row := range rows {
		for rest := row; rest != ""; {
			r, n := utf8.DecodeRuneInString(rest)
			if n == len(rest) || rest[n] >= utf8.RuneSelf { // σ has no twin of its own
				rest = rest[n:]
				continue
			}
			m[r], rest = rest[n], rest[n+1:]
		}
	}
	return m
}

// passes gives the Latin letter that a letter of another script passes for.
func passes(r rune) (byte, bool) {
	b, ok := lookalikes[r]
	if !ok {
		b, ok = lookalikes[unicode.ToLower(r)]
	}
	return b, ok
}

// PassesFor gives the Latin letter in lower case, or digit, that a letter of
// another script passes for.
func PassesFor(r rune) (byte, bool) { return passes(r) }

// skeleton folds away what the eye does not see: case, accents, the script of
// lookalike letters, and the difference of l, i and 1, of o and 0.
func skeleton(s string) string {
	if !ascii(s) {
		s = norm.NFKD.String(s)
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		if r >= utf8.RuneSelf {
			b, ok := passes(r)
			if !ok {
				out = utf8.AppendRune(out, unicode.ToLower(r))
				continue
			}
			r = rune(b)
		}
		switch r = unicode.ToLower(r); r {
		case 'i', '1', '|':
			r = 'l'
		case '0':
			r = 'o'
		}
		out = append(out, byte(r))
	}
	return string(out)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

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
			} else if _, ok := passes(r); ok && !unicode.Is(unicode.Latin, r) {
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
