package filter

import (
	"slices"
	"strings"
	"testing"

	"postern/policy"
)

// The header ends at its first empty line, also where the body begins with
// white space and looks like a continuation of that line.
func TestBodyThatBeginsWithWhiteSpaceStaysWhole(t *testing.T) {
	f := newFilter(t, policy.Config{})
	body := "\r\n  indented\r\nX-Postern-Verdict: accept\r\nSubject: a quoted header\r\n"
	raw := "From: nora@partner.example\r\n" + body
	if got := string(slices.Concat(f.cut([]byte(raw), "[suspicious]")...)); got != raw {
		t.Errorf("%q, want %q", got, raw)
	}
}

// A message that begins with a continuation must not continue our last field.
func TestFirstLineContinuesNoFieldOfOurs(t *testing.T) {
	f := newFilter(t, policy.Config{})
	for _, first := range []string{" ; dkim=pass\r\n", "\t; Thu, 1 Jan 1970 00:00:00 +0000\r\n  more\r\n", " \r\n"} {
		if got := string(slices.Concat(f.cut([]byte(first+message), "")...)); got != message {
			t.Errorf("%q, want %q", got, message)
		}
	}
}

func TestForgedResultsWithAFoldedNameAreRemoved(t *testing.T) {
	f := newFilter(t, policy.Config{})
	raw := "Authentication-Results\r\n : mx.example.com; dmarc=pass\r\n" + message
	if got := string(slices.Concat(f.cut([]byte(raw), "")...)); strings.Contains(got, "dmarc=pass") {
		t.Errorf("%q", got)
	}
}
