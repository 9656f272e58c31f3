package signals

import (
	"unicode"
	"unicode/utf8"

	"postern/store"
)

// Limits of what is read for a style.
const (
	minStyle = 30      // words, below which nothing is said
	maxStyle = 8 << 10 // bytes
)

// The measures of a style: layout, punctuation and lengths, and how often short
// words, which carry grammar and no subject, fall into each of eight classes
// (function words, Mosteller and Wallace 1963; no list of them is needed).
const (
	commas = iota
	stops
	exclamations
	questions
	colons
	dashes
	brackets
	quotes
	singleQuotes
	digits
	capitals
	shouted
	foreignLetters
	wordLength
	sentenceLength
	lineLength
	shortWords
	styleMeasures = shortWords + 8
)

var _ = [1]struct{}{}[styleMeasures-store.StyleSize] // the store keeps as many

// usualStyle is what each measure is in ordinary letters: for punctuation and
// words of a class a share of all words, for digits, capitals and foreign
// letters one of all letters, and lengths in characters or words.
var usualStyle = [styleMeasures]float64{
	0.05, 0.07, 0.01, 0.01, 0.02, 0.02, 0.01, 0.01, 0.02, 0.03, 0.05, 0.02, 0.02, 4.7, 14, 60,
	0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06, 0.06,
}

// Style measures how the author writes: store.StyleSize values in [-1,1], 0 for
// what is usual; nil where the text is too short.
func (f *Facts) Style() []float64 {
	v := f.look()
	if v.style == nil {
		v.style = styleOf(f.Msg.Text.Visible[:min(len(f.Msg.Text.Visible), maxStyle)])
	}
	if len(v.style) == 0 {
		return nil
	}
	return v.style
}

func styleOf(text string) []float64 {
	s := styleCount{class: classOffset}
	var size int
	characters := len(text)
	for i := 0; i < len(text); i += size {
		c := text[i]
		size = 1
		switch {
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			s.foreign(r, text[i:i+size])
			characters -= size - 1
		case isLower(c | 0x20):
			size = s.ascii(text[i:])
		case c == ' ' || c-'\t' < 5:
			s.endWord()
			if c == '\n' {
				s.endLine()
			}
		default:
			s.n[signs[c]]++
			s.last, s.open = c, true
		}
	}
	s.endWord()
	s.endLine()
	if s.words < minStyle || s.allLetters == 0 {
		return []float64{}
	}
	return s.style(characters)
}

// A styleCount counts what a style is measured by.
type styleCount struct {
	n                            [styleMeasures + 1]int // the last one is of no interest
	words, allLetters, sentences int
	lines, before                int // those with words, and the words ahead of the one at hand

	// The word at hand.
	letters, upper int
	class          uint32 // a hash of its letters
	last           byte
	open           bool
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// signs are the measures of digits and punctuation.
var signs = func() (t [utf8.RuneSelf]uint8) {
	for c := range t {
		t[c] = styleMeasures
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = digits
	}
	for i, c := range ",.!?:-(\"'" {
		t[c] = uint8(commas + i)
	}
	return t
}()

// ascii counts the ASCII letters that text begins with, and tells how many
// they are. The counts are kept in registers.
func (s *styleCount) ascii(text string) int {
	class, upper, n := s.class, 0, 0
	for ; n < len(text) && isLower(text[n]|0x20); n++ {
		class = (class ^ uint32(text[n]|0x20)) * classPrime
		upper += int(^text[n] >> 5 & 1)
	}
	s.class, s.last, s.open = class, text[n-1], true
	s.letters += n
	s.upper += upper
	return n
}

// foreign counts a character beyond ASCII, whose bytes are those of s.
func (s *styleCount) foreign(r rune, b string) {
	if unicode.IsSpace(r) {
		s.endWord()
		return
	}
	if unicode.IsLetter(r) {
		s.letters++
		s.n[foreignLetters]++
		if unicode.IsUpper(r) {
			s.upper++
		}
	}
	for i := range len(b) {
		s.class = (s.class ^ uint32(b[i]|0x20)) * classPrime
	}
	s.last, s.open = b[0], true
}

// A word falls into one of eight classes by a hash of its letters without
// regard to case (FNV-1a).
const (
	classOffset = 2166136261
	classPrime  = 16777619
	classShift  = 29
)

func (s *styleCount) endWord() {
	if !s.open {
		return
	}
	s.words++
	s.allLetters += s.letters
	s.n[capitals] += s.upper
	if s.upper == s.letters && s.letters > 1 {
		s.n[shouted]++
	}
	if s.letters > 0 && s.letters <= 4 {
		s.n[shortWords+s.class>>classShift]++
	}
	if s.last == '.' || s.last == '!' || s.last == '?' {
		s.sentences++
	}
	s.letters, s.upper, s.class, s.open = 0, 0, classOffset, false
}

func (s *styleCount) endLine() {
	if s.words > s.before {
		s.lines++
		s.before = s.words
	}
}

// style gives the measures of a text of that many characters.
func (s *styleCount) style(characters int) []float64 {
	style := make([]float64, styleMeasures)
	words, letters := float64(s.words), float64(s.allLetters)
	for i := range style {
		n, of := float64(s.n[i]), words
		switch i {
		case digits, capitals, foreignLetters:
			of = letters
		case wordLength:
			n = letters
		case sentenceLength:
			n = words * words / float64(max(s.sentences, 1))
		case lineLength:
			n = float64(characters) * words / float64(max(s.lines, 1))
		}
		share := n / of
		style[i] = (share - usualStyle[i]) / (share + usualStyle[i])
	}
	return style
}
