package lexis

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Lists are what brands are called, and what the words of intents are in each
// language. They are read-only.
type Lists struct {
	lexicon *lexiconTable
	brands  *brandIndex
}

// Builtin are the lists that come with the program.
var Builtin = sync.OnceValue(func() *Lists {
	l, err := New(nil)
	if err != nil {
		panic(err) // a test reads them all
	}
	return l
})

// brandsName and lexiconName are what lists are called.
const (
	brandsName  = "brands"
	lexiconName = "lexicon-" // with the language behind it
)

// Names lists what the lists are called that come with the program.
func Names() []string {
	langs := slices.Sorted(maps.Keys(builtinLexicon()))
	for i, lang := range langs {
		langs[i] = lexiconName + lang
	}
	return append([]string{brandsName}, langs...)
}

// New makes lists, with each that replace names in place of the one that comes
// with the program. A lexicon of another language is added.
func New(replace map[string]string) (*Lists, error) {
	names, files := brandsFile, builtinLexicon()
	var errs []error
	for name, text := range replace {
		lang, ok := strings.CutPrefix(name, lexiconName)
		switch {
		case name == brandsName:
			names = text
		case ok && len(lang) == 2 && strings.Trim(lang, "abcdefghijklmnopqrstuvwxyz") == "":
			files[lang] = text
		default:
			errs = append(errs, fmt.Errorf("lexis: no list is called %q; there are %s, and others of ISO 639-1", name, strings.Join(Names(), ", ")))
		}
	}
	brands, err := readBrands(names)
	lexicon, err2 := readLexicon(files)
	if err := errors.Join(append(errs, err, err2)...); err != nil {
		return nil, err
	}
	return &Lists{lexicon, brands}, nil
}
