package lookalike

import (
	"bytes"
	"slices"
	"strings"

	"postern/parse"
)

// maxTries bounds the partners that are compared with one domain. Of partners
// that share much with each other the first to come are tried.
const maxTries = 128

// A search looks for the partner that a domain passes for.
type search struct {
	x     *Index
	org   string
	q     name
	best  Kind
	id    int32
	self  int32 // the domain itself, where it is known but not firmly
	heirs int   // partners that have the same name under other suffixes
	room  [maxTries]int32
	tried []int32
}

// manyHeirs is how many partners of one name say that it is at home under
// suffixes of all kinds, so that one more is no news.
const manyHeirs = 3

// Near finds the partner that the domain passes for. There is none for our own
// domains and for firm partners, with all beneath them: who is well known needs
// no other's name. Other partners can pass for those alone who came before.
func (x *Index) Near(domain string) (Match, bool) {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	s := search{x: x, org: parse.OrgDomain(domain), id: -1, self: -1}
	if id, known := x.byName[s.org]; known {
		s.self = id
	}
	if len(x.byName) == 0 || s.self >= 0 && x.entries[s.self].firm {
		return Match{}, false
	}
	s.tried = s.room[:0]
	if s.q.read(s.org) {
		s.likeness()
		s.numbered()
		s.inside()
	}
	s.embedded(domain)
	if s.id < 0 || s.best == Suffix && s.heirs >= manyHeirs {
		return Match{}, false
	}
	p := x.entries[s.id].partner()
	return Match{Partner: p, Kind: s.best, Edits: Edits(s.org, p.Domain)}, true
}

// offer takes a partner that passes by kind, if it is the best so far.
func (s *search) offer(id int32, k Kind) {
	if k != None && s.elder(id) && (s.id < 0 || k < s.best || k == s.best && s.x.lighter(s.id, s.x.entries[id].partner())) {
		s.id, s.best = id, k
	}
}

// elder tells whether the domain, if it is a partner itself, came after another.
func (s *search) elder(id int32) bool {
	if s.self < 0 {
		return true
	}
	a, b := &s.x.entries[id], &s.x.entries[s.self]
	return id != s.self && (a.own || a.since < b.since || a.since == b.since && a.domain < b.domain)
}

// try compares the partners under hash that were not yet.
func (s *search) try(hash uint64) {
	plain := s.q.plain.bytes()
	from := len(s.tried)
	s.tried = s.x.keys.find(hash, s.tried, maxTries)
	found := s.tried[from:]
	s.tried = s.tried[:from]
	for _, id := range found {
		if slices.Contains(s.tried, id) {
			continue
		}
		s.tried = append(s.tried, id)
		var p name
		if !p.read(s.x.entries[id].domain) {
			continue
		}
		if p.shown == s.q.shown && id != s.self {
			s.heirs++
		}
		k := compare(&p, &s.q)
		if common := generic[string(p.plain.bytes())] || generic[string(plain)]; k == Homoglyph || !common || s.x.entries[id].own {
			s.offer(id, k)
		}
	}
}

// likeness tries the partners that share a key with the domain.
func (s *search) likeness() {
	plain, tight := s.q.plain.bytes(), s.q.tight.bytes()
	if len(plain) < minTwin-1 {
		return
	}
	s.try(hash(wholeKey, plain))
	gaps(tight, s.try)
	if len(tight) != len(plain) {
		gaps(plain, s.try)
	}
	if s.id >= 0 && s.best <= Edit {
		return
	}
	for size := max(minTwo, len(plain)-2); size <= len(plain)+2; size++ {
		for k := range parts {
			from, to := part(size, k)
			for shift := -2; shift <= 2; shift++ {
				if i, j := from+shift, to+shift; i >= 0 && j <= len(plain) {
					s.try(partHash(plain[i:j], size, k))
				}
			}
		}
	}
}

// numbered tries the name without its digits.
func (s *search) numbered() {
	if !slices.ContainsFunc(s.q.raw.bytes(), digit) {
		return
	}
	var word letters
	for _, c := range s.q.raw.bytes() {
		if !digit(c) {
			word.add(fold(c))
		}
	}
	if word.n >= minKey {
		s.try(hash(wholeKey, word.bytes()))
	}
}

// inside looks for whole partners' names within a longer one.
func (s *search) inside() {
	plain := s.q.plain.bytes()
	for i := range plain {
		h := uint64(wholeKey)
		for j, c := range plain[i:] {
			h = (h ^ uint64(c)) * prime
			if j+1 < minLured {
				continue
			}
			if whole := mix(h); s.x.marks.has(whole) && s.q.bears(i, i+j+1) {
				s.borne(whole, plain[i:i+j+1])
			}
		}
	}
}

// borne offers the partners whose name is word.
func (s *search) borne(hash uint64, word []byte) {
	var room [8]int32
	for _, id := range s.x.keys.find(hash, room[:0], len(room)) {
		var p name
		e := &s.x.entries[id]
		if (e.own || !generic[string(word)]) && p.read(e.domain) && bytes.Equal(p.plain.bytes(), word) {
			s.offer(id, Combo)
		}
	}
}

// The labels of a host that are looked at, from the left, and the words in a
// row that may make a domain.
const (
	maxBegins = 16
	maxWords  = 8
)

// embedded looks for whole partners' domains in front of a foreign one, with
// their dots or with hyphens for them: example.com.forger.test,
// example-com.forger.test, example.com-pay.test.
func (s *search) embedded(host string) {
	begins := 0
	for i := range len(host) {
		if i > 0 && !divides(host[i-1]) {
			continue
		}
		if begins++; begins > maxBegins {
			return
		}
		h, words := uint64(hostKey), 0
		for j := i; j < len(host) && words < maxWords; j++ {
			if divides(host[j]) {
				if words++; words > 1 {
					s.whole(h, host[i:j])
				}
			}
			h = (h ^ uint64(dot(host[j]))) * prime
		}
	}
}

// whole offers the partner whose domain is written in host.
func (s *search) whole(h uint64, host string) {
	if h = mix(h); !s.x.marks.has(h) {
		return
	}
	var room [8]int32
	for _, id := range s.x.keys.find(h, room[:0], len(room)) {
		if written(s.x.entries[id].domain, host) {
			s.offer(id, Embedded)
		}
	}
}

// written tells whether host is domain, with hyphens or dots between its words.
func written(domain, host string) bool {
	if len(domain) != len(host) {
		return false
	}
	for i := range len(host) {
		if dot(domain[i]) != dot(host[i]) {
			return false
		}
	}
	return true
}

func divides(c byte) bool { return c == '.' || c == '-' }

func dot(c byte) byte {
	if c == '-' {
		return '.'
	}
	return c
}

func hostHash(domain string) uint64 {
	h := uint64(hostKey)
	for i := range len(domain) {
		h = (h ^ uint64(dot(domain[i]))) * prime
	}
	return mix(h)
}

// Between says how domain passes for another one.
func Between(other, domain string) Kind {
	other, domain = parse.OrgDomain(other), strings.ToLower(strings.TrimSuffix(domain, "."))
	org := parse.OrgDomain(domain)
	if org == other || other == "" {
		return None
	}
	var p, q name
	if p.read(other) && q.read(org) {
		if k := compare(&p, &q); k != None {
			return k
		}
	}
	for i := range len(domain) - min(len(domain), len(other)) {
		if (i == 0 || divides(domain[i-1])) && divides(domain[i+len(other)]) && written(other, domain[i:i+len(other)]) {
			return Embedded
		}
	}
	if word := p.plain.bytes(); len(word) >= minLured {
		for i := 0; i+len(word) <= q.plain.n; i++ {
			if bytes.Equal(q.plain.b[i:i+len(word)], word) && !generic[string(word)] && q.bears(i, i+len(word)) {
				return Combo
			}
		}
	}
	return None
}
