package lexis

import (
	"math"
	"slices"
	"sync"
)

// An Intent is what words want of their reader, or tell about themselves.
type Intent uint8

// The intents. The last five are innocent by themselves and tell in what kind
// of message the others stand.
const (
	Credential     Intent = iota // passwords, signing in, identity checks
	Payment                      // invoices and transfers
	BankChange                   // other bank details than before
	Payroll                      // wages and where they go
	GiftCard                     // gift cards and their codes
	CallBack                     // call this number
	Extortion                    // pay, or be exposed or attacked
	AdvanceFee                   // a fortune waits: funds, heirs, lotteries, loans
	DataRequest                  // send us lists, forms, personal data
	TaskBait                     // are you there, I need a favour
	FileShare                    // somebody shared a document
	Delivery                     // a parcel waits
	AccountProblem               // limited, suspended, full, expired, unusual
	Renewal                      // you bought, you will be charged
	Urgency                      // now, or else
	Secrecy                      // tell nobody, I cannot talk
	Authority                    // who is in charge, or the law, says so
	Crypto                       // digital money
	Action                       // the words of a button: click, sign in, view
	Promotion                    // offers, discounts, medicine, games of chance
	Receipt                      // confirms what the reader did: orders, bookings, resets
	Bulk                         // unsubscribe, preferences, view in browser
	Imprint                      // who stands behind it, at which address
	Reassurance                  // nothing to do; ignore if it was not you
	Conversation                 // talk among people who work together
	NumIntents
)

var intentNames = [NumIntents]string{
	"credential", "payment", "bank_change", "payroll", "gift_card", "call_back", "extortion", "advance_fee", "data_request",
	"task_bait", "file_share", "delivery", "account_problem", "renewal", "urgency", "secrecy", "authority", "crypto", "action",
	"promotion", "receipt", "bulk", "imprint", "reassurance", "conversation",
}

// String names the intent as the files of the lexicon do.
func (i Intent) String() string { return intentNames[i] }

// A Hit is how much of one intent a text has.
type Hit struct {
	Score      float64 // 0 to 1: each phrase takes its share of the doubt the others left
	Count      int     // phrases, each time they stand
	Start, End int     // the heaviest phrase in the text; both 0 where there is none
}

// A Reading is what one pass over the words of a text tells.
type Reading struct {
	Hits       [NumIntents]Hit
	Words      int
	Language   string  // ISO 639-1; empty where unknown
	Confidence float64 // 0 to 1, of the language
}

// Read finds intents and language. A phrase counts for each of its intents
// once where such phrases overlap, and not where an innocent one covers it.
func (l *Lists) Read(text string) Reading {
	text = Plain(text)
	room, _ := wordRoom.Get().(*[]word)
	words := split((*room)[:0], text, l.lexicon)
	r := Reading{Words: len(words)}
	r.Language, r.Confidence = language(text, words)
	l.lexicon.count(words, l.lexicon.speaking(&r), &r.Hits)
	*room = words
	wordRoom.Put(room)
	return r
}

// wordRoom keeps the room of words: there are many, and few readings at once.
var wordRoom = sync.Pool{New: func() any { return new([]word) }}

// Intents finds what the words of text want.
func (l *Lists) Intents(text string) [NumIntents]Hit { return l.Read(text).Hits }

// speaking gives the files that count in a text: those of its language, and
// English, which stands in the mail of all. A text of unknown language might
// be any.
func (l *lexiconTable) speaking(r *Reading) uint16 {
	const sure = 0.9
	if r.Confidence < sure {
		return math.MaxUint16
	}
	return l.files[r.Language] | l.files["en"]
}

// count adds up the phrases of words in the given files.
func (l *lexiconTable) count(words []word, files uint16, hits *[NumIntents]Hit) {
	var seen [maxPhrases / 64]uint64
	var until [NumIntents]int // where the intent's last phrase ended
	var weight [NumIntents]float64
	w := walk{lexicon: l, words: words}
	for i := range words {
		if !l.begins(&words[i]) {
			continue
		}
		for _, m := range w.match(i) { // the longest first
			p := &l.phrases[m.phrase]
			if p.files&files == 0 {
				continue
			}
			if p.intent == innocent {
				for k := range until {
					until[k] = max(until[k], m.end)
				}
				break
			}
			if i < until[p.intent] {
				continue
			}
			until[p.intent] = m.end
			h := &hits[p.intent]
			h.Count++
			if seen[m.phrase/64]&(1<<(m.phrase%64)) == 0 {
				seen[m.phrase/64] |= 1 << (m.phrase % 64)
				h.Score = 1 - (1-h.Score)*(1-p.weight)
			}
			if p.weight > weight[p.intent] {
				weight[p.intent] = p.weight
				h.Start, h.End = int(words[i].start), int(words[m.end-1].end)
			}
		}
	}
}

// A match is a phrase that ends before word end.
type match struct {
	phrase uint16
	end    int
}

// maxMatches and maxSteps bound the work at one word.
const (
	maxMatches = 16
	maxSteps   = 200
	maxSkip    = 2 // words that a gap may stand for
)

// A walk goes through the phrases that begin at one word after the other.
type walk struct {
	lexicon *lexiconTable
	words   []word
	first   int
	steps   int
	found   [maxMatches]match
	n       int // of those found
}

// match gives the phrases that begin at word i, the longest first. They last
// until the next are asked for.
func (w *walk) match(i int) []match {
	w.first, w.steps, w.n = i, 0, 0
	w.from(0, i)
	found := w.found[:w.n]
	if len(found) > 1 {
		slices.SortStableFunc(found, func(a, b match) int { return b.end - a.end })
	}
	return found
}

// from goes on from a node, with the word at.
func (w *walk) from(node uint16, at int) {
	if w.steps++; w.steps > maxSteps {
		return
	}
	l := w.lexicon
	for p := l.nodes[node].phrase; p != 0 && w.n < maxMatches; p = l.phrases[p].also {
		w.found[w.n] = match{p, at}
		w.n++
	}
	if l.nodes[node].children == l.nodes[node+1].children {
		return
	}
	if at == len(w.words) || at > w.first && w.words[at].open {
		return
	}
	here := &w.words[at]
	for _, sym := range [3]uint16{here.symbol, here.stems[0], here.stems[1]} {
		if sym == 0 {
			continue
		}
		if next := l.child(node, sym); next != 0 {
			w.from(next, at+1)
		}
	}
	if gap := l.child(node, gapSymbol); gap != 0 {
		w.from(gap, at)
		for k := 1; k <= maxSkip && at+k < len(w.words) && !w.words[at+k].open; k++ {
			w.from(gap, at+k)
		}
	}
}
