package lookalike

import "math/bits"

// A table maps hashes to partners, many to many, in eight bytes an entry: 40
// bits of the hash above 24 bits of the partner's number plus one. It probes
// linearly and is at most three quarters full. Hashes may collide: whoever asks
// compares names himself.
type table struct {
	slots []uint64
	used  int // entries, and marks of those that were removed
	gone  int // such marks
}

const (
	idBits  = 24
	removed = 1<<idBits - 1 // no partner has this number
	tagMask = ^uint64(removed)
)

// start is where the entries of a tag begin: tags are even, so that they are
// spread by their size.
func (t *table) start(tag uint64) int {
	high, _ := bits.Mul64(tag, uint64(len(t.slots)))
	return int(high) //nolint:gosec // less than len(t.slots)
}

func (t *table) next(i int) int {
	if i++; i < len(t.slots) {
		return i
	}
	return 0
}

func (t *table) add(hash uint64, id int32) {
	if 4*(t.used+1) > 3*len(t.slots) {
		t.grow()
	}
	t.put(hash&tagMask | uint64(id+1)) //nolint:gosec // numbers of partners are small
	t.used++
}

func (t *table) put(entry uint64) {
	i := t.start(entry & tagMask)
	for t.slots[i] != 0 {
		i = t.next(i)
	}
	t.slots[i] = entry
}

func (t *table) grow() {
	old := t.slots
	size := max(1<<10, 2*(t.used-t.gone)) // half full
	t.slots, t.used, t.gone = make([]uint64, size), t.used-t.gone, 0
	for _, e := range old {
		if e != 0 && e&removed != removed {
			t.put(e)
		}
	}
}

func (t *table) remove(hash uint64, id int32) {
	want := hash&tagMask | uint64(id+1) //nolint:gosec // numbers of partners are small
	for i := t.start(hash & tagMask); t.slots[i] != 0; i = t.next(i) {
		if t.slots[i] == want {
			t.slots[i] |= removed
			t.gone++
			return
		}
	}
}

// find appends to ids the partners under hash, until there are limit of them.
func (t *table) find(hash uint64, ids []int32, limit int) []int32 {
	if len(t.slots) == 0 {
		return ids
	}
	tag := hash & tagMask
	for i := t.start(tag); t.slots[i] != 0 && len(ids) < limit; i = t.next(i) {
		if e := t.slots[i]; e&tagMask == tag && e&removed != removed {
			ids = append(ids, int32(e&removed)-1)
		}
	}
	return ids
}

// Kinds of key: where a hash begins, so far from each other that they do not
// meet.
const (
	wholeKey   = 0x9ae16a3b2f90404f // a name without hyphens
	gapKey     = 0xc949d7c7509e6557 // a name, tight or plain, with at most one letter left out
	hostKey    = 0xe7037ed1a0b428db // a domain with dots for its hyphens
	partKey    = 0x8ebc6af09c88c6e3 // a third of a long name; its number and the name's length are mixed in
	pairKey    = 0x589965cc75374cc3 // the only word of a person's name
	wordKey    = 0x1d8e4e27c47d124f // a word of a person's name
	nickKey    = 0xeb44accab455d165 // a group of names that one person goes by
	initialKey = 0xa0761d6478bd642f // by which an initial asks for whole words
)

const prime = 0x100000001b3

// mix ends a hash so that its high bits depend on all letters.
func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

func hash(seed uint64, s []byte) uint64 {
	for i := range len(s) {
		seed = (seed ^ uint64(s[i])) * prime
	}
	return mix(seed)
}

// gapHash is hash of s without its byte at skip.
func gapHash(s []byte, skip int) uint64 {
	seed := uint64(gapKey)
	for i := range len(s) {
		if i != skip {
			seed = (seed ^ uint64(s[i])) * prime
		}
	}
	return mix(seed)
}

// gaps calls f with the hash of s and of s with any one letter left out.
// Two names one edit apart share one of these.
func gaps(s []byte, f func(uint64)) {
	for skip := range len(s) + 1 {
		if skip > 0 && skip < len(s) && s[skip] == s[skip-1] {
			continue // the same as before
		}
		f(gapHash(s, skip))
	}
}

// parts of a long name; of names two edits apart one part is the same, if at
// another place.
const parts = 3

// part is where a part of a name of n letters begins and ends.
func part(n, k int) (from, to int) { return n * k / parts, n * (k + 1) / parts }

func partHash(s []byte, n, k int) uint64 {
	return hash(partKey*uint64(n*parts+k+1), s) //nolint:gosec // small
}
