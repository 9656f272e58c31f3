package lexis

import (
	"math"
	"strconv"
	"strings"
)

// An Amount is a sum of money in a text.
type Amount struct {
	Value    float64 // in units of the currency; "5 million" is 5e6
	Currency string  // ISO 4217; a dollar without more is USD
}

// maxSum bounds what is taken for a sum.
const maxSum = 1e15

// Amounts finds sums of money, in the order in which they stand: numbers
// beside a sign, a code or the name of a currency.
func Amounts(text string) []Amount {
	text = Plain(text)
	var found []Amount
	for i, tried := 0, 0; i < len(text) && len(found) < MaxAmounts && tried < maxTried; {
		if i = nextDigit(text, i); i == len(text) {
			break
		}
		tried++
		start := i
		value, end := readSum(text, i)
		i = end
		if start > 0 && strings.IndexByte(".,:/#", text[start-1]) >= 0 || start > 1 && text[start-1] == '-' && alnum(text[start-2]) {
			continue
		}
		currency := currencyBefore(text, start)
		value, end, after := unitAfter(text, end, value)
		if currency == "" {
			currency = after
		}
		if currency != "" && value < maxSum && !math.IsNaN(value) {
			found = append(found, Amount{value, currency})
			i = end
		}
	}
	return found
}

// maxSumBytes bounds the characters of one number.
const maxSumBytes = 32

// readSum reads a number with its marks of thousands and decimals at i, and
// gives where it ends.
func readSum(s string, i int) (value float64, end int) {
	start, lastMark, marks := i, -1, 0
	var buf [maxSumBytes]byte
	digits := buf[:0]
	after := 0 // digits behind the last mark
	for end = i; end < len(s) && end-start < maxSumBytes; end++ {
		b := s[end]
		if digit(b) {
			digits = append(digits, b)
			after++
			continue
		}
		if end+1 >= len(s) || !digit(s[end+1]) || strings.IndexByte(".,' ", b) < 0 {
			break
		}
		if b == ' ' && (!three(s, end+1) || end-start > 3 && marks == 0) { // a new number
			break
		}
		lastMark, after, marks = end, 0, marks+1
	}
	value, err := strconv.ParseFloat(string(digits), 64)
	if err != nil {
		return math.NaN(), max(end, i+1)
	}
	if lastMark >= 0 && (s[lastMark] == '.' || s[lastMark] == ',') && after != 3 {
		value /= math.Pow10(after)
	}
	return value, end
}

// three tells whether a group of three digits stands at i.
func three(s string, i int) bool {
	return i+3 <= len(s) && digit(s[i]) && digit(s[i+1]) && digit(s[i+2]) && (i+3 == len(s) || !digit(s[i+3]))
}

// signs are currency signs and abbreviations that stand at a number, the
// longer ones first.
var signs = []struct{ sign, currency string }{
	{"US$", "USD"},
	{"U$S", "USD"},
	{"CA$", "CAD"},
	{"C$", "CAD"},
	{"AU$", "AUD"},
	{"A$", "AUD"},
	{"NZ$", "NZD"},
	{"HK$", "HKD"},
	{"S$", "SGD"},
	{"NT$", "TWD"},
	{"MX$", "MXN"},
	{"R$", "BRL"},
	{"$", "USD"},
	{"€", "EUR"},
	{"£", "GBP"},
	{"¥", "JPY"},
	{"₹", "INR"},
	{"₽", "RUB"},
	{"₺", "TRY"},
	{"₩", "KRW"},
	{"₪", "ILS"},
	{"₴", "UAH"},
	{"₦", "NGN"},
	{"₫", "VND"},
	{"฿", "THB"},
	{"₱", "PHP"},
	{"₿", "BTC"},
	{"Rs.", "INR"},
	{"Rs", "INR"},
	{"Fr.", "CHF"},
	{"kr.", "DKK"},
}

// signBytes are those that signs begin or end with.
var signBytes = func() (t [256]bool) {
	for _, c := range signs {
		t[c.sign[0]], t[c.sign[len(c.sign)-1]] = true, true
	}
	return t
}()

// codes are ISO 4217 codes and names of currencies beside a number.
var codes = func() map[string]string {
	m := map[string]string{}
	for c := range strings.FieldsSeq(`USD EUR GBP CHF JPY CNY INR RUB TRY BRL PLN CZK HUF RON SEK NOK DKK CAD AUD NZD HKD SGD TWD KRW
		ILS UAH MXN ARS CLP COP PEN ZAR NGN KES GHS AED SAR QAR KWD BHD EGP MAD THB IDR MYR PHP VND PKR BDT LKR BGN ISK RSD BTC ETH
		USDT XMR LTC`) {
		m[strings.ToLower(c)] = c
	}
	for code, names := range map[string]string{
		"USD": "dollar dollars dollars dólares dolares dollari dolarów dolar долларов доллара доллар usd$ 美元 ドル",
		"EUR": "euro euros eur€ евро avro 欧元 ユーロ",
		"GBP": "pound pounds sterling pfund livres libras sterline funtów фунтов",
		"PLN": "zł zloty złotych złote pln",
		"RUB": "руб рублей рубля рубль",
		"TRY": "tl lira",
		"JPY": "円 yen",
		"CNY": "元 rmb 人民币",
		"CHF": "sfr franken",
		"BRL": "reais real",
		"SEK": "kr kronor",
		"CZK": "kč",
		"HUF": "ft forint",
		"INR": "rupees rupee",
		"RON": "lei",
		"BTC": "bitcoin bitcoins",
		"KRW": "원",
	} {
		for n := range strings.FieldsSeq(names) {
			m[n] = code
		}
	}
	return m
}()

// wrapped is how long a line is, in bytes, that a program broke and not its
// author.
const wrapped = 40

// gap tells whether a space stands at i, or the end of a line that goes on in
// the next one.
func gap(s string, i int) bool {
	if s[i] != '\n' {
		return s[i] == ' '
	}
	return i >= wrapped && i+1 < len(s) && s[i+1] > ' ' && strings.LastIndexByte(s[i-wrapped:i], '\n') < 0
}

// currencyBefore reads the sign or code that ends at i, a space between them
// or not.
func currencyBefore(s string, i int) string {
	end := i
	if end > 0 && gap(s, end-1) {
		end--
	}
	if end == 0 || !alpha(s[end-1]) && !signBytes[s[end-1]] {
		return ""
	}
	for _, c := range signs {
		if c.sign[len(c.sign)-1] != s[end-1] {
			continue
		}
		if rest, ok := strings.CutSuffix(s[max(0, end-8):end], c.sign); ok && (!alpha(c.sign[0]) || rest == "" || !alpha(rest[len(rest)-1])) {
			return c.currency
		}
	}
	if end < 3 || !alpha(s[end-1]) || end > 3 && inWord(s[end-4]) {
		return ""
	}
	if code := codes[strings.ToLower(s[end-3:end])]; len(code) == 3 && (upper(s[end-2]) || s[end-1] == code[2]) {
		return code
	}
	return ""
}

// scales are words that multiply the number before them.
var scales = map[string]float64{
	"k": 1e3, "thousand": 1e3, "tausend": 1e3, "mil": 1e3, "mille": 1e3, "тыс": 1e3, "тысяч": 1e3, "bin": 1e3, "tys": 1e3, "tysięcy": 1e3,
	"m": 1e6, "million": 1e6, "millions": 1e6, "mln": 1e6, "mio": 1e6, "millionen": 1e6, "millones": 1e6, "milhões": 1e6, "milioni": 1e6,
	"miljoen": 1e6, "mlj": 1e6, "миллионов": 1e6, "млн": 1e6, "milyon": 1e6,
	"billion": 1e9, "bn": 1e9, "milliarden": 1e9, "milliards": 1e9, "miliardi": 1e9, "млрд": 1e9, "milyar": 1e9,
	"万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8,
}

// unitAfter reads what follows a number: words that multiply it, and its
// currency.
func unitAfter(s string, i int, value float64) (_ float64, end int, currency string) {
	end = i
	for range 3 {
		at := end
		if at < len(s) && gap(s, at) {
			at++
		}
		word, next := wordAfter(s, at)
		if word == "" {
			break
		}
		var buf [32]byte
		key := lower(buf[:0], word)
		if scale, ok := scales[string(key)]; ok && (at == end || len(key) > 1) {
			value, end = value*scale, next
			continue
		}
		if c := codes[string(key)]; c != "" {
			return value, next, c
		}
		if k := string(key); k == "us" || k == "u" || k == "de" { // US dollars, millones de dólares
			end = next
			continue
		}
		break
	}
	rest := s[end:min(len(s), end+8)]
	if rest != "" && gap(s, end) {
		rest = rest[1:]
	}
	if rest == "" || !signBytes[rest[0]] {
		return value, end, ""
	}
	for _, c := range signs {
		if !alpha(c.sign[0]) && strings.HasPrefix(rest, c.sign) {
			return value, end + len(c.sign), c.currency
		}
	}
	return value, end, ""
}

// wordAfter gives the word at i: letters up to 24 bytes, or one character of
// Chinese or Japanese, or two that are written together.
func wordAfter(s string, i int) (word string, end int) {
	const longest = 24
	if i+3 <= len(s) && s[i] >= 0xE3 && s[i] <= 0xE9 {
		for _, n := range []int{9, 6, 3} {
			if i+n <= len(s) && (codes[s[i:i+n]] != "" || scales[s[i:i+n]] != 0) {
				return s[i : i+n], i + n
			}
		}
		return "", i
	}
	for end = i; end < len(s) && end-i <= longest && (alpha(s[end]) || s[end] >= 0x80 && s[end] < 0xE2); end++ {
		continue
	}
	if end-i > longest {
		return "", i
	}
	return s[i:end], end
}
