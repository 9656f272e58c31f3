package train

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

// lookalike letters, one for each.
var lookalikes = map[rune]rune{
	'a': 'а', 'c': 'с', 'e': 'е', 'i': 'і', 'o': 'о', 'p': 'р', 's': 'ѕ', 'x': 'х', 'y': 'у',
	'A': 'А', 'B': 'В', 'E': 'Е', 'O': 'О', 'P': 'Р', 'T': 'Т',
}

// homoglyphs swaps letters of every second word.
func homoglyphs(word string, n int) string {
	if n%2 == 1 {
		return word
	}
	return strings.Map(func(r rune) rune {
		if l, ok := lookalikes[r]; ok {
			return l
		}
		return r
	}, word)
}

// zeroWidth puts a character without width into the longer words.
func zeroWidth(word string, n int) string {
	if utf8.RuneCountInString(word) < 4 {
		return word
	}
	r := []rune(word)
	return string(r[:2]) + [...]string{"\u200b", "\u200c", "\u2060"}[n%3] + string(r[2:])
}

//go:embed evade_synonyms.txt
var synonymsText string

// synonyms are words with others of the same meaning.
var synonyms = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(synonymsText) {
		line, _, _ = strings.Cut(line, "#")
		if word, other, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			m[word] = strings.TrimSpace(other)
		}
	}
	return m
})

// reword takes another word of the same meaning, where one is known.
func reword(word string, _ int) string {
	bare := strings.TrimRight(word, ".,:;!?")
	other, ok := synonyms()[strings.ToLower(bare)]
	if !ok {
		return word
	}
	if bare[0] >= 'A' && bare[0] <= 'Z' {
		other = strings.ToUpper(other[:1]) + other[1:]
	}
	return other + word[len(bare):]
}

//go:embed evade_harmless.txt
var harmless string

//go:embed evade_translated.txt
var translatedText string

// translations are the same lures in several languages, by kind.
var translations = sync.OnceValue(func() map[string][][2]string {
	m := map[string][][2]string{}
	for line := range strings.Lines(translatedText) {
		if f := strings.Split(strings.TrimSpace(line), "|"); len(f) == 4 && !strings.HasPrefix(line, "#") {
			m[f[0]] = append(m[f[0]], [2]string{f[2], f[3]})
		}
	}
	return m
})

// translated says what such attacks say, in another language.
func (l *letter) translated() {
	kind := "account"
	if l.link() == "" {
		kind = "money"
	}
	list := translations()[kind]
	t := list[len(l.msg.Subject)%len(list)]
	l.subject = t[0]
	l.parts = []piece{{kind: "text/html", text: "<p>" + strings.ReplaceAll(t[1], "{link}", `<a href="`+l.link()+`">`+t[0]+"</a>") + "</p>"}}
}
