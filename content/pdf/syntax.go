package pdf

import (
	"bytes"
	"strconv"

	"postern/content"
)

// The values of a file (ISO 32000-1 §7.3). A number is a float64, a boolean a
// bool, null is nil.
type (
	name     string
	text     string // a string, literal or hexadecimal
	array    []any
	dict     []item // in the order of the file
	ref      int    // the number of an indirect object
	operator string // any other word
	ending   byte   // "]", ">>" or "}"
)

// An item is one entry of a dictionary.
type item struct {
	key   name
	value any
}

// get is the value of a key; the first counts.
func (t dict) get(key name) any {
	for i := range t {
		if t[i].key == key {
			return t[i].value
		}
	}
	return nil
}

// A stream is a dictionary with bytes behind it (§7.3.8).
type stream struct {
	dict
	raw []byte // still encoded
}

const (
	maxNest   = 32       // how deep arrays and dictionaries may stand in one another
	maxString = 64 << 10 // how much of a string is kept
)

// A reader reads values from bytes. It never fails: what is no value is an
// operator or is passed over.
type reader struct {
	buf    []byte
	pos    int
	depth  int
	budget *content.Budget
	// decrypt, where the file is encrypted, undoes that of a string.
	decrypt func([]byte) []byte
}

// next reads a value; false at the end of the bytes or of the budget.
func (r *reader) next() (any, bool) {
	r.space()
	if r.pos >= len(r.buf) || !content.Spend(&r.budget.Steps, 1) {
		return nil, false
	}
	switch c := r.buf[r.pos]; c {
	case '/':
		r.pos++
		return r.name(), true
	case '(':
		return r.secret(r.literal()), true
	case '<':
		if r.at(1) == '<' {
			r.pos += 2
			return r.dict(), true
		}
		return r.secret(r.hex()), true
	case '[':
		r.pos++
		return r.array(), true
	case '>':
		r.pos++
		if r.at(0) == '>' {
			r.pos++
		}
		return ending('>'), true
	case ']', '}', ')', '{':
		r.pos++
		return ending(c), true
	}
	return r.word(), true
}

func (r *reader) at(ahead int) byte {
	if r.pos+ahead < len(r.buf) {
		return r.buf[r.pos+ahead]
	}
	return 0
}

func (r *reader) secret(s []byte) text {
	if r.decrypt != nil {
		s = r.decrypt(s)
	}
	return text(s)
}

// space passes over white space and comments (§7.2.3).
func (r *reader) space() {
	for r.pos < len(r.buf) {
		switch c := r.buf[r.pos]; {
		case isSpace(c):
			r.pos++
		case c == '%':
			end := bytes.IndexAny(r.buf[r.pos:], "\r\n")
			if end < 0 {
				r.pos = len(r.buf)
				return
			}
			r.pos += end
		default:
			return
		}
	}
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// regular is the run of regular characters ahead.
func (r *reader) regular() []byte {
	start := r.pos
	for r.pos < len(r.buf) && !isSpace(r.buf[r.pos]) && !isDelimiter(r.buf[r.pos]) {
		r.pos++
	}
	return r.buf[start:r.pos]
}

// name reads a name, whose characters may be written as #xx (§7.3.5).
func (r *reader) name() name {
	raw := r.regular()
	if bytes.IndexByte(raw, '#') < 0 {
		return name(raw)
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw)+0 && hexDigit(raw[i+1]) >= 0 && hexDigit(raw[i+2]) >= 0 {
			out = append(out, byte(hexDigit(raw[i+1])<<4|hexDigit(raw[i+2]))) //nolint:gosec // two digits
			i += 2
			continue
		}
		out = append(out, raw[i])
	}
	return name(out)
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// word reads a number, a reference (§7.3.10), a keyword or an operator.
func (r *reader) word() any {
	w := r.regular()
	if len(w) == 0 {
		r.pos++
		return operator("")
	}
	if c := w[0]; '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.' {
		if n, ok := number(w); ok {
			if target, ok := r.reference(n); ok {
				return target
			}
			return n
		}
	}
	switch string(w) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return operator(w)
}

// number reads a number as readers do: signs and dots at odd places are
// passed over.
func number(w []byte) (float64, bool) {
	negative, dot, value, scale, digits := false, false, 0.0, 1.0, 0
	for _, c := range w {
		switch {
		case '0' <= c && c <= '9':
			digits++
			if dot {
				scale /= 10
				value += float64(c-'0') * scale
			} else if value < 1e15 {
				value = value*10 + float64(c-'0')
			}
		case c == '.' && !dot:
			dot = true
		case c == '-':
			negative = true
		case c == '+':
		default:
			return 0, false
		}
	}
	if negative {
		value = -value
	}
	return value, digits > 0 || dot
}

// reference looks whether "generation R" follows an object number.
func (r *reader) reference(n float64) (ref, bool) {
	if n < 1 || n > maxNumber || n != float64(int(n)) {
		return 0, false
	}
	i := r.pos
	for i < len(r.buf) && isSpace(r.buf[i]) {
		i++
	}
	start := i
	for i < len(r.buf) && '0' <= r.buf[i] && r.buf[i] <= '9' && i-start < 6 {
		i++
	}
	if i == start {
		return 0, false
	}
	gap := i
	for i < len(r.buf) && isSpace(r.buf[i]) {
		i++
	}
	if i == gap || i >= len(r.buf) || r.buf[i] != 'R' || i+1 < len(r.buf) && !isSpace(r.buf[i+1]) && !isDelimiter(r.buf[i+1]) {
		return 0, false
	}
	r.pos = i + 1
	return ref(n), true
}

// literal reads a string in parentheses (§7.3.4.2).
func (r *reader) literal() []byte {
	r.pos++
	out := []byte{}
	for depth := 1; r.pos < len(r.buf); r.pos++ {
		c := r.buf[r.pos]
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				r.pos++
				return out
			}
		case '\\':
			if r.pos++; r.pos == len(r.buf) {
				return out
			}
			out = r.escape(out)
			continue
		}
		if len(out) < maxString {
			out = append(out, c)
		}
	}
	return out
}

// escape adds what a backslash stands for.
func (r *reader) escape(out []byte) []byte {
	switch c := r.at(0); c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\r':
		if r.at(1) == '\n' {
			r.pos++
		}
		return out
	case '\n':
		return out
	default:
		if c < '0' || c > '7' {
			return append(out, c)
		}
		n, _ := strconv.ParseUint(string(r.octal()), 8, 16)
		return append(out, byte(n)) //nolint:gosec // high overflow is passed over (§7.3.4.2)
	}
}

// octal is up to three octal digits, of which the last stays ahead.
func (r *reader) octal() []byte {
	n := 1
	for n < 3 && r.at(n) >= '0' && r.at(n) <= '7' {
		n++
	}
	digits := r.buf[r.pos : r.pos+n]
	r.pos += n - 1
	return digits
}

// hex reads a string in angle brackets (§7.3.4.3).
func (r *reader) hex() []byte {
	r.pos++
	end := bytes.IndexByte(r.buf[r.pos:], '>')
	if end < 0 {
		end = len(r.buf) - r.pos
	}
	out := unhex(r.buf[r.pos : r.pos+min(end, 2*maxString)])
	r.pos = min(r.pos+end+1, len(r.buf))
	return out
}

// unhex reads hexadecimal digits, whatever stands between them.
func unhex(digits []byte) []byte {
	out := make([]byte, 0, len(digits)/2)
	high := -1
	for _, c := range digits {
		d := hexDigit(c)
		switch {
		case d < 0:
		case high < 0:
			high = d
		default:
			out, high = append(out, byte(high<<4|d)), -1 //nolint:gosec // two digits
		}
	}
	if high >= 0 {
		out = append(out, byte(high<<4)) //nolint:gosec // one digit
	}
	return out
}

func (r *reader) array() array {
	var list array
	if r.depth++; r.depth > maxNest {
		r.pos = len(r.buf)
	}
	defer func() { r.depth-- }()
	for {
		v, ok := r.next()
		if !ok {
			return list
		}
		if _, end := v.(ending); end {
			return list
		}
		if op, isOp := v.(operator); isOp && structural(op) {
			return list
		}
		list = append(list, v)
	}
}

func (r *reader) dict() dict {
	d := dict{}
	if r.depth++; r.depth > maxNest {
		r.pos = len(r.buf)
	}
	defer func() { r.depth-- }()
	for {
		key, ok := r.next()
		if !ok {
			return d
		}
		switch k := key.(type) {
		case ending:
			return d
		case operator:
			if structural(k) {
				return d
			}
		case name:
			start := r.pos
			v, ok := r.next()
			if _, end := v.(ending); !ok || end {
				return d
			}
			if op, isOp := v.(operator); isOp && structural(op) {
				r.pos = start
				return d
			}
			d = append(d, item{k, v})
		}
	}
}

// structural tells the words that end an object that was not closed.
func structural(op operator) bool { return op == "endobj" || op == "stream" || op == "obj" }
