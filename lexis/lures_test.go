package lexis_test

import (
	"os"
	"strings"
	"testing"

	"postern/lexis"
)

// TestLures reads lures and honest notices in twelve languages.
func TestLures(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/lures.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		head, text, ok := strings.Cut(strings.TrimSpace(line), " | ")
		if !ok || line[0] == '#' {
			continue
		}
		lang, wants, _ := strings.Cut(head, ": ")
		r := lexis.Builtin().Read(text)
		if r.Language != lang {
			t.Errorf("%s: read as %s: %s", lang, r.Language, text)
		}
		for want := range strings.FieldsSeq(wants) {
			name, quiet := strings.CutPrefix(want, "-")
			for i := range r.Hits {
				if lexis.Intent(i).String() != name {
					continue
				}
				if h := r.Hits[i]; (h.Score >= 0.5) == quiet {
					t.Errorf("%s: %s is %.2f by %q: %s", lang, want, h.Score, text[h.Start:h.End], text)
				}
			}
		}
	}
}
