package parse

import (
	"fmt"
	"strings"
	"testing"
)

// newsletter is a multipart message with that many rows of HTML, each with a
// link, in quoted-printable as most mail of its kind.
func newsletter(rows int) []byte {
	var plain, page strings.Builder
	page.WriteString(`<html><head><style>.pre{display:none} .row{color:#333}</style></head><body style="margin:0">` +
		`<div class="pre">Your offers of the week</div><table width="600" cellpadding="0">` + "\n")
	for i := range rows {
		fmt.Fprintf(&plain, "Offer %d: now for less, while stocks last\nhttps://shop.example.com/offer/%d?c=may\n\n", i, i)
		fmt.Fprintf(&page, `<tr><td style="font-family:Arial,sans-serif;font-size:14px;color:#333333;padding:8px 16px">`+
			`<img src="https://img.example.net/%d.png" width="120" height="80" alt="Offer"></td>`+"\n"+
			`<td style="background-color:#ffffff;padding:8px"><p style="margin:0">Offer %d &ndash; now for&nbsp;less,`+
			` while stocks last in a shop near you.</p><a href="https://shop.example.com/offer/%d?c=may&amp;u=1" style="color:#0066cc">`+
			`See offer <b>%d</b></a></td></tr>`+"\n", i, i, i, i)
	}
	page.WriteString("</table></body></html>\n")
	html := strings.ReplaceAll(page.String(), "=", "=3D")
	var wrapped strings.Builder
	for line := range strings.Lines(html) {
		for len(line) > 73 {
			cut := 70
			if i := strings.LastIndexByte(line[:cut], '='); i > cut-3 {
				cut = i
			}
			wrapped.WriteString(line[:cut] + "=\n")
			line = line[cut:]
		}
		wrapped.WriteString(line)
	}
	return crlf("Received: from out.example.com (out.example.com [192.0.2.1])\n by mx.example.org; Fri, 1 May 2026 10:00:00 +0000\n" +
		"From: Shop <news@shop.example.com>\nTo: Ann Lee <ann@example.org>\nSubject: =?utf-8?q?Offers_=E2=80=93_May?=\n" +
		"Date: Fri, 1 May 2026 10:00:00 +0000\nMessage-ID: <1@shop.example.com>\nMIME-Version: 1.0\n" +
		"List-Unsubscribe: <https://shop.example.com/u>\nContent-Type: multipart/alternative; boundary=\"=_b\"\n\n" +
		"--=_b\nContent-Type: text/plain; charset=utf-8\n\n" + plain.String() +
		"--=_b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + wrapped.String() + "--=_b--\n")
}

func BenchmarkRead40KBHTML(b *testing.B) {
	for _, rows := range []int{45, 75} {
		raw := newsletter(rows)
		b.Run(fmt.Sprintf("%dKiB", len(raw)>>10), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				Read(raw, DefaultLimits)
			}
		})
	}
}

// TestAllocations keeps the number of allocations for a message with 45 links
// and 45 images within its budget.
func TestAllocations(t *testing.T) {
	raw := newsletter(45)
	if m := Read(raw, DefaultLimits); len(m.Links) != 90 || len(m.Defects) != 0 || m.Text.Hidden != "Your offers of the week" {
		t.Fatalf("%d links, defects %v, hidden %q", len(m.Links), m.Defects, m.Text.Hidden)
	}
	if got := testing.AllocsPerRun(20, func() { Read(raw, DefaultLimits) }); got > 1150 {
		t.Errorf("%v allocations", got)
	}
}
