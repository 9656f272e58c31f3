package lexis_test

import (
	"strings"
	"testing"

	"postern/lexis"
)

func accounts(text string) string {
	found := lexis.Accounts(text)
	out := make([]string, len(found))
	for i, a := range found {
		out[i] = strings.TrimSuffix(a.Kind.String()+" "+a.Value+" "+a.Country, " ")
	}
	return strings.Join(out, ", ")
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"IBAN: DE89 3704 0044 0532 0130 00", "iban DE89370400440532013000 DE"},
		{"pay to DE89.3704.0044.0532.0130.00 today", "iban DE89370400440532013000 DE"},
		{"DE89 3704 0044\r\n0532 0130 00", "iban DE89370400440532013000 DE"},
		{"de89370400440532013000", "iban DE89370400440532013000 DE"},
		{"DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000 BIC COBADEFFXXX", "iban DE89370400440532013000 DE, bic COBADEFFXXX DE"},
		{"GB82 WEST 1234 5698 7654 32, twice GB82WEST12345698765432", "iban GB82WEST12345698765432 GB"},
		{"DE89 3704 0044 0532 0130 01", ""}, // a digit off
		{"FR14 2004 1010 0505 0001 3M02 606", "iban FR1420041010050500013M02606 FR"},
		{"NL91ABNA0417164300\nNO93 8601 1117 947", "iban NL91ABNA0417164300 NL, iban NO9386011117947 NO"},
		{"Numer konta: 61 1090 1014 0000 0712 1981 2874", "iban PL61109010140000071219812874 PL"},
		{"SWIFT code: DEUTDEFF500", "bic DEUTDEFF500 DE"},
		{"see the DOCUMENT for the SWIFT", ""},
		{"Routing number: 021000021\nAccount number: 1234567890", "aba 021000021 US, account 1234567890"},
		{"Routing number: 021000022", ""}, // the sum is wrong
		{"Bank: Example\nSort code 12-34-56\nAccount 12345678", "sort_code 123456 GB, account 12345678"},
		{"sort code 12-34-56 12345678", "sort_code 123456 GB, account 12345678 GB"},
		{"BSB 062-000 bank account no. 1234 5678", "bsb 062000 AU, account 12345678"},
		{"IFSC: HDFC0001234, bank A/C 50100123456789", "ifsc HDFC0001234 IN, account 50100123456789"},
		{"CLABE 032180000118359719", "clabe 032180000118359719 MX"},
		{"transferencia a la cuenta 0182-1234-56-0201234567", "account 01821234560201234567"},
		{"振込先銀行 普通 口座番号：１２３４５６７", "account 1234567"},
		{"开户银行 账号:6222021234567890123", "account 6222021234567890123"},
		{"Your tracking number is 1Z999AA10123456784, UPS 9400111899223197428490", ""},
		{"Your account with order number 123456789", ""},
		{"Sendungsnummer 00340434161094042557 zu Ihrem Konto", ""},
		{"Your customer account 12345678 has a new message", ""}, // not of a bank
		{"call 0800 123456 about your bank account", ""},
		{"bank account 12345678 31.12.2026", "account 12345678"},
	} {
		if got := accounts(c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
