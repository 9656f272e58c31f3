package signals

import (
	"strings"
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
	var n [styleMeasures]float64
	var words, letters, sentences, lines float64
	for line := range strings.Lines(text) {
		before := words
		for word := range strings.FieldsSeq(line) {
			words++
			l, upper := countWord(word, &n)
			letters += l
			if upper == l && l > 1 {
				n[shouted]++
			}
			if l > 0 && l <= 4 {
				n[shortWords+wordClass(word)]++
			}
			if strings.ContainsAny(word[len(word)-1:], ".!?") {
				sentences++
			}
		}
		if words > before {
			lines++
		}
	}
	if words < minStyle || letters == 0 {
		return []float64{}
	}
	style := make([]float64, styleMeasures)
	n[wordLength], n[sentenceLength], n[lineLength] = letters, words*words/max(sentences, 1), float64(utf8.RuneCountInString(text))*words/max(lines, 1)
	for i := range style {
		of := words
		if i == digits || i == capitals || i == foreignLetters {
			of = letters
		}
		share := n[i] / of
		style[i] = (share - usualStyle[i]) / (share + usualStyle[i])
	}
	return style
}

// countWord counts the signs of a word, its letters and the capital ones.
func countWord(word string, n *[styleMeasures]float64) (letters, upper float64) {
	for _, r := range word {
		switch {
		case r < utf8.RuneSelf && (r >= 'a' && r <= 'z'):
			letters++
		case unicode.IsLetter(r):
			letters++
			if unicode.IsUpper(r) {
				upper++
				n[capitals]++
			}
			if r >= utf8.RuneSelf {
				n[foreignLetters]++
			}
		case r >= '0' && r <= '9':
			n[digits]++
		default:
			if i := strings.IndexRune(",.!?:-(\"'", r); i >= 0 {
				n[[...]int{commas, stops, exclamations, questions, colons, dashes, brackets, quotes, singleQuotes}[i]]++
			}
		}
	}
	return letters, upper
}

// wordClass is one of eight classes, by the letters without regard to case.
func wordClass(word string) int {
	h := uint32(2166136261) // FNV-1a
	for i := range len(word) {
		if c := word[i] | 0x20; c >= 'a' && c <= 'z' || c >= utf8.RuneSelf {
			h = (h ^ uint32(c)) * 16777619
		}
	}
	return int(h >> 29)
}
