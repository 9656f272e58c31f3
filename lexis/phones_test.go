package lexis_test

import (
	"strings"
	"testing"

	"postern/lexis"
)

func phones(text, region string) string {
	found := lexis.Phones(text, region)
	out := make([]string, 0, len(found))
	for _, p := range found {
		s := p.E164
		if s == "" {
			s = p.National
		}
		for name, is := range map[string]bool{" free": p.TollFree, " premium": p.Premium} {
			if is {
				s += name
			}
		}
		if p.Asked {
			s += " asked"
		}
		if p.Veiled {
			s += " veiled"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestPhones(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, region, want string }{
		{"Call us at +1 (202) 555-0143 now", "", "+12025550143 asked"},
		{"+1 (202) 555-0143 and 202-555-0143", "", "+12025550143"},
		{"toll free 1-888-555-0143", "", "+18885550143 free asked"},
		{"1.888.555.0143", "", "+18885550143 free"},
		{"(8O8) 5O5-Ol43", "", "+18085050143 veiled"},
		{"Call 𝟖𝟎𝟖 𝟓𝟎𝟓 𝟎𝟏𝟒𝟑", "", "+18085050143 asked"},
		{"+1 \u202a(808)\u202c 505\u20110143", "", "+18085050143"},
		{"8885550143", "", "+18885550143 free"},
		{"Tel.: +49 (0)30 1234567", "", "+49301234567"},
		{"Tel: 030/1234567", "DE", "+49301234567"},
		{"Tel: 030/1234567", "", "0301234567"},
		{"rufen Sie an: 0800 123 4567", "DE", "+498001234567 free asked"},
		{"0900 123 4567", "DE", "+499001234567 premium"},
		{"020 7946 0018", "GB", "+442079460018"},
		{"0044 20 7946 0018", "", "+442079460018"},
		{"Appelez le 01 99 00 12 34", "FR", "+33199001234 asked"},
		{"+33 1 99 00 12 34", "", "+33199001234"},
		{"Позвоните 8 (495) 123-45-67", "RU", "+74951234567 asked"},
		{"お電話 03-1234-5678", "JP", "+81312345678 asked"},
		{"致电 400-123-4567", "CN", "+864001234567 free asked"},
		{"on 2026-03-02 at 10:30", "", ""},
		{"12.03.2026 10:30 and 1,234,567.89", "", ""},
		{"192.0.2.144 and 198.51.100.144", "", ""},
		{"tracking 9400 1118 9922 3197 4284 90", "", ""},
		{"order #202-5550143-1234567", "", ""},
		{"DE89 3704 0044 0532 0130 00", "", ""},
		{"https://example.com/202-555-0143", "", ""},
		{"mail-202-555-0143@example.com", "", ""},
		{"card 4111 1111 1111 1111", "", ""},
		{"+999 123 456 789", "", ""},
	} {
		if got := phones(c.text, c.region); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.text, c.region, got, c.want)
		}
	}
}

func TestPhonesCounted(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{
		"+12025550143":                      1,
		"call 202-555-0143 now":             1,
		"(202) 555-0143":                    1,
		"030 / 90 18 20 11":                 1,
		"+44 20 7946 0018 or +1 2025550143": 2,
		"2026-03-02 09:00":                  0,
		"192.168.100.200":                   0,
		"from 192.168.100.200.":             0,
		"01.23.45.67.89":                    1,
		"1234567890":                        0, // an order number
		"https://example.org/202-555-0143":  0,
		"1.234.567,89":                      0,
		"----- 1 -----":                     0,
	} {
		if got := len(lexis.Phones(s, "")); got != want {
			t.Errorf("%q has %d, want %d", s, got, want)
		}
	}
}
