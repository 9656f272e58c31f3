package parse

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tokens lists what the scanner finds: text, comments as "!", and tags.
func tokens(doc string) []string {
	var list []string
	z := scanner{doc: []byte(doc)}
	for {
		switch z.next() {
		case endToken:
			return list
		case textToken:
			list = append(list, string(z.Raw()))
		case startTagToken:
			list = append(list, "<"+z.tag.String())
		case endTagToken:
			list = append(list, "</"+z.tag.String())
		case commentToken:
			list = append(list, "!")
		}
	}
}

// oracle lists the same from golang.org/x/net/html.
func oracle(doc string) []string {
	var list []string
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.TextToken:
			list = append(list, string(z.Raw()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			list = append(list, "<"+atom.Lookup(name).String())
			if string(name) == "noscript" {
				z.NextIsNotRawText()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			list = append(list, "</"+atom.Lookup(name).String())
		case html.CommentToken, html.DoctypeToken:
			list = append(list, "!")
		}
	}
}

func TestScanner(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`a<b>c</b >d`: `a|<b|c|</b|d`,
		`a < b <3 <`:  `a < b <3 <`,
		`<!-- a > b -->c<!-->d<!--->e<!-- -- --!>f`: `!|c|!|d|!|e|!|f`,
		`<!doctype html><?x y?>a</ b>c</>d`:         `!|!|a|!|c|!|d`,
		`<a href="x>y" title='>'>z`:                 `<a|z`,
		`<a href="x>y`:                              `<a`,
		`<style>a<b></Style >c`:                     `<style|a<b>|</style|c`,
		`<title></title>a<script>if(a<b)</script>b`: `<title|</title|a|<script|if(a<b)|</script|b`,
		`<textarea></textareas></textarea`:          `<textarea|</textareas>|</textarea`,
		`<plaintext>a</plaintext>`:                  `<plaintext|a</plaintext>`,
		`<noscript><b>c`:                            `<noscript|<b|c`,
		`<a/b/>c<A	X = Y/>d`:                        `<a|c|<a|d`,
	} {
		if got := strings.Join(tokens(doc), "|"); got != want {
			t.Errorf("%q: got %s, want %s", doc, got, want)
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a &amp; b &lt;&gt;&quot;&#39;&apos;": "a & b <>\"''",
		"&nbsp;&zwnj;&#8203;&#x200B;&#X41":    "\u00a0\u200c\u200b\u200bA",
		"&#150;&#0;&#xd800;&#x110000;&#;&#x;": "\u2013\ufffd\ufffd\ufffd&#;&#x;",
		"&copy &copyx &nothing; & &":          "© ©x ¬hing; & &",
		"&nGt;&nGt;&nGt;!":                    "≫⃒≫⃒≫⃒!",
		"&#99999999999999999999;x":            "\ufffdx",
	} {
		if got := string(unescapeText([]byte(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := string(unescape([]byte("?a=1&copy=2&amp;reg=3&lt"))); got != "?a=1&copy=2&reg=3<" {
		t.Errorf("attribute: %q", got)
	}
}

// FuzzScanner: every byte is of one token, and where the document has no script
// the tokens are those that another reader finds, but for a tag that is open at
// its end.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{
		"a<b>c</b>d<!-- e -->", "<style>a<b></style>c", "<a href='>'>&amp;", "<!--a--!>b", "</ a>b</>", "<textarea><b></textarea>",
		"<a b=c d='e' f=\"g\" h>", "<?x>", "<!-", "<svg><style><a>", "<title>a</titles></title",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\x00\r") || strings.Contains(strings.ToLower(s), "<script") {
			return
		}
		s += ">" // closes an open tag
		got, want := tokens(s), oracle(s)
		if n := len(want); len(got) == n+1 && got[n][0] == '<' {
			got = got[:n]
		}
		if strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	})
}

func FuzzReferences(f *testing.F) {
	for _, s := range []string{"&amp;", "&nGt;&nGt;", "&#x41;", "&copy=1", "&notit;", "&&#1;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\x00\r") {
			return
		}
		if got, want := string(unescapeText([]byte(s))), html.UnescapeString(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	})
}
