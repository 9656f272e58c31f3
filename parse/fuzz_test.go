package parse

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// tight are limits that small inputs reach.
var tight = Limits{
	HeaderBytes: 2000, Fields: 20, Parts: 12, Depth: 4, Links: 10, Attachments: 5,
	Addresses: 10, Entries: 10, DecodedBytes: 20000, TextBytes: 1000,
}

func FuzzRead(f *testing.F) {
	for _, file := range messageFiles(f) {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(crlf(string(ar.Files[0].Data)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := string(raw)
		for _, lim := range []Limits{tight, DefaultLimits} {
			m := Read(raw, lim)
			checkInvariants(t, raw, m, lim)
			if again := Read(raw, lim); !reflect.DeepEqual(m, again) {
				t.Error("reading twice gives two values")
			}
		}
		if string(raw) != before {
			t.Error("the input was changed")
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"ann@example.com", `"two words"@example.com`, "@a.example,@b.example:ann@example.com", "ann@[192.0.2.1]",
		"ann@[IPv6:2001:db8::1]", `"\"\\"@example.com`, "postmaster", "δοκιμή@παράδειγμα.example", "a.@example.com",
		"(c)ann(c) @ (c)example.com(c)", "ann@EXAMPLE.com.", "=?utf-8?q?a?=@example.com", `a."b".c@example.com`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := ParseAddress(s)
		if !ok {
			return
		}
		if b, ok := ParseAddress(a.String()); !ok || b != a {
			t.Errorf("%q reads as %+v, prints as %q, and reads as %+v, %v", s, a, a, b, ok)
		}
		list, ok, _ := mailboxes(nil, "Dana <"+a.String()+">", 10)
		if a.Domain != "" && (!ok || len(list) != 1 || list[0].Address != a) {
			t.Errorf("%q in a list reads as %+v, %v", a, list, ok)
		}
	})
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		`<p>Go to <a href="http://www.example.com/a?b=c">www.example.com</a> or example.org/x`,
		`<style>.x{display:none}</style><div class=x>hidden</div><table><tr><td>1<td>2</table>`,
		`<blockquote type=cite>old</blockquote><img srcset="a.png 1x, http://example.com/b.png 2x">`,
		`<meta http-equiv=refresh content="0;url=https://example.com"><base href=//example.net/><form action=/go>`,
		`<a href="http:\\example.com\x">a<a href=HTTP://0x7f.1/>b</a></a><!-- c --><pre>  d  </pre>`,
		"see http://example.com/(a), www.example.net. and <mailto:ann@example.com>; e.g. x.y done.In",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		raw := []byte("From: a@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + s)
		checkInvariants(t, raw, Read(raw, tight), tight)
		// Linear: 32 KiB of it may not take much longer than 32 KiB of anything.
		long := append(raw, strings.Repeat(s, 1+(32<<10)/(1+len(s)))...)
		start := time.Now()
		checkInvariants(t, long, Read(long, DefaultLimits), DefaultLimits)
		if took := time.Since(start); len(s) < 1<<10 && took > 2*time.Second {
			t.Errorf("%d bytes took %v", len(long), took)
		}
	})
}
