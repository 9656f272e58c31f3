package signals

import (
	"math/bits"
	"unicode"
	"unicode/utf8"

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

// formWords appends the hash of each word of the texts, whatever its case and
// accents.
func formWords(words []uint32, texts ...string) []uint32 {
	for _, s := range texts {
		s = head(s, maxText)
		for i := 0; i < len(s) && len(words) < maxFormWords; {
			words, i = formToken(words, s, i)
		}
	}
	return words
}

// formToken appends the words of s from i on to the next white space, and
// gives the place behind that. Links and addresses are left out, as they are
// written in different ways.
func formToken(words []uint32, s string, i int) ([]uint32, int) {
	var h hash
	start, end, known := i, len(s), len(words)
	open, link := false, false
	var size int
	for ; i < end; i += size {
		c := s[i]
		size = 1
		if folded := letter[c]; folded != 0 {
			h.add(folded)
			open = true
			continue
		}
		if c >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			added, within := h.rune(r)
			if open = open || added; added || within {
				continue
			}
			if unicode.IsSpace(r) {
				end = i
			}
		} else if c == ' ' || c-'\t' < 5 {
			end = i
		} else {
			link = link || c == '/' || c == '@'
		}
		if open {
			words, open = append(words, h.end()), false
		}
	}
	if open {
		words = append(words, h.end())
	}
	if link || end-start > maxFormWord {
		words = words[:known]
	}
	return words, i
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
