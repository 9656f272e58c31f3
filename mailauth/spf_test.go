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

// blitiriApart are the cases of the second suite that RFC 7208 decides
// otherwise, with what we answer. All turn on §4.3: for a domain of one label
// the result is none, and so an include of one is a permerror (§5.2).
var blitiriApart = map[string]Result{
	"resolution-with-10-lookups": PermError, // include:d11
	"mx-resolution-10-terms":     None,      // foo@mx10
	"mx-resolution-11-terms":     None,
	"one-mx-not-found":           None, // foo@d00
	"all-mx-not-found":           None,
	"include-not-found":          None,
	"redirect-not-found":         None,
}

// TestBlitiriSPF runs the extra cases of one implementer.
func TestBlitiriSPF(t *testing.T) {
	t.Parallel()
	cases := readSPFCases(t, "spf-blitiri")
	passed := 0
	for _, c := range cases {
		got := c.run(t)
		apart, listed := blitiriApart[c.ID]
		switch {
		case slices.Contains(c.Results, got) && !listed:
			passed++
		case listed && got == apart:
			t.Logf("%s: %s, not %s (RFC 7208 §4.3)", c.ID, got, c.Results)
		default:
			t.Errorf("%s/%s: got %s, want %s: %s", c.Scenario, c.ID, got, c.Results, c.Description)
		}
	}
	t.Logf("passed %d of %d, judged otherwise %d", passed, len(cases), len(blitiriApart))
}

// zone is a resolver over lines of "name type value".
func zone(t *testing.T, lines ...string) mapZone {
	t.Helper()
	z := mapZone{}
	for _, line := range lines {
		f := strings.SplitN(line, " ", 3)
		if len(f) == 2 {
			f = append(f, "")
		}
		z[f[0]] = append(z[f[0]], zoneRecord{Type: f[1], Values: []string{f[2]}})
	}
	return z
}

func TestSPFIdentity(t *testing.T) {
	t.Parallel()
	z := zone(t,
		"example.com TXT v=spf1 ip4:192.0.2.1 -all",
		"example.net TXT v=spf1 exists:%{l}.%{o}.%{h}.example.net ?all",
		"postmaster.example.net.mx.example.net.example.net A 127.0.0.2",
		"mx.example.net TXT v=spf1 exists:%{l}.%{o}.example.net -all",
		"postmaster.mx.example.net.example.net A 127.0.0.2",
		"ten.example TXT v=spf1"+strings.Repeat(" exists:%{i}.example.net", 3)+" ip4:192.0.2.1",
		"two.example TXT v=spf1"+strings.Repeat(" exists:%{i}.example.net", 2)+" ip4:192.0.2.1",
		"slow.example TIMEOUT",
	)
	for _, c := range []struct {
		name, ip, helo string
		from           parse.Address
		want           SPF
	}{
		{"pass", "192.0.2.1", "mx.example.net", parse.Address{Local: "a", Domain: "example.com"}, SPF{Pass, "example.com", false}},
		{"mapped address", "::ffff:192.0.2.1", "", parse.Address{Local: "a", Domain: "example.com"}, SPF{Pass, "example.com", false}},
		{"fail", "192.0.2.2", "mx.example.net", parse.Address{Local: "a", Domain: "example.com"}, SPF{Fail, "example.com", false}},
		{"no client", "", "mx.example.net", parse.Address{Local: "a", Domain: "example.com"}, SPF{None, "example.com", false}},
		{"no local part", "192.0.2.1", "mx.example.net", parse.Address{Domain: "example.net"}, SPF{Pass, "example.net", false}},
		{"null path", "192.0.2.1", "MX.example.net.", parse.Address{}, SPF{Pass, "mx.example.net", true}},
		{"null path, literal HELO", "192.0.2.1", "[192.0.2.1]", parse.Address{}, SPF{None, "[192.0.2.1]", true}},
		{"two void lookups", "192.0.2.1", "", parse.Address{Local: "a", Domain: "two.example"}, SPF{Pass, "two.example", false}},
		{"three void lookups", "192.0.2.1", "", parse.Address{Local: "a", Domain: "ten.example"}, SPF{PermError, "ten.example", false}},
		{"no answer", "192.0.2.1", "", parse.Address{Local: "a", Domain: "slow.example"}, SPF{TempError, "slow.example", false}},
		{"no record", "192.0.2.1", "", parse.Address{Local: "a", Domain: "none.example"}, SPF{None, "none.example", false}},
	} {
		ip, _ := netip.ParseAddr(c.ip)
		if got := checkSPF(t.Context(), z, &parse.Envelope{Remote: ip, Helo: c.helo, From: c.from}); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// FuzzSPFRecord: a record that parses has well-formed terms only, and a macro
// never expands to more than a domain name holds.
func FuzzSPFRecord(f *testing.F) {
	for _, seed := range []string{
		" ip4:192.0.2.0/24 -all", " a:%{d2r.-}.example.com/24//64 mx ~all", " redirect=%{o}", " exists:%{ir}.%{v}.%{l1r+}._spf.%{d}",
		" include:example.com ptr ?all exp=%{s}.example.com", " a//", " ip6:::1/129", " %", " %{", " %{d999999999}.example.com",
	} {
		f.Add(seed, "local-part")
	}
	f.Fuzz(func(t *testing.T, text, local string) {
		rec, ok := parseSPF(text)
		if !ok {
			return
		}
		c := &spfCheck{dns: mapZone{}, ip: netip.MustParseAddr("192.0.2.1"), local: local, sender: "example.com"}
		for _, d := range rec.directives {
			if d.bits4 > 32 || d.bits6 > 128 || d.result == "" {
				t.Errorf("%q gives %+v", text, d)
			}
			if d.domain == nil {
				continue
			}
			if name := c.expand(t.Context(), d.domain, "example.com"); len(name) > 253 {
				t.Errorf("%q expands to %d bytes", text, len(name))
			}
		}
		if r := c.host(t.Context(), "example.com"); r != None {
			t.Errorf("an empty zone gives %s", r)
		}
	})
}
