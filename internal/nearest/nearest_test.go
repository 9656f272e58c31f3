package nearest

import "testing"

func TestHint(t *testing.T) {
	names := []string{"score", "subject", "size", "link.host_mismatch"}
	for wrong, want := range map[string]string{
		"scor":               `; did you mean "score"?`,
		"SIZE":               `; did you mean "size"?`,
		"link.hostmismatch":  `; did you mean "link.host_mismatch"?`,
		"completely_foreign": "",
		"":                   "",
	} {
		if got := Hint(wrong, names); got != want {
			t.Errorf("Hint(%q) is %q, want %q", wrong, got, want)
		}
	}
}
