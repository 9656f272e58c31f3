package image

import (
	"image/color"
	"testing"

	"golang.org/x/image/bmp"

	"postern/internal/decoding"
)

// FuzzDecode: the decoder keeps to what every decoder must.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) { decoding.Check(t, Decode, body) })
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
