package lexis

import (
	"slices"
	"strconv"
	"strings"
)

// ibanLength is how many characters an IBAN of a country has (ISO 13616).
var ibanLength = func() map[string]int {
	m := map[string]int{}
	for w := range strings.FieldsSeq(`AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27
		DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30
		KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29
		PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`) {
		n, err := strconv.Atoi(w[2:])
		if err != nil {
			panic("lexis: iban: " + w)
		}
		m[w[:2]] = n
	}
	return m
}()

const (
	maxIBAN   = 34
	maxBreaks = 4 // separators between two characters of a number
)

// readIBAN reads an IBAN at i, which may be in groups and on several lines,
// and gives where it ends.
func readIBAN(s string, i int) (iban string, end int, ok bool) {
	country := strings.ToUpper(s[i : i+2])
	want := ibanLength[country]
	if want == 0 {
		return "", 0, false
	}
	var buf [maxIBAN]byte
	n, gap := 0, 0
	for end = i; end < len(s) && n < want; end++ {
		switch b := s[end]; {
		case alpha(b):
			buf[n], n, gap = b&^0x20, n+1, 0
		case digit(b):
			buf[n], n, gap = b, n+1, 0
		case strings.IndexByte(" .-\t\r\n/", b) >= 0 && gap < maxBreaks:
			gap++
		default:
			return "", 0, false
		}
	}
	if n < want || end < len(s) && inWord(s[end]) || mod97(string(buf[:n])) != 1 {
		return "", 0, false
	}
	return string(buf[:n]), end, true
}

// mod97 is the remainder of an IBAN whose first four characters are moved to
// its end and whose letters are the numbers from 10 (ISO 7064). It is 1 where
// the IBAN is right.
func mod97(iban string) int {
	rest := 0
	for i := range len(iban) {
		switch b := iban[(i+4)%len(iban)]; {
		case digit(b):
			rest = (rest*10 + int(b-'0')) % 97
		case upper(b):
			rest = (rest*100 + int(b-'A') + 10) % 97
		default:
			return 0
		}
	}
	return rest
}

// abaSum checks nine digits of a routing number: its weights are 3, 7 and 1,
// and its first two digits name a Federal Reserve district or its like.
func abaSum(v string) bool {
	sum := 0
	for i := range len(v) {
		sum += int(v[i]-'0') * [3]int{3, 7, 1}[i%3]
	}
	d := int(v[0]-'0')*10 + int(v[1]-'0')
	return sum%10 == 0 && sum > 0 && (d <= 12 || 21 <= d && d <= 32 || 61 <= d && d <= 72 || d == 80)
}

// clabeSum checks eighteen digits: each product is taken modulo 10.
func clabeSum(v string) bool {
	sum := 0
	for i := range 17 {
		sum += int(v[i]-'0') * [3]int{3, 7, 1}[i%3] % 10
	}
	return (10-sum%10)%10 == int(v[17]-'0') && v[:17] != strings.Repeat("0", 17)
}

// maxDigits bounds the digits of one number that are read.
const maxDigits = 40

// groups is a number as written: digits in groups between separators.
type groups struct {
	digits []byte
	ends   []int  // where each group ends in digits
	seps   []byte // what stands before each group but the first
	buf    [maxDigits]byte
	endBuf [maxDigits]int
	sepBuf [maxDigits]byte
}

// read takes the digits at i, with single separators between groups, and
// gives where they end.
func (g *groups) read(s string, i int) int {
	g.digits, g.ends, g.seps = g.buf[:0], g.endBuf[:0], g.sepBuf[:0]
	for i < len(s) {
		start := i
		for i < len(s) && digit(s[i]) && len(g.digits) < maxDigits {
			g.digits = append(g.digits, s[i])
			i++
		}
		if i == start {
			return i
		}
		g.ends = append(g.ends, len(g.digits))
		if i+1 >= len(s) || strings.IndexByte(" -./", s[i]) < 0 || !digit(s[i+1]) || len(g.digits) == maxDigits {
			for i < len(s) && digit(s[i]) {
				i++
			}
			return i
		}
		g.seps = append(g.seps, s[i])
		i++
	}
	return i
}

// first gives the first groups up to n digits, or nothing where they do not
// add up to n.
func (g *groups) first(n int) string {
	if !slices.Contains(g.ends, n) {
		return ""
	}
	return string(g.digits[:n])
}

// account gives the groups that make an account number: all that the same
// separator joins. A space joins only short groups, so that a date or a sum
// behind the number stays apart.
func (g *groups) account() string {
	n := 1
	for n < len(g.ends) {
		size := g.ends[n] - g.ends[n-1]
		if sep := g.seps[n-1]; sep != g.seps[0] || sep == ' ' && (g.ends[0] > 5 || size > 5) || sep == '.' && len(g.ends) == 3 {
			break
		}
		n++
	}
	return string(g.digits[:g.ends[n-1]])
}
