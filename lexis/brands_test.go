package lexis

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
)

func TestFindBrands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Your PayPal account is limited", "PayPal"},
		{"your PAYPAL account", "PayPal"},
		{"Bank\u00a0of America and Office 365", "Bank of America, Microsoft"},
		{"an apple a day; a target; ups and downs", ""},
		{"your Apple ID, and UPS delivery", "Apple, UPS"},
		{"AT&T", "AT&T"},
		{"【三井住友カード】重要なお知らせ", "SMBC"},
		{"paypalish and xpaypal", ""},
		{"ITAÚ informa", "Itaú"},
		{"DHL, DHL, FedEx", "DHL, FedEx"},
		{"bank, of, my, america", ""},
		{"", ""},
	} {
		found := Builtin().FindBrands(c.text)
		names := make([]string, 0, len(found))
		for _, b := range found {
			names = append(names, b.Name)
		}
		if got := strings.Join(names, ", "); got != c.want {
			t.Errorf("%q names %q, want %q", c.text, got, c.want)
		}
	}
}

func TestBrandOf(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"paypal.com": "PayPal", "www.paypal.com": "PayPal", "paypal.com.evil.test": "", "notpaypal.com": "",
		"login.microsoftonline.com": "Microsoft", "com": "", "": "",
		"drive.google.com": "Google", "sites.google.com": "", "ann.sites.google.com": "", "shop.onmicrosoft.com": "",
	} {
		got := ""
		if b := Builtin().BrandOf(domain); b != nil {
			got = b.Name
			if !b.Owns(domain) {
				t.Errorf("%s does not own %s", got, domain)
			}
		}
		if got != want {
			t.Errorf("%s is of %q, want %q", domain, got, want)
		}
	}
}

// TestTableOfBrands: every row can be read, has words and domains, and none
// of its domains is one under which anybody may have a name.
func TestTableOfBrands(t *testing.T) {
	t.Parallel()
	rows := 0
	for line := range strings.Lines(brandsFile) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		rows++
		if n := strings.Count(line, "|"); n < 2 || n > 3 {
			t.Errorf("no row: %q", line)
		}
	}
	if len(Builtin().Brands()) != rows || rows < 300 {
		t.Errorf("%d brands of %d rows", len(Builtin().Brands()), rows)
	}
	names := make([]string, 0, rows)
	for _, b := range Builtin().Brands() {
		if b.Name == "" || len(b.Words) == 0 || len(b.Domains) == 0 || slices.Contains(names, b.Name) {
			t.Errorf("row of %q", b.Name)
		}
		names = append(names, b.Name)
		for _, w := range b.Words {
			if got := Builtin().FindBrands(w); len(got) == 0 {
				t.Errorf("%s is not found by %q", b.Name, w)
			}
		}
		for _, d := range b.Domains {
			if suffix, icann := publicsuffix.PublicSuffix(d); suffix == d && !icann {
				t.Errorf("%s: anybody may have a name under %s", b.Name, d)
			}
		}
	}
}

func BenchmarkFindBrands(b *testing.B) {
	text := strings.Repeat("Your invoice for the new terminal is on its way; please confirm it at your bank. ", 250)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Builtin().FindBrands(text)
	}
}

// FuzzFindBrands: text that names a brand still names it in front of others.
func FuzzFindBrands(f *testing.F) {
	f.Add("pay pal at & t", "DHL")
	f.Fuzz(func(t *testing.T, a, b string) {
		found := Builtin().FindBrands(b)
		both := Builtin().FindBrands(a + "\n\n----\n\n" + b)
		for _, brand := range found {
			if len(both) < maxBrands && !slices.Contains(both, brand) {
				t.Errorf("%s is in %q, but not behind %q", brand.Name, b, a)
			}
		}
	})
}
