package mailauth

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/internal/shared"
)

// keyZone is a resolver of TXT records alone. A record "SERVFAIL" is a
// temporary failure.
type keyZone map[string][]string

func (z keyZone) LookupTXT(ctx context.Context, name string) ([]string, error) {
	records := z[strings.TrimSuffix(name, ".")]
	switch {
	case ctx.Err() != nil, len(records) == 1 && records[0] == "SERVFAIL":
		return nil, ErrTemporary
	case records == nil:
		return nil, ErrNotFound
	}
	return records, nil
}

func (keyZone) LookupAddr(context.Context, string, bool) ([]netip.Addr, error) {
	return nil, ErrNotFound
}
func (keyZone) LookupMX(context.Context, string) ([]string, error)      { return nil, ErrNotFound }
func (keyZone) LookupPTR(context.Context, netip.Addr) ([]string, error) { return nil, ErrNotFound }

func readCase(t *testing.T, dir, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func resultsOf(checks []DKIM) []Result {
	results := make([]Result, len(checks))
	for i, c := range checks {
		results[i] = c.Result
	}
	return results
}

var suiteTime = time.Date(2023, 6, 1, 0, 0, 0, 0, time.UTC)

func TestARCValimail(t *testing.T) {
	t.Parallel()
	var cases []struct {
		ID, Message, CV string
		TXT             map[string]string `json:"txt_records"`
	}
	dir := shared.Dir(t, "suites/arc-valimail")
	if err := json.Unmarshal(readCase(t, dir, "cases-validate.json"), &cases); err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, c := range cases {
		zone := keyZone{}
		for name, record := range c.TXT {
			zone[name] = []string{record}
		}
		// The suite leaves the outcome of a seal that says cv=fail open;
		// RFC 8617 §5.2 has it fail.
		want := Result(strings.ToLower(c.CV))
		if want == "" {
			want = Fail
		}
		got := verifyARC(t.Context(), zone, []byte(c.Message), suiteTime)
		if got.Result != want {
			t.Errorf("%s: %+v, want %s", c.ID, got, want)
			continue
		}
		passed++
	}
	t.Logf("arc-valimail: passed %d of %d", passed, len(cases))
}

// judgedApart lists the cases of Mail::DKIM whose "today" does not say what
// an RFC 6376 verifier answers, with the reason.
var judgedApart = map[string]struct {
	want []Result
	why  string
}{
	"mine_ietf01_3.txt": {[]Result{PermError}, "draft signature without v= (RFC 6376 §3.5: v= is required)"},
	"mine_ietf01_4.txt": {[]Result{PermError}, "draft signature without v= (RFC 6376 §3.5: v= is required)"},
}

func TestDKIMMailDKIM(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/dkim-mail-dkim")
	var suite struct {
		DNS   map[string]string
		Cases []struct{ File, Today string }
	}
	if err := json.Unmarshal(readCase(t, dir, "cases.json"), &suite); err != nil {
		t.Fatal(err)
	}
	zone := keyZone{}
	for name, record := range suite.DNS {
		switch {
		case record == "NXDOMAIN":
		case strings.HasPrefix(record, "~~"):
			zone[name] = []string{"SERVFAIL"}
		default:
			zone[name] = []string{strings.Trim(record, `"`)}
		}
	}
	passed := 0
	for _, c := range suite.Cases {
		name := filepath.Base(c.File)
		got := verifyDKIM(t.Context(), zone, readCase(t, dir, c.File), suiteTime)
		ok := false
		if apart, found := judgedApart[name]; found {
			ok = slices.Equal(resultsOf(got), apart.want)
		} else {
			ok = agrees(c.Today, resultsOf(got))
		}
		if !ok {
			t.Errorf("%s: %+v, want %s", name, got, c.Today)
			continue
		}
		passed++
	}
	t.Logf("dkim-mail-dkim: passed %d of %d, %d of them judged apart", passed, len(suite.Cases), len(judgedApart))
}

// agrees compares with what Mail::DKIM says, leaving out RFC 8301: a broken
// signature may be refused before it is found broken.
func agrees(today string, got []Result) bool {
	switch today {
	case "pass":
		return len(got) > 0 && got[0] == Pass
	case "fail", "invalid", "not-pass (RFC 8301)":
		return !slices.Contains(got, Pass)
	}
	return false
}

func TestDKIMStalwart(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/dkim-stalwart")
	files, _ := filepath.Glob(filepath.Join(dir, "0*.txt"))
	passed := 0
	for _, file := range files {
		records, raw, _ := bytes.Cut(readCase(t, dir, filepath.Base(file)), []byte("\n\n"))
		zone := keyZone{}
		for line := range strings.Lines(string(records)) {
			name, record, _ := strings.Cut(strings.TrimSpace(line), " ")
			zone[name] = []string{record}
		}
		// The time of the newest message, before any of them expires.
		now := time.Unix(1667929000, 0)
		got := verifyDKIM(t.Context(), zone, raw, now)
		if len(got) == 0 || slices.ContainsFunc(got, func(c DKIM) bool { return c.Result != Pass }) {
			t.Errorf("%s: %+v", filepath.Base(file), got)
			continue
		}
		passed++
	}
	t.Logf("dkim-stalwart: passed %d of %d", passed, len(files))
}
