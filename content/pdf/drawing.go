package pdf

import (
	"math"

	"postern/content/image"
)

// Limits of what is drawn.
const (
	maxRects = 20_000
	minRects = 40              // a QR code that is drawn has more
	side     = 900             // pixels of the longer side of a drawing
	maxPaint = 4 * side * side // pixels that are painted, one over another
)

// A rect is a filled rectangle in the units of the page.
type rect struct {
	x0, y0, x1, y1 float64
	dark           bool
}

func (r rect) size() float64 { return max(r.x1-r.x0, r.y1-r.y0) }

// A drawing collects the rectangles that a page fills: QR codes are often
// drawn so, and then are in no image.
type drawing struct {
	rects  []rect
	path   []rect // of the path under construction
	points int    // of the subpath
	sub    rect
}

// operate runs the operators of paths and colours (§8.5, §8.6).
func (g *drawing) operate(w *painter, op operator) {
	switch op {
	case "re":
		x, y, dx, dy := w.num(3), w.num(2), w.num(1), w.num(0)
		g.end()
		g.begin(w, x, y)
		g.extend(w, x+dx, y+dy)
		g.end()
	case "m":
		g.end()
		g.begin(w, w.num(1), w.num(0))
	case "l":
		g.extend(w, w.num(1), w.num(0))
	case "c", "v", "y":
		g.points = maxArgs // no rectangle
	case "h":
		g.end()
	case "f", "F", "f*", "B", "B*", "b", "b*":
		g.end()
		for _, r := range g.path {
			r.dark = w.dark
			if len(g.rects) < maxRects {
				g.rects = append(g.rects, r)
			}
		}
		g.path = g.path[:0]
	case "n", "S", "s":
		g.path, g.points = g.path[:0], 0
	case "g":
		w.dark = w.num(0) < 0.5
	case "rg":
		w.dark = 0.3*w.num(2)+0.59*w.num(1)+0.11*w.num(0) < 0.5
	case "k":
		w.dark = w.num(0)+(w.num(3)+w.num(2)+w.num(1))/3 > 0.5
	case "sc", "scn":
		w.colour()
	}
}

// colour takes the operands for grey, RGB or CMYK by their number.
func (w *painter) colour() {
	switch len(w.args) {
	case 1:
		w.dark = w.num(0) < 0.5
	case 3:
		w.dark = 0.3*w.num(2)+0.59*w.num(1)+0.11*w.num(0) < 0.5
	case 4:
		w.dark = w.num(0)+(w.num(3)+w.num(2)+w.num(1))/3 > 0.5
	}
}

func (g *drawing) begin(w *painter, x, y float64) {
	p := matrix{a: 1, d: 1, e: x, f: y}.times(w.ctm)
	g.sub, g.points = rect{x0: p.e, y0: p.f, x1: p.e, y1: p.f}, 1
}

func (g *drawing) extend(w *painter, x, y float64) {
	if g.points == 0 {
		return
	}
	p := matrix{a: 1, d: 1, e: x, f: y}.times(w.ctm)
	g.sub.x0, g.sub.x1 = min(g.sub.x0, p.e), max(g.sub.x1, p.e)
	g.sub.y0, g.sub.y1 = min(g.sub.y0, p.f), max(g.sub.y1, p.f)
	g.points++
}

// end closes a subpath, which is a rectangle if it has few points.
func (g *drawing) end() {
	if g.points > 1 && g.points <= 5 && len(g.path) < maxRects {
		g.path = append(g.path, g.sub)
	}
	g.points = 0
}

// raster draws the small rectangles; false where there are too few.
func (g *drawing) raster() (image.Raster, bool) {
	if len(g.rects) < minRects {
		return image.Raster{}, false
	}
	var all rect
	all.x0, all.y0, all.x1, all.y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	dark := 0
	for _, r := range g.rects {
		if !r.dark || r.size() > 300 { // no module, and no row of them
			continue
		}
		dark++
		all.x0, all.y0, all.x1, all.y1 = min(all.x0, r.x0), min(all.y0, r.y0), max(all.x1, r.x1), max(all.y1, r.y1)
	}
	if dark < minRects || !(all.size() > 0) || math.IsInf(all.size(), 0) {
		return image.Raster{}, false
	}
	const space = 16
	scale := side / all.size()
	w, h := int((all.x1-all.x0)*scale)+2*space, int((all.y1-all.y0)*scale)+2*space
	out := image.NewRaster(w, h)
	painted := 0
	for _, r := range g.rects {
		if r.size() > 300 || !(r.x0 >= all.x0 && r.y0 >= all.y0 && r.x1 <= all.x1 && r.y1 <= all.y1) {
			continue
		}
		if painted += int((r.x1-r.x0)*(r.y1-r.y0)*scale*scale) + 1; painted > maxPaint {
			return image.Raster{}, false
		}
		shade := uint8(0xff)
		if r.dark {
			shade = 0
		}
		x0, x1 := int((r.x0-all.x0)*scale+0.5)+space, int((r.x1-all.x0)*scale+0.5)+space
		for y := int((all.y1-r.y1)*scale+0.5) + space; y < min(int((all.y1-r.y0)*scale+0.5)+space, h); y++ {
			row := out.Pix[y*w : (y+1)*w]
			for x := x0; x < min(x1, w); x++ {
				row[x] = shade
			}
		}
	}
	return out, true
}
