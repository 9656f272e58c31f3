// Package image reads attached images: what they are, how large, how they
// look, and what their QR codes say. It knows nothing of messages.
package image

import (
	"bytes"
	stdimage "image"
	"image/color"
	_ "image/gif"  // the formats
	_ "image/jpeg" // that mail
	_ "image/png"  // programs show

	_ "golang.org/x/image/bmp" // and those
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp" // that some of them show

	"postern/content"
)

// Limits of what is decoded.
const (
	maxPixels   = 4 << 20 // of one image
	minPixels   = 21 * 21
	maxAspect   = 12 // a longer strip is a rule or a banner
	maxFile     = 8 << 20
	progressive = 2 // times the memory and work of a plain one
	deep        = 4 // likewise one of 16 bits a colour
)

// Decode reads an image.
func Decode(f *content.Found, body []byte, b *content.Budget) {
	f.Images = 1
	size, format, err := stdimage.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		f.Flags |= content.Broken
		return
	}
	f.Width, f.Height = size.Width, size.Height
	if isAnimated(body, format) {
		f.Flags |= content.Animated
	}
	work := size.Width * size.Height
	if !WorthIt(size.Width, size.Height) || len(body) > maxFile {
		return
	}
	switch {
	case format == "jpeg":
		work *= jpegScans(body)
	case size.ColorModel == color.RGBA64Model || size.ColorModel == color.NRGBA64Model:
		work *= deep
	}
	if work > maxPixels || !content.Spend(&b.Pixels, work) {
		f.Flags |= content.OverBudget
		return
	}
	m, _, err := stdimage.Decode(bytes.NewReader(body))
	if err != nil {
		f.Flags |= content.Broken
		return
	}
	Look(f, m, b)
}

// WorthIt tells whether an image can show anything: spacers, rules and strips
// cannot.
func WorthIt(w, h int) bool {
	return min(w, h) >= minCode && w*h >= minPixels && max(w, h) <= maxAspect*min(w, h)
}

// Look notes how a decoded image looks and what its codes say.
func Look(f *content.Found, m stdimage.Image, b *content.Budget) {
	r := Luminance(m)
	if f.Hash == 0 {
		f.Hash = r.hash()
	}
	Search(f, r, b)
}

// Search notes what the codes in a raster say.
func Search(f *content.Found, r Raster, b *content.Budget) {
	if !content.Spend(&b.Codes, 1) {
		f.Flags |= content.OverBudget
		return
	}
	f.Codes = append(f.Codes, Codes(r)...)
}

// jpegScans is how many passes over the image a JPEG makes its reader do
// (ITU-T T.81 §B.2.3), and so how much more work it is than a plain one.
func jpegScans(body []byte) int {
	if !bytes.Contains(body[:min(len(body), 64<<10)], []byte{0xff, 0xc2}) {
		return 1
	}
	return progressive + bytes.Count(body, []byte{0xff, 0xda})/8
}

// isAnimated tells whether there are several frames.
func isAnimated(body []byte, format string) bool {
	switch format {
	case "png":
		return bytes.Contains(body[:min(len(body), 1<<10)], []byte("acTL")) // APNG
	case "gif":
		return bytes.Contains(body[:min(len(body), 4<<10)], []byte("NETSCAPE2.0")) ||
			bytes.Count(body[:min(len(body), 1<<20)], []byte{0, 0x21, 0xf9, 4}) > 1
	}
	return false
}
