package lexis_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"postern/lexis"
)

// seed adds texts in which each fact stands.
func seed(f *testing.F) {
	f.Helper()
	for _, s := range []string{
		"", "IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "sort code 12-34-56 account 12345678 bank", "BSB 062-000", "CLABE 032180000118359719",
		"+1 (8O8) 5O5-Ol43", "Tel.: +49 (0)30 1234567", "call 1-888-555-0143", "$1,234.56 and 1.234,56 €, 5.5 Million US Dollars", "３万円",
		"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		"Dear customer,\nverify your account within 24 hours", "お客様\nアカウント情報を更新してください。24時間以内に", "Подтвердите вашу учетную запись",
		"v\u200be\u00adrify y\u043eur acc\u0301ount", "\xff\xfe\xf0\x9d", "\xe2\u200b\x80\x8b", "𝟖𝟎𝟖 𝟓𝟎𝟓 𝟎𝟏𝟒𝟑",
	} {
		f.Add(s)
	}
}

// FuzzAccounts: an account is of letters and digits, stands in the text with
// them in that order, and is found once; an IBAN found is found again alone.
func FuzzAccounts(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[lexis.Account]bool{}
		squeezed := alphanumeric(lexis.Plain(text))
		for _, a := range lexis.Accounts(text) {
			if seen[a] {
				t.Errorf("%v twice", a)
			}
			seen[a] = true
			value := a.Value
			if a.Kind == lexis.IBAN && !strings.Contains(squeezed, value) {
				value = strings.TrimPrefix(value, "PL") // written without its country
			}
			if a.Value != alphanumeric(a.Value) || a.Value == "" || !strings.Contains(squeezed, value) {
				t.Errorf("%v is not in %q", a, text)
			}
			if a.Kind == lexis.IBAN {
				if again := lexis.Accounts(a.Value); len(again) != 1 || again[0] != a {
					t.Errorf("%v alone gives %v", a, again)
				}
			}
		}
	})
}

func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case '0' <= r && r <= '9', 'A' <= r && r <= 'Z':
			return r
		}
		return -1
	}, s)
}

// FuzzPhones: E.164 is a plus sign and up to fifteen digits, and reads as
// itself.
func FuzzPhones(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, region := range []string{"", "DE", "US", "RU"} {
			for _, p := range lexis.Phones(text, region) {
				if strings.Trim(p.National, "0123456789") != "" || len(p.National) > 15 || len(p.National) < 7 {
					t.Errorf("national number %q", p.National)
				}
				if p.E164 == "" {
					continue
				}
				if again := lexis.Phones(p.E164, ""); len(again) != 1 || again[0].E164 != p.E164 || again[0].TollFree != p.TollFree {
					t.Errorf("%q in %q gives %+v, and alone %+v", text, region, p, again)
				}
			}
		}
	})
}

// FuzzNumbers: sums are finite and not negative, wallets are found again
// alone, deadlines are positive.
func FuzzNumbers(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range lexis.Amounts(text) {
			if a.Value < 0 || math.IsInf(a.Value, 0) || math.IsNaN(a.Value) || a.Currency == "" {
				t.Errorf("%+v", a)
			}
		}
		for _, w := range lexis.Wallets(text) {
			if again := lexis.Wallets(w.Address); len(again) != 1 || again[0] != w {
				t.Errorf("%+v alone gives %+v", w, again)
			}
		}
		if h, ok := lexis.Deadline(text); ok && (h <= 0 || h > 31*24) {
			t.Errorf("%v hours", h)
		}
	})
}

// FuzzRead: scores and confidence are shares, phrases stand inside the text,
// and disguises that Plain takes off change nothing.
func FuzzRead(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		plain := lexis.Plain(text)
		if lexis.Plain(plain) != plain {
			t.Errorf("%q is plain, yet not %q", plain, lexis.Plain(plain))
		}
		if utf8.ValidString(text) && !utf8.ValidString(plain) {
			t.Errorf("%q is no text", plain)
		}
		r := lexis.Builtin().Read(text)
		if r != lexis.Builtin().Read(plain) {
			t.Error("differs when it is plain")
		}
		if r.Confidence < 0 || r.Confidence > 1 || (r.Language == "") != (r.Confidence == 0) {
			t.Errorf("%q at %v", r.Language, r.Confidence)
		}
		for i, h := range r.Hits {
			if h.Score < 0 || h.Score > 1 || h.Start > h.End || h.End > len(plain) || (h.Count == 0) != (h.Score == 0) {
				t.Errorf("%s: %+v", lexis.Intent(i), h)
			}
		}
		lexis.Greet(text)
	})
}
