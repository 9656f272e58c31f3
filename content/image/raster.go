package image

import (
	stdimage "image"
	"image/color"
)

// A Raster holds the luminance of each pixel, row by row: 0 is black.
type Raster struct {
	W, H int
	Pix  []uint8
}

// NewRaster makes a white one.
func NewRaster(w, h int) Raster {
	r := Raster{w, h, make([]uint8, w*h)}
	for i := range r.Pix {
		r.Pix[i] = 0xff
	}
	return r
}

// maxSide is how long the longer side of a raster may be: a larger image is
// made smaller by a whole factor. A code that a telephone reads from a screen
// keeps two and more pixels a module.
const maxSide = 1800

// shrink is the factor for an image of that size.
func shrink(w, h int) int { return (max(w, h) + maxSide - 1) / maxSide }

// Luminance makes a raster of an image, on white where it is transparent.
func Luminance(m stdimage.Image) Raster {
	b := m.Bounds()
	k := max(shrink(b.Dx(), b.Dy()), 1)
	r := Raster{W: b.Dx() / k, H: b.Dy() / k}
	r.Pix = make([]uint8, r.W*r.H)
	row := make([]uint8, b.Dx())
	sums := make([]uint32, r.W)
	line := liner(m)
	for y := range r.H {
		clear(sums)
		for dy := range k {
			line(row, b.Min.Y+y*k+dy)
			if k == 1 {
				continue
			}
			for x := range sums {
				for _, v := range row[x*k : x*k+k] {
					sums[x] += uint32(v)
				}
			}
		}
		out := r.Pix[y*r.W : (y+1)*r.W]
		if k == 1 {
			copy(out, row)
			continue
		}
		for x, sum := range sums {
			out[x] = uint8(sum / uint32(k*k)) //nolint:gosec // a mean of bytes
		}
	}
	return r
}

// liner gives a function that writes the luminance of one line.
func liner(m stdimage.Image) func(row []uint8, y int) {
	switch m := m.(type) {
	case *stdimage.Gray:
		return func(row []uint8, y int) { copy(row, m.Pix[(y-m.Rect.Min.Y)*m.Stride:]) }
	case *stdimage.YCbCr:
		return func(row []uint8, y int) { copy(row, m.Y[(y-m.Rect.Min.Y)*m.YStride:]) }
	case *stdimage.Paletted:
		var table [256]uint8
		for i, c := range m.Palette {
			table[i&0xff] = onWhite(c)
		}
		return func(row []uint8, y int) {
			for x, i := range m.Pix[(y-m.Rect.Min.Y)*m.Stride:][:len(row)] {
				row[x] = table[i]
			}
		}
	case *stdimage.RGBA:
		return func(row []uint8, y int) { premultiplied(row, m.Pix[(y-m.Rect.Min.Y)*m.Stride:]) }
	case *stdimage.NRGBA:
		return func(row []uint8, y int) { straight(row, m.Pix[(y-m.Rect.Min.Y)*m.Stride:]) }
	}
	return func(row []uint8, y int) {
		for x := range row {
			row[x] = onWhite(m.At(m.Bounds().Min.X+x, y))
		}
	}
}

func premultiplied(row, pix []uint8) {
	for x := range row {
		p := pix[4*x : 4*x+4]
		row[x] = luma(uint32(p[0]), uint32(p[1]), uint32(p[2])) + 255 - p[3]
	}
}

func straight(row, pix []uint8) {
	for x := range row {
		p := pix[4*x : 4*x+4]
		y := uint32(luma(uint32(p[0]), uint32(p[1]), uint32(p[2])))
		if a := uint32(p[3]); a != 0xff {
			y = (y*a + 255*(255-a)) / 255
		}
		row[x] = uint8(y) //nolint:gosec // a mean of bytes
	}
}

// luma weighs the colours as ITU-R BT.601 does.
func luma(r, g, b uint32) uint8 {
	return uint8((299*r + 587*g + 114*b) / 1000) //nolint:gosec // a mean of bytes
}

// onWhite is the luminance of a colour on a white page.
func onWhite(c color.Color) uint8 {
	r, g, b, a := c.RGBA()
	y := (299*r+587*g+114*b)/1000 + 0xffff - a
	return uint8(y >> 8) //nolint:gosec // 16 bits
}

// scaled makes each pixel a square of n.
func (r Raster) scaled(n int) Raster {
	out := Raster{r.W * n, r.H * n, make([]uint8, r.W*r.H*n*n)}
	for y := range out.H {
		src := r.Pix[y/n*r.W : (y/n+1)*r.W]
		dst := out.Pix[y*out.W : (y+1)*out.W]
		for x := range dst {
			dst[x] = src[x/n]
		}
	}
	return out
}

// hash is a difference hash: one bit for each of 8 by 8 fields, set where the
// field to its right is brighter. Copies of an image in another size, format
// or quality differ in few bits. An even image has the hash 0.
func (r Raster) hash() (h uint64) {
	if r.W < 9 || r.H < 8 {
		return 0
	}
	for y := range 8 {
		last := uint32(0)
		for x := range 9 {
			mean := r.mean(x*r.W/9, y*r.H/8, (x+1)*r.W/9, (y+1)*r.H/8)
			if x > 0 {
				h <<= 1
				if mean > last {
					h |= 1
				}
			}
			last = mean
		}
	}
	return h
}

// mean looks at no more than about 16 by 16 pixels of a field.
func (r Raster) mean(x0, y0, x1, y1 int) uint32 {
	sx, sy := 1+(x1-x0)/16, 1+(y1-y0)/16
	sum, n := uint32(0), uint32(0)
	for y := y0; y < y1; y += sy {
		for x := x0; x < x1; x += sx {
			sum += uint32(r.Pix[y*r.W+x])
			n++
		}
	}
	return sum / max(n, 1)
}
