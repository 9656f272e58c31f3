package parse

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// lookalikes maps letters of other scripts to the Latin letter or digit that
// they pass for, in lower case: the common part of UTS #39's confusables.
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

// Passes gives the Latin letter or digit, in lower case, that a letter of
// another script passes for.
func Passes(r rune) (byte, bool) {
	b, ok := lookalikes[r]
	if !ok {
		b, ok = lookalikes[unicode.ToLower(r)]
	}
	return b, ok
}

// styled maps the Latin letters and digits of styled alphabets, such as the
// full-width, mathematical and enclosed ones, to plain ones: those whose
// compatibility decomposition (UAX #15) is one of them, and the enclosed ones
// that have none.
var styled = func() map[rune]byte {
	m := map[rune]byte{}
	for _, block := range [...][2]rune{{0x2100, 0x214f}, {0x2460, 0x24ff}, {0xff10, 0xff5a}, {0x1d400, 0x1d7ff}, {0x1f110, 0x1f149}} {
		for r := block[0]; r <= block[1]; r++ {
			d := norm.NFKD.String(string(r))
			if len(d) == 3 && d[0] == '(' {
				d = d[1:2] // in brackets
			}
			if len(d) == 1 && isAlphanumeric(d[0]) {
				m[r] = d[0]
			}
		}
	}
	for i := range byte(26) {
		m[0x1f150+rune(i)], m[0x1f170+rune(i)] = 'A'+i, 'A'+i // white on black
	}
	return m
}()

// near are the twins below 0x600, where the alphabets stand that people write.
// Letters that are Latin themselves have none.
var near = func() (t [0x600]byte) {
	for r := rune(0x250); int(r) < len(t); r++ {
		t[r], _ = Passes(r)
	}
	return t
}()

// twin is the Latin letter or digit that r looks like; style tells that it is
// one in truth, of a styled alphabet.
func twin(r rune) (b byte, style bool) {
	switch {
	case int(r) < len(near):
		return near[r], false
	case r >= 0x2e80 && r < 0xa000 || r >= 0xac00 && r < 0xd800: // East Asian
		return 0, false
	}
	if b, style = styled[r]; !style {
		b, _ = Passes(r)
	}
	return b, style
}
