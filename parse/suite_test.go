package parse

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/internal/shared"
)

func TestSuitePSL(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(shared.Dir(t, "suites/psl"), "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Domain, Registrable *string }
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, c := range cases {
		domain, want := "", ""
		if c.Domain != nil {
			domain = *c.Domain
		}
		if c.Registrable != nil {
			want = toASCII(*c.Registrable)
		}
		got, ok := orgDomain(toASCII(domain))
		if ok != (want != "") || ok && (got != want || OrgDomain(domain) != want) {
			t.Errorf("%q: got %q, want %q", domain, got, want)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d", passed, len(cases))
}

// mime4jDiffers are the cases that this package reads otherwise, and why.
var mime4jDiffers = map[string]string{
	"badbound":                              lostParts,
	"missing-boundary":                      lostParts,
	"missing-inner-boundary":                lostParts,
	"missing-inner-start-boundary":          lostParts,
	"multipartnopart":                       lostParts,
	"frag":                                  cutQuantum,
	"multi-frag":                            cutQuantum,
	"hdr-fakeout":                           noEmptyLine,
	"basic-plain-with-bad-header-separator": noEmptyLine,
	"malformedHeader-noheader":              noEmptyLine,
	"malformedHeaderStartsBody-noheader":    noEmptyLine,
	"malformedHeaderStartsBody-nocrlfcrlf":  "a junk line with a field below it stands in the header (RFC 5322 §2.1: only an empty line ends it)",
	"weird-boundary":                        endingSpace,
	"very-long-boundary":                    endingSpace,
	"very-very-long-boundary":               endingSpace,
}

const (
	lostParts   = "a multipart with no part in it is read as text, for a reader may be shown it (RFC 2046 §5.1.1 wants one part)"
	cutQuantum  = "the whole bytes of a last quantum that was cut short are kept (RFC 2045 §6.8 leaves it open)"
	noEmptyLine = "text without an empty line above it is body from its first line on, so that none of it is lost (RFC 5322 §2.1)"
	endingSpace = "a boundary does not end in space, and space at the end of a delimiter line is padding (RFC 2046 §5.1.1)"
)

func TestSuiteMime4j(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/mime-mime4j")
	files, err := filepath.Glob(dir + "/*/*_decoded.xml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	passed, otherwise := 0, 0
	for _, file := range files {
		stem := strings.TrimSuffix(file, "_decoded.xml")
		raw, err := os.ReadFile(stem + ".msg")
		if err != nil {
			t.Fatal(err)
		}
		why := diffLeaves(wantLeaves(t, file), leaves(nil, Read(raw, DefaultLimits)))
		name := filepath.Base(stem)
		reason, known := mime4jDiffers[name]
		switch {
		case why == "" && !known:
			passed++
		case why != "" && known:
			otherwise++
			t.Logf("%s: judged differently: %s", name, reason)
		default:
			t.Errorf("%s: %s (known: %v)", name, why, known)
		}
	}
	t.Logf("passed %d of %d, %d judged differently", passed, len(files), otherwise)
}

// wantLeaves gives the contents that mime4j found, in order.
func wantLeaves(t *testing.T, file string) [][]byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var list [][]byte
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "text-body" && start.Name.Local != "binary-body" {
			continue
		}
		body, err := os.ReadFile(filepath.Join(filepath.Dir(file), start.Attr[0].Value))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, body)
	}
}

// leaves gives the contents that we found, those of nested messages in place.
func leaves(list [][]byte, m *Message) [][]byte {
	nested := map[int]*Message{}
	for _, a := range m.Attachments {
		nested[a.Part] = a.Message
	}
	for i, p := range m.Parts {
		switch {
		case p.Parent >= 0 && !m.Parts[p.Parent].isMultipart(): // a file that stands inside of a leaf
		case nested[i] != nil:
			list = leaves(list, nested[i])
		case !p.isMultipart():
			list = append(list, p.Body)
		}
	}
	return list
}

func diffLeaves(want, got [][]byte) string {
	norm := func(b []byte) string {
		return strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\r", "\n"), "\n")
	}
	if len(want) != len(got) {
		return "want " + itoa(len(want)) + " leaves, got " + itoa(len(got))
	}
	for i := range want {
		if norm(want[i]) != norm(got[i]) {
			a, b := norm(want[i]), norm(got[i])
			return "leaf " + itoa(i) + ": want " + itoa(len(a)) + " bytes, got " + itoa(len(b)) + "\n" + a[:min(80, len(a))] + "\n--\n" + b[:min(80, len(b))]
		}
	}
	return ""
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// TestSuiteFiles reads every file of the suites that expect nothing exact:
// there is no panic, the invariants hold, and mail with text has text.
func TestSuiteFiles(t *testing.T) {
	t.Parallel()
	for name, least := range map[string]int{
		"mime-enmime": 81, "mime-mimekit": 278, "mime-cpython": 56, "mime-mime4j": 413, "rspamd-functional": 269,
	} {
		dir := shared.Dir(t, "suites/"+name)
		files, withText := 0, 0
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			m := Read(raw, DefaultLimits)
			checkInvariants(t, raw, m, DefaultLimits)
			if m.Text.Visible != "" {
				withText++
			}
			return nil
		})
		if err != nil || withText < least {
			t.Errorf("%s: %d files with visible text, want %d, %v", name, withText, least, err)
		}
		t.Logf("%s: passed %d of %d, %d with visible text", name, files, files, withText)
	}
}
