package signals

import (
	"strings"
	"sync"

	"postern/lexis"
	"postern/lookalike"
	"postern/parse"
)

// Words are the brands and the lexicons that hold, with what passes for a
// brand's domain.
type Words struct {
	*lexis.Lists

	twins *lookalike.Index
}

// NewWords makes them of lists.
func NewWords(l *lexis.Lists) *Words {
	x := lookalike.New(1 << 12)
	for _, b := range l.Brands() {
		for _, d := range b.Domains {
			if label, _, _ := strings.Cut(d, "."); len(label) >= minBrand && parse.OrgDomain(d) == d {
				x.Put(lookalike.Partner{Domain: d, Weight: 1})
			}
		}
	}
	return &Words{l, x}
}

var builtinWords = sync.OnceValue(func() *Words { return NewWords(lexis.Builtin()) })

// words are those that hold here.
func (f *Facts) words() *Words {
	if f.Words == nil {
		return builtinWords()
	}
	return f.Words
}
