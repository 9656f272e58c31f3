package train

import (
	"strings"
	"testing"

	"postern/parse"
)

const lure = `From: Service <service@example.net>
To: ann@corp.example
Subject: Your account is suspended
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<html><style>p { color: red }</style><p>Please verify your password <a href="https://login.example.org/?u=1&amp;v=2">here</a> now.</p></html>
--b
Content-Type: application/pdf; name=invoice.pdf
Content-Disposition: attachment; filename=invoice.pdf

%PDF-1.4
--b--
`

func TestEvasions(t *testing.T) {
	t.Parallel()
	want := map[string]struct{ has, hasNot string }{
		"homoglyphs":                 {"Рlеаѕе", "Please"},
		"synonyms":                   {"passcode", "password"},
		"image only":                 {"", "password"},
		"padding with harmless text": {"drainage", ""},
		"translated":                 {"", "password"},
		"text in an attachment":      {"attached document", "verify"},
		"split across parts":         {"Please", ""},
		"HTML tricks":                {"password", "<!--"},
	}
	for _, e := range Evasions {
		m := parse.Read(e.Apply([]byte(crlf(lure))), parse.DefaultLimits)
		text := m.Subject + " " + m.Text.Visible
		if w := want[e.Name]; w.has != "" && !strings.Contains(text, w.has) || w.hasNot != "" && strings.Contains(m.Text.Visible, w.hasNot) {
			t.Errorf("%s: %q", e.Name, text)
		}
		if len(m.From) != 1 || m.From[0].Address.String() != "service@example.net" {
			t.Errorf("%s: from %v", e.Name, m.From)
		}
		pdf := false
		for _, a := range m.Attachments {
			pdf = pdf || a.Name == "invoice.pdf"
		}
		if !pdf {
			t.Errorf("%s: the attachment is lost", e.Name)
		}
		leads := false
		for _, l := range m.Links {
			leads = leads || strings.Contains(l.URL, "login.example.org")
		}
		if !leads && e.Name != "text in an attachment" {
			t.Errorf("%s: leads nowhere: %v", e.Name, m.Links)
		}
	}
}
