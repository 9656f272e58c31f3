package lookalike

import (
	"strings"
	"time"
)

// An Index holds the partners. It may be read by many, or changed by one.
type Index struct {
	limit   int
	entries []entry
	free    []int32          // numbers of entries that are no longer used
	byName  map[string]int32 // by domain
	keys    table
	marks   marks   // of what inside and embedded look for
	heap    []int32 // numbers by weight, lightest first
}

// An entry is a partner in the room that it needs.
type entry struct {
	domain         string
	weight         float64
	since          int64 // seconds since 1970
	sent, received float64
	place          int32 // in heap
	own, firm      bool
}

// New makes an index of at most limit partners, the heaviest.
func New(limit int) *Index {
	return &Index{limit: max(limit, 1), byName: map[string]int32{}}
}

// Len counts the partners.
func (x *Index) Len() int { return len(x.byName) }

// Put adds p, or what is new of it. Where the index is full the lightest
// partner goes. Our own domains are heavier than all others.
func (x *Index) Put(p Partner) {
	var n name
	if !n.read(p.Domain) {
		return
	}
	id, known := x.byName[p.Domain]
	if !known {
		if len(x.byName) >= x.limit {
			if !x.lighter(x.heap[0], p) {
				return
			}
			x.Remove(x.entries[x.heap[0]].domain)
		}
		id = x.room()
		p.Domain = strings.Clone(p.Domain)
		x.byName[p.Domain] = id
		x.entries[id].place = int32(len(x.heap)) //nolint:gosec // limit is small
		x.heap = append(x.heap, id)
		each(&n, p.Domain, func(h uint64) { x.keys.add(h, id) })
		x.marks.set(hash(wholeKey, n.plain.bytes()))
		x.marks.set(hostHash(p.Domain))
	}
	e := &x.entries[id]
	e.domain, e.weight, e.own = p.Domain, p.Weight, p.Own || known && e.own
	e.firm = p.Firm || e.own
	e.since, e.sent, e.received = p.Since.Unix(), p.Sent, p.Received
	x.sift(int(e.place))
}

// Remove forgets a partner.
func (x *Index) Remove(domain string) {
	id, ok := x.byName[domain]
	if !ok {
		return
	}
	var n name
	n.read(domain)
	each(&n, domain, func(h uint64) { x.keys.remove(h, id) })
	delete(x.byName, domain)
	place := int(x.entries[id].place)
	last := len(x.heap) - 1
	x.swap(place, last)
	x.heap = x.heap[:last]
	if place < last {
		x.sift(place)
	}
	x.entries[id] = entry{}
	x.free = append(x.free, id)
}

// Partner is what is known of an organisational domain.
func (x *Index) Partner(domain string) (Partner, bool) {
	id, ok := x.byName[domain]
	if !ok {
		return Partner{}, false
	}
	return x.entries[id].partner(), true
}

func (e *entry) partner() Partner {
	return Partner{
		Domain: e.domain, Own: e.own, Firm: e.firm, Weight: e.weight,
		Sent: e.sent, Received: e.received, Since: time.Unix(e.since, 0).UTC(),
	}
}

// each calls f with every key under which a partner is found.
func each(n *name, domain string, f func(uint64)) {
	plain, tight := n.plain.bytes(), n.tight.bytes()
	f(hash(wholeKey, plain))
	f(hostHash(domain))
	if len(plain) >= minTwin {
		gaps(tight, f)
		if len(tight) != len(plain) {
			gaps(plain, f)
		}
	}
	if size := len(plain); size >= minTwo {
		for k := range parts {
			from, to := part(size, k)
			f(partHash(plain[from:to], size, k))
		}
	}
}

// marks is a set of hashes that may err in saying that one is there.
type marks [1 << 14]uint64

func (m *marks) set(h uint64)      { m[h>>50] |= 1 << (h >> 44 & 63) }
func (m *marks) has(h uint64) bool { return m[h>>50]&(1<<(h>>44&63)) != 0 }

// room is the number of an unused entry.
func (x *Index) room() int32 {
	if n := len(x.free); n > 0 {
		id := x.free[n-1]
		x.free = x.free[:n-1]
		return id
	}
	x.entries = append(x.entries, entry{})
	return int32(len(x.entries) - 1) //nolint:gosec // limit is small
}

// lighter tells whether the partner with this number weighs less than p.
func (x *Index) lighter(id int32, p Partner) bool {
	e := &x.entries[id]
	return !e.own && (p.Own || e.weight < p.Weight || e.weight == p.Weight && e.domain > p.Domain)
}

func (x *Index) swap(i, j int) {
	x.heap[i], x.heap[j] = x.heap[j], x.heap[i]
	x.entries[x.heap[i]].place, x.entries[x.heap[j]].place = int32(i), int32(j) //nolint:gosec // limit is small
}

// less orders the heap.
func (x *Index) less(i, j int) bool {
	return x.lighter(x.heap[i], x.entries[x.heap[j]].partner())
}

// sift moves the partner at i to where it belongs in the heap.
func (x *Index) sift(i int) {
	for i > 0 && x.less(i, (i-1)/2) {
		x.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
	for {
		child := 2*i + 1
		if child >= len(x.heap) {
			return
		}
		if child+1 < len(x.heap) && x.less(child+1, child) {
			child++
		}
		if !x.less(child, i) {
			return
		}
		x.swap(i, child)
		i = child
	}
}
