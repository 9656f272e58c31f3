package pdf

import (
	"math"
	"slices"
	"strings"

	"postern/content"
)

// Limits of what is shown.
const (
	maxPages  = 30 // that are read
	maxForms  = 4  // that stand in one another (§8.10)
	maxStates = 64 // that are saved (§8.4.2)
	maxArgs   = 64 // operands that are kept
)

// A matrix maps x, y to a*x+c*y+e, b*x+d*y+f (§8.3.4).
type matrix struct{ a, b, c, d, e, f float64 }

var unit = matrix{a: 1, d: 1}

// times applies m, and then n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d, m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

// state is what q saves and Q restores (§8.4).
type state struct {
	ctm                              matrix
	font                             *font
	size, char, word, scale, leading float64
	rise                             float64
	dark                             bool // the colour that fills
}

// A painter runs the operators of content streams (Annex A).
type painter struct {
	*file
	state
	saved   []state
	tm, tlm matrix
	args    []any
	fonts   map[any]*font
	images  []*stream // that were painted, in order
	out     *strings.Builder
	glyphs  int // shown, whether anyone knows their characters or not
	endX    float64
	endY    float64
	drawing drawing
}

// show reads the pages, as far as the budget goes.
func (d *file) show(pages []dict) {
	var out strings.Builder
	fonts := map[any]*font{}
	blank := 0
	for i, p := range d.sorted(pages) {
		if i >= maxPages || d.budget.Steps == 0 || out.Len() >= content.MaxText {
			d.over()
			break
		}
		w := painter{file: d, fonts: fonts, out: &out, state: state{ctm: unit, scale: 1, dark: true}, tm: unit, tlm: unit}
		before := out.Len()
		w.page(p)
		if out.Len() > before {
			out.WriteByte('\n')
		} else if w.glyphs == 0 && len(w.images) > 0 {
			blank++
		}
		d.look(w.images, &w.drawing)
	}
	if blank > 0 && strings.TrimSpace(out.String()) == "" {
		d.found.Flags |= content.ImageOnly
	}
	text := out.String()
	d.found.Text = strings.ToValidUTF8(strings.TrimSpace(text[:min(len(text), content.MaxText)]), "")
}

// sorted puts the pages into the order of the page tree (§7.7.3), and those
// that it does not name behind them.
func (d *file) sorted(pages []dict) []dict {
	order := map[*item]int{}
	visited := map[ref]bool{}
	var visit func(v any, depth int)
	visit = func(v any, depth int) {
		if r, ok := v.(ref); ok {
			if visited[r] {
				return
			}
			visited[r] = true
		}
		t := d.dict(v)
		if len(t) == 0 || depth > maxNest {
			return
		}
		if d.name(t.get("Type")) == "Page" {
			order[&t[0]] = len(order) + 1
			return
		}
		for _, kid := range d.array(t.get("Kids")) {
			visit(kid, depth+1)
		}
	}
	for _, t := range d.trailers {
		visit(d.dict(t.get("Root")).get("Pages"), 0)
	}
	place := func(t dict) int {
		if n, ok := order[&t[0]]; ok {
			return n
		}
		return math.MaxInt
	}
	out := slices.Clone(pages)
	slices.SortStableFunc(out, func(a, b dict) int { return compare(place(a), place(b)) })
	return out
}

func compare(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// page runs the content of a page, all its streams as one (§7.8.2).
func (w *painter) page(p dict) {
	var code []byte
	contents := w.resolve(p.get("Contents"))
	list, ok := contents.(array)
	if !ok {
		list = array{contents}
	}
	for _, v := range list {
		if s, ok := w.resolve(v).(*stream); ok {
			code = append(append(code, w.decode(s)...), '\n')
		}
	}
	w.run(code, w.inherited(p, "Resources"), 0)
}

// inherited is an entry of a page, or of the tree above it (§7.7.3.4).
func (w *painter) inherited(p dict, key name) dict {
	for range maxNest {
		if v := w.dict(p.get(key)); v != nil {
			return v
		}
		if p = w.dict(p.get("Parent")); p == nil {
			break
		}
	}
	return nil
}

func (w *painter) run(code []byte, resources dict, depth int) {
	r := reader{buf: code, budget: w.budget}
	for {
		v, ok := r.next()
		if !ok {
			return
		}
		op, isOp := v.(operator)
		if !isOp {
			if len(w.args) < maxArgs {
				w.args = append(w.args, v)
			}
			continue
		}
		switch op {
		case "BI":
			r.skipImage()
		case "Do":
			w.do(resources, depth)
		case "Tf":
			w.setFont(resources)
		default:
			w.operate(op)
		}
		w.args = w.args[:0]
	}
}

// skipImage passes over an inline image (§8.9.7).
func (r *reader) skipImage() {
	for i := r.pos; i+3 < len(r.buf); i++ {
		if isSpace(r.buf[i]) && r.buf[i+1] == 'E' && r.buf[i+2] == 'I' && isSpace(r.buf[i+3]) {
			r.pos = i + 3
			return
		}
	}
	r.pos = len(r.buf)
}

// num is an operand, counted from the last.
func (w *painter) num(fromLast int) float64 {
	if fromLast >= len(w.args) {
		return 0
	}
	n, _ := w.args[len(w.args)-1-fromLast].(float64)
	return n
}

func (w *painter) six() matrix {
	return matrix{w.num(5), w.num(4), w.num(3), w.num(2), w.num(1), w.num(0)}
}

// do paints an image, or runs a form.
func (w *painter) do(resources dict, depth int) {
	if len(w.args) == 0 {
		return
	}
	key, _ := w.args[0].(name)
	s, ok := w.resolve(w.dict(resources.get("XObject")).get(key)).(*stream)
	if !ok {
		return
	}
	switch w.name(s.get("Subtype")) {
	case "Image":
		if !slices.Contains(w.images, s) && len(w.images) < maxImages {
			w.images = append(w.images, s)
		}
	case "Form":
		if depth >= maxForms {
			return
		}
		own := w.dict(s.get("Resources"))
		if own == nil {
			own = resources
		}
		kept := w.state
		if m := w.array(s.get("Matrix")); len(m) == 6 {
			w.ctm = matrix{w.float(m[0]), w.float(m[1]), w.float(m[2]), w.float(m[3]), w.float(m[4]), w.float(m[5])}.times(w.ctm)
		}
		w.args = w.args[:0]
		w.run(w.decode(s), own, depth+1)
		w.state = kept
	}
}

func (w *painter) setFont(resources dict) {
	if len(w.args) < 2 {
		return
	}
	w.size = w.num(0)
	key, _ := w.args[len(w.args)-2].(name)
	v := w.dict(resources.get("Font")).get(key)
	t := w.dict(v)
	if len(t) == 0 {
		w.state.font = nil
		return
	}
	if w.fonts[&t[0]] == nil {
		w.fonts[&t[0]] = w.file.font(t)
	}
	w.state.font = w.fonts[&t[0]]
}

// operate runs an operator that needs no resources.
func (w *painter) operate(op operator) {
	switch op {
	case "q":
		if len(w.saved) < maxStates {
			w.saved = append(w.saved, w.state)
		}
	case "Q":
		if n := len(w.saved); n > 0 {
			w.state, w.saved = w.saved[n-1], w.saved[:n-1]
		}
	case "cm":
		w.ctm = w.six().times(w.ctm)
	case "BT":
		w.tm, w.tlm = unit, unit
	case "Tc":
		w.char = w.num(0)
	case "Tw":
		w.word = w.num(0)
	case "Tz":
		w.scale = w.num(0) / 100
	case "TL":
		w.leading = w.num(0)
	case "Ts":
		w.rise = w.num(0)
	case "Td":
		w.move(w.num(1), w.num(0))
	case "TD":
		w.leading = -w.num(0)
		w.move(w.num(1), w.num(0))
	case "Tm":
		w.tm = w.six()
		w.tlm = w.tm
	case "T*":
		w.move(0, -w.leading)
	case "Tj", "TJ", "'", "\"":
		w.text(op)
	default:
		w.drawing.operate(w, op)
	}
}

func (w *painter) move(x, y float64) {
	w.tlm = matrix{a: 1, d: 1, e: x, f: y}.times(w.tlm)
	w.tm = w.tlm
}

// text shows the operands of a text operator (§9.4.3).
func (w *painter) text(op operator) {
	if op == "\"" {
		w.word, w.char = w.num(2), w.num(1)
	}
	if op == "'" || op == "\"" {
		w.move(0, -w.leading)
	}
	if len(w.args) == 0 {
		return
	}
	switch v := w.args[len(w.args)-1].(type) {
	case text:
		w.say(v)
	case array:
		for _, each := range v {
			switch each := each.(type) {
			case text:
				w.say(each)
			case float64:
				w.advance(-each / 1000 * w.size * w.scale)
			}
		}
	}
}

func (w *painter) advance(x float64) { w.tm = matrix{a: 1, d: 1, e: x}.times(w.tm) }

// say writes one string. Where it begins tells whether it goes on with a word,
// begins another one, or a line.
func (w *painter) say(s text) {
	f := w.state.font
	if f == nil {
		f = plain
	}
	at := w.tm.times(w.ctm)
	size := math.Abs(w.size) * math.Hypot(at.c, at.d)
	if size == 0 {
		size = 1
	}
	if w.out.Len() >= content.MaxText {
		return
	}
	if w.glyphs > 0 {
		switch dx, dy := at.e-w.endX, math.Abs(at.f-w.endY); {
		case dy > 0.5*size || dx < -2*size:
			w.out.WriteByte('\n')
		case dx > 0.18*size:
			w.out.WriteByte(' ')
		}
	}
	f.read(s, func(chars string, width float64, space bool) {
		w.glyphs++
		w.out.WriteString(chars)
		step := width*w.size + w.char
		if space {
			step += w.word
		}
		w.advance(step * w.scale)
	})
	end := w.tm.times(w.ctm)
	w.endX, w.endY = end.e, end.f
}

// plain stands for a font that is not there.
var plain = &font{bytes: 1, table: winAnsi, otherwise: 0.5}
