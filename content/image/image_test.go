package image

import (
	"bytes"
	"fmt"
	stdimage "image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"postern/content"
)

const address = "https://login.forger.test/mfa?user=ann@example.com&session=9c1f00d7b3"

// code draws a QR code, with that many pixels a module and modules of space
// around.
func code(tb testing.TB, text string, module, space int) *stdimage.Gray {
	tb.Helper()
	qr, err := encoder.Encoder_encodeWithoutHint(text, decoder.ErrorCorrectionLevel_M)
	if err != nil {
		tb.Fatal(err)
	}
	m := qr.GetMatrix()
	side := (m.GetWidth() + 2*space) * module
	out := stdimage.NewGray(stdimage.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			mx, my := x/module-space, y/module-space
			dark := mx >= 0 && my >= 0 && mx < m.GetWidth() && my < m.GetHeight() && m.Get(mx, my) == 1
			if !dark {
				out.SetGray(x, y, color.Gray{0xff})
			}
		}
	}
	return out
}

func decode(tb testing.TB, body []byte) *content.Found {
	tb.Helper()
	b := content.DefaultBudget
	return content.Guard(content.Image, func(f *content.Found) { Decode(f, body, &b) })
}

func asPNG(tb testing.TB, m stdimage.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// place draws m on a larger ground at x, y.
func place(m *stdimage.Gray, w, h, x, y int, ground uint8) *stdimage.Gray {
	out := stdimage.NewGray(stdimage.Rect(0, 0, w, h))
	for i := range out.Pix {
		out.Pix[i] = ground
	}
	for row := range m.Rect.Dy() {
		copy(out.Pix[(y+row)*out.Stride+x:], m.Pix[row*m.Stride:][:m.Rect.Dx()])
	}
	return out
}

func inverted(m *stdimage.Gray) *stdimage.Gray {
	out := stdimage.NewGray(m.Rect)
	for i, v := range m.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}

// turned turns m by a quarter.
func turned(m *stdimage.Gray) *stdimage.Gray {
	out := stdimage.NewGray(m.Rect)
	n := m.Rect.Dx()
	for y := range n {
		for x := range n {
			out.Pix[x*out.Stride+n-1-y] = m.Pix[y*m.Stride+x]
		}
	}
	return out
}

func tinted(m *stdimage.Gray, dark, light color.NRGBA) *stdimage.NRGBA {
	out := stdimage.NewNRGBA(m.Rect)
	for i, v := range m.Pix {
		c := dark
		if v > 127 {
			c = light
		}
		out.SetNRGBA(i%m.Stride, i/m.Stride, c)
	}
	return out
}

func encoded(tb testing.TB, encode func(io.Writer, stdimage.Image) error, m stdimage.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// file reads a sample that cwebp or ImageMagick made.
func file(tb testing.TB, name string) []byte {
	tb.Helper()
	body, err := os.ReadFile("testdata/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

func TestCodes(t *testing.T) {
	t.Parallel()
	jpegOf := func(m stdimage.Image, q int) []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: q}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	gifOf := func(m stdimage.Image) []byte {
		var b bytes.Buffer
		if err := gif.Encode(&b, m, nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	plain := code(t, address, 4, 4)
	two := place(code(t, "https://one.example/", 5, 4), 500, 260, 10, 10, 0xff)
	second := code(t, "https://two.example/", 4, 4)
	for row := range second.Rect.Dy() {
		copy(two.Pix[(40+row)*two.Stride+280:], second.Pix[row*second.Stride:][:second.Rect.Dx()])
	}
	for name, test := range map[string]struct {
		body []byte
		want []string
	}{
		"png":                         {asPNG(t, plain), []string{address}},
		"bmp":                         {encoded(t, bmp.Encode, plain), []string{address}},
		"tiff":                        {encoded(t, func(w io.Writer, m stdimage.Image) error { return tiff.Encode(w, m, nil) }, plain), []string{address}},
		"tiff, LZW":                   {file(t, "code-lzw.tiff"), []string{address}},
		"tiff, facsimile":             {file(t, "code-fax.tiff"), []string{address}},
		"webp":                        {file(t, "code.webp"), []string{address}},
		"webp, lossless":              {file(t, "code-lossless.webp"), []string{address}},
		"jpeg of low quality":         {jpegOf(plain, 30), []string{address}},
		"gif":                         {gifOf(plain), []string{address}},
		"one pixel a module":          {asPNG(t, code(t, address, 1, 0)), []string{address}},
		"two pixels a module":         {asPNG(t, code(t, address, 2, 2)), []string{address}},
		"without space around":        {asPNG(t, code(t, address, 6, 0)), []string{address}},
		"light on dark":               {asPNG(t, inverted(plain)), []string{address}},
		"light on dark without space": {asPNG(t, inverted(code(t, address, 5, 0))), []string{address}},
		"turned":                      {asPNG(t, turned(plain)), []string{address}},
		"large":                       {asPNG(t, code(t, address, 40, 4)), []string{address}},
		"small on a page":             {asPNG(t, place(code(t, address, 3, 4), 1240, 1754, 900, 1500, 0xff)), []string{address}},
		"on a dark page":              {asPNG(t, place(plain, 800, 600, 300, 200, 0x20)), []string{address}},
		"red on yellow":               {asPNG(t, tinted(plain, color.NRGBA{0xc0, 0, 0, 0xff}, color.NRGBA{0xff, 0xff, 0x90, 0xff})), []string{address}},
		"on nothing":                  {asPNG(t, tinted(plain, color.NRGBA{0, 0, 0, 0xff}, color.NRGBA{0, 0, 0, 0})), []string{address}},
		"two":                         {asPNG(t, two), []string{"https://one.example/", "https://two.example/"}},
		"no code":                     {asPNG(t, place(stdimage.NewGray(stdimage.Rect(0, 0, 90, 90)), 300, 300, 9, 9, 0xff)), nil},
	} {
		f := decode(t, test.body)
		slices.Sort(f.Codes)
		if !slices.Equal(f.Codes, test.want) || f.Flags != 0 {
			t.Errorf("%s: codes %q, flags %s; want %q", name, f.Codes, f.Flags, test.want)
		}
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	logo := stdimage.NewGray(stdimage.Rect(0, 0, 200, 100))
	for i := range logo.Pix {
		logo.Pix[i] = uint8(i * i / 900 >> 3)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, Raster{200, 100, logo.Pix}.scaledImage(2), &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	one, other := decode(t, asPNG(t, logo)), decode(t, b.Bytes())
	if one.Hash == 0 || one.Width != 200 || other.Height != 200 {
		t.Errorf("hash %x of %dx%d, and %dx%d", one.Hash, one.Width, one.Height, other.Width, other.Height)
	}
	differ := 0
	for x := one.Hash ^ other.Hash; x != 0; x &= x - 1 {
		differ++
	}
	if differ > 6 {
		t.Errorf("a copy differs in %d bits", differ)
	}
}

func (r Raster) scaledImage(n int) *stdimage.Gray {
	s := r.scaled(n)
	return &stdimage.Gray{Pix: s.Pix, Stride: s.W, Rect: stdimage.Rect(0, 0, s.W, s.H)}
}

func BenchmarkDecode(b *testing.B) {
	noise := stdimage.NewGray(stdimage.Rect(0, 0, 600, 600))
	x := uint32(1)
	for i := range noise.Pix {
		x = x*1664525 + 1013904223
		noise.Pix[i] = uint8(x >> 24)
	}
	for _, c := range []struct {
		name string
		m    *stdimage.Gray
	}{
		{"code", code(b, address, 4, 4)},
		{"code600", place(code(b, address, 12, 4), 612, 612, 0, 0, 255)},
		{"screenshot", place(code(b, address, 4, 4), 1200, 900, 600, 400, 255)},
		{"noise600", noise},
	} {
		raw := asPNG(b, c.m)
		b.Run(fmt.Sprintf("%s-%d", c.name, c.m.Rect.Dx()), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				decode(b, raw)
			}
		})
		r := Raster{c.m.Rect.Dx(), c.m.Rect.Dy(), c.m.Pix}
		b.Run(c.name+"-search", func(b *testing.B) {
			for b.Loop() {
				Codes(r)
			}
		})
	}
}
