package page

import (
	"encoding/base64"
	"strings"
	"testing"

	"postern/content"
)

func coded(s string) string {
	return base64.StdEncoding.EncodeToString([]byte(s + strings.Repeat(" ", minBlock)))
}

const form = `<html><form action="https://forger.test/"><input type="Password"></form>`

var cases = map[string]struct {
	page  string
	flags content.Flags
	links []string
}{
	"words":            {`<p>Only <a href="https://www.example.net/">words</a>.</p>`, 0, nil},
	"form":             {form, content.Form | content.Password, nil},
	"search field":     {`<form><input type=text></form>`, content.Form, nil},
	"script":           {`<SCRIPT>var a = "https://forger.test/x"</SCRIPT>`, content.Script, []string{"https://forger.test/x"}},
	"script elsewhere": {`<script src="https://forger.test/x.js"></script>`, content.Script | content.ExternalScript, []string{"https://forger.test/x.js"}},
	"refresh":          {`<meta http-equiv="refresh" content="0; URL=https://forger.test/">`, content.Redirect, nil},
	"handler":          {`<body onload = "go()">`, content.Handler, nil},
	"no handler":       {`<p data-icon="load=1" title=" upon error ">`, 0, nil},
	"drawing":          {`<svg xmlns="http://www.w3.org/2000/svg"><script>x</script><foreignObject/></svg>`, content.Script | content.Foreign, nil},
	"hidden page":      {`<script>document.write(atob("` + coded(form) + `"))</script>`, content.Script | content.Decode | content.Write | content.HiddenFile | content.Form | content.Password, []string{"https://forger.test/"}},
	"hidden archive":   {`<script>new Blob([atob("` + coded("PK\x03\x04") + `")]);URL.createObjectURL(b)</script>`, content.Script | content.Decode | content.Build | content.HiddenFile, nil},
	"short address":    {`<script>location.href=atob('aHR0cHM6Ly9mb3JnZXIudGVzdC8=')</script>`, content.Script | content.Decode | content.Redirect, []string{"https://forger.test/"}},
	"short page":       {`<script>document.write(atob("PGZvcm0+PGlucHV0IHR5cGU9cGFzc3dvcmQ+"))</script>`, content.Script | content.Decode | content.Write | content.HiddenFile | content.Form | content.Password, nil},
	"percents":         {`<script>document.write(unescape("` + percent(form+strings.Repeat("<p>", 20)) + `"))</script>`, content.Script | content.Decode | content.Write | content.HiddenFile | content.Form | content.Password, []string{"https://forger.test/"}},
	"numbers":          {`<script>eval(String.fromCharCode(97))</script>`, content.Script | content.Eval | content.CharCodes, nil},
	"picture":          {`<img src="data:image/png;base64,` + coded(form) + `">`, 0, nil},
}

// percent encodes every character, as obfuscators do.
func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(0x25)
		b.WriteByte("0123456789ABCDEF"[s[i]>>4])
		b.WriteByte("0123456789ABCDEF"[s[i]&15])
	}
	return b.String()
}

func TestScan(t *testing.T) {
	t.Parallel()
	for name, test := range cases {
		b := content.DefaultBudget
		f := content.Guard(content.Page, func(f *content.Found) { Scan(f, []byte(test.page), &b) })
		var links []string
		for _, l := range f.Links {
			links = append(links, l.URL)
		}
		if f.Flags != test.flags || strings.Join(links, " ") != strings.Join(test.links, " ") {
			t.Errorf("%s: flags %s, links %q; want %s, %q", name, f.Flags, links, test.flags, test.links)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	page := []byte(strings.Repeat(`<p class="a">Some words <a href="https://www.example.net/">and a link</a></p>`+"\n", 500) + cases["hidden page"].page)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		budget := content.DefaultBudget
		Scan(&content.Found{}, page, &budget)
	}
}
