package mailauth

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postern/internal/shared"
	"postern/parse"
)

// spfCase is one case of the SPF suites, with its zone.
type spfCase struct {
	ID          string
	Scenario    string
	Helo        string
	MailFrom    string
	Host        string
	Results     []Result
	Zone        mapZone
	Description string
}

func readSPFCases(t *testing.T, suite string) []spfCase {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(shared.Dir(t, "suites/"+suite), "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []spfCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func (c *spfCase) run(t *testing.T) Result {
	t.Helper()
	env := &parse.Envelope{Remote: netip.MustParseAddr(c.Host), Helo: c.Helo}
	if c.MailFrom != "" {
		at := strings.LastIndexByte(c.MailFrom, '@')
		env.From = parse.Address{Local: c.MailFrom[:max(at, 0)], Domain: asciiLower(c.MailFrom[at+1:])}
	}
	return checkSPF(t.Context(), c.Zone, env).Result
}

// TestOpenSPF runs the suite of the RFC's authors.
func TestOpenSPF(t *testing.T) {
	t.Parallel()
	cases := readSPFCases(t, "spf-openspf")
	passed := 0
	for _, c := range cases {
		if got := c.run(t); slices.Contains(c.Results, got) {
			passed++
		} else {
			t.Errorf("%s/%s: got %s, want %s: %s", c.Scenario, c.ID, got, c.Results, c.Description)
		}
	}
	t.Logf("passed %d of %d", passed, len(cases))
}
