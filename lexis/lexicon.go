package lexis

import (
	"embed"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The lexicon: one file a language, in sections of intents, with lines
// "WEIGHT: phrase, phrase". Case and accents do not matter. A word that ends
// in * stands for all words that begin like it; a lone _ for up to two words.
// A phrase of the section [innocent] hides what begins within it.
//
//go:embed lexicon/*.txt
var lexiconFiles embed.FS

const (
	innocent   = NumIntents // not an intent: hides the others
	minStem    = 3          // letters of a word before *
	maxPhrases = 1 << 14
	gapSymbol  = 1
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
}

func edge(node, symbol uint16) uint32 { return uint32(node)<<16 | uint32(symbol) }

type phrase struct {
	intent Intent
	weight float64
	files  uint16 // in which it stands
	also   uint16 // another phrase of the same words; 0 where none
}

var lexicon = sync.OnceValue(func() *lexiconTable {
	l := &growth{
		&lexiconTable{symbols: newTable(15), stems: newTable(10), phrases: make([]phrase, 1), last: gapSymbol, files: map[string]uint16{}},
		map[uint32]uint16{},
		make([]uint16, 1),
	}
	files, err := lexiconFiles.ReadDir("lexicon")
	if err != nil {
		panic(err)
	}
	for i, f := range files {
		l.files[strings.TrimSuffix(f.Name(), ".txt")] = 1 << i
		data, err := lexiconFiles.ReadFile(path.Join("lexicon", f.Name()))
		if err != nil {
			panic(err)
		}
		l.read(f.Name(), string(data))
	}
	l.plant()
	return l.lexiconTable
})

// plant sets the tree as it is read.
func (l *growth) plant() {
	edges := slices.Sorted(maps.Keys(l.edges))
	l.nodes = append(make([]node, 0, len(l.ends)+1), node{})
	order := append(make([]uint16, 0, len(l.ends)), 0) // of the nodes, as they grew
	for i := 0; i < len(order); i++ {
		n := &l.nodes[i]
		n.phrase, n.children = l.ends[order[i]], uint16(len(order)) //nolint:gosec // step checks how many there are
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

func (l *growth) read(name, data string) {
	intent, file := innocent, l.files[strings.TrimSuffix(name, ".txt")]
	for line := range strings.Lines(data) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if section, ok := strings.CutPrefix(line, "["); ok {
			intent = intentOf(name, strings.TrimSuffix(section, "]"))
			continue
		}
		share, list, _ := strings.Cut(line, ":")
		weight, err := strconv.ParseFloat(share, 64)
		if err != nil {
			panic("lexis: " + name + ": " + line)
		}
		for entry := range strings.SplitSeq(list, ",") {
			if entry = strings.TrimSpace(entry); entry != "" {
				l.add(entry, phrase{intent: intent, weight: weight, files: file})
			}
		}
	}
}

func intentOf(file, name string) Intent {
	if name == "innocent" {
		return innocent
	}
	i := slices.Index(intentNames[:], name)
	if i < 0 {
		panic("lexis: " + file + ": unknown intent " + name)
	}
	return Intent(i) //nolint:gosec // an index of the names
}

// add enters a phrase. Languages share phrases: the first weight of the
// same words and intent stays.
func (l *growth) add(entry string, p phrase) {
	node := uint16(0)
	for field := range strings.FieldsSeq(entry) {
		if field == "_" {
			node = l.step(node, gapSymbol)
			continue
		}
		field, stem := strings.CutSuffix(field, "*")
		words := split(nil, field, noLexicon)
		for i, w := range words {
			node = l.step(node, l.name(w.hash, stem && i == len(words)-1 && w.letters >= minStem))
		}
	}
	for q := l.ends[node]; q != 0; q = l.phrases[q].also {
		if l.phrases[q].intent == p.intent {
			l.phrases[q].files |= p.files
			return
		}
	}
	if node == 0 || len(l.phrases) == maxPhrases {
		panic("lexis: cannot enter " + entry)
	}
	p.also = l.ends[node]
	l.ends[node] = uint16(len(l.phrases)) //nolint:gosec // checked above
	l.phrases = append(l.phrases, p)
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
	l.last++
	t.put(hash, l.last)
	return l.last
}

func (l *growth) step(node, symbol uint16) uint16 {
	next := l.edges[edge(node, symbol)]
	if next == 0 {
		if len(l.ends) == 1<<16-1 {
			panic("lexis: the lexicon is too large")
		}
		next = uint16(len(l.ends)) //nolint:gosec // checked above
		l.edges[edge(node, symbol)] = next
		l.ends = append(l.ends, 0)
	}
	return next
}

// begins tells whether a phrase may begin with w.
func (l *lexiconTable) begins(w *word) bool {
	return l.first[w.symbol]|l.first[w.stems[0]]|l.first[w.stems[1]] != 0
}
