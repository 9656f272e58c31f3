package lexis

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The lexicon: one file a language, in sections of intents, with lines
// "WEIGHT: phrase, phrase". Case and accents do not matter. A word that ends
// in * stands for all words that begin like it; a lone _ for up to two words.
// A phrase of the section [innocent] hides what begins within it.
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

const (
	innocent  = NumIntents // not an intent: hides the others
	minStem   = 3          // letters of a word before *
	gapSymbol = 1
)

// Limits of the lexicon. The tables must stay half empty.
const (
	maxFiles   = 16 // languages
	maxPhrases = 1 << 14
	maxEntry   = 500 // bytes of a phrase
	maxNodes   = 1<<16 - 2
	symbolBits = 15
	stemBits   = 10
	maxSymbols = 1 << (symbolBits - 1)
	maxStems   = 1 << (stemBits - 1)
)

type lexiconTable struct {
	symbols table             // of whole words, by hash
	stems   table             // of what words begin with, by hash
	nodes   []node            // the tree of phrases, breadth first; the root is the first
	first   []uint16          // the root's child by symbol; 0 where no phrase begins so
	phrases []phrase          // the first is none
	last    uint16            // symbol
	files   map[string]uint16 // a bit for each language
}

// A node is what the words of a phrase lead to.
type node struct {
	symbol   uint16 // that leads here
	phrase   uint16 // that ends here; 0 where none
	children uint16 // the first one, by symbol; they end where those of the next node begin
}

// A growth is the tree of phrases while they are entered.
type growth struct {
	*lexiconTable
	edges map[uint32]uint16 // nodes by the one before and the symbol
	ends  []uint16          // the phrase that ends at a node

	stemmed int // stems that were entered
}

func edge(node, symbol uint16) uint32 { return uint32(node)<<16 | uint32(symbol) }

type phrase struct {
	intent Intent
	weight float64
	files  uint16 // in which it stands
	also   uint16 // another phrase of the same words; 0 where none
}

// builtinLexicon is what each language's file in the program says.
func builtinLexicon() map[string]string {
	files, err := lexiconFiles.ReadDir("lexicon")
	if err != nil {
		panic(err)
	}
	texts := make(map[string]string, len(files))
	for _, f := range files {
		data, err := lexiconFiles.ReadFile(path.Join("lexicon", f.Name()))
		if err != nil {
			panic(err)
		}
		texts[strings.TrimSuffix(f.Name(), ".txt")] = string(data)
	}
	return texts
}

// readLexicon makes the table of the files by language.
func readLexicon(files map[string]string) (*lexiconTable, error) {
	if len(files) > maxFiles {
		return nil, fmt.Errorf("lexis: there are lexicons of %d languages; leave out some, so that there are %d at most", len(files), maxFiles)
	}
	l := &growth{
		&lexiconTable{symbols: newTable(symbolBits), stems: newTable(stemBits), phrases: make([]phrase, 1), last: gapSymbol, files: map[string]uint16{}},
		map[uint32]uint16{},
		make([]uint16, 1),
		0,
	}
	var errs []error
	for i, lang := range slices.Sorted(maps.Keys(files)) {
		l.files[lang] = 1 << i
		if err := l.read(lang, files[lang]); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	l.plant()
	return l.lexiconTable, nil
}

// plant sets the tree as it is read.
func (l *growth) plant() {
	edges := slices.Sorted(maps.Keys(l.edges))
	l.nodes = append(make([]node, 0, len(l.ends)+1), node{})
	order := append(make([]uint16, 0, len(l.ends)), 0) // of the nodes, as they grew
	for i := 0; i < len(order); i++ {
		n := &l.nodes[i]
		n.phrase, n.children = l.ends[order[i]], uint16(len(order)) //nolint:gosec // add checks how many there are
		from, _ := slices.BinarySearch(edges, edge(order[i], 0))
		for _, e := range edges[from:] {
			if uint16(e>>16) != order[i] {
				break
			}
			order = append(order, l.edges[e])
			l.nodes = append(l.nodes, node{symbol: uint16(e)}) //nolint:gosec // the low half
		}
	}
	l.nodes = append(l.nodes, node{children: uint16(len(order))}) //nolint:gosec // likewise
	l.first = make([]uint16, l.last+1)
	for i := l.nodes[0].children; i < l.nodes[1].children; i++ {
		l.first[l.nodes[i].symbol] = i
	}
}

// child gives the node that symbol leads to; 0 where there is none.
func (l *lexiconTable) child(n, symbol uint16) uint16 {
	if n == 0 {
		return l.first[symbol]
	}
	from, to := l.nodes[n].children, l.nodes[n+1].children
	for from < to {
		mid := from + (to-from)/2
		switch s := l.nodes[mid].symbol; {
		case s == symbol:
			return mid
		case s < symbol:
			from = mid + 1
		default:
			to = mid
		}
	}
	return 0
}

// read enters the phrases of a language's file.
func (l *growth) read(lang, data string) error {
	intent, n := innocent, 0
	for line := range strings.Lines(data) {
		n++
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		var err error
		switch section, ok := strings.CutPrefix(line, "["); {
		case line == "":
		case ok:
			intent, err = intentOf(strings.TrimSuffix(section, "]"))
		default:
			err = l.line(line, phrase{intent: intent, files: l.files[lang]})
		}
		if err != nil {
			return fmt.Errorf("lexis: %s%s, line %d: %w", lexiconName, lang, n, err)
		}
	}
	return nil
}

// line enters the phrases of one line.
func (l *growth) line(line string, p phrase) error {
	share, list, ok := strings.Cut(line, ":")
	weight, err := strconv.ParseFloat(share, 64)
	if !ok || err != nil || !(weight > 0 && weight <= 1) {
		return fmt.Errorf("%.60q does not begin with a weight above 0 and up to 1, and a colon, as in \"0.5: phrase, phrase\"", line)
	}
	p.weight = weight
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		if err := l.add(entry, p); err != nil {
			return err
		}
	}
	return nil
}

func intentOf(name string) (Intent, error) {
	if name == "innocent" {
		return innocent, nil
	}
	i := slices.Index(intentNames[:], name)
	if i < 0 {
		return 0, fmt.Errorf("no intent is called %.60q; there are innocent, %s", name, strings.Join(intentNames[:], ", "))
	}
	return Intent(i), nil //nolint:gosec // an index of the names
}

// errFull says that a limit of the tables was reached.
var errFull = errors.New("the lexicons are too large: leave out some phrases")

// add enters a phrase. Languages share phrases: the first weight of the
// same words and intent stays.
func (l *growth) add(entry string, p phrase) error {
	if len(l.ends) > maxNodes-maxEntry || len(l.phrases) == maxPhrases || int(l.last) > maxSymbols-maxEntry || l.stemmed > maxStems {
		return errFull
	}
	node, words := uint16(0), 0
	for field := range strings.FieldsSeq(entry[:min(len(entry), maxEntry)]) {
		if field == "_" {
			node = l.step(node, gapSymbol)
			continue
		}
		field, stem := strings.CutSuffix(field, "*")
		list := split(nil, field, noLexicon)
		for i, w := range list {
			node = l.step(node, l.name(w.hash, stem && i == len(list)-1 && w.letters >= minStem))
		}
		words += len(list)
	}
	if words == 0 {
		return fmt.Errorf("%.60q has no word", entry)
	}
	for q := l.ends[node]; q != 0; q = l.phrases[q].also {
		if l.phrases[q].intent == p.intent {
			l.phrases[q].files |= p.files
			return nil
		}
	}
	p.also = l.ends[node]
	l.ends[node] = uint16(len(l.phrases)) //nolint:gosec // checked above
	l.phrases = append(l.phrases, p)
	return nil
}

// name gives the symbol of a word or of the beginning of words.
func (l *growth) name(hash uint32, stem bool) uint16 {
	t := &l.symbols
	if stem {
		t = &l.stems
	}
	if sym := t.get(hash); sym != 0 {
		return sym
	}
	if stem {
		l.stemmed++
	}
	l.last++
	t.put(hash, l.last)
	return l.last
}

func (l *growth) step(node, symbol uint16) uint16 {
	next := l.edges[edge(node, symbol)]
	if next == 0 {
		next = uint16(len(l.ends)) //nolint:gosec // add checks how many there are
		l.edges[edge(node, symbol)] = next
		l.ends = append(l.ends, 0)
	}
	return next
}

// begins tells whether a phrase may begin with w.
func (l *lexiconTable) begins(w *word) bool {
	return l.first[w.symbol]|l.first[w.stems[0]]|l.first[w.stems[1]] != 0
}
