package signals_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"postern/internal/casefile"
	"postern/signals"
)

// TestCases computes the vector of every case of testdata and compares the
// lines "signal NAME = VALUE", where VALUE may be unknown. Every signal needs
// a case in which it is known and not zero.
func TestCases(t *testing.T) {
	t.Parallel()
	byName := map[string]*signals.Signal{}
	for _, s := range signals.All().Signals() {
		byName[s.Name] = s
	}
	shown := map[string]bool{}
	for _, c := range casefile.Load(t) {
		v := signals.All().Compute(c.Facts)
		for _, line := range c.Lines {
			name, want, ok := strings.Cut(strings.TrimPrefix(line, "signal "), " = ")
			s := byName[name]
			if !ok || s == nil {
				t.Errorf("%s: cannot read %q", c.Name, line)
				continue
			}
			got := strconv.FormatFloat(math.Round(v.Of(s)*1000)/1000, 'f', -1, 64)
			if !signals.Known(v.Of(s)) {
				got = "unknown"
			}
			if got != want {
				t.Errorf("%s: %s = %s, want %s", c.Name, name, got, want)
			}
			shown[name] = shown[name] || got != "0" && got != "unknown"
		}
	}
	for name := range byName {
		if !shown[name] {
			t.Errorf("%s: no case in which it is known and not zero", name)
		}
	}
}

// subjects is the closed list of what a signal may be about.
const subjects = "account|amount|archive|auth|body|brand|calendar|campaign|domain|file|from|habit|header|html_file|image|intent|link|name|office|org|pair|part|pdf|phone|qr|rcpt|requester|scanner|sender|text|thread|vendor|wallet"

var (
	nameForm = regexp.MustCompile(`^(` + subjects + `)\.[a-z][a-z0-9_]*$`)
	sentence = regexp.MustCompile(`^[A-Z][^.!?\n]*(\.\d[^.!?\n]*)*\.$`)
)

// TestTable holds the house rules for signals, and docs/signals.md to what
// the code says. UPDATE=1 rewrites the document.
func TestTable(t *testing.T) {
	t.Parallel()
	var doc strings.Builder
	doc.WriteString("<!-- Printed by UPDATE=1 go test ./signals. -->\n\n# Signals\n\n" +
		"What Postern measures. A signal is a number without an opinion; where its facts are missing it is\n" +
		"unknown, which is never held against a message. History counts are decayed with a half-life of\n" +
		"180 days, and are kept apart for senders who proved their domain and those who merely claim it.\n\n" +
		"| name | level | unit | meaning |\n|---|---|---|---|\n")
	for _, s := range signals.All().Signals() {
		if !nameForm.MatchString(s.Name) {
			t.Errorf("%s: the name is not subject.measure", s.Name)
		}
		if !sentence.MatchString(s.Doc) {
			t.Errorf("%s: Doc is not one sentence: %q", s.Name, s.Doc)
		}
		fmt.Fprintf(&doc, "| `%s` | %s | %s | %s |\n", s.Name, s.Level, s.Unit, s.Doc)
	}
	const file = "../docs/signals.md"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, _ := os.ReadFile(file); string(have) != doc.String() {
		t.Errorf("%s is stale: run UPDATE=1 go test ./signals", file)
	}
}

// TestSchemaOrder: names are unique and sorted, and the hash is of them.
func TestSchemaOrder(t *testing.T) {
	t.Parallel()
	names := signals.All().Names()
	for i := 1; i < len(names); i++ {
		if names[i-1] >= names[i] {
			t.Errorf("%s before %s", names[i-1], names[i])
		}
	}
	if signals.All().Hash() == 0 {
		t.Error("no hash")
	}
}
