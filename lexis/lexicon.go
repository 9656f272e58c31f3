package lexis

import (
	"embed"
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
	symbols   table   // of whole words, by hash
	stems     table   // of what words begin with, by hash
	beginning hashSet // of the hashes in stems
	first     []bool
	nodes     []int             // the phrase that ends at a node; 0 where none
	edges     table             // by node and symbol
	phrases   []phrase          // the first is none
	last      uint16            // symbol
	files     map[string]uint16 // a bit for each language
}

func edge(node, symbol uint16) uint32 { return uint32(node)<<16 | uint32(symbol) }

type phrase struct {
	intent Intent
	weight float64
	files  uint16 // in which it stands
	also   int    // another phrase of the same words; 0 where none
}

// hashSet is a set of hashes with false members.
type hashSet [1 << 10]uint64

func (b *hashSet) add(h uint32)      { h = h * 0x9E3779B1 >> 16; b[h>>6] |= 1 << (h & 63) }
func (b *hashSet) has(h uint32) bool { h = h * 0x9E3779B1 >> 16; return b[h>>6]>>(h&63)&1 != 0 }

var lexicon = sync.OnceValue(func() *lexiconTable {
	l := &lexiconTable{
		symbols: newTable(15), stems: newTable(12), edges: newTable(17),
		nodes: make([]int, 1), phrases: make([]phrase, 1), last: gapSymbol, files: map[string]uint16{},
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
	l.first = make([]bool, l.last+1)
	for sym := range l.first {
		l.first[sym] = sym > 0 && l.edges.get(edge(0, uint16(sym))) != 0
	}
	return l
})

func (l *lexiconTable) read(name, data string) {
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
func (l *lexiconTable) add(entry string, p phrase) {
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
	for q := l.nodes[node]; q != 0; q = l.phrases[q].also {
		if l.phrases[q].intent == p.intent {
			l.phrases[q].files |= p.files
			return
		}
	}
	if node == 0 || len(l.phrases) == maxPhrases {
		panic("lexis: cannot enter " + entry)
	}
	p.also = l.nodes[node]
	l.nodes[node] = len(l.phrases)
	l.phrases = append(l.phrases, p)
}

// name gives the symbol of a word or of the beginning of words.
func (l *lexiconTable) name(hash uint32, stem bool) uint16 {
	t := &l.symbols
	if stem {
		t = &l.stems
		l.beginning.add(hash)
	}
	if sym := t.get(hash); sym != 0 {
		return sym
	}
	l.last++
	t.put(hash, l.last)
	return l.last
}

func (l *lexiconTable) step(node, symbol uint16) uint16 {
	next := l.edges.get(edge(node, symbol))
	if next == 0 {
		if len(l.nodes) == 1<<16 {
			panic("lexis: the lexicon is too large")
		}
		next = uint16(len(l.nodes)) //nolint:gosec // checked above
		l.edges.put(edge(node, symbol), next)
		l.nodes = append(l.nodes, 0)
	}
	return next
}

// begins tells whether a phrase may begin with w.
func (l *lexiconTable) begins(w *word) bool {
	return l.first[w.symbol] || l.first[w.stems[0]] || l.first[w.stems[1]]
}
