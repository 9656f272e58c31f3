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

// noLexicon knows no word.
var noLexicon = &lexiconTable{symbols: newTable(1)}

// A splitter takes a text apart.
type splitter struct {
	text         string
	lexicon      *lexiconTable
	words        []word
	word         word // the one at hand
	latin, other bool // its scripts
}

// split appends the words of s, with their symbols in the lexicon l.
func split(words []word, s string, l *lexiconTable) []word {
	t := splitter{text: s, lexicon: l, words: words, word: word{hash: hashOffset, open: true}}
	for i := 0; i < len(s) && len(t.words) < maxWords; {
		switch {
		case folded[s[i]] != 0:
			i = t.ascii(i)
		case s[i] < utf8.RuneSelf:
			t.between(i)
			i++
		default:
			i = t.rune(i)
		}
	}
	if t.word.letters > 0 {
		t.emit(len(s))
	}
	return t.words
}

// maxLettersKnown is where the letters of a word are no longer counted.
const maxLettersKnown = 250

// ascii adds the letters and digits at i to the word, and gives where they
// end. Most of most texts passes here, so the word's state is kept in
// registers.
func (t *splitter) ascii(i int) int {
	w, s, l := &t.word, t.text, t.lexicon
	if w.letters == 0 {
		w.start = int32(i) //nolint:gosec // a text is shorter
	}
	hash, n, latin := w.hash, int(w.letters), t.latin
	for ; i < len(s); i++ {
		f := folded[s[i]]
		if f == 0 {
			break
		}
		hash = (hash ^ uint32(f)) * hashPrime
		latin = latin || f >= 'a'
		if n++; n >= minStem && l.stems.marks.has(hash) {
			w.stem(l.stems.get(hash))
		}
	}
	w.hash, w.letters, t.latin = hash, uint8(min(n, maxLettersKnown)), latin //nolint:gosec // bounded
	return i
}

// stem notes what the word begins with; the two longest stay.
func (w *word) stem(symbol uint16) {
	if symbol != 0 {
		w.stems[1], w.stems[0] = w.stems[0], symbol
	}
}

// between ends the word at i, where no letter stands.
func (t *splitter) between(i int) {
	if t.word.letters > 0 {
		t.emit(i)
	}
	t.word.open = t.word.open || ends(t.text, i)
}

// rune reads the character beyond ASCII at i, and gives where it ends.
func (t *splitter) rune(i int) int {
	w := &t.word
	r, size := utf8.DecodeRuneInString(t.text[i:])
	f := foldRune(r)
	switch f {
	case skip:
		return i + size
	case 0:
		t.between(i)
		return i + size
	}
	alone := eastAsian(r)
	if alone && w.letters > 0 {
		t.emit(i)
	}
	if w.letters == 0 {
		w.start = int32(i) //nolint:gosec // a text is shorter
	}
	w.hash = (w.hash ^ uint32(f)) * hashPrime //nolint:gosec // a character is not negative
	w.letters = min(w.letters+1, maxLettersKnown)
	t.latin, t.other = t.latin || 'a' <= f && f <= 'z', t.other || f >= 0x370 && f < 0x530
	switch {
	case alone:
		t.emit(i + size)
	case w.letters >= minStem && t.lexicon.stems.marks.has(w.hash):
		w.stem(t.lexicon.stems.get(w.hash))
	}
	return i + size
}

// emit ends the word before end.
func (t *splitter) emit(end int) {
	w := &t.word
	w.end = int32(end) //nolint:gosec // a text is shorter
	if t.latin && t.other {
		w.hash = foldTwins(t.text[w.start:w.end])
	}
	w.symbol = t.lexicon.symbols.get(w.hash)
	t.words = append(t.words, *w)
	t.word, t.latin, t.other = word{hash: hashOffset}, false, false
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
