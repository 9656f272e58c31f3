package lookalike

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"postern/parse"
)

// Skeleton folds away what the eye does not see: case, accents, the script of
// lookalike letters, and the difference of l, i and 1, of o and 0.
func Skeleton(s string) string {
	if !ascii(s) {
		s = norm.NFKD.String(s)
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		if r >= utf8.RuneSelf {
			b, ok := parse.Passes(r)
			if !ok {
				out = utf8.AppendRune(out, unicode.ToLower(r))
				continue
			}
			r = rune(b)
		}
		out = append(out, fold(byte(unicode.ToLower(r)))) //nolint:gosec // ASCII by now
	}
	return string(out)
}

// fold folds an ASCII letter in lower case.
func fold(c byte) byte {
	switch c {
	case 'i', '1', '|':
		return 'l'
	case '0':
		return 'o'
	}
	return c
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
