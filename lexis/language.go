package lexis

import (
	_ "embed" // languages.txt
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Limits of the work of telling a language.
const (
	maxLanguageWords = 300 // words that are looked at
	maxScriptBytes   = 4 << 10
	maxLanguages     = 32
)

// A table tells languages of one script by their words, and by the letters
// of words that it does not know: three in a row, the word's ends included.
type languageTable struct {
	names    []string
	latin    int        // languages in Latin letters; they come first
	places   table      // of words in evidence, by hash
	words    []evidence // the first is none
	trigrams [trigramSize]evidence
}

// trigramSize is the size of the table of trigrams, which share places.
const trigramSize = 1 << 13

// evidence is how much more a feature speaks for each language than for all,
// in logarithms.
type evidence [maxLanguages]float32

//go:embed languages.txt
var languagesFile string

var languages = sync.OnceValue(func() *languageTable {
	t := &languageTable{places: newTable(12), words: make([]evidence, 1)}
	var counts [trigramSize][maxLanguages]float64
	for line := range strings.Lines(languagesFile) {
		name, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || line[0] == '#' {
			continue
		}
		l := len(t.names)
		t.names = append(t.names, name)
		if !slices.Contains(cyrillic, name) {
			t.latin = l + 1
		}
		for i, w := range split(nil, list, noLexicon) {
			freq := 1 / (float64(i) + 12) // as Zipf's law has it
			at := t.places.get(w.hash)
			if at == 0 {
				at = uint16(len(t.words))
				t.places.put(w.hash, at)
				t.words = append(t.words, evidence{})
			}
			t.words[at][l] = max(t.words[at][l], float32(freq))
			trigrams(list[w.start:w.end], func(g uint32) { counts[g][l] += math.Sqrt(freq) })
		}
	}
	t.lexicon(&counts)
	t.weigh(&counts)
	return t
})

// lexicon adds the words of the lexicon's files to what is known of the
// letters of their languages.
func (t *languageTable) lexicon(counts *[trigramSize][maxLanguages]float64) {
	files := builtinLexicon()
	for l, name := range t.names {
		for line := range strings.Lines(files[name]) {
			_, list, ok := strings.Cut(line, ": ")
			if !ok || line[0] == '#' {
				continue
			}
			for _, w := range split(nil, list, noLexicon) {
				trigrams(list[w.start:w.end], func(g uint32) { counts[g][l] += 0.01 })
			}
		}
	}
}

// weigh turns frequencies into logarithms of how much more likely a feature
// is in a language than elsewhere.
func (t *languageTable) weigh(counts *[trigramSize][maxLanguages]float64) {
	const rare = 1e-3
	for i := range t.words {
		e := &t.words[i]
		for l := range t.names {
			e[l] = float32(math.Log((float64(e[l]) + rare) / rare))
		}
	}
	var total [maxLanguages]float64
	for g := range counts {
		for l := range t.names {
			total[l] += counts[g][l]
		}
	}
	for g := range counts {
		for l := range t.names {
			t.trigrams[g][l] = float32(math.Log(counts[g][l]/total[l] + 1.0/trigramSize))
		}
	}
}

// trigrams calls see with the place of every three letters of a word, its
// ends included.
func trigrams(word string, see func(uint32)) {
	a, b := uint32(' '), uint32(' ')
	n := 0
	for _, r := range word {
		// Accents tell languages apart, so they stay.
		c := uint32(unicode.ToLower(r)) //nolint:gosec // a character is not negative
		if n++; n > 1 {
			see(trigram(a, b, c))
		}
		a, b = b, c
	}
	see(trigram(a, b, ' '))
}

func trigram(a, b, c uint32) uint32 {
	h := ((a*hashPrime^b)*hashPrime ^ c) * 0x9E3779B1
	return h >> (32 - 13)
}

// Language tells the language of text (ISO 639-1) and how sure that is, from
// 0 to 1. Little text gives little confidence.
func Language(text string) (lang string, confidence float64) {
	text = Plain(text)
	return language(text, split(nil, text, noLexicon))
}

// language is Language of a text that is split into words.
func language(text string, words []word) (string, float64) {
	script, letters := mainScript(text)
	if letters == 0 {
		return "", 0
	}
	if script != "Latn" && script != "Cyrl" {
		return script, 1 - math.Exp(-float64(letters)/6)
	}
	t := languages()
	var score evidence
	known := 0
	step := 1 + len(words)/maxLanguageWords
	for i := 0; i < len(words); i += step {
		if at := t.places.get(words[i].hash); at != 0 {
			known++
			e := &t.words[at]
			for l := range score {
				score[l] += e[l]
			}
		}
	}
	switch {
	case script == "Cyrl":
		t.marks(text, &score)
	case known < fewWords:
		t.letters(text, words, &score)
	}
	return t.best(&score, script)
}

// marks adds what letters tell that only one of the languages has. Russian
// has ъ too, but seldom.
func (t *languageTable) marks(text string, score *evidence) {
	const each, most = 2, 10
	for lang, letters := range map[string]string{"ru": "ыэё", "uk": "іїєґ", "bg": "ъ", "sr": "јљњћђџ"} {
		n := 0
		for _, r := range text[:min(len(text), maxScriptBytes)] {
			if r >= 0x400 && strings.ContainsRune(letters, unicode.ToLower(r)) {
				n++
			}
		}
		score[slices.Index(t.names, lang)] += float32(min(each*float64(n), most))
	}
}

// fewWords known ones do not tell alone.
const (
	fewWords   = 40
	maxLetters = 40 // words whose letters are looked at, and letters of each
)

// letters adds what the letters of words tell about languages in Latin letters.
func (t *languageTable) letters(text string, words []word, score *evidence) {
	const share = 0.35 // letters of one word depend on each other
	latin := score[:t.latin]
	for i := range words[:min(len(words), maxLetters)] {
		w := &words[i]
		if w.letters < 3 || w.letters > maxLetters {
			continue
		}
		trigrams(text[w.start:w.end], func(g uint32) {
			e := t.trigrams[g][:len(latin)]
			for l := range latin {
				latin[l] += share * e[l]
			}
		})
	}
}

// cyrillic are the languages in languages.txt that are written so, the last ones.
var cyrillic = []string{"ru", "uk", "bg", "sr"}

// best gives the language of the highest score, among those of the script.
// How far the second is behind tells the confidence.
func (t *languageTable) best(score *evidence, script string) (string, float64) {
	best := ""
	first, second := float32(math.Inf(-1)), float32(math.Inf(-1))
	from, to := 0, t.latin
	if script == "Cyrl" {
		from, to = t.latin, len(t.names)
	}
	for l := from; l < to; l++ {
		if s := score[l%maxLanguages]; s > first {
			best, first, second = t.names[l], s, first
		} else {
			second = max(second, s)
		}
	}
	const sure = 6 // in logarithms
	if first == second {
		return "", 0
	}
	return best, 1 - math.Exp(-float64(first-second)/sure)
}

// alphabets counts letters by the scripts that tell languages apart.
type alphabets struct {
	latin, cyrillic, greek, hebrew, arabic, persian, hangul, kana, han, thai, devanagari int
}

// add counts a character beyond ASCII.
func (a *alphabets) add(r rune) {
	switch {
	case r < 0x370:
		a.latin++
	case r < 0x400:
		a.greek++
	case r < 0x530:
		a.cyrillic++
	case r < 0x590:
	case r < 0x600:
		a.hebrew++
	case r < 0x700:
		a.arabic++
		if r == 'پ' || r == 'چ' || r == 'گ' || r == 'ی' || r == 'ک' {
			a.persian++
		}
	case 0x900 <= r && r < 0x980:
		a.devanagari++
	case 0xE00 <= r && r < 0xE80:
		a.thai++
	case 0x3041 <= r && r < 0x3100:
		a.kana++
	case 0x3400 <= r && r < 0xA000:
		a.han++
	case 0xAC00 <= r && r < 0xD7B0:
		a.hangul++
	}
}

// most gives the script that is written most, by the language where it tells
// one. What takes few characters for a word counts more.
func (a *alphabets) most() (script string, letters int) {
	for _, s := range []struct {
		script  string
		letters int
	}{
		{"Latn", a.latin},
		{"Cyrl", a.cyrillic},
		{"el", a.greek},
		{"he", a.hebrew},
		{"ar", a.arabic},
		{"ko", 2 * a.hangul},
		{"th", a.thai},
		{"hi", a.devanagari},
		{"zh", 3 * (a.kana + a.han)},
	} {
		if s.letters > letters || script == "" {
			script, letters = s.script, s.letters
		}
	}
	switch {
	case script == "zh" && a.kana*20 > a.han:
		script = "ja"
	case script == "ar" && a.persian*10 > a.arabic:
		script = "fa"
	}
	return script, letters
}

// mainScript gives Latn or Cyrl, or the language that a script tells, with
// the number of its letters in the beginning of text.
func mainScript(text string) (script string, letters int) {
	var a alphabets
	for i := 0; i < len(text) && i <= maxScriptBytes; {
		if text[i] < utf8.RuneSelf {
			if alpha(text[i]) {
				a.latin++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		a.add(r)
	}
	return a.most()
}
