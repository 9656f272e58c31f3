package signals

import (
	"math/bits"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A hash is that of one word while it is read, eight bytes at a time.
type hash struct{ sum, next uint64 }

func (h *hash) add(b byte) {
	if h.next>>56 != 0 {
		h.mix()
	}
	h.next = h.next<<8 | uint64(b)
}

func (h *hash) mix() {
	h.sum, h.next = (bits.RotateLeft64(h.sum, 23)^h.next)*0x9e3779b97f4a7c15, 0 // 2^64 over the golden ratio
}

// ascii adds the ASCII letters and digits that s begins with, and tells how
// many there are. The hash is kept in registers.
func (h *hash) ascii(s string) int {
	sum := *h
	for i := range len(s) {
		folded := letter[s[i]]
		if folded == 0 {
			*h = sum
			return i
		}
		sum.add(folded)
	}
	*h = sum
	return len(s)
}

// end gives the hash and begins the next word's.
func (h *hash) end() uint32 {
	h.mix()
	sum := uint32(h.sum >> 32)
	*h = hash{}
	return sum
}

// rune adds the letter r of a word beyond ASCII, and tells whether it is one,
// or else whether it takes no room and stands within a word.
func (h *hash) rune(r rune) (added, within bool) {
	switch {
	case zeroWidth(r), unicode.Is(unicode.Mn, r):
		return false, true
	case int(r) < len(plain) && plain[r] != 0:
		h.add(plain[r])
	case unicode.IsLetter(r):
		var b [utf8.UTFMax]byte
		for _, c := range b[:utf8.EncodeRune(b[:], unicode.ToLower(r))] {
			h.add(c)
		}
	default:
		return false, false
	}
	return true, false
}

// letter folds the ASCII letters and digits, and is 0 for the rest.
var letter = func() (m [256]byte) {
	for c := range byte(utf8.RuneSelf) {
		if r := rune(c); unicode.IsLetter(r) || unicode.IsDigit(r) {
			m[c] = byte(unicode.ToLower(r))
		}
	}
	return m
}()

// plain gives the ASCII letter under the accents of a Latin one.
var plain = func() (m [0x250]byte) {
	for r := rune(0xC0); int(r) < len(m); r++ {
		if d := norm.NFD.String(string(r)); d[0] < utf8.RuneSelf {
			m[r] = letter[d[0]]
		}
	}
	m['ß'], m['ø'], m['Ø'], m['ł'], m['Ł'] = 's', 'o', 'o', 'l', 'l'
	return m
}()

// zeroWidth tells characters that take no room on the screen.
func zeroWidth(r rune) bool {
	return 0x200B <= r && r <= 0x200F || 0x2060 <= r && r <= 0x2064 || r == 0xFEFF || r == 0x00AD || r == 0x034F
}

func digit(b byte) bool { return '0' <= b && b <= '9' }
