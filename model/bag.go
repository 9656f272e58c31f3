package model

import "math"

// A bag holds the different words and pairs of words of one space, each with
// its n-grams. The n-grams of a word are cut once, however often it occurs.
type bag struct {
	shift   uint     // 64 less the bits of a bucket
	keep    []uint64 // bitmap of the buckets that count; nil: all
	entries []entry
	buckets []uint32 // of the character n-grams that count, entry by entry
	table   []int32  // index of an entry and 1 by its hash; 0: free; a power of two
	texts   []string // that were read
}

// An entry is a word or a pair of words.
type entry struct {
	hash     uint64 // its upper bits are the bucket of the whole
	from, to uint32 // its character n-grams in bag.buckets; a pair has none
	grams    uint16 // how many it has, those that do not count too
	count    uint16

	text       uint32 // where it first occurs: a text of the bag, and from where to where
	start, end uint32
}

func newBag(bits, words int, keep []uint64) *bag {
	return &bag{
		shift: uint(64 - bits), keep: keep, entries: make([]entry, 0, words),
		buckets: make([]uint32, 0, 4*words), table: make([]int32, 2*words),
	}
}

// minWords is what a bag is made for at least; a power of two.
const minWords = 64

// add counts a word or a pair, and answers its entry where it is new. It stands
// in the text that is read.
func (b *bag) add(hash uint64, start, end int) *entry {
	mask := len(b.table) - 1
	i := int(hash) & mask //nolint:gosec // masked
	for b.table[i] != 0 {
		if e := &b.entries[b.table[i]-1]; e.hash == hash {
			if e.count < math.MaxUint16 {
				e.count++
			}
			return nil
		}
		i = (i + 1) & mask
	}
	b.entries = append(b.entries, entry{hash: hash, count: 1, text: uint32(len(b.texts) - 1), start: uint32(start), end: uint32(end)}) //nolint:gosec // bounded texts
	b.table[i] = int32(len(b.entries))                                                                                                 //nolint:gosec // a bounded text
	if 2*len(b.entries) > len(b.table) {
		b.grow()
	}
	return &b.entries[len(b.entries)-1]
}

// quote is an entry as it stands in the text.
func (b *bag) quote(e *entry) string { return b.texts[e.text][e.start:e.end] }

// grow doubles the table.
func (b *bag) grow() {
	b.table = make([]int32, 2*len(b.table))
	mask := len(b.table) - 1
	for n := range b.entries {
		i := int(b.entries[n].hash) & mask //nolint:gosec // masked
		for b.table[i] != 0 {
			i = (i + 1) & mask
		}
		b.table[i] = int32(n + 1)
	}
}

// clear makes the bag ready for the next space.
func (b *bag) clear() {
	if len(b.entries) > 0 {
		clear(b.table)
		b.entries, b.buckets, b.texts = b.entries[:0], b.buckets[:0], b.texts[:0]
	}
}

// cut notes the buckets of a word's n-grams of 2 to maxGram characters, the
// marks around it included, and counts them.
func (b *bag) cut(word []rune, seed uint64) (n uint16) {
	var c1, c2, c3, c4 uint64
	for i, c := range word {
		c0 := uint64(c) //nolint:gosec // characters are positive
		h := seed + c0*mul0
		if i >= 1 {
			h += c1 * mul1
			b.note(h + 2)
			n++
		}
		if i >= 2 {
			h += c2 * mul2
			b.note(h + 3)
			n++
		}
		if i >= 3 {
			h += c3 * mul3
			b.note(h + 4)
			n++
		}
		if i >= 4 {
			b.note(h + c4*mul4 + 5)
			n++
		}
		c1, c2, c3, c4 = c0, c1, c2, c3
	}
	return n
}

func (b *bag) note(h uint64) {
	if bucket := uint32(mix(h) >> b.shift); b.counts(bucket) { //nolint:gosec // at most 24 bits
		b.buckets = append(b.buckets, bucket)
	}
}

// counts tells whether a bucket has weights.
func (b *bag) counts(bucket uint32) bool {
	return b.keep == nil || b.keep[bucket>>6]&(1<<(bucket&63)) != 0
}

// lengths are the squared lengths of the vectors of character and of word
// n-grams, taking all n-grams for different.
func (b *bag) lengths() (chars, words float64) {
	for i := range b.entries {
		e := &b.entries[i]
		x := float64(repeated(e.count)) / repeatUnit
		chars, words = chars+x*x*float64(e.grams), words+x*x
	}
	return chars, words
}

// A few n-grams alone say less than many.
const fewGrams = 16

// shorten brings vectors of some squared length to that of their space.
func shorten(s space, length float64) float64 {
	return spaceWeight[s] / math.Sqrt(length+fewGrams)
}

// repeatUnit is the value of a word that occurs once.
const repeatUnit = 256

// repeated is how much a word counts that occurs n times: the first time
// whole, then by the logarithm.
func repeated(n uint16) int64 {
	if int(n) < len(repeats) {
		return int64(repeats[n])
	}
	return int64(repeatUnit * (1 + math.Log(float64(n))))
}

var repeats = func() (t [64]uint16) {
	for n := 1; n < len(t); n++ {
		t[n] = uint16(repeatUnit * (1 + math.Log(float64(n))))
	}
	return t
}()
