package parse

import (
	"bytes"
	"encoding/base64"
	"fmt"
	stdimage "image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

const loginURL = "https://login.forger.test/mfa?u=1"

// code gives the modules of a QR code with space around.
func code(tb testing.TB, text string) [][]bool {
	tb.Helper()
	qr, err := encoder.Encoder_encodeWithoutHint(text, decoder.ErrorCorrectionLevel_M)
	if err != nil {
		tb.Fatal(err)
	}
	m := qr.GetMatrix()
	const space = 2
	rows := make([][]bool, m.GetHeight()+2*space+1) // even, for half blocks
	for y := range rows {
		rows[y] = make([]bool, m.GetWidth()+2*space)
		for x := range rows[y] {
			mx, my := x-space, y-space
			rows[y][x] = mx >= 0 && my >= 0 && mx < m.GetWidth() && my < m.GetHeight() && m.Get(mx, my) == 1
		}
	}
	return rows
}

// draw writes a code, each module as one of two strings.
func draw(rows [][]bool, begin, dark, light, end string) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(begin)
		for _, d := range row {
			if d {
				b.WriteString(dark)
			} else {
				b.WriteString(light)
			}
		}
		b.WriteString(end)
	}
	return b.String()
}

// halves writes two rows a line.
func halves(rows [][]bool, end string) string {
	var b strings.Builder
	for y := 0; y+1 < len(rows); y += 2 {
		for x := range rows[y] {
			b.WriteString(map[[2]bool]string{{true, true}: "█", {true, false}: "▀", {false, true}: "▄", {}: "\u00a0"}[[2]bool{rows[y][x], rows[y+1][x]}])
		}
		b.WriteString(end)
	}
	return b.String()
}

// braille writes two columns and four rows a character.
func braille(rows [][]bool) string {
	var b strings.Builder
	at := func(x, y int) bool { return y < len(rows) && x < len(rows[y]) && rows[y][x] }
	for y := 0; y < len(rows); y += 4 {
		for x := 0; x < len(rows[0]); x += 2 {
			r := rune(0x2800)
			for i, d := range [8][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}} {
				if at(x+d[0], y+d[1]) {
					r |= 1 << i
				}
			}
			b.WriteRune(r)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func asPNG(tb testing.TB, rows [][]bool) []byte {
	tb.Helper()
	const scale = 4
	m := stdimage.NewGray(stdimage.Rect(0, 0, len(rows[0])*scale, len(rows)*scale))
	for i := range m.Pix {
		if !rows[i/m.Stride/scale][i%m.Stride/scale] {
			m.SetGray(i%m.Stride, i/m.Stride, color.Gray{0xff})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// TestCodes reads a QR code wherever a message may show one.
func TestCodes(t *testing.T) {
	t.Parallel()
	rows := code(t, loginURL)
	const html, plain = "Content-Type: text/html; charset=utf-8\r\n\r\n", "Content-Type: text/plain; charset=utf-8\r\n\r\n"
	image := base64.StdEncoding.EncodeToString(asPNG(t, rows))
	for name, test := range map[string]struct {
		raw string
		in  CodePlace
	}{
		"attached":              {"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + image, CodeInImage},
		"data":                  {html + `<p>Scan</p><img src="data:image/png;base64,` + image + `">`, CodeInData},
		"cells":                 {html + "<table>" + draw(rows, "<tr>", "<td bgcolor=#000000></td>", `<td style="background:#fff"></td>`, "</tr>") + "</table>", CodeInTable},
		"cells inside a layout": {html + "<table><tr><td>Scan<table>" + draw(rows, "<tr>", "<td style='background-color:black'>&nbsp;</td>", "<td>&nbsp;</td>", "</tr>") + "</table></td></tr></table>", CodeInTable},
		"cells by class":        {html + "<style>.a{background:#000}</style><table>" + draw(rows, "<tr>", "<td class=a>", "<td class=b>", "") + "</table>", CodeInTable},
		"cells that span":       {html + "<table>" + strings.ReplaceAll(draw(rows, "<tr>", "<td bgcolor=black></td>", "<td></td>", "</tr>"), "<td></td><td></td>", "<td colspan=2></td>") + "</table>", CodeInTable},
		"two blocks a module":   {plain + "Scan this:\r\n\r\n" + draw(rows, "", "██", "  ", "\r\n") + "Thanks", CodeInText},
		"half blocks":           {plain + halves(rows, "\r\n"), CodeInText},
		"braille":               {plain + braille(rows), CodeInText},
		"signs":                 {plain + draw(rows, "", "##", "  ", "\r\n"), CodeInText},
		"preformatted":          {html + "<pre>" + draw(rows, "", "██", "  ", "\n") + "</pre>", CodeInText},
		"lines":                 {html + "<p>Scan</p><div style='font-family:monospace'>" + halves(rows, "<br>") + "</div>", CodeInText},
		"white blocks":          {html + draw(rows, "<div>", "<span>██</span>", "<span style='color:#fff'>██</span>", "</div>"), CodeInText},
		"white on black":        {html + "<div style='background:#000'>" + draw(rows, "<p>", "<span style='color:#000'>██</span>", "<span style='color:#fff'>██</span>", "</p>") + "</div>", CodeInText},
		"narrow blocks":         {html + "<pre style='letter-spacing:5px'>" + draw(rows, "", "█", "\u00a0", "\n") + "</pre>", CodeInText},
	} {
		m := Read([]byte("From: a@example.com\r\n"+test.raw), DefaultLimits)
		if want := []Code{{loginURL, test.in}}; !slices.Equal(m.Codes, want) {
			t.Errorf("%s: %v", name, m.Codes)
		}
		if i := slices.IndexFunc(m.Links, func(l Link) bool { return l.Origin == InQR }); i < 0 || m.Links[i].Host != "login.forger.test" {
			t.Errorf("%s: links %v", name, m.Links)
		}
	}
}

// TestNoCode draws what is no code.
func TestNoCode(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for y := range 40 {
		b.WriteString("<tr>")
		for x := range 40 {
			fmt.Fprintf(&b, "<td bgcolor=#%06x>%d</td>", x*y%2*0xffffff, x)
		}
	}
	m := Read([]byte("Content-Type: text/html\r\n\r\n<table>"+b.String()+"</table>"), DefaultLimits)
	if len(m.Codes) > 0 {
		t.Errorf("%v", m.Codes)
	}
}
