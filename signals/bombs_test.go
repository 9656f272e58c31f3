package signals_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"postern/parse"
	"postern/signals"
)

// What judging one message may cost, whatever it holds. The CPU time is
// printed and held to ten times its promise, since the machine may be busy.
const (
	bombTime   = 250 * time.Millisecond
	bombMemory = 64 << 20 // bytes allocated in all, freed ones included
)

// bombs are messages made to cost much.
func bombs() map[string][]byte {
	fill := func(s string, n int) string { return strings.Repeat(s, n/len(s)) }
	head := "From: Kim Park <kim@partner.test>\r\nTo: ann@example.com\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
	html := head + "Content-Type: text/html; charset=utf-8\r\n\r\n"
	plain := head + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
	encoded := func(kind, body string) string {
		var b strings.Builder
		coded := base64.StdEncoding.EncodeToString([]byte(body))
		b.Grow(len(coded) + len(coded)/38)
		for len(coded) > 76 {
			b.WriteString(coded[:76] + "\r\n")
			coded = coded[76:]
		}
		return head + "Content-Type: " + kind + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b.String() + coded + "\r\n"
	}
	var nested, parts, rules, scopes, links, rows strings.Builder
	nested.WriteString(head)
	parts.WriteString(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
	links.WriteString(html)
	rules.WriteString(html + "<style>")
	rows.WriteString(html)
	scopes.WriteString(html + "<style>")
	for i := range 10000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		fmt.Fprintf(&links, "<a href='https://host%d.example.com/%d?u=https%%3A%%2F%%2Fexample.net%%2F%d'>www.example.org/%d</a> ", i, i, i, i)
		fmt.Fprintf(&rules, ".a%d,#b%d p{display:none;color:#fff;background:url(x)}", i, i)
	}
	scopes.WriteString(fill(".a .b,.a b,.c .b,div .b,.b .d{color:#fff}", 1<<20) + "</style>" + fill("<div class='a b c d'><b class='b d'>x", 4<<20))
	for range 100000 {
		parts.WriteString("--b\r\n\r\nx\r\n")
		rows.WriteString("<tr><td class='a b c d' style='color:#fff;font-size:1px'>")
	}
	rules.WriteString("</style>" + fill("<p class='a1 a2 a3 a4 a5'>x", 1<<20))
	list := map[string]string{
		"multiparts, 10,000 deep":            nested.String(),
		"messages, 10,000 deep":              head + fill("Content-Type: message/rfc822\r\n\r\n", 340000),
		"100,000 parts":                      parts.String(),
		"header of 1 MB in one field":        "Subject: " + fill("a ", 1<<20) + "\r\n" + head + "\r\nx",
		"header of 1 MB in folds":            "Subject: a\r\n" + fill(" b\r\n", 1<<20) + head + "\r\nx",
		"header of 1 MB in encoded words":    "Subject: " + fill("=?gb2312?b?xOO6ww==?= ", 1<<20) + "\r\n" + head + "\r\nx",
		"header of 1 MB in addresses":        "To: " + fill("a b <a@example.com>, ", 1<<20) + "\r\n" + head + "\r\nx",
		"10,000 links":                       links.String(),
		"10,000 bare links":                  plain + fill("https://example.com/abcdefg www.example.net/x ", 460000),
		"HTML: 1,000,000 tags":               html + fill("<b>", 3000000),
		"HTML: 100,000 cells deep":           rows.String(),
		"HTML: an attribute of 8 MB":         html + "<p title='" + fill("&amp;a", 8<<20) + "'>x",
		"HTML: 1,000,000 attributes":         html + "<p " + fill("a=b ", 4000000) + ">x",
		"HTML: a style attribute of 4 MB":    html + "<p style='" + fill("color:red;", 4<<20) + "'>x",
		"HTML: styles of 100,000 elements":   html + fill("<p style='color:#fff;display:none'>x", 3600000),
		"HTML: 20,000 rules, 40,000 classes": rules.String(),
		"HTML: rules for what is inside":     scopes.String(),
		"HTML: 1,000,000 references":         html + fill("&nGt;", 5000000),
		"HTML: 1,000,000 comments":           html + fill("<!--[if mso]>", 13000000),
		"HTML: words split by comments":      html + fill("a<!---->", 8<<20),
		"HTML: scripts":                      html + fill("<script>", 4<<20),
		"text: 8 MB of one word":             plain + fill("a", 8<<20),
		"text: 8 MB of single letters":       plain + fill("p a y ", 8<<20),
		"text: 8 MB of lookalikes":           plain + fill("раsswоrd ", 8<<20),
		"text: 8 MB without width":           plain + fill("a\u200b", 8<<20),
		"text: quoted header blocks":         plain + fill("> From: a@example.com\r\n> To: b\r\n> Date: 1\r\n\r\n", 4<<20),
		"text: 1,000,000 quotation marks":    plain + fill(">", 1<<20),
		"text: 100,000 uuencoded files":      plain + fill("begin 644 a\r\n#86)C\r\n`\r\nend\r\n", 3000000),
		"quoted-printable: 12 MB":            head + "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + fill("=3C=62=3E=41=\r\n", 12<<20),
		"base64: 12 MB of tags":              encoded("text/html; charset=utf-8", fill("<i>a</i>", 12<<20)),
		"base64: 12 MB of faults":            head + "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + fill("QUJ=!", 12<<20),
		"charset: UTF-7, 8 MB":               head + "Content-Type: text/plain; charset=utf-7\r\n\r\n" + fill("+AGEAYg-", 8<<20),
		"charset: ISO-2022-JP, 8 MB":         head + "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + fill("\x1b$BF|\x1b(B", 8<<20),
		"charset: GB18030, 8 MB":             head + "Content-Type: text/plain; charset=gb18030\r\n\r\n" + fill("\x95\x32\x82\x36", 8<<20),
		"charset: Windows-1251, 8 MB":        head + "Content-Type: text/plain; charset=windows-1251\r\n\r\n" + fill("\xcf\xf0\xe8\xe2\xe5\xf2 ", 8<<20),
		"winmail.dat: text of 1:9":           encoded("application/ms-tnef", string(compressedRTF(1<<20))),
	}
	out := make(map[string][]byte, len(list))
	for name, raw := range list {
		out[name] = []byte(raw)
	}
	return out
}

// compressedRTF is a winmail.dat with n bytes of references to what stands
// before them.
func compressedRTF(n int) []byte {
	rtf := binary.LittleEndian.AppendUint32(make([]byte, 0, n+64), uint32(n))
	rtf = binary.LittleEndian.AppendUint32(rtf, uint32(9*n))
	rtf = append(rtf, "LZFu\x00\x00\x00\x00"...)
	rtf = append(rtf, bytes.Repeat(append([]byte{0xff}, bytes.Repeat([]byte{0x00, 0x0f}, 8)...), n/17)...)
	prop := append([]byte{1, 0, 0, 0, 2, 1, 9, 0x10, 1, 0, 0, 0}, binary.LittleEndian.AppendUint32(nil, uint32(len(rtf)))...)
	prop = append(prop, rtf...)
	file := binary.LittleEndian.AppendUint32(nil, 0x223e9f78)
	file = append(file, 1, 0, 1, 3, 0x90, 6, 0)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(prop)))
	return append(append(file, prop...), 0, 0)
}

// used is the CPU time of this process, collecting garbage included.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestBombs judges messages made to cost much: parse and the whole vector.
// -v prints the table of docs/performance.md.
func TestBombs(t *testing.T) {
	var table strings.Builder
	table.WriteString("| message | bytes | ms | MiB allocated | links | text |\n|---|---|---|---|---|---|\n")
	all := bombs()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		raw := all[name]
		f := facts(page())
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := used(t)
		f.Msg, f.Size = parse.Read(raw, parse.DefaultLimits), len(raw)
		v := signals.All().Compute(f)
		took := used(t) - start
		runtime.ReadMemStats(&after)
		memory := after.TotalAlloc - before.TotalAlloc
		runtime.KeepAlive(v)
		fmt.Fprintf(&table, "| %s | %d | %d | %.1f | %d | %d |\n",
			name, len(raw), took.Milliseconds(), float64(memory)/(1<<20), len(f.Msg.Links), len(f.Msg.Text.Visible))
		if memory > bombMemory || took > 10*bombTime {
			t.Errorf("%s: %v, %d MiB allocated", name, took.Round(time.Millisecond), memory>>20)
		}
	}
	t.Logf("\n%s", table.String())
}
