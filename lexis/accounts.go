package lexis

import (
	"bytes"
	"slices"
	"strings"
)

// An AccountKind is the form of a bank detail.
type AccountKind uint8

// The kinds. Their order is fixed: memory keeps it.
const (
	IBAN         AccountKind = iota // ISO 13616, checked
	BIC                             // ISO 9362, named as such
	ABA                             // routing number of the United States, checked
	SortCode                        // of the United Kingdom and Ireland
	BSB                             // bank and branch of Australia
	IFSC                            // bank and branch of India
	CLABE                           // account in Mexico, checked
	OtherAccount                    // another account number, named as such beside words of banks
	numAccountKinds
)

// String names the kind.
func (k AccountKind) String() string {
	return [numAccountKinds]string{"iban", "bic", "aba", "sort_code", "bsb", "ifsc", "clabe", "account"}[k]
}

// An Account is a bank detail in a text.
type Account struct {
	Kind    AccountKind
	Value   string // letters and digits alone, letters in upper case
	Country string // ISO 3166-1 alpha-2; empty where the number does not tell
}

// Whole tells whether the detail names one account, and not only its bank.
func (a Account) Whole() bool { return a.Kind == IBAN || a.Kind == CLABE || a.Kind == OtherAccount }

// cueReach is how many bytes before a number its name may stand.
const cueReach = 72

// Accounts finds bank details, each once, in the order in which they stand. A
// number of no form of its own counts only where words name it.
func Accounts(text string) []Account {
	s := accountScan{text: Plain(text)}
	for i := 0; i < len(s.text) && len(s.found) < maxAccounts && s.tried < maxTried; {
		switch {
		case !alnum(s.text[i]):
			i++
		case !atWord(s.text, i):
			i = wordEnd(s.text, i)
		default:
			i = s.read(i)
		}
	}
	return s.found
}

type accountScan struct {
	text  string
	found []Account
	tried int    // words looked at closely
	n     groups // the number at hand
	word  [maxWord]byte
}

func (s *accountScan) add(k AccountKind, value, country string) {
	a := Account{k, strings.ToUpper(value), country}
	if !slices.Contains(s.found, a) {
		s.found = append(s.found, a)
	}
}

// read looks at the word at i and gives where to go on.
func (s *accountScan) read(i int) int {
	end := wordEnd(s.text, i)
	word := s.text[i:end]
	switch {
	case digit(word[0]):
		return s.number(i)
	case len(word) >= 4 && alpha(word[1]) && digit(word[2]) && digit(word[3]):
		s.tried++
		if iban, after, ok := readIBAN(s.text, i); ok {
			s.add(IBAN, iban, strings.ToUpper(iban[:2]))
			return after
		}
	case (len(word) == 8 || len(word) == 11) && bicShape(word):
		s.tried++
		if s.cue(i) == cueBIC || s.lastIs(IBAN) {
			s.add(BIC, word, strings.ToUpper(word[4:6]))
		}
	}
	if len(word) == 11 && word[4] == '0' && letters(word[:4]) {
		s.tried++
		if s.cue(i) == cueIFSC {
			s.add(IFSC, word, "IN")
		}
	}
	return end
}

func (s *accountScan) lastIs(k AccountKind) bool {
	return len(s.found) > 0 && s.found[len(s.found)-1].Kind == k
}

// letters tells whether s is made of upper-case letters.
func letters(s string) bool {
	for i := range len(s) {
		if !upper(s[i]) {
			return false
		}
	}
	return true
}

// bicShape tells words that may be a BIC: four letters, a country, and two or
// five letters or digits (ISO 9362).
func bicShape(w string) bool {
	for i := range len(w) {
		if !upper(w[i]) && !digit(w[i]) {
			return false
		}
	}
	return letters(w[:6]) && ibanLength[w[4:6]] != 0 || letters(w[:6]) && slices.Contains(otherBIC, w[4:6])
}

// otherBIC are countries of many banks without IBAN.
var otherBIC = strings.Fields("US CA AU NZ CN HK JP SG IN KR TW TH MY ID PH VN ZA NG KE GH MX AR CL CO PE UY MA")

// number reads the digits at i, which may stand in groups, by what they are
// called.
func (s *accountScan) number(i int) int {
	n := &s.n
	end := n.read(s.text, i)
	if len(n.digits) < 5 {
		return end
	}
	s.tried++
	switch s.cue(i) {
	case cueRouting:
		if v := n.first(9); len(v) == 9 && abaSum(v) {
			s.add(ABA, v, "US")
		}
	case cueSort:
		if v := n.first(6); len(v) == 6 {
			s.add(SortCode, v, "GB")
			if rest := string(n.digits[6:]); len(rest) == 8 {
				s.add(OtherAccount, rest, "GB")
			}
		}
	case cueBSB:
		if v := n.first(6); len(v) == 6 {
			s.add(BSB, v, "AU")
			if rest := string(n.digits[6:]); len(rest) >= 6 && len(rest) <= 9 {
				s.add(OtherAccount, rest, "AU")
			}
		}
	case cueCLABE, cueAccount, cueIBAN:
		s.account(n, i, end)
	case cueNone, cueBIC, cueIFSC, cueOther:
		if v := string(n.digits); len(v) == 26 && s.nrb(v) {
			return end
		}
	}
	return end
}

// account adds a number that the text calls an account.
func (s *accountScan) account(n *groups, i, end int) {
	v := n.account()
	switch {
	case len(n.digits) == 26 && s.nrb(string(n.digits)):
	case len(v) == 18 && clabeSum(v):
		s.add(CLABE, v, "MX")
	case len(v) >= 6 && len(v) <= 22 && ofBank(s.text, i, end):
		s.add(OtherAccount, v, "")
	}
}

// nrb adds a Polish number that stands without its country.
func (s *accountScan) nrb(v string) bool {
	if mod97("PL"+v) != 1 {
		return false
	}
	s.add(IBAN, "PL"+v, "PL")
	return true
}

// bankReach is how many bytes around a number words of banks are looked for.
const bankReach = 240

// bankWords are parts of words, in lower case.
var bankWords = [][]byte{
	[]byte("bank"), []byte("banc"), []byte("banque"), []byte("banka"), []byte("banq"), []byte("iban"), []byte("swift"), []byte("bic"),
	[]byte("routing"), []byte("sort code"), []byte("wire"), []byte("beneficia"), []byte("bénéficiaire"), []byte("überweis"),
	[]byte("virement"), []byte("transfer"), []byte("bonifico"), []byte("przelew"), []byte("havale"), []byte("deposit"), []byte("payroll"),
	[]byte("банк"), []byte("银行"), []byte("銀行"), []byte("은행"), []byte("ifsc"), []byte("bsb"),
}

// ofBank tells whether words around a number speak of banks.
func ofBank(s string, i, end int) bool {
	var buf [2*bankReach + 64]byte
	window := lower(buf[:0], s[max(0, i-bankReach):min(len(s), end+bankReach)])
	for _, w := range bankWords {
		if bytes.Contains(window, w) {
			return true
		}
	}
	return false
}

// A cue is what the words before a number call it.
type cue uint8

const (
	cueNone cue = iota
	cueAccount
	cueIBAN
	cueBIC
	cueRouting
	cueSort
	cueBSB
	cueIFSC
	cueCLABE
	cueOther // a number of another kind
)

// cues are words that name a number; the nearest one counts.
var cues = func() map[string]cue {
	m := map[string]cue{}
	for c, words := range map[cue]string{
		cueAccount: `account acct acc accountnumber ac konto kontonummer kontonr kontonr kto compte cuenta conta conto cc rekening
			rekeningnummer rachunek rachunku konta счет счёт счета счёта hesap hesabı hesabi tili tilinumero účet účtu bankszámla
			számlaszám cont contul λογαριασμός λογαριασμού חשבון الحساب beneficiary рс c с`,
		cueIBAN:    "iban rib",
		cueBIC:     "bic swift swiftcode",
		cueRouting: "routing aba rtn fedwire transit",
		cueSort:    "sort sortcode",
		cueBSB:     "bsb",
		cueIFSC:    "ifsc",
		cueCLABE:   "clabe",
		cueOther: `tracking track order invoice phone telephone tel fax mobile ticket case ref reference customer parcel shipment zip
			postcode po box isbn date sendung sendungsnummer rechnung rechnungsnummer bestellung bestellnummer kundennummer telefon
			facture commande suivi factura pedido fattura ordine bestelling factuur zamówienie faktura заказ sipariş vat ust tax
			meter policy member booking reservation confirmation transaction serial model build version`,
	} {
		for w := range strings.FieldsSeq(words) {
			m[w] = c
		}
	}
	return m
}()

// eastern names end what is written without spaces.
var eastern = []struct {
	suffix string
	cue    cue
}{
	{"口座番号", cueAccount},
	{"口座", cueAccount},
	{"普通", cueAccount},
	{"当座", cueAccount},
	{"账号", cueAccount},
	{"帐号", cueAccount},
	{"账户", cueAccount},
	{"帳號", cueAccount},
	{"賬號", cueAccount},
	{"卡号", cueAccount},
	{"계좌번호", cueAccount},
	{"계좌", cueAccount},
}

// maxCueWords is how many words before a number may name it.
const maxCueWords = 6

// cue gives what the words before i call the number there.
func (s *accountScan) cue(i int) cue {
	found, words := cueNone, 0
	before(&s.word, s.text, i, cueReach, func(word []byte) bool {
		words++
		if found = cues[string(word)]; found != cueNone {
			return false
		}
		if word[0] >= 0x80 {
			for _, e := range eastern {
				if bytes.HasSuffix(word, []byte(e.suffix)) {
					found = e.cue
					return false
				}
			}
		}
		return words < maxCueWords
	})
	return found
}
