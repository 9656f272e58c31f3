package parse

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// distinct is n parameters of different names.
func distinct(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ";%x=", i)
	}
	return b.String()
}

// TestHostile reads input that makes careless parsers take quadratic or
// exponential time. The bound is far above what linear time takes, and far
// below what the others would.
func TestHostile(t *testing.T) {
	t.Parallel()
	const n = 1 << 20
	fill := func(s string) string { return strings.Repeat(s, n/len(s)) }
	html := "Content-Type: text/html\r\n\r\n"
	var nested, parts bytes.Buffer
	for i := range 10000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	parts.WriteString("Content-Type: multipart/mixed; boundary=b\r\n\r\n")
	for range 100000 {
		parts.WriteString("--b\r\n\r\nx\r\n")
	}
	for name, raw := range map[string]string{
		"nested multiparts":    nested.String(),
		"many parts":           parts.String(),
		"nested messages":      fill("Content-Type: message/rfc822\r\n\r\n"),
		"one long field":       "Subject: " + fill("a"),
		"many fields":          fill("A: b\r\n"),
		"folded field":         "Subject: a\r\n" + fill(" b\r\n"),
		"junk header lines":    "A: b\r\n" + fill("junk\r\nA: b\r\n"),
		"lost folds":           "Content-Type: a/b;\r\n" + fill("x=y;\r\n"),
		"encoded words":        "Subject: " + fill("=?utf-8?q?a?= "),
		"open encoded words":   "Subject: " + fill("=?a?q?x"),
		"false encoded words":  "Subject: " + fill("=?a?x?") + "?=",
		"commas":               "To: " + fill("a,") + "<",
		"angle brackets":       "To: " + fill("<,") + ">",
		"open angle brackets":  "To: " + fill("<"),
		"comments":             "To: " + fill("("),
		"quotes":               "To: " + fill(`"a" `),
		"literals":             "To: " + fill("["),
		"groups":               "To: " + fill("a:"),
		"backslashes":          "To: \"" + fill(`\`),
		"parameters":           "Content-Type: a/b" + fill(";x*1=y"),
		"distinct parameters":  "Content-Type: a/b" + distinct(n/8),
		"references":           "References: " + fill("<a"),
		"delimiter lines":      "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + fill("--a\r\n"),
		"open tags":            html + fill("<a "),
		"deep elements":        html + fill("<b>"),
		"deep cells":           html + fill("<table><td>"),
		"stray end tags":       html + fill("</b><i>"),
		"comments in html":     html + fill("<!--"),
		"entities":             html + fill("&amp"),
		"one tag's attributes": html + "<a " + fill("a=b "),
		"anchors":              html + fill("<a href=http://example.com/>"),
		"hidden anchors":       html + fill("<a href=x><p style=display:none>y"),
		"styles":               html + fill("<p style=display:none;color:red>"),
		"one style":            html + "<p style='" + fill("url(//a ") + "'>",
		"stylesheet":           html + "<style>" + fill("@{.a{display:none}"),
		"quotes in a style":    html + "<p style='" + fill(`a:(";`) + "'>",
		"classes":              html + "<style>.a{display:none}</style><p class='" + fill("a ") + "'>",
		"rules":                html + "<style>" + fill(".a,.b .c{display:none!important}"),
		"comments in a style":  html + "<style>" + fill("/*"),
		"conditional comments": html + fill("<!--[if mso]><a href=x>"),
		"drawings":             html + "<svg>" + fill("<title>"),
		"open styles":          html + fill("<style>@{"),
		"srcset":               html + "<img srcset='" + fill("a, ") + "'>",
		"bare links":           "\r\n" + fill("http://example.com/ "),
		"one bare link":        "\r\n" + fill("http://"),
		"brackets in a link":   "\r\nhttp://example.com/" + fill(")"),
		"dots":                 "\r\n" + fill("a."),
		"attributions":         "\r\n" + fill("On 1 wrote:\r\n"),
		"header blocks":        "\r\n" + fill("From:\n"),
		"quotes in text":       "\r\n" + fill(">"),
		"flowed":               "Content-Type: text/plain; format=flowed\r\n\r\n" + fill("> a \r\n"),
		"zero width":           "\r\n" + fill("\u200b"),
		"utf-7":                "Content-Type: text/plain; charset=utf-7\r\n\r\n" + fill("+A-"),
		"zip headers":          "Content-Type: application/zip\r\n\r\n" + fill("PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		"base64":               "Content-Transfer-Encoding: base64\r\n\r\n" + fill("="),
		"quoted-printable":     "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + fill("="),
	} {
		start := time.Now()
		m := Read([]byte(raw), DefaultLimits)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(raw), took)
		} else if testing.Verbose() {
			t.Logf("%-22s %8v", name, took.Round(time.Millisecond))
		}
		checkInvariants(t, []byte(raw), m, DefaultLimits)
	}
}
