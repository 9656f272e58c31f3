package detect_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"postern/detect"
	"postern/internal/casefile"
	"postern/signals"
)

// TestCases judges every message of testdata. Its lines are
//
//	case DETECTOR attack|twin|blind
//	want CLASS >= SCORE because SIGNAL
//	want quiet
//
// Every detector needs an attack, its innocent twin, and a blind case: one
// whose facts are missing. Quiet means that no detector at all finds anything.
func TestCases(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{}
	for _, c := range casefile.Load(t) {
		t.Run(c.Name, func(t *testing.T) {
			found := findings(c.Facts)
			if len(c.Lines) != 2 {
				t.Fatalf("want a case line and a want line, have %q", c.Lines)
			}
			detector, kind, _ := strings.Cut(strings.TrimPrefix(c.Lines[0], "case "), " ")
			kinds[detector+" "+kind] = true
			if kind == "blind" && len(c.Facts.Missing) == 0 {
				t.Error("a blind case that misses no facts")
			}
			if quiet := c.Lines[1] == "want quiet"; quiet != (kind == "twin") && kind != "blind" {
				t.Error("an attack is found, its twin is quiet")
			}
			check(t, c.Lines[1], detector, found)
		})
	}
	for _, d := range detect.Heuristics() {
		for _, kind := range []string{"attack", "twin", "blind"} {
			if !kinds[d.Name()+" "+kind] {
				t.Errorf("%s has no %s case", d.Name(), kind)
			}
		}
	}
}

func findings(f *signals.Facts) (all []detect.Finding) {
	v := signals.All().Compute(f)
	for _, d := range detect.Heuristics() {
		all = append(all, d.Detect(f, v)...)
	}
	return all
}

// whisper is the score beneath which a finding is quiet: it moves no verdict by
// itself.
const whisper = 0.35

func check(t *testing.T, want, detector string, found []detect.Finding) {
	t.Helper()
	if want == "want quiet" {
		if slices.ContainsFunc(found, func(f detect.Finding) bool { return f.Score >= whisper }) {
			t.Errorf("want quiet, got\n%s", show(found))
		}
		return
	}
	var class, because string
	var score float64
	if _, err := fmt.Sscanf(want, "want %s >= %g because %s", &class, &score, &because); err != nil {
		t.Fatalf("cannot read %q: %v", want, err)
	}
	ok := slices.ContainsFunc(found, func(f detect.Finding) bool {
		gave := func(e detect.Evidence) bool { return e.Signal.Name == because }
		return f.Detector == detector && f.Class.String() == class && f.Score >= score && slices.ContainsFunc(f.Evidence, gave)
	})
	if !ok {
		t.Errorf("%s by %s, got\n%s", want, detector, show(found))
	}
}

func show(found []detect.Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "  %s %.2f by %s\n", f.Class, f.Score, f.Detector)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "    %s: %s\n", e.Signal.Name, e.Text)
		}
	}
	return b.String()
}

// TestTable holds the house rules for detectors, and docs/detectors.md to
// what the code says. UPDATE=1 rewrites the document.
func TestTable(t *testing.T) {
	t.Parallel()
	nameForm := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	var doc strings.Builder
	doc.WriteString("<!-- Printed by UPDATE=1 go test ./detect. -->\n\n# Detectors\n\n" +
		"What Postern suspects. Each detector reads the measurements of [signals.md](signals.md), names a class and\n" +
		"a score, and gives its reasons. Facts that are missing are never a reason.\n\n" +
		"| name | finds |\n|---|---|\n")
	seen := map[string]bool{}
	for _, d := range detect.Heuristics() {
		if !nameForm.MatchString(d.Name()) || seen[d.Name()] {
			t.Errorf("%s: the name is not words in lower case with hyphens, or is taken", d.Name())
		}
		seen[d.Name()] = true
		if !strings.HasSuffix(d.Doc(), ".") || strings.Contains(d.Doc(), ". ") {
			t.Errorf("%s: Doc is not one sentence", d.Name())
		}
		fmt.Fprintf(&doc, "| `%s` | %s |\n", d.Name(), d.Doc())
	}
	doc.WriteString("\nThe cases in `detect/testdata` show an attack, its innocent twin, and what is left without facts:\n\n")
	for _, c := range casefile.Load(t) {
		fmt.Fprintf(&doc, "- %s\n", strings.ReplaceAll(c.Name, "-", " "))
	}
	const file = "../docs/detectors.md"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, _ := os.ReadFile(file); string(have) != doc.String() {
		t.Errorf("%s is stale: run UPDATE=1 go test ./detect", file)
	}
}
