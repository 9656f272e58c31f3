package parse

import (
	"reflect"
	"strings"
	"testing"
)

// crlf is a message written with the line ends of Go source.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func TestReadAlternative(t *testing.T) {
	t.Parallel()
	m := Read(crlf(`From: "Reed, Dana" <dana.reed@example.com>
To: Ann <ann@example.net>
Subject: =?utf-8?q?Caf=C3=A9?=
Content-Type: multipart/alternative; boundary=b

--b

plain
--b
Content-Type: text/html

<p>See <a href="https://Example.ORG/x">our <b>page</b></a></p><div style="display:none">secret</div>
--b--
`), DefaultLimits)
	if m.Subject != "Café" || m.From[0].Name != "Reed, Dana" || m.From[0].Address.Domain != "example.com" {
		t.Errorf("header: %q %+v", m.Subject, m.From)
	}
	want := Text{Visible: "See our page", Folded: "See our page", Other: "plain", Hidden: "secret", HTML: true}
	if !reflect.DeepEqual(m.Text, want) {
		t.Errorf("text: %+v", m.Text)
	}
	link := Link{URL: "https://Example.ORG/x", Scheme: "https", Host: "example.org", Leads: "example.org", Text: "our page", Origin: InAnchor}
	if len(m.Links) != 1 || m.Links[0] != link {
		t.Errorf("links: %+v", m.Links)
	}
	if len(m.Parts) != 3 || len(m.Defects) != 0 || len(m.Attachments) != 0 {
		t.Errorf("parts %+v, defects %v", m.Parts, m.Defects)
	}
}
