package pdf

import (
	stdimage "image"
	"image/color"

	"postern/content"
	"postern/content/image"
)

// Limits of the images on the pages.
const (
	maxImages = 16      // of one page
	maxPixels = 5 << 19 // of one image: a page at 150 dots an inch
)

// look searches the images of a page, and what is drawn on it, for QR codes.
func (d *file) look(images []*stream, g *drawing) {
	for _, s := range images {
		w, h := d.integer(s.get("Width")), d.integer(s.get("Height"))
		if !image.WorthIt(w, h) || w*h > maxPixels {
			continue
		}
		limit := min(w*h*4+h, 8<<20) // with a byte a row of prediction
		data, left := d.unfilter(s, limit)
		switch left {
		case "DCTDecode", "DCT":
			var f content.Found
			image.Decode(&f, data, d.budget)
			d.codes(f.Codes)
		case "":
			if !content.Spend(&d.budget.Pixels, w*h) {
				d.over()
				return
			}
			if m := d.bitmap(s.dict, data, w, h); m != nil {
				d.search(image.Luminance(m))
			}
		}
	}
	if r, ok := g.raster(); ok && content.Spend(&d.budget.Pixels, r.W*r.H) {
		d.search(r)
	}
}

func (d *file) search(r image.Raster) {
	var f content.Found
	image.Search(&f, r, d.budget)
	d.codes(f.Codes)
}

func (d *file) codes(list []string) { d.found.Codes = append(d.found.Codes, list...) }

// bitmap makes an image of samples (§8.9.5); nil where their form is not one
// of the common ones.
func (d *file) bitmap(t dict, data []byte, w, h int) stdimage.Image {
	depth := d.integer(t.get("BitsPerComponent"))
	if d.resolve(t.get("ImageMask")) == true {
		depth = 1
	}
	colours, palette := d.colours(t.get("ColorSpace"))
	inverted := d.inverted(t)
	area := stdimage.Rect(0, 0, w, h)
	switch {
	case depth == 8 && colours == 3:
		return rgb(data, area)
	case depth == 8 && colours == 1 && palette == nil:
		m := stdimage.NewGray(area)
		copy(m.Pix, data)
		return turn(m, inverted)
	case depth > 8 || colours != 1 || depth == 0:
		return nil
	}
	if palette == nil {
		palette = greys(depth)
	}
	m := stdimage.NewPaletted(area, palette)
	stride := (w*depth + 7) / 8
	for y := range h {
		row := data[min(y*stride, len(data)):min((y+1)*stride, len(data))]
		for x := 0; x < w && x*depth/8 < len(row); x++ {
			v := row[x*depth/8] >> (8 - depth - x*depth%8) & (1<<depth - 1)
			if inverted {
				v = 1<<depth - 1 - v
			}
			m.Pix[y*m.Stride+x] = min(v, uint8(len(palette)-1)) //nolint:gosec // at most 256 colours
		}
	}
	return m
}

// inverted tells whether the decode array turns light and dark about (§8.9.5.2).
func (d *file) inverted(t dict) bool {
	list := d.array(t.get("Decode"))
	return len(list) >= 2 && d.float(list[0]) > d.float(list[1])
}

func turn(m *stdimage.Gray, inverted bool) *stdimage.Gray {
	if inverted {
		for i := range m.Pix {
			m.Pix[i] = 0xff - m.Pix[i]
		}
	}
	return m
}

func rgb(data []byte, area stdimage.Rectangle) *stdimage.NRGBA {
	m := stdimage.NewNRGBA(area)
	for i := 0; 3*i+2 < len(data) && 4*i+3 < len(m.Pix); i++ {
		copy(m.Pix[4*i:4*i+3], data[3*i:3*i+3])
		m.Pix[4*i+3] = 0xff
	}
	return m
}

func greys(depth int) color.Palette {
	n := 1 << depth
	p := make(color.Palette, n)
	for i := range p {
		p[i] = color.Gray{uint8(i * 255 / (n - 1))} //nolint:gosec // below 256
	}
	return p
}

// colours is the number of components of a colour space (§8.6), and the
// palette of an indexed one.
func (d *file) colours(v any) (int, color.Palette) {
	v = d.resolve(v)
	list, _ := v.(array)
	kind, _ := v.(name)
	if len(list) > 0 {
		kind = d.name(list[0])
	}
	switch kind {
	case "DeviceRGB", "RGB", "CalRGB":
		return 3, nil
	case "DeviceCMYK", "CMYK":
		return 4, nil
	case "ICCBased":
		if len(list) > 1 {
			return max(d.integer(d.dict(list[1]).get("N")), 1), nil
		}
	case "Indexed", "I":
		if len(list) > 3 {
			return 1, d.indexed(list)
		}
	}
	return 1, nil
}

// indexed reads the palette of an indexed colour space (§8.6.6.3).
func (d *file) indexed(list array) color.Palette {
	n := 3
	switch base := d.resolve(list[1]).(type) {
	case name:
		n, _ = d.colours(base)
	case array: // ICCBased or calibrated; never indexed itself
		if len(base) > 1 && d.name(base[0]) == "ICCBased" {
			n = d.integer(d.dict(base[1]).get("N"))
		}
	}
	if n != 1 && n != 3 {
		return nil
	}
	var table []byte
	switch v := d.resolve(list[3]).(type) {
	case text:
		table = []byte(v)
	case *stream:
		table = d.decode(v)
	}
	var p color.Palette
	for len(table) >= n && len(p) < 256 {
		if n == 1 {
			p = append(p, color.Gray{table[0]})
		} else {
			p = append(p, color.NRGBA{table[0], table[1], table[2], 0xff})
		}
		table = table[n:]
	}
	return p
}
