package lexis

import (
	_ "embed" // brands.txt
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Brand is a name that many people know and some borrow.
type Brand struct {
	Name    string
	Words   []string // what a reader takes for it; see brands.txt
	Domains []string // that are truly theirs, the main one first
	Lent    []string // that are theirs, but where their customers speak
}

// Owns reports whether domain, in lower case and A-label form, is the brand's
// or beneath a domain of the brand, and not one that is lent to customers.
func (b *Brand) Owns(domain string) bool {
	return beneath(domain, b.Domains) && !beneath(domain, b.Lent)
}

// Lends reports whether domain is one of those where the brand's customers
// speak, or beneath it.
func (b *Brand) Lends(domain string) bool { return beneath(domain, b.Lent) }

// beneath reports whether domain is one of the list or beneath it.
func beneath(domain string, list []string) bool {
	return slices.ContainsFunc(list, func(own string) bool {
		rest, ok := strings.CutSuffix(domain, own)
		return ok && (rest == "" || rest[len(rest)-1] == '.')
	})
}

//go:embed brands.txt
var brandsFile string

// Brands are all that are known, in the order of the table. They must not be
// changed.
func (l *Lists) Brands() []*Brand { return l.brands.all }

// parseBrands reads the table of brands.
func parseBrands(text string) (list []*Brand, err error) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "|")
		if len(fields) < 3 || len(fields) > 4 {
			return nil, fmt.Errorf("lexis: brands, line %d: %q is not \"Name | words, with commas | domains\", with the domains of customers behind another |", n, line)
		}
		b := &Brand{Name: strings.TrimSpace(fields[0]), Domains: strings.Fields(fields[2])}
		for word := range strings.SplitSeq(fields[1], ",") {
			if word = strings.TrimSpace(word); word != "" {
				b.Words = append(b.Words, word)
			}
		}
		if len(fields) > 3 {
			b.Lent = strings.Fields(fields[3])
		}
		switch {
		case b.Name == "" || len(b.Words) == 0 || len(b.Domains) == 0:
			return nil, fmt.Errorf("lexis: brands, line %d: %q lacks a name, a word or a domain", n, line)
		case slices.ContainsFunc(slices.Concat(b.Domains, b.Lent), notDomain):
			return nil, fmt.Errorf("lexis: brands, line %d: the domains of %q must be in lower case and apart by spaces", n, b.Name)
		}
		list = append(list, b)
	}
	return list, nil
}

func notDomain(s string) bool { return s != strings.ToLower(s) || strings.ContainsAny(s, ",/:@*") }

// A brandWord is one that a brand is known by.
type brandWord struct {
	brand  *Brand
	tokens []string
	exact  bool // has capitals: counts only as written, or in capitals
}

// brandIndex finds words by the hash of their first token.
type brandIndex struct {
	all     []*Brand
	first   map[uint32][]brandWord
	bits    [1 << 10]uint64 // a bit for each first token: most words of a text end here
	within  []brandWord     // of scripts that put no space between words
	domains map[string]*Brand
	lent    map[string]*Brand
}

// readBrands makes the index of a table.
func readBrands(text string) (*brandIndex, error) {
	list, err := parseBrands(text)
	if err != nil {
		return nil, err
	}
	x := &brandIndex{all: list, first: map[uint32][]brandWord{}, domains: map[string]*Brand{}, lent: map[string]*Brand{}}
	for _, b := range list {
		for _, word := range b.Words {
			x.enter(b, word)
		}
		for _, d := range b.Domains {
			if x.domains[d] == nil {
				x.domains[d] = b
			}
		}
		for _, d := range b.Lent {
			x.lent[d] = b
		}
	}
	return x, nil
}

// enter adds a word that a brand is known by.
func (x *brandIndex) enter(b *Brand, word string) {
	if spaceless(word) {
		x.within = append(x.within, brandWord{brand: b, tokens: []string{word}})
		return
	}
	w := brandWord{brand: b, exact: strings.ContainsFunc(word, unicode.IsUpper)}
	for rest := word; ; {
		start, end, _ := token(rest)
		if start == end {
			break
		}
		w.tokens = append(w.tokens, rest[start:end])
		rest = rest[end:]
	}
	if len(w.tokens) == 0 {
		return
	}
	_, _, h := token(word)
	x.first[h] = append(x.first[h], w)
	x.bits[h>>6%uint32(len(x.bits))] |= 1 << (h & 63)
}

// spaceless reports a word with Chinese or Japanese letters.
func spaceless(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x3040 && r <= 0x9fff })
}

// folded holds the ASCII letters and digits in lower case, and 0 for all else.
var folded = func() (t [256]byte) {
	for c := range 128 {
		if r := rune(c); unicode.IsLetter(r) || unicode.IsDigit(r) {
			t[c] = byte(unicode.ToLower(r))
		}
	}
	return t
}()

// token finds the first run of letters and digits in s, and its hash whatever
// its case (FNV-1a); start is end where there is none.
func token(s string) (start, end int, hash uint32) {
	for start < len(s) && folded[s[start]] == 0 {
		if s[start] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[start:])
			if isLetter(r) {
				break
			}
			start += size
			continue
		}
		start++
	}
	const offset, prime = 2166136261, 16777619
	hash = offset
	for end = start; end < len(s); {
		if c := folded[s[end]]; c != 0 {
			hash = (hash ^ uint32(c)) * prime
			end++
			continue
		}
		if s[end] < utf8.RuneSelf {
			break
		}
		r, size := utf8.DecodeRuneInString(s[end:])
		if !isLetter(r) {
			break
		}
		hash = (hash ^ uint32(unicode.ToLower(r))) * prime //nolint:gosec // a rune is not negative
		end += size
	}
	return start, end, hash
}

func isLetter(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r)) }

// maxBrands bounds how many brands are found in one text.
const maxBrands = 32

// FindBrands lists the brands that text names, each once, in the order found.
func (l *Lists) FindBrands(text string) []*Brand {
	x := l.brands
	var found []*Brand
	note := func(b *Brand) {
		if len(found) < maxBrands && !slices.Contains(found, b) {
			found = append(found, b)
		}
	}
	east := false
	for rest := text; ; {
		start, end, h := token(rest)
		if start == end {
			break
		}
		if x.bits[h>>6%uint32(len(x.bits))]&(1<<(h&63)) != 0 {
			if w := longest(x.first[h], rest[start:]); w != nil {
				note(w.brand)
			}
		}
		east = east || rest[start] >= 0xe3 || rest[end-1] >= utf8.RuneSelf
		rest = rest[end:]
	}
	if east {
		for _, w := range x.within {
			if strings.Contains(text, w.tokens[0]) {
				note(w.brand)
			}
		}
	}
	return found
}

// longest is the longest of words that text begins with.
func longest(words []brandWord, text string) *brandWord {
	var best *brandWord
	for i := range words {
		if w := &words[i]; w.begins(text) && (best == nil || len(w.tokens) > len(best.tokens)) {
			best = w
		}
	}
	return best
}

// maxGap is the bytes that may stand between the tokens of a word.
const maxGap = 3

// begins reports whether text begins with the word.
func (w *brandWord) begins(text string) bool {
	for i, want := range w.tokens {
		start, end, _ := token(text)
		got := text[start:end]
		switch {
		case i > 0 && (start == 0 || start > maxGap):
			return false
		case !strings.EqualFold(got, want):
			return false
		case w.exact && got != want && got != strings.ToUpper(want):
			return false
		}
		text = text[end:]
	}
	return true
}

// BrandOf is the brand that owns domain, in lower case and A-label form, or
// nil.
func (l *Lists) BrandOf(domain string) *Brand {
	x := l.brands
	for rest := domain; rest != ""; _, rest, _ = strings.Cut(rest, ".") {
		if b := x.domains[rest]; b != nil && !b.Lends(domain) {
			return b
		}
	}
	return nil
}

// LentBy is the brand whose customers speak at domain, itself one of
// [Brand.Lent], or nil.
func (l *Lists) LentBy(domain string) *Brand { return l.brands.lent[domain] }
