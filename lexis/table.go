package lexis

// A table maps numbers above zero to numbers above zero. It holds 1<<bits
// places and must stay half empty; reading costs one step, seldom two. Most
// words of a text are in no table, so what is small is asked first.
type table struct {
	marks  marks
	places []place
	shift  uint8
}

// marks is a set of hashes with false members.
type marks [1 << 10]uint64

func (m *marks) add(h uint32)      { h = h * golden >> 16; m[h>>6] |= 1 << (h & 63) }
func (m *marks) has(h uint32) bool { h = h * golden >> 16; return m[h>>6]>>(h&63)&1 != 0 }

const golden = 0x9E3779B1 // 2^32 over the golden ratio

type place struct {
	key   uint32
	value uint16
}

func newTable(bits uint8) table {
	return table{places: make([]place, 1<<bits), shift: 32 - bits}
}

// find gives the place of key, or the free one where it belongs.
func (t *table) find(key uint32) *place {
	for i := key * golden >> t.shift; ; i++ {
		p := &t.places[i&uint32(len(t.places)-1)] //nolint:gosec // a power of two
		if p.key == key || p.key == 0 {
			return p
		}
	}
}

func (t *table) get(key uint32) uint16 {
	if !t.marks.has(key) {
		return 0
	}
	return t.find(key).value
}

func (t *table) put(key uint32, value uint16) {
	t.marks.add(key)
	*t.find(key) = place{key, value}
}
