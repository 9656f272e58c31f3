package lexis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A word is one of a text: a run of letters and digits, or one character of a
// script that puts no space between words.
type word struct {
	hash       uint32
	start, end int32
	symbol     uint16    // of the word in the lexicon; 0 where no phrase has it
	stems      [2]uint16 // of what it begins with
	letters    uint8
	open       bool // a sentence begins here
}

// maxWords bounds the words of one text that are read.
const maxWords = 40_000

// foldTable gives letters and digits below U+0530 in lower case and without
// accents, and 0 for what is neither: Latin, Greek and Cyrillic.
var foldTable = func() (t [0x530]uint16) {
	for r := range rune(len(t)) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		d, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
		if r == 'й' || r == 'Й' || r == 'ї' || r == 'Ї' || int(d) >= len(t) { // letters of their own
			d = r
		}
		t[r] = uint16(unicode.ToLower(d))
	}
	for from, to := range map[rune]rune{'ß': 's', 'ø': 'o', 'Ø': 'o', 'ł': 'l', 'Ł': 'l', 'ı': 'i', 'İ': 'i', 'đ': 'd', 'Đ': 'd', 'ё': 'е', 'Ё': 'е', 'ς': 'σ'} {
		t[from] = uint16(to)
	}
	return t
}()

// twins are Cyrillic and Greek letters that pass for the Latin ones behind
// them; they count as such in words that have Latin letters too.
var twins = func() map[rune]rune {
	m := map[rune]rune{}
	row := []rune("аaвbеeіiјjкkмmнhоoрpсcтtуyхxѕsԁdԛqԝwαaεeιiκkνvοoρpτtυuχx")
	for i := 0; i < len(row); i += 2 {
		m[row[i]] = row[i+1]
	}
	return m
}()

// FNV-1a over characters.
const (
	hashOffset = 2166136261
	hashPrime  = 16777619
)

// split gives the words of s, with their symbols in the lexicon l, if any.
func split(words []word, s string, l *lexiconTable) []word {
	var w word
	w.hash, w.open = hashOffset, true
	latin, other := false, false
	emit := func(end int) {
		w.end = int32(end) //nolint:gosec // a text is shorter
		if latin && other {
			w.hash = foldTwins(s[w.start:w.end])
		}
		if l != nil {
			w.symbol = l.symbols.get(w.hash)
		}
		words = append(words, w)
		w, latin, other = word{hash: hashOffset}, false, false
	}
	for i := 0; i < len(s) && len(words) < maxWords; {
		r, size := rune(s[i]), 1
		f := rune(foldTable[r])
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			f = foldRune(r)
		}
		switch f {
		case skip:
		case 0:
			if w.letters > 0 {
				emit(i)
			}
			w.open = w.open || ends(s, i)
		default:
			alone := eastAsian(r)
			if alone && w.letters > 0 {
				emit(i)
			}
			if w.letters == 0 {
				w.start = int32(i)
			}
			w.hash = (w.hash ^ uint32(f)) * hashPrime //nolint:gosec // a character is not negative
			w.letters = min(w.letters+1, 250)
			latin, other = latin || 'a' <= f && f <= 'z', other || f >= 0x370 && f < 0x530
			if alone {
				emit(i + size)
			} else if l != nil && w.letters >= minStem {
				if sym := l.stem(w.hash); sym != 0 {
					w.stems[1], w.stems[0] = w.stems[0], sym
				}
			}
		}
		i += size
	}
	if w.letters > 0 {
		emit(len(s))
	}
	return words
}

// skip marks what is inside a word and not part of it.
const skip = -1

// foldRune gives the letter or digit without case and accent, 0 for what is
// neither, and skip for marks and what takes no room.
func foldRune(r rune) rune {
	if int(r) < len(foldTable) {
		if f := foldTable[r]; f != 0 {
			return rune(f)
		}
		if r < 0x300 && r != 0xAD || r > 0x36F && r < 0x483 {
			return 0
		}
	}
	switch {
	case eastAsian(r):
		return r
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		return skip
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return unicode.ToLower(r)
	}
	return 0
}

// foldTwins is the hash of a word of mixed scripts as it is read.
func foldTwins(s string) uint32 {
	h := uint32(hashOffset)
	for _, r := range s {
		f := foldRune(r)
		if f <= 0 {
			continue
		}
		if t, ok := twins[f]; ok {
			f = t
		}
		h = (h ^ uint32(f)) * hashPrime
	}
	return h
}

// eastAsian tells characters of scripts without spaces between words: kana,
// Chinese characters, and their full-width signs of length.
func eastAsian(r rune) bool {
	return 0x3041 <= r && r <= 0x30FF && r != 0x30FB || 0x3400 <= r && r <= 0x9FFF || r == 0x3005
}

// ends tells whether the character at i ends a sentence.
func ends(s string, i int) bool {
	switch s[i] {
	case '!', '?', ';':
		return true
	case '.':
		return i+1 == len(s) || s[i+1] <= ' '
	case '\n':
		return i+1 < len(s) && (s[i+1] == '\n' || s[i+1] == '\r')
	}
	return s[i] == 0xE3 && strings.HasPrefix(s[i:], "。")
}
