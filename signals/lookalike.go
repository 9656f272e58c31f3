package signals

import (
	"strings"

	"golang.org/x/net/idna"

	"postern/parse"
)

// maxLabel bounds the bytes of a domain that edit distance looks at.
const maxLabel = 64

// edits is the optimal string alignment distance: insertions, deletions,
// replacements and swaps of neighbours that turn a into b.
func edits(a, b string) int {
	a, b = a[:min(len(a), maxLabel)], b[:min(len(b), maxLabel)]
	var rows [3][maxLabel + 1]int
	older, old, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		older, old, row = old, row, older
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// ownEdits is the distance of a foreign domain to the nearest of ours, both
// taken as organisational domains.
func (o *Org) ownEdits(domain string) float64 {
	org, best := parse.OrgDomain(domain), Unknown
	for _, own := range o.Domains {
		if n := float64(edits(org, parse.OrgDomain(own))); !(n >= best) {
			best = n
		}
	}
	return best
}

// ownTwin tells whether a foreign domain cannot be told from one of ours by eye.
func (o *Org) ownTwin(domain string) bool {
	org := domainSkeleton(parse.OrgDomain(domain))
	for _, own := range o.Domains {
		if domainSkeleton(parse.OrgDomain(own)) == org {
			return true
		}
	}
	return false
}

// ownLabel tells whether the main label of a foreign domain is that of one of
// ours, or has it as one of its hyphenated words: example.net, example-pay.test.
func (o *Org) ownLabel(domain string) bool {
	foreign, _, _ := strings.Cut(parse.OrgDomain(domain), ".")
	for _, own := range o.Domains {
		if label, _, _ := strings.Cut(parse.OrgDomain(own), "."); label != "" && hyphenWord(foreign, label) {
			return true
		}
	}
	return false
}

// ownPrefix tells whether one of our domains stands whole in front of a
// foreign one, with its dots or with hyphens for them: example.com.forger.test.
func (o *Org) ownPrefix(domain string) bool {
	for _, own := range o.Domains {
		for _, form := range [...]string{own + ".", strings.ReplaceAll(own, ".", "-") + "."} {
			if i := strings.Index(domain, form); i == 0 || i > 0 && domain[i-1] == '.' {
				return true
			}
		}
	}
	return false
}

// hyphenWord tells whether word stands in label between hyphens or its ends.
func hyphenWord(label, word string) bool {
	for at := 0; ; {
		i := strings.Index(label[at:], word)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(word)
		if (i == 0 || label[i-1] == '-') && (end == len(label) || label[end] == '-') {
			return true
		}
		at = i + 1
	}
}

// domainSkeleton folds a domain as skeleton does, and the pairs of letters
// that run together.
func domainSkeleton(domain string) string {
	if strings.Contains(domain, "xn--") {
		if u, err := idna.ToUnicode(domain); err == nil {
			domain = u
		}
	}
	return pairLetters.Replace(skeleton(domain))
}

var pairLetters = strings.NewReplacer("rn", "m", "vv", "w")

// punycode tells whether a label of domain is an A-label (RFC 5890 §2.3.2.1).
func punycode(domain string) bool {
	return strings.HasPrefix(domain, "xn--") || strings.Contains(domain, ".xn--")
}
