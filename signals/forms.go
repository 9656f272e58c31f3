package signals

import (
	"math/bits"
	"strings"

	"postern/parse"
)

// forms compares the plain and the HTML form of a message.
type forms struct{ plainExtra, htmlExtra float64 }

// Limits of the comparison.
const (
	maxFormWords = 4000 // words of each form, or a few more
	maxFormWord  = 200  // bytes of a word, longer ones are left out
)

// The forms that a word stands in.
const (
	inPlain = 1 << iota
	inPage
)

// readForms compares the words of the two forms.
func readForms(t *parse.Text) forms {
	if t.Other == "" || !t.HTML {
		return forms{Unknown, Unknown}
	}
	plain := formWords(nil, t.Other)
	page := formWords(make([]uint32, 0, len(plain)+16), t.Visible, t.Quoted, t.Signature, t.Disclaimer)
	set := make(wordSet, 1<<bits.Len(uint(2*(len(plain)+len(page)))))
	set.add(plain, inPlain)
	set.add(page, inPage)
	var n [4]int
	for _, w := range set {
		n[w.in]++
	}
	both := n[inPlain|inPage]
	return forms{share(n[inPlain], n[inPlain]+both), share(n[inPage], n[inPage]+both)}
}

// formWords appends the hash of each word that is no link or address, as those
// are written in different ways.
func formWords(words []uint32, texts ...string) []uint32 {
	for _, s := range texts {
		for token := range strings.FieldsSeq(s[:min(len(s), maxText)]) {
			if len(words) >= maxFormWords {
				return words
			}
			if len(token) <= maxFormWord && strings.IndexByte(token, '/') < 0 && strings.IndexByte(token, '@') < 0 {
				words = hashWords(words, token)
			}
		}
	}
	return words
}

// A wordSet is a hash table of the hashes of words, open, at most half full.
type wordSet []struct {
	word uint32
	in   uint8
}

func (s wordSet) add(words []uint32, in uint8) {
	for _, w := range words {
		i := int(w) & (len(s) - 1)
		for s[i].in != 0 && s[i].word != w {
			i = (i + 1) & (len(s) - 1)
		}
		s[i].word, s[i].in = w, s[i].in|in
	}
}
