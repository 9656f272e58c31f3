package model

import (
	"math"
	"slices"
)

// A bag holds the different words and pairs of words of one space, each with
// its n-grams. The n-grams of a word are cut once, however often it occurs.
type bag struct {
	shift   uint    // 64 less the bits of a bucket
	words   []marks // of the buckets, those kept count; nil: all
	entries []entry
	grams   []uint32 // buckets of the character n-grams that count, entry by entry
	wholes  []uint32 // buckets of the entries themselves that count
	texts   []string // that were read
	cuts    int      // character n-grams, those that do not count too
	known   int      // n-grams and entries that the model knows
	again   []uint32 // entries that occur more than once

	table []uint32 // index of an entry, and 1, and used, by its hash; up to used: free
	slots []uint32 // that the table is cut from; a power of two
	used  uint32   // entries that the table held before
}

// An entry is a word or a pair of words.
type entry struct {
	hash     uint64 // its upper bits are the bucket of the whole
	from, to uint32 // its character n-grams in bag.grams; a pair has none
	cut      uint16 // how many it has, those that do not count too
	count    uint16

	text       uint32 // where it first occurs: a text of the bag, and from where to where
	start, end uint32
}

// maxGrams is how many n-grams of characters a word has at most.
const maxGrams = (maxGram - 1) * (maxWord + 2)

// Slots of a table, for a text and at least; powers of two.
const (
	minSlots = 128
	perSlot  = 2       // bytes of a text
	maxUsed  = 1 << 30 // entries, before the slots are cleared
)

// clear makes the bag ready for the next space, whose first text has so many
// bytes.
func (b *bag) clear(bytes int) {
	b.renew(minSlots)
	for perSlot*len(b.table) < bytes {
		b.renew(2 * len(b.table))
	}
	clear(b.texts)
	b.entries, b.grams, b.wholes, b.texts = b.entries[:0], b.grams[:0], b.wholes[:0], b.texts[:0]
	b.again, b.cuts, b.known = b.again[:0], 0, 0
}

// renew makes the table empty, with so many slots.
func (b *bag) renew(slots int) {
	b.used += uint32(len(b.entries)) //nolint:gosec // bounded texts
	if slots > len(b.slots) || b.used > maxUsed {
		b.slots, b.used = make([]uint32, max(slots, len(b.slots))), 0
	}
	b.table = b.slots[:slots]
}

// add counts a word or a pair, and answers its entry where it is new. It stands
// in the text that is read.
func (b *bag) add(hash uint64, start, end int) *entry {
	slot := b.slot(hash)
	if n := b.table[slot]; n > b.used {
		e := &b.entries[n-b.used-1]
		if e.count == 1 {
			b.again = append(b.again, n-b.used-1)
		}
		if e.count < math.MaxUint16 {
			e.count++
		}
		return nil
	}
	grams := uint32(len(b.grams)) //nolint:gosec // bounded texts
	b.entries = append(b.entries, entry{
		hash: hash, count: 1, from: grams, to: grams,
		text: uint32(len(b.texts) - 1), start: uint32(start), end: uint32(end), //nolint:gosec // bounded texts
	})
	b.table[slot] = b.used + uint32(len(b.entries)) //nolint:gosec // bounded texts
	bucket := b.whole(hash)
	counts, known := b.look(bucket)
	b.wholes = append(b.wholes, bucket)[:len(b.wholes)+counts]
	b.known += known
	if 2*len(b.entries) > len(b.table) {
		b.grow()
	}
	return &b.entries[len(b.entries)-1]
}

// slot is where the table has the entry of a hash, or has room for it.
func (b *bag) slot(hash uint64) int {
	mask := len(b.table) - 1
	i := int(hash) & mask //nolint:gosec // masked
	for b.table[i] > b.used && b.entries[b.table[i]-b.used-1].hash != hash {
		i = (i + 1) & mask
	}
	return i
}

// grow doubles the table.
func (b *bag) grow() {
	b.renew(2 * len(b.table))
	for n := range b.entries {
		b.table[b.slot(b.entries[n].hash)] = b.used + uint32(n+1)
	}
}

// quote is an entry as it stands in the text.
func (b *bag) quote(e *entry) string { return b.texts[e.text][e.start:e.end] }

// whole is the bucket of a word or a pair.
func (b *bag) whole(hash uint64) uint32 { return uint32(hash >> (b.shift & 63)) } //nolint:gosec // at most 24 bits

// cut notes the n-grams of 2 to maxGram characters of a word, the marks around
// it included.
func (b *bag) cut(e *entry, word []rune, seed uint64) {
	b.grams = slices.Grow(b.grams, maxGrams)
	grams, n, all := b.grams[:len(b.grams)+maxGrams], len(b.grams), 0
	note := func(h uint64) { // without a branch: which of them count, nobody foresees
		bucket := b.whole(mix(h))
		grams[n] = bucket
		counts, known := b.look(bucket)
		n += counts
		all += known
	}
	var c1, c2, c3, c4 uint64
	for i, c := range word {
		c0 := uint64(c) //nolint:gosec // characters are positive
		h := seed + c0*mul0
		if i >= 1 {
			h += c1 * mul1
			note(h + 2)
		}
		if i >= 2 {
			h += c2 * mul2
			note(h + 3)
		}
		if i >= 3 {
			h += c3 * mul3
			note(h + 4)
		}
		if i >= 4 {
			note(h + c4*mul4 + 5)
		}
		c1, c2, c3, c4 = c0, c1, c2, c3
	}
	b.grams = grams[:n]
	e.cut, e.to = gramsOf(len(word)), uint32(n) //nolint:gosec // bounded texts
	b.cuts += int(e.cut)
	b.known += all
}

// gramsOf is how many n-grams a word of so many characters has, marks included.
func gramsOf(n int) (grams uint16) {
	for length := 2; length <= min(n, maxGram); length++ {
		grams += uint16(n - length + 1) //nolint:gosec // a few
	}
	return grams
}

// look is 1 where a bucket has weights, and 1 where it is known, else 0.
func (b *bag) look(bucket uint32) (counts, known int) {
	if b.words == nil {
		return 1, 1
	}
	m := &b.words[bucket>>6]
	return int(m.kept >> (bucket & 63) & 1), int(m.known >> (bucket & 63) & 1)
}

// lengths are the squared lengths of the vectors of character and of word
// n-grams, taking all n-grams for different.
func (b *bag) lengths() (chars, words float64) {
	c, w := repeatUnit*repeatUnit*int64(b.cuts), repeatUnit*repeatUnit*int64(len(b.entries))
	for _, i := range b.again {
		e := &b.entries[i]
		n := repeated(e.count)
		more := n*n - repeatUnit*repeatUnit
		c, w = c+more*int64(e.cut), w+more
	}
	return float64(c) / (repeatUnit * repeatUnit), float64(w) / (repeatUnit * repeatUnit)
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
