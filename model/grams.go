package model

import (
	"sync"
	"unicode/utf8"
)

// Character n-grams within words, and word n-grams.
const (
	maxGram = 5  // characters; the shortest has 2
	maxWord = 24 // characters; what is longer is read in pieces
	minJoin = 4  // single letters in a row that are one word: s p a c e d
)

// The marks before and after a word.
const (
	wordStart = 1
	wordEnd   = 2
)

// Odd constants of the hash. They are part of the format.
const (
	mul0 = 0x9E3779B97F4A7C15
	mul1 = 0xC2B2AE3D27D4EB4F
	mul2 = 0x165667B19E3779F9
	mul3 = 0xD6E8FEB86659FD93
	mul4 = 0xA0761D6478BD642F
	mulW = 0xE7037ED1A0B428DB
	mulB = 0x8EBC6AF09C88C6E3
)

// mix ends a hash: its upper bits are the bucket.
func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= mul0
	h ^= h >> 29
	return h * mul2
}

// A reader cuts texts into words.
type reader struct {
	folds *foldTable
	out   bag
	seed  uint64 // of the space

	word    [maxWord + 2]rune // with the marks around it
	n       int               // characters in word after the first mark
	letters int               // of these

	single  [maxWord]rune // letters that stand alone
	singles int
	before  uint64 // hash of the word before

	from, to int // where the word stands in the text, more or less
	earlier  int // where the word before begins
}

// readers are ready to be used again.
var readers = sync.Pool{New: func() any { return &reader{folds: folds()} }}

// read hands over the bag of each space. The buckets that count are kept in
// words; nil: all.
func read(in *TextInput, bits int, words []marks, yield func(space, *bag)) {
	r := readers.Get().(*reader) //nolint:errcheck,forcetypeassert // they hold nothing else
	r.out.shift, r.out.words = uint(64-bits), words
	last := numSpaces
	in.each(func(s space, text string) {
		if s != last {
			if last != numSpaces {
				yield(last, &r.out)
			}
			r.out.clear(len(text))
			last = s
		}
		r.read(s, text)
	})
	yield(last, &r.out)
	r.out.clear(0) // which lets go of the text
	readers.Put(r)
}

// read hands the words of a text to out.
func (r *reader) read(s space, text string) {
	r.seed = (uint64(s) + 1) * mulB
	r.out.texts = append(r.out.texts, text)
	r.n, r.letters, r.singles, r.before = 0, 0, 0, 0
	r.word[0] = wordStart
	t := r.folds
	for i := 0; i < len(text); {
		start, c := i, rune(text[i])
		if i++; c < utf8.RuneSelf {
			c = rune(t.low[c])
		} else {
			var size int
			c, size = utf8.DecodeRuneInString(text[start:])
			c, i = t.of(c), start+size
		}
		if c <= separator {
			if c == separator {
				r.end()
			}
			continue
		}
		if r.n == maxWord {
			r.end()
		}
		if r.n == 0 && r.singles == 0 {
			r.from = start
		}
		r.to = i
		r.n++
		r.word[r.n] = c
		if c > '9' || c < '0' {
			r.letters++
		}
	}
	r.end()
	r.join()
}

// end ends a word.
func (r *reader) end() {
	switch {
	case r.n == 0:
		return
	case r.n == 1 && r.letters == 1 && r.singles < maxWord:
		r.single[r.singles] = r.word[1]
		r.singles++
	default:
		if r.singles > 0 {
			n, letters, word := r.n, r.letters, r.word
			r.join()
			r.n, r.letters, r.word = n, letters, word
		}
		r.emit()
	}
	r.n, r.letters = 0, 0
}

// join makes of single letters one word where there are many, else each is a
// word.
func (r *reader) join() {
	if r.singles >= minJoin {
		copy(r.word[1:], r.single[:r.singles])
		r.n = r.singles
		r.letters = r.n
		r.emit()
	} else {
		for _, c := range r.single[:r.singles] {
			r.word[1], r.n, r.letters = c, 1, 1
			r.emit()
		}
	}
	r.singles, r.n, r.letters = 0, 0, 0
}

// digits takes a digit between letters for the letter it stands in for, and
// every other for a digit.
func (r *reader) digits() {
	for i := 1; i <= r.n; i++ {
		c := r.word[i]
		if c < '0' || c > '9' {
			continue
		}
		if r.word[i-1] > '9' && i < r.n && r.word[i+1] > '9' {
			r.word[i] = rune("ol2eas6t89"[c-'0'])
		} else {
			r.word[i] = '0'
		}
	}
}

// emit hands over a word, and the pair that it makes with the word before.
func (r *reader) emit() {
	if r.letters < r.n {
		r.digits()
	}
	r.word[r.n+1] = wordEnd
	word := r.word[:r.n+2]
	whole := r.seed
	for _, c := range word {
		whole = (whole ^ uint64(c)) * mulW //nolint:gosec // characters are positive
	}
	if e := r.out.add(mix(whole), r.from, r.to); e != nil {
		r.out.cut(e, word, r.seed)
	}
	if r.before != 0 {
		r.out.add(mix(r.before*mul3+whole), r.earlier, r.to)
	}
	r.before, r.earlier = whole, r.from
	r.from = r.to
}
