package signals

import (
	"strings"
	"unicode/utf8"

	"postern/lexis"
	"postern/parse"
)

// Limits of what one message's text may cost.
const (
	maxText    = 256 << 10 // bytes that are looked through
	maxRead    = 32 << 10  // bytes that are read for what they want
	maxNumbers = 64 << 10  // bytes that are read for numbers
)

// A text is what one reading of the subject and the visible words tells.
type text struct {
	read      string // the subject and the visible words, without disguise
	reading   lexis.Reading
	quoted    lexis.Reading // of what is quoted
	visible   int           // characters of the visible words
	zeroWidth int           // characters without width
	wallets   []lexis.Wallet
	phones    []lexis.Phone
	amounts   []lexis.Amount
	ofSubject int // amounts of the subject; they come first
	greeting  lexis.Greeting
	deadline  float64 // hours; unknown without one
}

// readText reads the subject and the visible words, both without disguise, and
// apart from them what is quoted. Numbers are read as they stand, since some
// of them would pass for letters. Region is the sender's country, for numbers
// that do not name theirs. Characters without width are counted in what is
// hidden as well, where package parse puts them.
func readText(words *Words, subject, region string, body *parse.Text) text {
	var t text
	subject = head(subject, maxText)
	plain, _ := parse.Fold(subject)
	numbers := subject + "\n\n" + head(body.Visible, maxNumbers)
	if plain == subject && body.Folded == body.Visible { // as in most messages
		t.read = head(numbers, len(subject)+2+maxRead)
	} else {
		t.read = plain + "\n\n" + head(body.Folded, maxRead)
	}
	t.reading = words.Read(t.read)
	if body.Quoted != "" {
		t.quoted = words.Read(head(body.Quoted, maxRead))
	}
	t.visible = utf8.RuneCountInString(body.Visible)
	for _, s := range []string{subject, body.Visible, body.Hidden} {
		t.zeroWidth += countZeroWidth(head(s, maxText))
	}
	numbers = lexis.Plain(numbers)
	t.wallets = lexis.Wallets(numbers)
	t.phones = lexis.Phones(numbers, region)
	t.ofSubject = len(lexis.Amounts(subject))
	t.amounts = lexis.Amounts(numbers)
	t.greeting = lexis.Greet(body.Visible)
	t.deadline = Unknown
	if h, ok := lexis.Deadline(t.read); ok {
		t.deadline = h
	}
	return t
}

// head cuts s to n bytes.
func head(s string, n int) string { return s[:min(len(s), n)] }

// countZeroWidth counts the characters of s that take no room.
func countZeroWidth(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < 0xC2 {
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if zeroWidth(r) {
			n++
		}
		i += size - 1
	}
	return n
}

// region is the country that a domain's top level names (ISO 3166-1), or "".
func region(domain string) string {
	tld := strings.ToUpper(domain[strings.LastIndexByte(domain, '.')+1:])
	switch {
	case tld == "UK":
		return "GB"
	case len(tld) == 2:
		return tld
	}
	return ""
}

// Says gives the words of the message that want intent the most; "" where
// none do.
func (f *Facts) Says(intent lexis.Intent) string {
	t := &f.look().text
	h := t.reading.Hits[intent]
	if h.End > len(t.read) { // the reading took out what is without width
		return ""
	}
	return t.read[h.Start:h.End]
}

// Language is that of the message (ISO 639-1), and how sure that is, from 0
// to 1; "" where it is unknown.
func (f *Facts) Language() (string, float64) {
	r := &f.look().text.reading
	return r.Language, r.Confidence
}
