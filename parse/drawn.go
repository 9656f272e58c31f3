package parse

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	inside "postern/content"
	"postern/content/image"
)

// Limits of what is drawn without an image.
const (
	minSide = 21  // modules of the smallest QR code
	maxDraw = 400 // columns and rows that are kept
)

// A table collects the colours of the cells of an HTML table: QR codes are
// drawn so, to be in no image.
type table struct {
	cells []uint8 // luminance of each
	ends  []int   // where each row ends in cells
	class string  // the first of a cell whose colour only its style sheet knows
}

// begin forgets the cells of an outer table: a drawing has none inside it.
func (t *table) begin() { t.cells, t.ends, t.class = t.cells[:0], t.ends[:0], "" }

// row ends a row.
func (t *table) row() {
	if len(t.ends) < maxDraw && len(t.cells) > t.begins(len(t.ends)) {
		t.ends = append(t.ends, len(t.cells))
	}
}

// cell adds a cell, or as many as it spans.
func (t *table) cell(ground colour, class, span []byte) {
	n := 1
	if span != nil {
		n, _ = strconv.Atoi(view(span))
	}
	n = min(max(n, 1), maxDraw-(len(t.cells)-t.begins(len(t.ends))))
	for range n {
		t.cells = append(t.cells, t.shade(ground, class))
	}
}

// shade is black or white. Of colours that are not known the first that is
// met is taken for black: codes are read either way round.
func (t *table) shade(ground colour, class []byte) uint8 {
	switch {
	case ground.clear:
		return 0xff
	case ground.known:
		return shade(ground)
	case t.class == "":
		t.class = string(class)
		return 0
	case t.class == string(class):
		return 0
	}
	return 0xff
}

func shade(c colour) uint8 {
	if 3*int(c.r)+6*int(c.g)+int(c.b) < 1275 {
		return 0
	}
	return 0xff
}

// raster is the drawing; false where the table is none.
func (t *table) raster() (image.Raster, bool) {
	t.row()
	if len(t.ends) < minSide || len(t.cells) < minSide*minSide {
		return image.Raster{}, false
	}
	w, h := 0, 0
	for i, end := range t.ends {
		if n := end - t.begins(i); n >= minSide {
			w, h = max(w, n), h+1
		}
	}
	if h < minSide {
		return image.Raster{}, false
	}
	r := image.NewRaster(w, h)
	y := 0
	for i, end := range t.ends {
		if end-t.begins(i) >= minSide {
			copy(r.Pix[y*w:], t.cells[t.begins(i):end])
			y++
		}
	}
	return r, true
}

// begins is where row i begins in cells.
func (t *table) begins(i int) int {
	if i == 0 {
		return 0
	}
	return t.ends[i-1]
}

// search reads the code that a table draws.
func (c *content) searchTable() {
	r, ok := c.page.table.raster()
	c.page.table.begin()
	if ok {
		c.search(r, CodeInTable)
	}
}

func (c *content) search(r image.Raster, place CodePlace) {
	f := inside.Guard(inside.Image, func(f *inside.Found) { image.Search(f, r, &c.left.Content) })
	c.codes(f.Codes, place)
}

// A canvas collects rows of block characters. Each is a cell of two by four
// dots, which is also how wide and tall characters are.
type canvas struct {
	rows [][]uint8
	row  []uint8
	wide int
}

// newline ends a row; an empty one counts for nothing.
func (v *canvas) newline() {
	if len(v.row) == 0 {
		return
	}
	if len(v.rows) < maxDraw {
		v.rows = append(v.rows, v.row)
		v.wide = max(v.wide, len(v.row))
	}
	v.row = make([]uint8, 0, len(v.row))
}

func (v *canvas) add(dots uint8) {
	if len(v.row) < maxDraw {
		v.row = append(v.row, dots)
	}
}

// blocks are the dots of U+2580 to U+259F: from the top, two bits a line, the
// left one first.
var blocks = [...]uint8{
	0xf0, 0x03, 0x03, 0x0f, 0x0f, 0x3f, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
	0x55, 0x00, 0x00, 0xff, 0xc0, 0x55, 0x0a, 0x05, 0xa0, 0xaf, 0xa5, 0xfa, 0xf5, 0x50, 0x5a, 0x5f,
}

// dots tells how a character fills its cell; false where it is no block.
func dots(r rune) (uint8, bool) {
	switch {
	case r >= 0x2580 && r <= 0x259f:
		return blocks[r-0x2580], true
	case r > 0x2800 && r <= 0x28ff: // Braille patterns
		var out uint8
		for i, at := range [8]uint8{0x80, 0x20, 0x08, 0x40, 0x10, 0x04, 0x02, 0x01} {
			if r>>i&1 != 0 {
				out |= at
			}
		}
		return out, true
	case r == 0x25a0 || r == 0x2b1b || r == '#' || r == '@':
		return 0xff, true
	case r == ' ' || r == 0xa0 || r == 0x2003 || r == 0x3000 || r == 0x2800 || r == 0x2b1c || r == 0x25a1:
		return 0, true
	}
	return 0, false
}

// drawPlain reads the codes that the lines of a plain text draw.
func (c *content) drawPlain(text string) {
	var v canvas
	for line := range strings.Lines(text) {
		line = bareLine(line)
		if !v.line(line) {
			c.searchCanvas(&v)
		}
	}
	c.searchCanvas(&v)
}

// line adds a line that is all blocks; false where it is not.
func (v *canvas) line(line string) bool {
	if len(line) < minSide/2 {
		return strings.TrimLeft(line, " \u00a0") == ""
	}
	for _, r := range line {
		d, ok := dots(r)
		if !ok {
			v.row = v.row[:0]
			return false
		}
		v.add(d)
	}
	v.newline()
	return true
}

// drawHTML notes the blocks in a piece of the text of a page.
func (p *page) drawHTML(text []byte) {
	v := &p.canvas
	if len(v.row) == 0 && !hasBlocks(text) {
		return
	}
	ink, ground := p.top.ink, p.top.ground
	lit := ink.clear || ink.known && shade(ink) != 0
	dark := ground.known && shade(ground) == 0
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		i += n
		if r < 0x80 {
			switch {
			case p.top.pre && r == '\n':
				v.newline()
			case p.top.pre && r == ' ':
				v.add(0)
			}
			continue
		}
		d, ok := dots(r)
		if !ok {
			continue
		}
		switch {
		case lit && dark:
			d = ^d
		case lit:
			d = 0
		case dark:
			d = 0xff
		}
		v.add(d)
	}
}

// hasBlocks looks for the first byte of the block characters.
func hasBlocks(text []byte) bool {
	i := bytes.IndexByte(text, 0xe2)
	return i >= 0 && (bytes.Contains(text[i:], []byte("\xe2\x96")) || bytes.Contains(text[i:], []byte("\xe2\xa0")) ||
		bytes.Contains(text[i:], []byte("\xe2\xa1")) || bytes.Contains(text[i:], []byte("\xe2\xa2")) || bytes.Contains(text[i:], []byte("\xe2\xac")))
}

// searchCanvas reads the code that blocks draw, and forgets them.
func (c *content) searchCanvas(v *canvas) {
	v.newline()
	rows := v.rows
	v.rows, v.row = nil, nil
	if v.wide < minSide/2 || len(rows)*4 < minSide {
		v.wide = 0
		return
	}
	across := 2
	if len(rows)*2 > v.wide*3/2 {
		across = 4 // one narrow character a module
	}
	r := image.NewRaster(v.wide*across, len(rows)*4)
	for y, row := range rows {
		for x, d := range row {
			for i := range 4 * across {
				if d>>(7-(i/across*2+i%across*2/across))&1 != 0 {
					r.Pix[(y*4+i/across)*r.W+x*across+i%across] = 0
				}
			}
		}
	}
	v.wide = 0
	c.search(r, CodeInText)
}
