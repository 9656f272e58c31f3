package detect

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"postern/mailauth"
	"postern/parse"
	"postern/signals"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Dana Reed":                  `"Dana Reed"`,
		"a\r\nX-Spam: no":            `"a  X-Spam: no"`,
		"gpj\u202eexe":               `"gpjexe"`,
		`say "yes"`:                  `"say 'yes'"`,
		"\x1b[31mred":                `"[31mred"`,
		"":                           `""`,
		strings.Repeat("é", 70):      `"` + strings.Repeat("é", 60) + `..."`,
		strings.Repeat("e\u0301", 3): `"eee"`,
		"\xff\xfe":                   `"` + "\ufffd\ufffd" + `"`,
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

// FuzzDetect: whatever the bytes, detectors give scores from 0 to 1 and
// evidence that is one printable line of bounded length.
func FuzzDetect(f *testing.F) {
	f.Add([]byte("From: \"Dana Reed\" <dana@n0rthwind.test>\r\nTo: ann@northwind.test\r\nReply-To: x@gmail.com\r\nSubject: urgent payment\r\n\r\nhacked webcam video of you bitcoin\r\n"))
	f.Add([]byte("From: a@northwind.test\nContent-Type: application/octet-stream; name=\"a.pdf.exe\"\n\nMZ"))
	f.Add([]byte("From: a@forger.test\nContent-Type: text/html\n\n<a href=\"https://example.org@1.2.3.4/\">www.northwind.test/log in</a>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		facts := &signals.Facts{
			Env:  &parse.Envelope{Rcpts: []parse.Address{{Local: "ann", Domain: "northwind.test"}}},
			Msg:  parse.Read(raw, parse.DefaultLimits),
			Auth: mailauth.Results{DMARC: mailauth.DMARC{Result: mailauth.Fail, Policy: "reject"}},
			Org:  &signals.Org{Domains: []string{"northwind.test"}, VIPs: []signals.Person{{Name: "Dana Reed"}}},
		}
		v := signals.All().Compute(facts)
		for _, d := range Heuristics() {
			for _, found := range d.Detect(facts, v) {
				if found.Detector != d.Name() || !(found.Score > 0 && found.Score <= surest) || len(found.Evidence) == 0 {
					t.Errorf("%+v", found)
				}
				for _, e := range found.Evidence {
					if !signals.Known(v.Of(e.Signal)) {
						t.Errorf("%s: %s is unknown", found.Detector, e.Signal.Name)
					}
					if utf8.RuneCountInString(e.Text) > 250 || strings.ContainsFunc(e.Text, func(r rune) bool { return !unicode.IsPrint(r) }) {
						t.Errorf("%s: %q", found.Detector, e.Text)
					}
				}
			}
		}
	})
}
