package signals

import "testing"

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
