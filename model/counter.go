package model

import "math"

// A counter counts the n-grams of one space by bucket.
type counter struct {
	shift uint           // 64 less the bits of a bucket
	keep  []uint64       // bitmap of the buckets that count; nil: all
	slots []slot         // open addressing; a power of two
	used  []uint32       // indexes of the slots in use
	n     [numKinds]int  // n-grams, those of other buckets too
	seen  func(b uint32) // nil but in explanations: told of every n-gram that counts
}

type slot struct {
	bucket uint32
	count  uint16 // 0: free
	kind   kind
}

func newCounter(bits int, keep []uint64, slots int) *counter {
	return &counter{shift: uint(64 - bits), keep: keep, slots: make([]slot, slots), used: make([]uint32, 0, slots/2+1)} //nolint:gosec // at most 64
}

// add counts one n-gram.
func (c *counter) add(h uint64, k kind) {
	b := h >> c.shift
	c.n[k]++
	if c.keep != nil && c.keep[b>>6]&(1<<(b&63)) == 0 {
		return
	}
	c.count(uint32(b), k) //nolint:gosec // at most 32 bits
}

func (c *counter) count(b uint32, k kind) {
	if c.seen != nil {
		c.seen(b)
		return
	}
	s := c.find(b)
	switch {
	case s.count == 0:
		*s = slot{b, 1, k}
		if 2*len(c.used) > len(c.slots) {
			c.grow()
		}
	case s.count < math.MaxUint16:
		s.count++
	}
}

// find is the slot of b; a free one becomes used.
func (c *counter) find(b uint32) *slot {
	mask := uint32(len(c.slots) - 1) //nolint:gosec // a bounded table
	i := b & mask
	for c.slots[i].count != 0 && c.slots[i].bucket != b {
		i = (i + 1) & mask
	}
	if c.slots[i].count == 0 {
		c.used = append(c.used, i)
	}
	return &c.slots[i]
}

// grow doubles the table.
func (c *counter) grow() {
	old, used := c.slots, c.used
	c.slots, c.used = make([]slot, 2*len(old)), make([]uint32, 0, len(old)+1)
	for _, i := range used {
		*c.find(old[i].bucket) = old[i]
	}
}

// clear makes the counter ready for the next space.
func (c *counter) clear() {
	for _, i := range c.used {
		c.slots[i] = slot{}
	}
	c.used, c.n = c.used[:0], [numKinds]int{}
}

// A few n-grams alone say less than many.
const fewGrams = 16

// shorten makes vectors of n n-grams comparable.
func shorten(s space, n int) float64 { return spaceWeight[s] / math.Sqrt(float64(n+fewGrams)) }

// repeated is how much a bucket with n n-grams counts, in units of 1/256: the
// first whole, the rest by their logarithm.
func repeated(n uint16) int64 {
	if int(n) < len(repeats) {
		return int64(repeats[n])
	}
	return int64(256 * (1 + math.Log(float64(n))))
}

var repeats = func() (t [64]uint16) {
	for n := 1; n < len(t); n++ {
		t[n] = uint16(256 * (1 + math.Log(float64(n))))
	}
	return t
}()
