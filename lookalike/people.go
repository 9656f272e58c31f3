package lookalike

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Person is somebody of ours, by one name and one address of theirs.
type Person struct {
	Name    string
	Address string
	VIP     bool    // named by the operator, and never given up
	Weight  float64 // how much they write; the lightest are given up first
	Since   time.Time
}

// A Bearer is a person whose name is shown.
type Bearer struct {
	Person

	Likeness Likeness
	People   int // of ours to whom the name belongs as well as to this one
}

// maxNames bounds the names of one person.
const maxNames = 4

// People is an index of names. It may be read by many, or changed by one.
type People struct {
	limit  int
	people []somebody
	free   []int32
	byID   map[string]int32 // by address and words
	count  map[string]int   // names of an address
	keys   table
}

type somebody struct {
	Person

	id    string
	words []string
}

// NewPeople makes an index of at most limit names.
func NewPeople(limit int) *People {
	return &People{limit: max(limit, 1), byID: map[string]int32{}, count: map[string]int{}}
}

// Len counts the names.
func (x *People) Len() int { return len(x.byID) }

// Put adds p, or what is new of them. A name that nobody can be told by, such
// as Support, is left out.
func (x *People) Put(p Person) {
	words := Words(p.Name)
	if !telling(words, p.VIP) {
		return
	}
	p.Address = strings.ToLower(p.Address)
	id := p.Address + " " + strings.Join(words, " ")
	n, known := x.byID[id]
	if known {
		p.VIP = p.VIP || x.people[n].VIP
		x.people[n].Person = p
		return
	}
	if !p.VIP && x.count[p.Address] >= maxNames || len(x.byID) >= x.limit && !x.makeRoom(p) {
		return
	}
	if k := len(x.free); k > 0 {
		n, x.free = x.free[k-1], x.free[:k-1]
	} else {
		x.people = append(x.people, somebody{})
		n = int32(len(x.people) - 1) //nolint:gosec // limit is small
	}
	x.people[n] = somebody{Person: p, id: id, words: words}
	x.byID[id] = n
	x.count[p.Address]++
	for _, h := range nameKeys(words, false) {
		x.keys.add(h, n)
	}
}

// makeRoom gives up the lightest name, if p weighs more. It looks at all, and
// is rare: organisations seldom have as many people as the limit.
func (x *People) makeRoom(p Person) bool {
	lightest := int32(-1)
	for _, n := range x.byID {
		q := &x.people[n]
		if q.VIP {
			continue
		}
		if lightest < 0 || q.Weight < x.people[lightest].Weight ||
			q.Weight == x.people[lightest].Weight && q.id > x.people[lightest].id {
			lightest = n
		}
	}
	if lightest < 0 || !p.VIP && x.people[lightest].Weight >= p.Weight {
		return false
	}
	x.remove(lightest)
	return true
}

func (x *People) remove(n int32) {
	p := &x.people[n]
	for _, h := range nameKeys(p.words, false) {
		x.keys.remove(h, n)
	}
	delete(x.byID, p.id)
	if x.count[p.Address]--; x.count[p.Address] == 0 {
		delete(x.count, p.Address)
	}
	*p = somebody{}
	x.free = append(x.free, n)
}

// telling tells whether words name somebody: two whole ones, or one that is
// long enough or in a script that writes names in one.
func telling(words []string, vip bool) bool {
	if len(words) == 0 || len(words) > maxWordsOf {
		return false
	}
	whole, common := 0, true
	for _, w := range words {
		if utf8.RuneCountInString(w) > 1 {
			whole++
			common = common && (generic[w] || lures[w])
		}
	}
	if common && !vip {
		return false
	}
	return whole >= 2 || len(words) >= 2 && whole == 1 || vip || !ascii(words[0]) && utf8.RuneCountInString(words[0]) > 2
}

// maxBearers bounds the people that are compared with one name.
const maxBearers = 256

// Whose finds the person of ours to whom the name belongs that address bears.
// There is none if it is their own. Of several the one that it is most like,
// and then who writes most, is given.
func (x *People) Whose(name, address string) (best Bearer, ok bool) {
	if len(x.byID) == 0 {
		return Bearer{}, false
	}
	words := Words(name)
	if len(words) == 0 || len(words) > maxWordsOf {
		return Bearer{}, false
	}
	var room [maxBearers]int32
	ids := room[:0]
	for _, h := range nameKeys(words, true) {
		ids = x.keys.find(h, ids, maxBearers)
	}
	slices.Sort(ids)
	addresses := make([]string, 0, 4)
	for _, n := range slices.Compact(ids) {
		p := &x.people[n]
		l := Alike(p.words, words)
		if l == Unlike {
			continue
		}
		if strings.EqualFold(p.Address, address) {
			return Bearer{}, false
		}
		if !slices.Contains(addresses, p.Address) {
			addresses = append(addresses, p.Address)
		}
		if better(p, l, &best) {
			best.Person, best.Likeness = p.Person, l
		}
	}
	best.People = len(addresses)
	return best, len(addresses) > 0
}

func better(p *somebody, l Likeness, than *Bearer) bool {
	switch {
	case than.Likeness == Unlike:
		return true
	case l != than.Likeness:
		return l < than.Likeness
	case p.VIP != than.VIP:
		return p.VIP
	case p.Weight != than.Weight:
		return p.Weight > than.Weight
	}
	return p.Address < than.Address
}

// nameKeys are the hashes under which a name is found, or asked for. Of two
// names that are alike one is found under a hash by which the other asks.
func nameKeys(words []string, asks bool) []uint64 {
	if len(words) == 1 {
		return []uint64{hash(pairKey, []byte(words[0]))}
	}
	keys := make([]uint64, 0, 32)
	var one, other [32]uint64
	for i, a := range words {
		for _, b := range words[i+1:] {
			if len(a) == 1 && len(b) == 1 {
				continue
			}
			as, bs := wordKeys(one[:0], a, asks), wordKeys(other[:0], b, asks)
			wholeA, wholeB := exact(a), exact(b)
			for i, x := range as {
				for j, y := range bs { // of a slip or an initial the other word is as it should be
					if i < wholeA && j < wholeB || i == 0 || j == 0 {
						keys = append(keys, both(x, y))
					}
				}
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func both(a, b uint64) uint64 { return mix(a + b) }

// exact counts the keys of a word that are no slips: itself and its nicknames.
func exact(w string) int { return 1 + len(nicknames[w]) }

// wordKeys are the hashes of a word: itself, its nicknames, its initial, and
// of a long one itself without one of its letters.
func wordKeys(keys []uint64, w string, asks bool) []uint64 {
	keys = append(keys, hash(wordKey, []byte(w)))
	for _, g := range nicknames[w] {
		keys = append(keys, mix(nickKey*uint64(g)))
	}
	_, size := utf8.DecodeRuneInString(w)
	if whole := size < len(w); whole == asks {
		keys = append(keys, hash(wordKey, []byte(w[:size])))
	} else {
		keys = append(keys, hash(initialKey, []byte(w[:size])))
	}
	if len(w) >= minMisspelt-1 && len(w) <= cap(keys)-len(keys)-1 {
		gaps([]byte(w), func(h uint64) { keys = append(keys, h) })
	}
	return keys
}
