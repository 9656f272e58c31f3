package image

import (
	"image/color"
	"reflect"
	"testing"
	"unicode/utf8"

	"golang.org/x/image/bmp"

	"postern/content"
)

// FuzzDecode holds the decoder to its budget, to values that can be shown, and
// to giving the same value twice. No guard stands before it.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		for _, budget := range []content.Budget{{Bytes: 4096, Pixels: 4096, Codes: 1, Steps: 500}, content.DefaultBudget} {
			b, c := budget, budget
			var one, two content.Found
			Decode(&one, body, &b)
			Decode(&two, body, &c)
			if !reflect.DeepEqual(one, two) {
				t.Errorf("two readings differ:\n%+v\n%+v", one, two)
			}
			if min(b.Bytes, b.Pixels, b.Codes, b.Steps) < 0 {
				t.Errorf("overdrawn: %+v", b)
			}
			if len(one.Text) > content.MaxText || len(one.Names) > content.MaxNames {
				t.Errorf("%d bytes of text, %d names", len(one.Text), len(one.Names))
			}
			for _, s := range append(append(one.Names, one.Codes...), one.Text, one.Title, one.Author, one.Program, one.Producer) {
				if !utf8.ValidString(s) {
					t.Errorf("%q is no UTF-8", s)
				}
			}
		}
		if string(body) != before {
			t.Error("the input was changed")
		}
	})
}

func seeds(f *testing.F) [][]byte {
	f.Helper()
	small := code(f, "https://a.example/", 1, 1)
	return [][]byte{
		file(f, "code.webp"), file(f, "code-lossless.webp"), file(f, "code-lzw.tiff"), file(f, "code-fax.tiff"), encoded(f, bmp.Encode, small),
		asPNG(f, small), asPNG(f, inverted(small)), asPNG(f, tinted(small, color.NRGBA{A: 0xff}, color.NRGBA{})), []byte("GIF89a"),
		{0xff, 0xd8, 0xff, 0xc2},
	}
}

// FuzzCodes reads images of any dots: nothing panics, and a code that is read
// is one of few.
func FuzzCodes(f *testing.F) {
	f.Add(uint8(33), code(f, "https://a.example/", 1, 4).Pix)
	f.Fuzz(func(t *testing.T, width uint8, dots []byte) {
		if w := int(width); w >= minCode && len(dots)/w >= minCode {
			if got := Codes(Raster{w, len(dots) / w, dots[:len(dots)/w*w]}); len(got) > 2*maxCodes {
				t.Errorf("%d codes", len(got))
			}
		}
	})
}
