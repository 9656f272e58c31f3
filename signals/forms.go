package signals

import (
	"math/bits"
	"slices"
	"sync"
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

// formRoom is what comparing takes room for.
type formRoom struct {
	plain, page []uint32
	set         wordSet
}

// formRooms keep it: few messages are compared at once.
var formRooms = sync.Pool{New: func() any { return new(formRoom) }}

// readForms compares the words of the two forms.
func readForms(t *parse.Text) forms {
	if t.Other == "" || !t.HTML {
		return forms{Unknown, Unknown}
	}
	room, _ := formRooms.Get().(*formRoom)
	defer formRooms.Put(room)
	room.plain = formWords(room.plain[:0], t.Other)
	room.page = formWords(room.page[:0], t.Visible, t.Quoted, t.Signature, t.Disclaimer)
	set := room.set.fresh(1 << bits.Len(uint(2*(len(room.plain)+len(room.page)))))
	set.add(room.plain, inPlain)
	set.add(room.page, inPage)
	room.set = set
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
		if n := h.ascii(s[i:]); n > 0 {
			size, open = n, true
			continue
		}
		c := s[i]
		size = 1
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

// fresh gives an empty set of so many places, in the room of s where it fits.
func (s wordSet) fresh(places int) wordSet {
	s = slices.Grow(s[:0], places)[:places]
	clear(s)
	return s
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
