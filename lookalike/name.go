package lookalike

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// A name is an organisational domain as it is compared: the label that makes
// it somebody's, in several foldings, and the public suffix. It needs no memory
// of its own, since many are compared.
type name struct {
	shown  string // the label as it is shown, in lower case
	suffix string // without its leading dot
	raw    letters
	plain  letters // raw without what the eye does not see
	tight  letters // plain with the pairs of letters that run together made one
	cuts   uint64  // a bit for each place in plain where a hyphen stood
}

// letters are those of one label, without its hyphens.
type letters struct {
	n int
	b [maxDomain]byte
}

func (l *letters) bytes() []byte { return l.b[:l.n] }

func (l *letters) add(c byte) {
	l.b[l.n] = c
	l.n++
}

// read takes an organisational domain apart. It is false where there is no
// public suffix, no label before it, or none that can be compared.
func (n *name) read(org string) (ok bool) {
	n.shown, n.suffix, ok = strings.Cut(org, ".")
	if !ok || len(n.shown) >= maxDomain {
		return false
	}
	n.shown = shown(n.shown)
	skeleton := n.shown
	if !ascii(skeleton) {
		skeleton = Skeleton(skeleton)
	}
	if len(skeleton) >= maxDomain {
		return false
	}
	n.raw.n, n.plain.n, n.tight.n, n.cuts = 0, 0, 0, 0
	for i := range len(skeleton) {
		c := skeleton[i]
		if c == '-' {
			n.cuts |= 1 << n.plain.n
			continue
		}
		n.raw.add(c)
		n.plain.add(fold(c))
	}
	n.tight.pair(n.plain.bytes())
	return n.plain.n > 0
}

// pair makes l the letters of plain, with those that run together made one.
func (l *letters) pair(plain []byte) {
	for i := 0; i < len(plain); i++ {
		c := plain[i]
		if i+1 < len(plain) {
			switch next := plain[i+1]; {
			case c == 'r' && next == 'n':
				c, i = 'm', i+1
			case c == 'v' && next == 'v':
				c, i = 'w', i+1
			case c == 'c' && next == 'l':
				c, i = 'd', i+1
			}
		}
		l.add(c)
	}
}

// shown is a domain in the letters that a reader sees.
func shown(domain string) string {
	if strings.Contains(domain, "xn--") {
		if u, err := idna.ToUnicode(domain); err == nil {
			return u
		}
	}
	return domain
}

// Domain folds a domain as [Skeleton] does, and the pairs of letters that run
// together.
func Domain(domain string) string { return pairLetters.Replace(Skeleton(shown(domain))) }

var pairLetters = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d")

// Punycode tells whether a label of domain is an A-label (RFC 5890 §2.3.2.1).
func Punycode(domain string) bool {
	return strings.HasPrefix(domain, "xn--") || strings.Contains(domain, ".xn--")
}

// The least letters that a name must have for its likeness to be no chance.
// Under another suffix two more are asked for.
const (
	minTwin   = 4
	minKey    = 5 // a slip that everybody knows: swapped, doubled, the key beside
	minEdit   = 6
	minTwo    = 12 // for two edits
	minSuffix = 5
)

// compare says how q passes for p, two names that are not the same domain.
func compare(p, q *name) Kind {
	far := 0
	if p.suffix != q.suffix {
		far = 2
	}
	n := p.plain.n
	if p.shown == q.shown {
		return atLeast(Suffix, n, minSuffix)
	}
	if bytes.Equal(p.tight.bytes(), q.tight.bytes()) {
		if bits.OnesCount64(p.cuts) == bits.OnesCount64(q.cuts) {
			return atLeast(Homoglyph, n, minTwin+far)
		}
		return atLeast(Hyphen, n, minKey+far)
	}
	if sameWord(p.raw.bytes(), q.raw.bytes()) {
		if !slices.ContainsFunc(p.raw.bytes(), digit) { // only q has digits
			return atLeast(Digits, n, minKey+far)
		}
		return None // siblings by number
	}
	one := oneEdit(p.raw.bytes(), q.raw.bytes())
	if one != None && one != Edit {
		return atLeast(one, n, minKey+far)
	}
	one = max(one, oneEdit(p.plain.bytes(), q.plain.bytes()), oneEdit(p.tight.bytes(), q.tight.bytes()))
	if one != None {
		return atLeast(min(one, Edit), n, minEdit+far)
	}
	if n >= minTwo+far && within(p.plain.bytes(), q.plain.bytes(), 2) {
		return Edit
	}
	return None
}

func atLeast(k Kind, n, least int) Kind {
	if n < least {
		return None
	}
	return k
}

// The least letters of a name that stands inside of a longer one.
const (
	minLured  = 4 // beside a word of lures.txt, between hyphens or at the ends
	minWord   = 5 // between hyphens or at the ends
	minGlued  = 7 // at the beginning or the end, run together with something else
	minInside = 9 // anywhere
)

// bears tells whether n has at [i,j) the name of a partner in a place where it
// is no chance.
func (n *name) bears(i, j int) bool {
	plain, size := n.plain.bytes(), j-i
	if size == len(plain) {
		return false
	}
	left := i == 0 || n.cuts&(1<<i) != 0
	right := j == len(plain) || n.cuts&(1<<j) != 0
	lured := j == len(plain) && lures[string(plain[:i])] || i == 0 && lures[string(plain[j:])]
	switch {
	case left && right:
		return size >= minWord || lured && size >= minLured
	case i == 0 || j == len(plain):
		return size >= minGlued || lured && size >= minWord
	}
	return size >= minInside
}
