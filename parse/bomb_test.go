package parse

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	stdimage "image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func deflated(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

// hugePNG claims that many pixels a side, with rows for a part of them.
func hugePNG(side, rows int) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(data)))
		b.WriteString(kind)
		b.Write(data)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(append([]byte(kind), data...)))
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(side))
	head = binary.BigEndian.AppendUint32(head, uint32(side))
	chunk("IHDR", append(head, 8, 0, 0, 0, 0))
	chunk("IDAT", deflated(make([]byte, rows*(side+1))))
	chunk("IEND", nil)
	return b.Bytes()
}

// marks is an image full of the marks of QR codes.
func marks(side int) []byte {
	m := stdimage.NewPaletted(stdimage.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			dx, dy := x%24/3-3, y%24/3-3
			if ring := max(dx, -dx, dy, -dy); ring <= 1 || ring == 3 {
				m.Pix[y*m.Stride+x] = 1
			}
		}
	}
	var b bytes.Buffer
	_ = gif.Encode(&b, m, nil)
	return b.Bytes()
}

// manyScans is a progressive JPEG whose last scan is repeated.
func manyScans(n int) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, stdimage.NewGray(stdimage.Rect(0, 0, 1400, 1400)), nil)
	data := b.Bytes()
	data = bytes.Replace(data, []byte{0xff, 0xc0}, []byte{0xff, 0xc2}, 1)
	at := bytes.Index(data, []byte{0xff, 0xda})
	scan := []byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0, 0}
	return append(append(bytes.Clone(data[:at]), bytes.Repeat(scan, n)...), 0xff, 0xd9)
}

// movie is an animated GIF of that many frames.
func movie(frames int) []byte {
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, stdimage.NewPaletted(stdimage.Rect(0, 0, 1000, 1000), color.Palette{color.White, color.Black}))
		g.Delay = append(g.Delay, 1)
	}
	var b bytes.Buffer
	_ = gif.EncodeAll(&b, g)
	return b.Bytes()
}

func pdfOf(objects ...string) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.7\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	return []byte(b.String() + "trailer<</Root 1 0 R>>")
}

func pdfStream(entries string, data []byte) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", entries, len(data), data)
}

// bombs are files that make careless decoders take long, or take all memory.
func bombs() map[string]struct {
	kind string
	body []byte
} {
	zeros := make([]byte, 24<<20)
	twice := deflated(deflated(zeros))
	pages := make([]string, 15000)
	for i := range pages {
		pages[i] = "<</Type/Page/Contents 1 0 R>>"
	}
	pages[0] = pdfStream("", []byte("BT (a) Tj ET"))
	loop := "<</Type/Page/Parent 1 0 R/Kids[1 0 R 1 0 R]/Contents 2 0 R/Resources<</XObject<</F 2 0 R>>>>>>"
	form := pdfStream("/Subtype/Form/Resources<</XObject<</F 2 0 R>>>>", []byte(strings.Repeat("/F Do ", 50)))
	streams := make([]string, 100)
	for i := range streams {
		streams[i] = pdfStream("/Type/ObjStm/N 9/First 9/Filter/FlateDecode", deflated(zeros[:2<<20]))
	}
	type bomb = struct {
		kind string
		body []byte
	}
	return map[string]bomb{
		"png of 50000 a side":        {"image/png", hugePNG(50000, 200)},
		"png within the limit":       {"image/png", hugePNG(1500, 1500)},
		"marks all over":             {"image/gif", marks(1500)},
		"jpeg of many scans":         {"image/jpeg", manyScans(5000)},
		"movie":                      {"image/gif", movie(60)},
		"pdf packed twice":           {"application/pdf", pdfOf(pdfStream("/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]", twice))},
		"pdf of many pages":          {"application/pdf", pdfOf(pages...)},
		"pdf of many packed streams": {"application/pdf", pdfOf(streams...)},
		"pdf in a loop":              {"application/pdf", pdfOf(loop, form)},
		"pdf of brackets":            {"application/pdf", pdfOf(strings.Repeat("[", 4<<20))},
		"pdf of dictionaries":        {"application/pdf", pdfOf(strings.Repeat("<</A", 1<<20))},
		"pdf of objects":             {"application/pdf", []byte("%PDF-1.4\n" + strings.Repeat("1 0 obj ", 1<<19))},
		"pdf of numbers":             {"application/pdf", pdfOf("[" + strings.Repeat("1 ", 4<<20))},
		"pdf of strings":             {"application/pdf", pdfOf("[" + strings.Repeat("(", 8<<20))},
		"pdf of references":          {"application/pdf", pdfOf("2 0 R", "1 0 R", "["+strings.Repeat("1 0 R ", 1<<20))},
		"pdf of rectangles":          {"application/pdf", pdfOf("<</Type/Page/Contents 2 0 R>>", pdfStream("/Filter/FlateDecode", deflated(bytes.Repeat([]byte("1 1 1 1 re f "), 300000))))},
		"pdf of one map":             {"application/pdf", pdfOf("<</Type/Page/Contents 2 0 R/Resources<</Font<</F<</Subtype/Type0/ToUnicode 3 0 R>>>>>>>>", pdfStream("", []byte("BT /F 1 Tf (aa) Tj")), pdfStream("", bytes.Repeat([]byte("<0000><ffff><0041> endbfrange "), 1000)))},
		"calendar of attendees":      {"text/calendar", []byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + strings.Repeat("ATTENDEE:mailto:a@example.com\r\n", 1<<18))},
		"calendar of folds":          {"text/calendar", []byte("BEGIN:VCALENDAR\r\nDESCRIPTION:" + strings.Repeat("a\r\n ", 1<<20))},
		"calendar of texts":          {"text/calendar", []byte("BEGIN:VCALENDAR\r\n" + strings.Repeat("SUMMARY:aaaaaaaaaaaaaaaaaaaaaaaaaaa https://a.example\r\n", 1<<16))},
		"card of soft ends":          {"text/vcard", []byte("BEGIN:VCARD\r\nNOTE;ENCODING=QUOTED-PRINTABLE:" + strings.Repeat("=\r\n", 1<<20))},
		"page of base64":             {"text/html", []byte("<script>" + strings.Repeat(base64.StdEncoding.EncodeToString([]byte("<html>"+strings.Repeat("x", 90)))+"'", 1<<15))},
		"page of percents":           {"text/html", []byte("<script>" + strings.Repeat("%3C%68", 1<<19))},
		"page of events":             {"text/html", []byte(strings.Repeat("<a on", 1<<19))},
		"page of addresses":          {"text/html", []byte("<script>" + strings.Repeat("'https://a.example/';", 1<<17))},
		"page of data images":        {"text/html", []byte(strings.Repeat("<img src='data:image/png;base64,"+base64.StdEncoding.EncodeToString(hugePNG(1000, 1000))+"'>", 200))},
		"cells":                      {"text/html; charset=utf-8", []byte("<table>" + strings.Repeat("<td colspan=99999>", 1<<17))},
		"blocks":                     {"text/plain; charset=utf-8", []byte(strings.Repeat(strings.Repeat("█ ", 300)+"\n", 2000))},
	}
}

// TestBombs reads files that grow, and holds them to what a message may cost.
// The time is that of the processor, since tests run beside others; twice what
// is promised is let through.
func TestBombs(t *testing.T) { //nolint:paralleltest // memory is measured
	all := bombs()
	for name, body := range archiveBombs() {
		all[name] = struct {
			kind string
			body []byte
		}{"application/octet-stream", body}
	}
	for name, bomb := range all {
		disposition := "attachment"
		if name == "cells" || name == "blocks" {
			disposition = "inline"
		}
		raw := fmt.Appendf(nil, "Content-Type: %s\r\nContent-Disposition: %s\r\nContent-Transfer-Encoding: binary\r\n\r\n%s", bomb.kind, disposition, bomb.body)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		peak, done := make(chan uint64), make(chan bool)
		go func() { peak <- highest(done) }()
		start := cpuTime(t)
		m := Read(raw, DefaultLimits)
		took := cpuTime(t) - start
		close(done)
		top := int64(<-peak) - int64(before.HeapAlloc)
		runtime.ReadMemStats(&after)
		if took > 500*time.Millisecond || top > 64<<20 {
			t.Errorf("%s: %d KiB took %v and %d MiB", name, len(raw)>>10, took, top>>20)
		}
		if testing.Verbose() {
			t.Logf("%-28s %6d KiB %8v, %3d MiB at most, %3d MiB in all", name, len(raw)>>10, took.Round(100*time.Microsecond), top>>20, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
		checkInvariants(t, raw, m, DefaultLimits)
	}
}

func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// highest watches the heap until done.
func highest(done chan bool) (peak uint64) {
	var m runtime.MemStats
	for {
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
		select {
		case <-done:
			return peak
		case <-time.After(2 * time.Millisecond):
		}
	}
}
