package signals

import (
	"strings"

	"postern/lookalike"
	"postern/parse"
)

// ownEdits is the distance of a foreign domain to the nearest of ours, both
// taken as organisational domains.
func (o *Org) ownEdits(domain string) float64 {
	org, best := parse.OrgDomain(domain), Unknown
	for _, own := range o.Domains {
		if n := float64(lookalike.Edits(org, parse.OrgDomain(own))); !(n >= best) {
			best = n
		}
	}
	return best
}

// ownTwin tells whether a foreign domain cannot be told from one of ours by eye.
func (o *Org) ownTwin(domain string) bool {
	org := lookalike.Domain(parse.OrgDomain(domain))
	for _, own := range o.Domains {
		if lookalike.Domain(parse.OrgDomain(own)) == org {
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
