package lexis

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	"golang.org/x/crypto/sha3"
)

// A Wallet is an address that digital money is paid to.
type Wallet struct {
	Currency string // BTC, LTC, DOGE, DASH, ZEC, TRX, XRP, ETH, XMR or ADA
	Address  string
}

// Lengths of the addresses that are known here.
const (
	minWallet = 25
	maxWallet = 106
)

// Wallets finds addresses of digital money by their checksum, each once. One
// of Ethereum that is in one case has none, and counts by its shape.
func Wallets(text string) []Wallet {
	text = Plain(text)
	var found []Wallet
	for i, tried := 0, 0; len(found) < maxWallets && tried < maxTried; i++ {
		start, ok := longWord(text, i)
		if !ok {
			break
		}
		i = wordEnd(text, start)
		if i-start > maxWallet || !atWord(text, start) || i < len(text) && text[i] >= 0x80 {
			continue
		}
		tried++
		w := Wallet{walletOf(text[start:i]), text[start:i]}
		if w.Currency != "" && !slices.Contains(found, w) {
			found = append(found, w)
		}
	}
	return found
}

// longWord finds, from i on, the first word that is long enough. It looks at
// where such a word would end, so that it skips most of a text.
func longWord(s string, i int) (start int, ok bool) {
next:
	for i+minWallet <= len(s) {
		for j := i + minWallet - 1; j >= i; j-- {
			if !alnum(s[j]) {
				i = j + 1
				continue next
			}
		}
		return i, true
	}
	return 0, false
}

// walletOf gives the currency whose address word is.
func walletOf(word string) string {
	low := strings.ToLower(word)
	for _, c := range []struct{ prefix, currency string }{{"bc1", "BTC"}, {"ltc1", "LTC"}, {"addr1", "ADA"}} {
		if strings.HasPrefix(low, c.prefix) {
			if (word == low || word == strings.ToUpper(word)) && bech32(low) {
				return c.currency
			}
			return ""
		}
	}
	switch {
	case len(word) == 42 && strings.HasPrefix(low, "0x"):
		if ethereum(word[2:]) {
			return "ETH"
		}
	case len(word) == 95 || len(word) == 106:
		if monero(word) {
			return "XMR"
		}
	case len(word) <= 36:
		return base58Currency(word)
	}
	return ""
}

const (
	base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	rippleDigits = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
)

// base58Currency tells by its version whose base58check address s is.
func base58Currency(s string) string {
	digits := base58Digits
	if s[0] == 'r' {
		digits = rippleDigits
	}
	b, ok := base58(s, digits, 25)
	if !ok && strings.HasPrefix(s, "t") { // a version of two bytes
		b, ok = base58(s, digits, 26)
	}
	if !ok || !base58Sum(b) {
		return ""
	}
	switch {
	case digits == rippleDigits:
		return "XRP"
	case len(b) == 26:
		return "ZEC"
	}
	switch b[0] {
	case 0x30, 0x32:
		return "LTC"
	case 0x1E, 0x16:
		return "DOGE"
	case 0x4C, 0x10:
		return "DASH"
	case 0x41:
		return "TRX"
	case 0x00, 0x05:
		return "BTC"
	}
	return ""
}

// base58 reads s as a number of size bytes.
func base58(s, digits string, size int) ([]byte, bool) {
	b := make([]byte, size)
	for i := range len(s) {
		carry := strings.IndexByte(digits, s[i])
		if carry < 0 {
			return nil, false
		}
		for j := size - 1; j >= 0; j-- {
			carry += 58 * int(b[j])
			b[j], carry = byte(carry&0xff), carry>>8
		}
		if carry != 0 {
			return nil, false
		}
	}
	return b, !bytes.Equal(b, make([]byte, size))
}

// base58Sum tells whether the last four bytes are the checksum of the others.
func base58Sum(b []byte) bool {
	body, want := b[:len(b)-4], b[len(b)-4:]
	sum := sha256.Sum256(body)
	sum = sha256.Sum256(sum[:])
	return bytes.Equal(sum[:4], want)
}

const bech32Digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 checks an address in lower case (BIP 173, BIP 350).
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

func bech32Step(sum, digit uint32) uint32 {
	top := sum >> 25
	sum = sum&0x1ffffff<<5 ^ digit
	for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			sum ^= g
		}
	}
	return sum
}

func keccak(b []byte) []byte {
	h := sha3.NewLegacyKeccak256()
	h.Write(b)
	return h.Sum(nil)
}

// ethereum checks forty hexadecimal digits: their case is the checksum
// (EIP-55), unless all are of one case.
func ethereum(s string) bool {
	const hexDigits = "0123456789abcdef"
	low := strings.ToLower(s)
	for i := range len(low) {
		if strings.IndexByte(hexDigits, low[i]) < 0 {
			return false
		}
	}
	if s == low || s == strings.ToUpper(s) {
		return strings.Trim(s, "0") != "" && strings.ContainsAny(low, "abcdef") && strings.ContainsAny(low, "0123456789")
	}
	sum := keccak([]byte(low))
	for i := range len(s) {
		half := sum[i/2] >> 4
		if i%2 == 1 {
			half = sum[i/2] & 15
		}
		if alpha(s[i]) && upper(s[i]) != (half >= 8) {
			return false
		}
	}
	return true
}

// monero checks an address: blocks of eleven digits for eight bytes, the last
// four bytes the checksum, of a standard, integrated or subaddress.
func monero(s string) bool {
	if s[0] != '4' && s[0] != '8' {
		return false
	}
	sizes := map[int]int{11: 8, 7: 5, 6: 4} // characters to bytes; 95 is 8*11+7
	raw := make([]byte, 0, 80)
	for len(s) > 0 {
		n := min(11, len(s))
		size, ok := sizes[n]
		if !ok && n == 10 { // 106 is 9*11+7
			return false
		}
		b, ok := base58(s[:n], base58Digits, size)
		if !ok {
			return false
		}
		raw = append(raw, b...)
		s = s[n:]
	}
	body, want := raw[:len(raw)-4], raw[len(raw)-4:]
	return (raw[0] == 18 || raw[0] == 19 || raw[0] == 42) && bytes.Equal(keccak(body)[:4], want)
}
