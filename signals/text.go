package signals

import (
	_ "embed" // words.txt
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"postern/parse"
)

// The topics of words.txt.
const (
	urgency = iota
	secrecy
	payment
	credential
	crypto
	extortion
	numTopics
)

var topicNames = [numTopics]string{"urgency", "secrecy", "payment", "credential", "crypto", "extortion"}

// Limits of what one message's text may cost.
const (
	maxText    = 256 << 10 // bytes that are read word by word
	maxWallets = 200       // words whose checksum is tried
)

// A text is what one reading of the subject and the visible words tells.
type text struct {
	topics    [numTopics]int // words and phrases of words.txt
	quoted    [numTopics]int // those in what is quoted
	visible   int            // characters of the visible words
	zeroWidth int            // characters without width
	wallets   int
	phones    int
	tried     int // words whose checksum was tried
}

// readText reads the subject and the visible words, both without disguise, up
// to maxText bytes in all, and apart from them what is quoted. Characters
// without width are counted in what is hidden as well, where package parse
// puts them.
func readText(subject string, body *parse.Text) text {
	var t text
	subject, _ = parse.Fold(subject[:min(len(subject), maxText)])
	visible := body.Folded[:min(len(body.Folded), maxText-min(maxText, len(subject)))]
	words := make([]uint32, 0, 2+(len(subject)+len(visible))/5)
	words = append(t.words(words, subject), 0) // 0: no phrase goes on into the body
	words = t.words(words, visible)
	t.visible = utf8.RuneCountInString(body.Visible)
	lexicon.count(words, &t.topics)
	t.phones = phones(subject) + phones(visible)
	if old := body.Quoted[:min(len(body.Quoted), maxText)]; old != "" {
		var q text
		lexicon.count(q.words(words[:0], old), &t.quoted)
	}
	for _, r := range body.Hidden[:min(len(body.Hidden), maxText)] {
		if zeroWidth(r) {
			t.zeroWidth++
		}
	}
	return t
}

// A hash is that of one word while it is read, eight bytes at a time.
type hash struct{ sum, next uint64 }

func (h *hash) add(b byte) {
	if h.next>>56 != 0 {
		h.mix()
	}
	h.next = h.next<<8 | uint64(b)
}

// addRune adds all of r but its last byte, which it returns.
func (h *hash) addRune(r rune) byte {
	var b [utf8.UTFMax]byte
	n := utf8.EncodeRune(b[:], r)
	for _, c := range b[:n-1] {
		h.add(c)
	}
	return b[n-1]
}

func (h *hash) mix() {
	h.sum, h.next = (bits.RotateLeft64(h.sum, 23)^h.next)*0x9e3779b97f4a7c15, 0 // 2^64 over the golden ratio
}

// end gives the hash and begins the next word's.
func (h *hash) end() uint32 {
	h.mix()
	sum := uint32(h.sum >> 32)
	*h = hash{}
	return sum
}

// words appends the hash of every word of s, and counts what it meets.
func (t *text) words(words []uint32, s string) []uint32 {
	var h hash
	var size int
	start := -1
	for i := 0; i < len(s); i += size {
		c := letter[s[i]]
		size = 1
		if s[i] >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			switch {
			case zeroWidth(r):
				t.zeroWidth++
				continue
			case unicode.Is(unicode.Mn, r):
				continue
			case int(r) < len(plain) && plain[r] != 0:
				c = plain[r]
			case unicode.IsLetter(r):
				c = h.addRune(unicode.ToLower(r))
			}
		}
		switch {
		case c != 0:
			h.add(c)
			if start < 0 {
				start = i
			}
		case start >= 0:
			words = append(words, h.end())
			t.tryWallet(s[start:i])
			start = -1
		}
	}
	if start >= 0 {
		words = append(words, h.end())
		t.tryWallet(s[start:])
	}
	return words
}

func (t *text) tryWallet(word string) {
	if len(word) < minWallet || len(word) > maxWallet || t.tried >= maxWallets {
		return
	}
	t.tried++
	if wallet(word) {
		t.wallets++
	}
}

// letter folds the ASCII letters and digits, and is 0 for the rest.
var letter = func() (m [256]byte) {
	for c := range byte(utf8.RuneSelf) {
		if r := rune(c); unicode.IsLetter(r) || unicode.IsDigit(r) {
			m[c] = byte(unicode.ToLower(r))
		}
	}
	return m
}()

// plain gives the ASCII letter under the accents of a Latin one.
var plain = func() (m [0x250]byte) {
	for r := rune(0xC0); int(r) < len(m); r++ {
		if d := norm.NFD.String(string(r)); d[0] < utf8.RuneSelf {
			m[r] = letter[d[0]]
		}
	}
	m['ß'], m['ø'], m['Ø'], m['ł'], m['Ł'] = 's', 'o', 'o', 'l', 'l'
	return m
}()

// zeroWidth tells characters that take no room on the screen.
func zeroWidth(r rune) bool {
	return 0x200B <= r && r <= 0x200F || 0x2060 <= r && r <= 0x2064 || r == 0xFEFF || r == 0x00AD || r == 0x034F
}

// A phraseBook finds phrases by the hashes of their words.
type phraseBook struct {
	first   [1 << 12]bool // by the top bits of the first word: most words end here
	phrases map[uint32][]phrase
}

type phrase struct {
	rest  []uint32 // the words after the first
	topic int
}

//go:embed words.txt
var wordsFile string

var lexicon = readPhrases(wordsFile)

func readPhrases(file string) *phraseBook {
	b := &phraseBook{phrases: map[uint32][]phrase{}}
	topic := -1
	for line := range strings.Lines(file) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			topic = topicOf(strings.Trim(line, "[]"))
			continue
		}
		_, list, _ := strings.Cut(line, ":")
		for entry := range strings.SplitSeq(list, ",") {
			if words := new(text).words(nil, entry); len(words) > 0 {
				b.add(words, topic)
			}
		}
	}
	return b
}

func topicOf(name string) int {
	for i, t := range topicNames {
		if t == name {
			return i
		}
	}
	panic("signals: words.txt: unknown topic " + name)
}

// add enters a phrase once: languages share words.
func (b *phraseBook) add(words []uint32, topic int) {
	for _, p := range b.phrases[words[0]] {
		if p.topic == topic && slices.Equal(p.rest, words[1:]) {
			return
		}
	}
	b.first[words[0]>>20] = true
	list := append(b.phrases[words[0]], phrase{words[1:], topic})
	slices.SortStableFunc(list, func(p, q phrase) int { return len(q.rest) - len(p.rest) }) // the longest first
	b.phrases[words[0]] = list
}

// count adds up the phrases of words by topic. Where phrases of one topic
// overlap, the first counts.
func (b *phraseBook) count(words []uint32, topics *[numTopics]int) {
	var until [numTopics]int // where the topic's last phrase ended
	for i, w := range words {
		if !b.first[w>>20] {
			continue
		}
		for _, p := range b.phrases[w] {
			end := i + 1 + len(p.rest)
			if i >= until[p.topic] && end <= len(words) && slices.Equal(p.rest, words[i+1:end]) {
				topics[p.topic]++
				until[p.topic] = end
			}
		}
	}
}
