package signals

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"
)

// surprising is the surprisal from which a reader would call it one: what one
// message in eight shows.
const surprising = 3 // bits

// Say puts a value of the signal into a clause that can stand as a reason, such
// as "it greets as one greets anybody". It is empty where the value is unknown
// or tells a reader nothing.
func (s *Signal) Say(v float64) string {
	if math.IsNaN(v) || strings.HasSuffix(s.Name, "_support") {
		return ""
	}
	p, ok := phrases()[s.Name]
	switch {
	case ok && v == 0:
		return p.none
	case ok:
		return strings.NewReplacer("{} times", times(v), "{}", s.Unit.Amount(v)).Replace(p.some)
	case v == 0 || s.Unit == Bits && v < surprising:
		return ""
	case strings.HasPrefix(s.Name, "habit."):
		_, what, _ := strings.Cut(s.Doc, ": ")
		return "it is not what the sender's mail is wont to be: " + strings.TrimSuffix(what, ".") + " (" + s.Unit.Amount(v) + ")"
	case s.Unit == Bool:
		return s.clause()
	}
	return s.clause() + ": " + s.Unit.Amount(v)
}

// clause is the Doc as it stands within a sentence.
func (s *Signal) clause() string {
	doc := strings.TrimSuffix(s.Doc, ".")
	if len(doc) > 1 && (doc[1] >= 'a' && doc[1] <= 'z' || doc[1] == ' ') {
		return strings.ToLower(doc[:1]) + doc[1:]
	}
	return doc
}

func times(v float64) string {
	if n := Count.Amount(v); n != "1" {
		return n + " times"
	}
	return "once"
}

// Amount is a value with its unit: "75%", "4 days".
func (u Unit) Amount(v float64) string {
	digits := 1
	if math.Abs(v) >= 10 || v == math.Trunc(v) || u == Ratio {
		digits = 0
	}
	if u == Ratio {
		return strconv.FormatFloat(100*v, 'f', digits, 64) + "%"
	}
	number := strconv.FormatFloat(v, 'f', digits, 64)
	switch {
	case u == Days && number == "1":
		return "1 day"
	case u == Days, u == Bytes, u == Bits:
		return number + " " + u.String()
	}
	return number
}

// A phrase is how a signal reads above zero, and at zero.
type phrase struct{ some, none string }

//go:embed phrases.txt
var phraseTable string

// phrases reads the table once. A test checks every row.
var phrases = sync.OnceValue(func() map[string]phrase {
	rows := make(map[string]phrase)
	for line := range strings.Lines(phraseTable) {
		name, rest, ok := strings.Cut(line, "|")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		some, none, _ := strings.Cut(rest, "|")
		rows[strings.TrimSpace(name)] = phrase{strings.TrimSpace(some), strings.TrimSpace(none)}
	}
	return rows
})
