package lexis

// A table maps numbers above zero to numbers above zero. It holds 1<<bits
// places and must stay half empty; reading costs one step, seldom two.
type table struct {
	places []place
	shift  uint8
}

type place struct {
	key   uint32
	value uint16
}

func newTable(bits uint8) table {
	return table{make([]place, 1<<bits), 32 - bits}
}

// find gives the place of key, or the free one where it belongs.
func (t *table) find(key uint32) *place {
	const golden = 0x9E3779B1 // 2^32 over the golden ratio
	for i := key * golden >> t.shift; ; i++ {
		p := &t.places[i&uint32(len(t.places)-1)] //nolint:gosec // a power of two
		if p.key == key || p.key == 0 {
			return p
		}
	}
}

func (t *table) get(key uint32) uint16 { return t.find(key).value }

func (t *table) put(key uint32, value uint16) { *t.find(key) = place{key, value} }
