// Package lexis finds facts in the words of a message: bank accounts,
// telephone numbers, sums of money, wallets, dates that press, the language,
// and what the words want. It reads strings in one pass or few, and must
// never know what a message, a sender or an attack is.
package lexis

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of the work that one text may cause. What lies beyond is not read.
const (
	maxText     = 256 << 10 // bytes of a text
	maxAccounts = 64
	maxPhones   = 64
	maxWallets  = 64
	maxTried    = 1000 // numbers and words looked at closely, for each kind of fact
)

// MaxAmounts is how many sums of one text are found; what comes behind them
// is not read.
const MaxAmounts = 256

// Plain gives text as a machine reads it: full-width and mathematical letters
// and digits in ASCII, every dash as a hyphen, every space as a space, and
// nothing without width. A text that needs no change is returned as it is.
// The functions of this package call it themselves; who asks several of them
// calls it once before.
func Plain(text string) string {
	text = text[:min(len(text), maxText)]
	i := nextOdd(text, 0)
	if i == len(text) {
		return text
	}
	if !utf8.ValidString(text) { // what is dropped must not join the pieces of a character
		text = strings.ToValidUTF8(text, "?")
		i = nextOdd(text, 0)
	}
	out := strings.Builder{}
	out.Grow(len(text))
	for start := 0; ; {
		out.WriteString(text[start:i])
		if i == len(text) {
			return out.String()
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if b, drop := plainRune(r); !drop {
			if b == 0 {
				out.WriteString(text[i : i+size])
			} else {
				out.WriteByte(b)
			}
		}
		start = i + size
		i = nextOdd(text, start)
	}
}

// minOdd is the least first byte of a character that may need a change.
const minOdd = 0xC2

// nextOdd is where, from i on, the first character stands that may need a
// change.
func nextOdd(s string, i int) int {
	for {
		for i+8 <= len(s) && eight(s, i)&highBits == 0 {
			i += 8
		}
		if i == len(s) || s[i] >= minOdd && odd(s, i) {
			return i
		}
		i++
	}
}

// The highest bit of each of eight bytes, and their lowest.
const (
	highBits = 0x8080808080808080
	lowBits  = highBits >> 7
)

// eight gives the bytes of s from i on as one number, the first one lowest:
// the compiler makes one load of it.
func eight(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// nextDigit is where, from i on, the first digit stands, or the end of s.
func nextDigit(s string, i int) int { return next(s, i, '0', '9') }

// next is where, from i on, the first byte from least to most stands, both of
// ASCII, or the end of s. It looks at eight bytes at a time: most text has no
// numbers, so this decides how long all readers of numbers take.
func next(s string, i int, least, most byte) int {
	low, high := uint64(0x80-least)*lowBits, uint64(0x7F-most)*lowBits
	for ; i+8 <= len(s); i += 8 {
		x := eight(s, i)
		y := x &^ highBits // so that no sum goes beyond its byte
		if in := (y + low) &^ (y + high) &^ x & highBits; in != 0 {
			return i + bits.TrailingZeros64(in)/8
		}
	}
	for i < len(s) && (s[i] < least || s[i] > most) {
		i++
	}
	return i
}

// odd tells, by its first bytes, whether the character at i may need a change.
func odd(s string, i int) bool {
	switch s[i] {
	case minOdd: // NBSP, soft hyphen
		return i+1 < len(s) && (s[i+1] == 0xA0 || s[i+1] == 0xAD)
	case 0xCD: // combining grapheme joiner
		return i+1 < len(s) && s[i+1] == 0x8F
	case 0xE2: // general punctuation, mathematical minus, enclosed digits
		return i+1 < len(s) && (s[i+1] == 0x80 || s[i+1] == 0x81 || s[i+1] == 0x88)
	case 0xE3: // ideographic space
		return i+2 < len(s) && s[i+1] == 0x80 && s[i+2] == 0x80
	case 0xEF: // full-width forms, the byte order mark
		return i+1 < len(s) && s[i+1] >= 0xB9
	case 0xF0: // mathematical letters and digits
		return i+1 < len(s) && s[i+1] == 0x9D
	}
	return false
}

// plainRune gives the ASCII character for r, 0 for r itself, or says that r
// takes no room.
func plainRune(r rune) (b byte, drop bool) {
	switch {
	case 0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x2069, r == 0xFEFF, r == 0xAD, r == 0x34F:
		return 0, true
	case r == 0xA0, 0x2000 <= r && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000:
		return ' ', false
	case r == 0x2028, r == 0x2029:
		return '\n', false
	case 0x2010 <= r && r <= 0x2015, r == 0x2212, r == 0xFE63:
		return '-', false
	case 0xFF01 <= r && r <= 0xFF5E:
		return byte(r - 0xFF01 + '!'), false
	case 0x1D7CE <= r && r <= 0x1D7FF:
		return byte('0' + (r-0x1D7CE)%10), false
	case 0x1D400 <= r && r <= 0x1D6A3:
		letter := (r - 0x1D400) % 52
		if letter < 26 {
			return byte('A' + letter), false
		}
		return byte('a' + letter - 26), false
	}
	return 0, false
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

func upper(b byte) bool { return 'A' <= b && b <= 'Z' }

func alpha(b byte) bool { return upper(b &^ 0x20) }

func alnum(b byte) bool { return folded[b] != 0 }

// inWord tells the bytes that words are made of; what is beyond ASCII counts
// as a letter.
func inWord(b byte) bool { return alnum(b) || b >= utf8.RuneSelf }

// wordEnd is where the ASCII letters and digits at i end.
func wordEnd(s string, i int) int {
	for i < len(s) && alnum(s[i]) {
		i++
	}
	return i
}

// atWord tells whether a word or number may begin at i.
func atWord(s string, i int) bool { return i == 0 || !inWord(s[i-1]) }

// lower appends the lower case of s to buf.
func lower(buf []byte, s string) []byte {
	for _, r := range s {
		if r >= utf8.RuneSelf {
			buf = utf8.AppendRune(buf, unicode.ToLower(r))
			continue
		}
		if 'A' <= r && r <= 'Z' {
			r |= 0x20
		}
		buf = append(buf, byte(r)) //nolint:gosec // ASCII
	}
	return buf
}

// maxWord is how many bytes of a word before a number are read.
const maxWord = 64

// before calls see with the words that stand before i, the nearest first and
// in lower case, until see returns false. It goes back no further than reach
// bytes, and of a word no further than buf.
func before(buf *[maxWord]byte, s string, i, reach int, see func(word []byte) bool) {
	floor := max(0, i-reach)
	for end := i; end > floor; {
		if !inWord(s[end-1]) {
			end--
			continue
		}
		start := end - 1
		for start > floor && inWord(s[start-1]) {
			start--
		}
		word := s[start:end]
		if len(word) > len(buf) {
			word = word[len(word)-len(buf):]
		}
		if !see(lower(buf[:0], word)) {
			return
		}
		end = start
	}
}
