package signals

import "testing"

func TestPhones(t *testing.T) {
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
		if got := phones(s); got != want {
			t.Errorf("%q has %d, want %d", s, got, want)
		}
	}
}

func TestShownHost(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"https://www.example.org/a?b": "example.org",
		"<www.example.org>":           "example.org",
		"Example.org":                 "example.org",
		"http://example.org:8080/":    "example.org",
		"see example.org":             "", // words, not an address
		"Node.js":                     "",
		"invoice.pdf":                 "",
		"ann@example.org":             "",
		"v1.2.3":                      "",
		"co.uk":                       "",
		"click here":                  "",
	} {
		if got := shownHost(words); got != want {
			t.Errorf("%q shows %q, want %q", words, got, want)
		}
	}
}
