//go:build integration

package integration

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"postern/internal/shared"
)

// readCases reads the cases.json of a suite.
func readCases[T any](t *testing.T, suite string) (dir string, cases []T) {
	t.Helper()
	dir = shared.Dir(t, filepath.Join("suites", suite))
	raw, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err == nil {
		err = json.Unmarshal(raw, &cases)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir, cases
}

type falseEnd struct {
	ID  string `json:"id"`
	EOD []byte `json:"eod_b64"` // none: all in one piece, with honest ends
}

const (
	outer = "From: bob@example.net\r\nSubject: outer\r\n\r\nHello."
	inner = "MAIL FROM:<admin@example.com>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\nSubject: inner\r\n\r\nsmuggled\r\n.\r\n"
)

// TestSmuggling sends each false end with a second message behind it. The
// second must not come out as one, and nothing comes out that a laxer next hop
// than ours could take for an end.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	for _, newlines := range []string{"reject", "normalize"} {
		t.Run(newlines, func(t *testing.T) {
			t.Parallel()
			s := startSink(t)
			s.tap = true
			g := start(t, settings{downstream: s.addr, smtp: fmt.Sprintf("bare_newline = %q", newlines)})
			_, cases := readCases[falseEnd](t, "smuggling-hannob")
			passed := 0
			for _, c := range cases {
				before := len(s.copies())
				if err := smuggle(g, s, c, newlines == "normalize"); err != nil {
					t.Errorf("%s: %v", c.ID, err)
					continue
				}
				t.Logf("%s: %d messages go on", c.ID, len(s.copies())-before)
				passed++
			}
			if m := looseEnd.FindString(s.heard()); m != "" {
				t.Errorf("the next hop was sent %q", m)
			}
			t.Logf("smuggling-hannob, bare_newline = %s: passed %d of %d", newlines, passed, len(cases))
		})
	}
}

// looseEnd is what a message must never hold on its way out.
var looseEnd = regexp.MustCompile(`\x00|\r[^\n]|[^\r]\n`)

// smuggle sends one case over a connection of its own.
func smuggle(g *gate, s *sink, c falseEnd, normalize bool) error {
	p, err := dial(g.Addr, func() {})
	if err != nil {
		return err
	}
	defer p.conn.Close()
	before := len(s.copies())
	want, ends := "354 550", 0
	switch {
	case c.EOD == nil:
		c.EOD, want, ends = []byte("\r\n.\r\n"), "354 250 250 250 354 250", 2
	case normalize:
		want, ends = "354 250", 1
	}
	talk := "MAIL FROM:<bob@example.net>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n" + outer + string(c.EOD) + inner + "QUIT\r\n"
	if _, err := p.conn.Write([]byte(talk)); err != nil {
		return err
	}
	var codes []string
	for last := ""; last != "221"; codes = append(codes, last) {
		code, _, err := p.reply()
		if err != nil {
			return fmt.Errorf("after %q: %w", codes, err)
		}
		last = fmt.Sprint(code)
	}
	if got := strings.Join(codes, " "); got != "250 250 "+want+" 221" {
		return fmt.Errorf("the gate answers %s", got)
	}
	came := s.copies()[before:]
	if len(came) != ends {
		return fmt.Errorf("%d messages go on, want %d", len(came), ends)
	}
	if len(came) == 1 && (came[0].from != "bob@example.net" || !strings.Contains(string(came[0].data), "smuggled")) {
		return fmt.Errorf("goes on from %s: %q", came[0].from, came[0].data)
	}
	return nil
}
