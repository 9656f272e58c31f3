package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold gives text as the eye reads it, with the disguises taken off that keep
// a program from matching words: letters of another script among Latin ones
// and those of styled alphabets become Latin, digits and signs inside of a
// word the letters they stand for, and spaced-out letters a word. It counts
// what it met. Words that are wholly of another script stay, but for those of
// lookalikes alone in a text that is Latin otherwise. Text without disguise is
// returned as it is.
func Fold(text string) (string, Disguise) {
	f := folder{in: text}
	f.fold()
	if f.doubtful && f.latin > 8*f.other {
		f = folder{in: text, bold: true}
		f.fold()
	}
	if f.out == nil {
		return text, f.d
	}
	return view(append(f.out, text[f.done:]...)), f.d
}

// A folder folds a text. What is changed goes to out, with all before it.
type folder struct {
	in       string
	out      []byte
	done     int // in[:done] is in out
	d        Disguise
	latin    int  // letters of words that may be Latin
	other    int  // of those that are not
	bold     bool // fold words of lookalikes alone
	doubtful bool // there are some

	single  []byte // single letters in a row, each with a space between
	from    int    // where they begin
	letters [64]byte
}

// The kinds of bytes in a word.
const (
	alpha   = 1 << iota
	decimal // digits
	stands  // signs and digits that stand for letters
	wide    // of a character beyond ASCII
)

// minSpaced is how many single letters in a row are a word that is spaced out.
const minSpaced = 4

var kinds = func() (t [256]byte) {
	for c := range t {
		switch {
		case c >= utf8.RuneSelf:
			t[c] = wide
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			t[c] = alpha
		case '0' <= c && c <= '9':
			t[c] = decimal
		}
	}
	for c := range standsFor {
		t[c] |= stands
	}
	return t
}()

var standsFor = map[byte]byte{'0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '@': 'a', '$': 's'}

func (f *folder) fold() {
	f.single = f.letters[:0]
	last := 0 // the end of the word before
	for i := 0; i < len(f.in); {
		if f.in[i] <= ' ' {
			i++
			continue
		}
		start, has := i, byte(0)
		for i < len(f.in) && f.in[i] > ' ' {
			has |= kinds[f.in[i]]
			i++
		}
		switch {
		case has == alpha && i == start+1:
			f.letter(start, last)
			last = i
			continue
		case has&wide != 0:
			f.endSingles(last)
			f.wide(start, i)
		default:
			f.endSingles(last)
			f.latin += i - start
			if has&alpha != 0 && has&stands != 0 {
				f.digits(start, i)
			}
			f.dotted(start, i)
		}
		last = i
	}
	f.endSingles(last)
}

func (f *folder) replace(from, to int, with string) {
	f.out = append(append(f.out, f.in[f.done:from]...), with...)
	f.done = to
}

// letter notes a word of one letter at i; the word before ended at last.
func (f *folder) letter(i, last int) {
	if i != last+1 || f.in[last] != ' ' || len(f.single) == cap(f.single) {
		f.endSingles(last)
	}
	if len(f.single) == 0 {
		f.from = i
	}
	f.single = append(f.single, f.in[i])
}

func (f *folder) endSingles(end int) {
	if len(f.single) >= minSpaced {
		f.d.Spaced += len(f.single)
		f.replace(f.from, end, string(f.single))
	}
	f.single = f.single[:0]
}

// dotted joins a word such as "p.a.s.s.w.o.r.d".
func (f *folder) dotted(i, j int) {
	if j-i < 2*minSpaced-1 || kinds[f.in[i+1]] != 0 || strings.IndexByte(".-_*", f.in[i+1]) < 0 {
		return
	}
	word := make([]byte, 0, (j-i+1)/2)
	k := i
	for ; k < j; k += 2 {
		if kinds[f.in[k]] != alpha {
			return
		}
		word = append(word, f.in[k])
		if k+1 < j && f.in[k+1] != f.in[i+1] {
			break
		}
	}
	if len(word) > minSpaced {
		f.d.Spaced += len(word)
		f.replace(i, min(k+1, j), string(word))
	}
}

// digits undoes signs for letters in in[i:j], where it is a word with no more
// than punctuation around it.
func (f *folder) digits(i, j int) {
	for i < j && kinds[f.in[i]] == 0 {
		i++
	}
	for i < j && kinds[f.in[j-1]] == 0 {
		j--
	}
	if word := f.in[i:j]; !isMasked(word) {
		return
	}
	word := []byte(f.in[i:j])
	for n, c := range word {
		if kinds[c]&stands != 0 {
			word[n] = standsFor[c]
			f.d.Digits++
		}
	}
	f.replace(i, j, string(word))
}

// isMasked reports a word with one or two signs among its letters, or one that
// is doubled: "passw0rd", "l00k". Names of things are not written so: "mp3",
// "ath10k", "user@host", "GRX5CP".
func isMasked(word string) bool {
	if len(word) < 4 || len(word) > 32 || kinds[word[0]] != alpha || kinds[word[len(word)-1]] != alpha {
		return false
	}
	signs, capitals, first := 0, 0, 0
	for i := range len(word) {
		c := word[i]
		switch {
		case 'a' <= c && c <= 'z':
		case 'A' <= c && c <= 'Z':
			capitals++
		case kinds[c]&stands == 0, kinds[word[i-1]] != alpha && word[i-1] != c:
			return false
		default:
			signs++
			first = max(first, i)
		}
	}
	letters := len(word) - signs
	switch {
	case signs == 0 || signs > 2 || letters < 3 || letters < 2*signs:
		return false
	case capitals == letters:
		return signs == 1 && letters > 3 && strings.ContainsAny(word, "0@$")
	case capitals > 1 || capitals == 1 && word[0] > 'Z':
		return false
	}
	return strings.IndexByte(word, '@') < 0 || first == 1 || len(word)-first <= 4
}

// pictures are the letters that nobody can tell from their twins.
const pictures = "аеорсухіјѕһԁԛԝӏАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧοѵ"

// A mix counts the letters of a word that has characters beyond ASCII.
type mix struct {
	latin, like, style, other int
	marks                     int  // that are foreign to Latin letters
	same                      bool // every letter is the very picture of its twin
}

func (m *mix) add(r rune) {
	switch b, styled := twin(r); {
	case r < 0x250:
		m.latin++
	case styled:
		m.style++
	case b != 0:
		m.like++
		m.same = m.same && strings.ContainsRune(pictures, r)
	case r == joiner, r >= 0x370 && foreignMark(r):
		m.marks++
	case r >= 0x300 && r < 0x370: // marks of Latin letters
	default:
		m.other++
	}
}

// wide folds the words of in[i:j], which holds characters beyond ASCII.
func (f *folder) wide(i, j int) {
	for i < j {
		start, m := i, mix{same: true}
		for i < j {
			r, n := utf8.DecodeRuneInString(f.in[i:j])
			if r < utf8.RuneSelf && kinds[r] != alpha || r >= 0x80 && r < 0xc0 || isBreak(r) && r < 0xff00 {
				break
			}
			i += n
			m.add(r)
		}
		if i == start {
			_, n := utf8.DecodeRuneInString(f.in[i:j])
			i += n
			continue
		}
		f.mixed(start, i, &m)
	}
}

// mixed folds the word in[i:j], which is made up of m.
func (f *folder) mixed(i, j int, m *mix) {
	f.latin += m.latin + m.style
	f.other += m.other
	marked := m.marks > 0 && m.latin > 0 && m.other == 0
	if marked {
		f.d.ZeroWidth += m.marks
	}
	switch {
	case m.like+m.style == 0:
		if marked {
			f.latinise(i, j)
		}
	case m.style > 0 && m.other == 0, m.like > 0 && m.latin > 0 && m.latin >= m.other, m.like > 0 && m.latin+m.other == 0 && m.same && f.bold:
		f.latinise(i, j)
		f.d.Lookalikes += m.like + m.style
	case m.latin+m.other == 0 && m.same:
		f.doubtful = true
	case m.latin == 0:
		f.other += m.like
	}
}

// joiner is the combining grapheme joiner, which shows nothing.
const joiner = 0x34f

// foreignMark tells a mark that no Latin letter bears, and that hardly shows.
func foreignMark(r rune) bool {
	return unicode.Is(unicode.Mn, r) && (r < 0x1ab0 || r > 0x1dff) && (r < 0x20d0 || r > 0x20ff) && (r < 0xfe00 || r > 0xfe2f)
}

// latinise replaces the letters of in[i:j] by their twins, and drops marks
// that are foreign to them.
func (f *folder) latinise(i, j int) {
	out := make([]byte, 0, j-i)
	for _, r := range f.in[i:j] {
		if b, _ := twin(r); b != 0 {
			out = append(out, b)
		} else if r != joiner && (r < 0x370 || !foreignMark(r)) {
			out = utf8.AppendRune(out, r)
		}
	}
	f.replace(i, j, string(out))
}
