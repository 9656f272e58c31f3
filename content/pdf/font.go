package pdf

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// winAnsi is the encoding of fonts that do not say which (Annex D).
var winAnsi = func() (t [256]rune) {
	for i := range t {
		t[i] = charmap.Windows1252.DecodeByte(byte(i))
	}
	return t
}()

// A font turns the codes of a string into characters (§9.10).
type font struct {
	bytes     int // of a code: 1 or 2
	unicode   map[int]string
	table     [256]rune
	utf16     bool // the codes are UTF-16
	unknown   bool // nobody can say what the codes mean
	widths    map[int]float64
	otherwise float64 // width of other codes, in em
}

// maxCodes is how many codes of a font are kept.
const maxCodes = 20_000

func (d *file) font(t dict) *font {
	f := &font{bytes: 1, table: winAnsi, otherwise: 0.5, widths: map[int]float64{}}
	if d.name(t.get("Subtype")) == "Type0" {
		d.composite(f, t)
	} else {
		d.simple(f, t)
	}
	if s, ok := d.resolve(t.get("ToUnicode")).(*stream); ok {
		f.unicode = d.toUnicode(d.decode(s))
		f.unknown = false
	}
	return f
}

// composite reads a font with two bytes a code (§9.7).
func (d *file) composite(f *font, t dict) {
	f.bytes, f.otherwise = 2, 1
	encoding := string(d.name(t.get("Encoding")))
	f.utf16 = strings.Contains(encoding, "UCS2") || strings.Contains(encoding, "UTF16")
	f.unknown = !f.utf16
	list := d.array(t.get("DescendantFonts"))
	if len(list) == 0 {
		return
	}
	below := d.dict(list[0])
	if w, ok := d.resolve(below.get("DW")).(float64); ok {
		f.otherwise = w / 1000
	}
	d.wide(f, d.array(below.get("W")))
}

// wide reads the widths of a composite font (§9.7.4.3).
func (d *file) wide(f *font, w array) {
	for i := 0; i+1 < len(w) && len(f.widths) < maxCodes; {
		first := d.integer(w[i])
		if each := d.array(w[i+1]); each != nil {
			for j, v := range each {
				f.widths[first+j] = d.float(v) / 1000
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		for code := first; code <= min(d.integer(w[i+1]), first+maxCodes) && len(f.widths) < maxCodes; code++ {
			f.widths[code] = d.float(w[i+2]) / 1000
		}
		i += 3
	}
}

// simple reads a font with one byte a code (§9.6).
func (d *file) simple(f *font, t dict) {
	first := d.integer(t.get("FirstChar"))
	widths := d.array(t.get("Widths"))
	for i, w := range widths[:min(len(widths), 256)] {
		f.widths[first+i] = d.float(w) / 1000
	}
	code := 0
	for _, v := range d.array(d.dict(t.get("Encoding")).get("Differences")) {
		switch v := d.resolve(v).(type) {
		case float64:
			code = int(v)
		case name:
			if code >= 0 && code < 256 {
				f.table[code] = glyph(string(v))
			}
			code++
		}
	}
}

// glyphs are names of characters beyond letters and what can be built of them
// (Adobe Glyph List).
var glyphs = map[string]rune{
	"space": ' ', "nbspace": ' ', "exclam": '!', "quotedbl": '"', "numbersign": '#', "dollar": '$', "percent": '%', "ampersand": '&',
	"quotesingle": '\'', "parenleft": '(', "parenright": ')', "asterisk": '*', "plus": '+', "comma": ',', "hyphen": '-', "period": '.',
	"slash": '/', "zero": '0', "one": '1', "two": '2', "three": '3', "four": '4', "five": '5', "six": '6', "seven": '7', "eight": '8',
	"nine": '9', "colon": ':', "semicolon": ';', "less": '<', "equal": '=', "greater": '>', "question": '?', "at": '@',
	"bracketleft": '[', "backslash": '\\', "bracketright": ']', "underscore": '_', "braceleft": '{', "bar": '|', "braceright": '}',
	"quoteleft": '‘', "quoteright": '’', "quotedblleft": '“', "quotedblright": '”', "quotedblbase": '„', "guillemotleft": '«',
	"guillemotright": '»', "endash": '–', "emdash": '—', "bullet": '•', "ellipsis": '…', "Euro": '€', "sterling": '£', "yen": '¥',
	"cent": '¢', "section": '§', "copyright": '©', "registered": '®', "degree": '°', "germandbls": 'ß', "ae": 'æ', "AE": 'Æ',
	"oslash": 'ø', "Oslash": 'Ø', "lslash": 'ł', "Lslash": 'Ł', "dotlessi": 'ı', "fi": 'ﬁ', "fl": 'ﬂ', "ff": 'ﬀ', "ffi": 'ﬃ',
}

var accents = map[string]rune{
	"grave": 0x300, "acute": 0x301, "circumflex": 0x302, "tilde": 0x303, "dieresis": 0x308, "ring": 0x30a, "cedilla": 0x327,
	"caron": 0x30c, "ogonek": 0x328, "macron": 0x304, "breve": 0x306, "dotaccent": 0x307,
}

// glyph is the character of a glyph's name; 0 where nobody knows.
func glyph(n string) rune {
	n, _, _ = strings.Cut(n, ".")
	if r, ok := glyphs[n]; ok {
		return r
	}
	if len(n) == 1 {
		return rune(n[0])
	}
	for _, prefix := range [...]string{"uni", "u"} {
		if digits, ok := strings.CutPrefix(n, prefix); ok && len(digits) >= 4 {
			if v, err := strconv.ParseUint(digits[:min(len(digits), 6)], 16, 21); err == nil {
				return rune(v)
			}
		}
	}
	if len(n) > 1 {
		if mark, ok := accents[n[1:]]; ok {
			if s := []rune(norm.NFC.String(string([]rune{rune(n[0]), mark}))); len(s) == 1 {
				return s[0]
			}
		}
	}
	return 0
}

// toUnicode reads the mapping of codes to characters (§9.10.3).
func (d *file) toUnicode(cmap []byte) map[int]string {
	m := map[int]string{}
	r := reader{buf: cmap, budget: d.budget}
	var args []any
	for len(m) < maxCodes {
		v, ok := r.next()
		if !ok {
			return m
		}
		op, isOp := v.(operator)
		if !isOp {
			if args = append(args, v); len(args) > 3*maxCodes {
				return m
			}
			continue
		}
		switch op {
		case "endbfchar":
			for i := 0; i+1 < len(args); i += 2 {
				from, ok1 := args[i].(text)
				to, ok2 := args[i+1].(text)
				if ok1 && ok2 {
					m[codeOf(from)] = utf16Text([]byte(to))
				}
			}
		case "endbfrange":
			for i := 0; i+2 < len(args); i += 3 {
				ranged(m, args[i], args[i+1], args[i+2])
			}
		}
		args = args[:0]
	}
	return m
}

// ranged maps a range of codes to characters that follow one another, or to
// a list.
func ranged(m map[int]string, lo, hi, to any) {
	first, ok1 := lo.(text)
	last, ok2 := hi.(text)
	if !ok1 || !ok2 {
		return
	}
	from, until := codeOf(first), codeOf(last)
	switch to := to.(type) {
	case array:
		for i, v := range to {
			if s, ok := v.(text); ok && from+i <= until && len(m) < maxCodes {
				m[from+i] = utf16Text([]byte(s))
			}
		}
	case text:
		units := utf16.Encode([]rune(utf16Text([]byte(to))))
		if len(units) == 0 {
			return
		}
		for code := from; code <= until && len(m) < maxCodes; code++ {
			m[code] = string(utf16.Decode(units))
			units[len(units)-1]++
		}
	}
}

func codeOf(s text) int {
	n := 0
	for _, c := range []byte(s[:min(len(s), 4)]) {
		n = n<<8 | int(c)
	}
	return n
}

// read gives the characters of a string with their widths in em.
func (f *font) read(s text, yield func(chars string, width float64, space bool)) {
	for len(s) >= f.bytes {
		code := codeOf(s[:f.bytes])
		s = s[f.bytes:]
		width, ok := f.widths[code]
		if !ok {
			width = f.otherwise
		}
		yield(f.chars(code), width, f.bytes == 1 && code == ' ')
	}
}

func (f *font) chars(code int) string {
	if s, ok := f.unicode[code]; ok {
		return s
	}
	switch {
	case f.unknown:
		return ""
	case f.utf16:
		return string(rune(code)) //nolint:gosec // two bytes
	case code < 256 && f.table[code] > 0:
		return string(f.table[code])
	}
	return ""
}
