package image

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// Limits of the search in one image.
const (
	maxTries   = 8 // triples of marks that are read as a code
	maxCodes   = 8
	maxPayload = 4296  // characters that the largest code holds
	minCode    = 21    // pixels of the shorter side: one for each module of the smallest code
	small      = 300   // an image with a shorter longer side is enlarged before the search
	enlarged   = 3     // by that
	quiet      = 4     // modules of space around a code
	maxSlant   = 0.3   // cosine of the angle between two sides
	maxSkew    = 1.6   // one side by the other
	maxModules = 177.0 // of one side
)

// Codes reads the QR codes in a raster, dark on light or light on dark. It
// looks for their marks first, which most images do not have, so that the
// others cost little.
func Codes(r Raster) []string {
	if min(r.W, r.H) < minCode {
		return nil
	}
	r = r.padded(quiet)
	if max(r.W, r.H) < small {
		r = r.scaled(enlarged)
	}
	for _, threshold := range []func(Raster) bits{oneThreshold, localThreshold} {
		b := threshold(r)
		marks := b.marks()
		var codes []string
		for colour, list := range marks {
			codes = append(codes, b.read(list, uint8(1-colour))...)
		}
		if len(codes) > 0 {
			return codes
		}
	}
	return nil
}

// padded adds space around, since a code needs it and an image may end where
// the code does: of the colour of the border, and around a code that begins at
// the corner of the image, of the other colour.
func (r Raster) padded(n int) Raster {
	ground := uint8(0xff)
	top, left := r.darkBorder()
	if top+left > 1.8 || min(top, left) > 0.1 && r.Pix[0] >= 0x80 {
		ground = 0
	}
	out := Raster{r.W + 2*n, r.H + 2*n, make([]uint8, (r.W+2*n)*(r.H+2*n))}
	for i := range out.Pix {
		out.Pix[i] = ground
	}
	for y := range r.H {
		copy(out.Pix[(y+n)*out.W+n:], r.Pix[y*r.W:(y+1)*r.W])
	}
	return out
}

// darkBorder is the share of dark pixels in the first row and column.
func (r Raster) darkBorder() (top, left float64) {
	for x := range r.W {
		top += float64(1 - r.Pix[x]>>7)
	}
	for y := range r.H {
		left += float64(1 - r.Pix[y*r.W]>>7)
	}
	return top / float64(r.W), left / float64(r.H)
}

// read decodes the codes that marks of one colour make.
func (b *bits) read(marks []mark, dark uint8) (codes []string) {
	if len(marks) < 3 {
		return nil
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(b.seen, a.seen) })
	tries := 0
	used := make([]bool, len(marks))
	for _, t := range triples(marks) {
		if tries >= maxTries || len(codes) >= maxCodes {
			break
		}
		if used[t.of[0]] || used[t.of[1]] || used[t.of[2]] {
			continue
		}
		tries++
		text := b.decode(marks, t, dark)
		if text == "" {
			continue
		}
		used[t.of[0]], used[t.of[1]], used[t.of[2]] = true, true, true
		if !slices.Contains(codes, text) {
			codes = append(codes, text)
		}
	}
	return codes
}

// A triple is three marks that may belong to one code: the corner, the next
// one clockwise, and the other; err says how far they are from a half square.
type triple struct {
	of  [3]int
	err float64
}

// triples lists the likely codes, the likeliest first.
func triples(marks []mark) (list []triple) {
	for a := range marks {
		for b := range marks {
			for c := b + 1; c < len(marks); c++ {
				if t, ok := corner(marks, a, b, c); ok {
					list = append(list, t)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b triple) int { return cmp.Compare(a.err, b.err) })
	return list
}

// corner tells whether mark a is the corner between b and c.
func corner(marks []mark, a, b, c int) (triple, bool) {
	if a == b || a == c {
		return triple{}, false
	}
	m, p, q := &marks[a], &marks[b], &marks[c]
	small := min(m.module, p.module, q.module)
	if max(m.module, p.module, q.module) > 1.5*small+0.5 {
		return triple{}, false
	}
	px, py, qx, qy := p.x-m.x, p.y-m.y, q.x-m.x, q.y-m.y
	pl, ql := math.Hypot(px, py), math.Hypot(qx, qy)
	if min(pl, ql) < 10*small || max(pl, ql) > maxModules*2*small || max(pl, ql) > maxSkew*min(pl, ql) {
		return triple{}, false
	}
	slant := absf(px*qx+py*qy) / (pl * ql)
	if slant > maxSlant {
		return triple{}, false
	}
	t := triple{[3]int{a, b, c}, slant + max(pl, ql)/min(pl, ql) - 1 + max(m.module, p.module, q.module)/small - 1 + min(pl, ql)/small/1000}
	if px*qy-py*qx < 0 { // the next one clockwise stands first, y pointing down
		t.of[1], t.of[2] = c, b
	}
	return t, true
}

// decode reads one code; "" where there is none after all.
func (b *bits) decode(marks []mark, t triple, dark uint8) string {
	tl, tr, bl := marks[t.of[0]], marks[t.of[1]], marks[t.of[2]]
	module := max(tl.module, tr.module, bl.module)
	br := mark{x: tr.x + bl.x - tl.x, y: tr.y + bl.y - tl.y}
	margin := 10 * module
	x0 := max(int(min(tl.x, tr.x, bl.x, br.x)-margin), 0)
	y0 := max(int(min(tl.y, tr.y, bl.y, br.y)-margin), 0)
	x1 := min(int(max(tl.x, tr.x, bl.x, br.x)+margin), b.w)
	y1 := min(int(max(tl.y, tr.y, bl.y, br.y)+margin), b.h)
	matrix, err := gozxing.NewBitMatrix(x1-x0, y1-y0)
	if err != nil {
		return ""
	}
	for y := y0; y < y1; y++ {
		for x, v := range b.pix[y*b.w+x0 : y*b.w+x1] {
			if v == dark {
				matrix.Set(x, y-y0)
			}
		}
	}
	at := func(m mark) *detector.FinderPattern {
		return detector.NewFinderPattern1(m.x-float64(x0), m.y-float64(y0), m.module)
	}
	result, err := detector.NewDetector(matrix).ProcessFinderPatternInfo(detector.NewFinderPatternInfo(at(bl), at(tl), at(tr)))
	if err != nil {
		return ""
	}
	decoded, err := decoder.NewDecoder().DecodeWithoutHint(result.GetBits())
	if err != nil {
		return ""
	}
	text := strings.ToValidUTF8(decoded.GetText(), "\ufffd")
	return text[:min(len(text), maxPayload)]
}
