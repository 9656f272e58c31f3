package lexis

import (
	"bytes"
	"slices"
	"strings"
)

// A Phone is a telephone number in a text.
type Phone struct {
	E164     string // with its plus sign; empty where the country is not known
	National string // digits as written, without signs
	TollFree bool
	Premium  bool // premium rate or shared cost
	Asked    bool // the words before it ask for a call
	Veiled   bool // letters stand for some of its digits
}

// Phones finds telephone numbers, each once, in the order in which they
// stand. Numbers without a calling code are read as those of region (ISO
// 3166-1 alpha-2), or as North American ones where they look like that.
func Phones(text, region string) []Phone {
	s := phoneScan{text: Plain(text), home: regions[region]}
	for i := 0; i < len(s.text) && len(s.found) < maxPhones && s.tried < maxTried; {
		switch i = next(s.text, i, '(', '9'); {
		case i == len(s.text):
		case digit(s.text[i]), s.text[i] == '+', s.text[i] == '(':
			i = s.read(i)
		default:
			i++
		}
	}
	return s.found
}

type phoneScan struct {
	text   string
	home   *plan
	found  []Phone
	tried  int
	number dialled       // the one at hand
	word   [maxWord]byte // the word at hand
}

// notBefore are characters before which digits are part of something else.
const notBefore = "/=.-_@#%&:~"

func (s *phoneScan) read(i int) (next int) {
	s.tried++
	if !atWord(s.text, i) || i > 0 && strings.IndexByte(notBefore, s.text[i-1]) >= 0 && !s.labelled(i) {
		for i++; i < len(s.text) && digit(s.text[i]); i++ {
			continue
		}
		return i
	}
	n := &s.number
	end := n.read(s.text, i)
	if end < i+1 {
		return i + 1
	}
	if !n.whole || !n.shape() {
		return end
	}
	for j := range s.found {
		if s.found[j].National == string(n.digits) {
			s.found[j].Asked = s.found[j].Asked || s.asked(i)
			return end
		}
	}
	p, ok := n.phone(s.home)
	if !ok {
		return end
	}
	p.Asked = s.asked(i)
	if at := slices.IndexFunc(s.found, func(q Phone) bool { return q.E164 == p.E164 && (q.E164 != "" || q.National == p.National) }); at >= 0 {
		s.found[at].Asked = s.found[at].Asked || p.Asked
	} else {
		s.found = append(s.found, p)
	}
	return end
}

// labelled tells whether the sign before i is a colon or full stop after a
// word, as in "Tel:030" and "No.555".
func (s *phoneScan) labelled(i int) bool {
	return i > 1 && (s.text[i-1] == ':' || s.text[i-1] == '.') && inWord(s.text[i-2]) && !digit(s.text[i-2])
}

// dialled is a run of digits with separators, as somebody wrote it.
type dialled struct {
	digits   []byte
	plus     bool
	whole    bool // nothing goes on behind it
	groups   int
	dots     int
	slashes  int
	brackets int
	sizes    [8]int // digits of the first groups
	veiled   int    // letters that stand for digits
	buf      [18]byte
}

// Digits of an international number (ITU-T E.164).
const (
	leastDialled = 8
	maxDialled   = 15
)

// read takes the number at i and gives its end.
func (n *dialled) read(s string, i int) (end int) {
	*n = dialled{}
	n.digits = n.buf[:0]
	last := i
	inGroup := false
run:
	for end = i; end < len(s); end++ {
		b := s[end]
		if v := veiled(s, end); v != 0 && len(n.digits) > 0 {
			n.veiled++
			b = v
		}
		switch {
		case digit(b):
			if len(n.digits) == cap(n.digits) {
				break run
			}
			if !inGroup {
				n.groups++
			}
			inGroup, last = true, end
			n.digits = append(n.digits, b)
			if n.groups <= len(n.sizes) {
				n.sizes[n.groups-1]++
			}
			continue
		case b == '+' && (end == i || end == i+1 && s[i] == '('):
			n.plus = true
		case b == ' ' || b == '-' || b == '.' || b == '/' || b == '(' || b == ')':
			if end > i && s[end-1] == b { // two spaces, a rule of dashes
				break run
			}
			n.dots += count(b, '.')
			n.slashes += count(b, '/')
			n.brackets += count(b, '(')
		default:
			break run
		}
		inGroup = false
	}
	n.whole = last+1 >= len(s) || !inWord(s[last+1]) && s[last+1] != ':' && s[last+1] != '@' && s[last+1] != '%' // not 8pm, nor 09:00
	return end
}

func count(b, is byte) int {
	if b == is {
		return 1
	}
	return 0
}

// veiled gives the digit that the letter at i stands for, in a word that is
// made of digits and such letters.
func veiled(s string, i int) byte {
	v := guise(s[i])
	if v == 0 {
		return 0
	}
	digits := 0
	for j := i; j >= 0 && inWord(s[j]); j-- {
		if digits += numeral(s[j]); i-j > maxGroup || guise(s[j]) == 0 && !digit(s[j]) {
			return 0
		}
	}
	for j := i; j < len(s) && inWord(s[j]); j++ {
		if digits += numeral(s[j]); j-i > maxGroup || guise(s[j]) == 0 && !digit(s[j]) {
			return 0
		}
	}
	if digits == 0 {
		return 0
	}
	return v
}

// maxGroup bounds the digits of a group in which letters may stand.
const maxGroup = 12

// guise gives the digit that a letter looks like.
func guise(b byte) byte {
	switch b {
	case 'O', 'o':
		return '0'
	case 'l', 'I':
		return '1'
	}
	return 0
}

func numeral(b byte) int {
	if digit(b) {
		return 1
	}
	return 0
}

// shape leaves out dates, sums and IP addresses: a number without a plus sign
// has at least three groups, or brackets, and not four joined by dots alone.
func (n *dialled) shape() bool {
	size := len(n.digits)
	if size < 7 || size > maxDialled || n.veiled > size/2 {
		return false
	}
	if n.plus || n.brackets > 0 && n.groups >= 2 {
		return size >= leastDialled
	}
	switch {
	case n.groups > 6, n.groups == 4 && n.dots == 3 && slices.Max(n.sizes[:4]) <= 3:
		return false
	case size == 10 && n.groups <= 2, size == 11 && n.groups <= 2: // 8005550143, 030/1234567
		return n.digits[0] == '0' && n.groups == 2 || n.tollFree()
	case n.groups == 2:
		return n.digits[0] == '0' && size >= 9
	}
	return n.groups >= 3 && size >= 9 && n.sizes[0] <= 5
}

// tollFree tells digits that begin like a free number of North America.
func (n *dialled) tollFree() bool {
	d := strings.TrimPrefix(string(n.digits), "1")
	return len(d) == 10 && hasAny(d, plans["1"].free) && d[3] >= '2'
}

// phone makes E.164 of the digits.
func (n *dialled) phone(home *plan) (Phone, bool) {
	digits := string(n.digits)
	p := Phone{National: digits, Veiled: n.veiled > 0}
	plan, national := n.plan(digits, home)
	if plan == nil {
		return p, !n.plus && digits[0] == '0'
	}
	if p.E164 = "+" + plan.code + national; len(p.E164) <= leastDialled {
		return p, false
	}
	p.TollFree, p.Premium = hasAny(national, plan.free), hasAny(national, plan.premium)
	return p, true
}

// plan finds whose number it is: as the plus sign or 00 says, by its shape
// that of North America, or else that of home.
func (n *dialled) plan(digits string, home *plan) (*plan, string) {
	abroad, ok := strings.CutPrefix(digits, "00")
	if n.plus {
		abroad, ok = digits, true
	}
	if ok {
		p, national := international(abroad)
		if p == nil {
			return nil, ""
		}
		if p.trunk == "0" { // +49 (0) 30 1234567
			national = strings.TrimPrefix(national, "0")
		}
		if !p.fits(national) {
			return nil, ""
		}
		return p, national
	}
	if home != nil {
		national, trunk := strings.CutPrefix(digits, home.trunk)
		if !trunk || home.trunk == "1" || home.trunk == "8" || home.fits(national) {
			if !home.fits(national) {
				national = digits
			}
			if home.fits(national) {
				return home, national
			}
		}
	}
	if us := strings.TrimPrefix(digits, "1"); len(us) == 10 && plans["1"].fits(us) && n.american(len(digits)) {
		return plans["1"], us
	}
	return nil, ""
}

// american tells groups of three, three and four digits, after a 1 or not.
func (n *dialled) american(size int) bool {
	if n.tollFree() {
		return true
	}
	sizes := n.sizes[:min(n.groups, len(n.sizes))]
	if size == 11 && len(sizes) > 0 && sizes[0] == 1 {
		sizes = sizes[1:]
	}
	return slices.Equal(sizes, []int{3, 3, 4})
}

// askReach is how many bytes before a number the request to call may stand.
const askReach = 64

// askWords ask for a call, as verbs and names of help lines.
var askWords = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`call calling dial ring phone contact reach helpline hotline helpdesk support toll tollfree
		customer anrufen anruf rufen kontaktieren wählen appelez appeler contactez joindre composez llame llamar llámenos llama
		contacte marque ligue ligar chame telefone contate chiami chiamare chiamaci contatti bel bellen neem contact zadzwoń
		dzwoń skontaktuj позвоните звоните позвонить свяжитесь arayın arayınız ara`) {
		m[w] = true
	}
	return m
}()

var askEastern = [][]byte{
	[]byte("電話"), []byte("お電話"), []byte("致电"), []byte("拨打"), []byte("联系"), []byte("連絡"), []byte("联系电话"),
}

// asked tells whether the words before i ask for a call.
func (s *phoneScan) asked(i int) (yes bool) {
	words := 0
	before(&s.word, s.text, i, askReach, func(word []byte) bool {
		words++
		yes = askWords[string(word)]
		for _, w := range askEastern {
			yes = yes || word[0] >= 0x80 && bytes.Contains(word, w)
		}
		return !yes && words < 8
	})
	return yes
}
