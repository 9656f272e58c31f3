package signals

import (
	"crypto/sha256"
	"strings"
)

// Lengths of the wallet addresses that are known here.
const (
	minWallet = 26
	maxWallet = 62
)

// wallet tells whether word is an address of a Bitcoin-like currency, by its
// checksum: base58check, or bech32 (BIP 173 and 350).
func wallet(word string) bool {
	lower := strings.ToLower(word)
	if strings.HasPrefix(lower, "bc1") || strings.HasPrefix(lower, "ltc1") {
		return (word == lower || word == strings.ToUpper(word)) && bech32(lower)
	}
	return len(word) <= 36 && base58check(word)
}

const base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58check tells whether s is 25 bytes whose last four are the checksum.
func base58check(s string) bool {
	var b [25]byte
	for i := range len(s) {
		carry := strings.IndexByte(base58Digits, s[i])
		if carry < 0 {
			return false
		}
		for j := len(b) - 1; j >= 0; j-- {
			carry += 58 * int(b[j])
			b[j], carry = byte(carry&0xff), carry>>8
		}
		if carry != 0 {
			return false
		}
	}
	sum := sha256.Sum256(b[:21])
	sum = sha256.Sum256(sum[:])
	return b != [25]byte{} && [4]byte(sum[:4]) == [4]byte(b[21:])
}

const bech32Digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 checks a segwit address in lower case.
func bech32(s string) bool {
	hrp, data, _ := strings.Cut(s, "1")
	sum := uint32(1)
	for i := range len(hrp) {
		sum = bech32Step(sum, uint32(hrp[i])>>5)
	}
	sum = bech32Step(sum, 0)
	for i := range len(hrp) {
		sum = bech32Step(sum, uint32(hrp[i])&31)
	}
	for i := range len(data) {
		d := strings.IndexByte(bech32Digits, data[i])
		if d < 0 {
			return false
		}
		sum = bech32Step(sum, uint32(d&31))
	}
	return sum == 1 || sum == 0x2bc830a3
}

func bech32Step(sum uint32, digit uint32) uint32 {
	top := sum >> 25
	sum = sum&0x1ffffff<<5 ^ digit
	for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			sum ^= g
		}
	}
	return sum
}

// phones counts what reads as a telephone number: 9 to 15 digits (ITU-T
// E.164) with separators between them, or after a plus sign.
func phones(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '+' && !digit(c) {
			continue
		}
		end, ok := phone(s, i)
		if ok && (i == 0 || letter[s[i-1]] == 0 && !strings.ContainsRune("/=.-_@", rune(s[i-1]))) {
			n++
		}
		i = end
	}
	return n
}

// phone reads one run of digits and separators at i and gives its end.
func phone(s string, i int) (end int, ok bool) {
	digits, groups, dots, last := 0, 0, 0, i
run:
	for end = i; end < len(s); end++ {
		switch c := s[end]; {
		case digit(c):
			if end == i || !digit(s[end-1]) {
				groups++
			}
			digits++
			last = end
		case c == '+' && end == i:
		case c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/':
			if end > i && s[end-1] == c { // two spaces, a rule of dashes
				break run
			}
			dots += int(truth(c == '.'))
		default:
			break run
		}
	}
	whole := last+1 >= len(s) || letter[s[last+1]] == 0 && s[last+1] != ':' // not 8pm, nor 09:00
	return end, whole && phoneShape(digits, groups, dots, s[i] == '+')
}

// phoneShape leaves out dates, sums and IP addresses: at least three groups
// without a plus sign, and not four joined by dots alone.
func phoneShape(digits, groups, dots int, plus bool) bool {
	return digits >= 9 && digits <= 15 && (plus || groups >= 3 && groups <= 6 && (groups != 4 || dots < 3))
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
