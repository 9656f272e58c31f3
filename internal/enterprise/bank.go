package enterprise

import (
	"fmt"
	"strings"
)

// An account is where money is asked to go. Its bank does not exist: the bank
// codes are those that no register assigns, the check digits are right.
type account string

// banks are the countries of accounts with their national bank codes.
var banks = []struct{ country, bank, bic string }{
	{"DE", "00000000", "TESTDEFFXXX"},
	{"FR", "0000000000", "TESTFRPPXXX"},
	{"ES", "0000000000", "TESTESMMXXX"},
	{"GB", "TEST000000", "TESTGB2LXXX"},
	{"NL", "TEST", "TESTNL2AXXX"},
}

// ownDigits is how many digits of an IBAN are the account's own.
var ownDigits = map[string]int{"DE": 10, "FR": 13, "ES": 10, "GB": 8, "NL": 10}

// account opens an account in a country, or in a country at random where it is
// empty or has none.
func (r *run) account(country string) account {
	if country == "US" {
		return r.usAccount()
	}
	b := pick(r.dice, banks)
	for _, other := range banks {
		if other.country == country {
			b = other
		}
	}
	bban := b.bank + r.digits(ownDigits[b.country])
	iban := fmt.Sprintf("%s%02d%s", b.country, 98-mod97(bban+b.country+"00"), bban)
	shown := iban
	if r.chance(0.6) {
		shown = groups(iban)
	}
	return account("IBAN " + shown + ", BIC " + b.bic)
}

// usAccount has a routing number in the range from 13, which is not assigned.
func (r *run) usAccount() account {
	d := []byte("13" + r.digits(6))
	sum := 0
	for i, weight := range [...]int{3, 7, 1, 3, 7, 1, 3, 7} {
		sum += weight * int(d[i]-'0')
	}
	d = append(d, byte('0'+(10-sum%10)%10))
	return account("ABA routing " + string(d) + ", account " + r.digits(10))
}

// mod97 is the remainder of an IBAN's number (ISO 13616), letters standing for
// two digits.
func mod97(s string) int {
	n := 0
	for i := range len(s) {
		if c := s[i]; c >= 'A' {
			n = (n*100 + int(c-'A'+10)) % 97
		} else {
			n = (n*10 + int(c-'0')) % 97
		}
	}
	return n
}

// groups writes an IBAN as on paper, in fours.
func groups(s string) string {
	var out strings.Builder
	for i := range len(s) {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteByte(s[i])
	}
	return out.String()
}
