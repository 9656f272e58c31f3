package parse

import (
	"bytes"
	"strconv"
)

// A box collects what makes an element vanish with all that is in it. Of each
// property the last declaration counts.
type box struct {
	none, clear, moved, clipped, away  bool
	width, height, maxWidth, maxHeight bool // next to nothing
	left, top, right, bottom           bool // far off
	margin, cut, path, shrunk, filter  bool // moved by a margin, clipped to nothing, made small, made clear
	shown                              bool // said to be displayed, or opaque
}

func (b *box) declare(name, value []byte) {
	switch string(name) {
	case "display":
		b.none = string(value) == "none"
		b.shown = b.shown || !b.none
	case "opacity":
		n, unit := number(value)
		b.clear = n < 0.05 && unit == "" || n < 5 && unit == "%"
		b.shown = b.shown || !b.clear
	case "text-indent":
		b.moved = far(value)
	case "overflow", "overflow-x", "overflow-y":
		b.clipped = string(value) == "hidden" || string(value) == "clip"
	case "position":
		b.away = string(value) == "absolute" || string(value) == "fixed"
	case "width":
		b.width = nothing(value)
	case "height":
		b.height = nothing(value)
	case "max-width":
		b.maxWidth = nothing(value)
	case "max-height":
		b.maxHeight = nothing(value)
	default:
		b.place(name, value)
	}
}

// place reads where the box stands and what is cut off it.
func (b *box) place(name, value []byte) {
	switch string(name) {
	case "left":
		b.left = far(value)
	case "top":
		b.top = far(value)
	case "right":
		b.right = far(value)
	case "bottom":
		b.bottom = far(value)
	case "margin-left", "margin-top":
		b.margin = far(value)
	case "clip":
		b.cut = emptyRect(value)
	case "clip-path":
		n, unit := number(argument(value, "inset("))
		b.path = n >= 50 && unit == "%" || string(argument(value, "circle(")) == "0"
	case "transform":
		n, unit := number(argument(value, "scale("))
		b.shrunk = n < 0.05 && unit == "" || far(argument(value, "translate(")) || far(argument(value, "translatex("))
	case "filter":
		n, unit := number(argument(value, "opacity("))
		b.filter = n < 0.05 && unit == "" || n < 5 && unit == "%"
	case "content-visibility":
		b.none = string(value) == "hidden"
	}
}

func (b *box) hides() bool {
	return b.none || b.clear || b.moved || b.margin || b.path || b.shrunk || b.filter ||
		b.clipped && (b.width || b.height || b.maxWidth || b.maxHeight) ||
		b.away && (b.left || b.top || b.right || b.bottom || b.cut)
}

// argument is the first argument of a function in a value.
func argument(value []byte, function string) []byte {
	_, after, ok := bytes.Cut(value, []byte(function))
	if !ok {
		return nil
	}
	if end := bytes.IndexAny(after, ",) "); end >= 0 {
		after = after[:end]
	}
	return after
}

// emptyRect reports a rect() with no area: all of its sides are zero or one.
func emptyRect(value []byte) bool {
	_, sides, ok := bytes.Cut(value, []byte("rect("))
	return ok && len(bytes.Trim(sides, "01px, )")) == 0
}

// nothing reports a size of no more than a pixel.
func nothing(value []byte) bool {
	n, unit := number(value)
	px := pixels[unit]
	return n == 0 && (px > 0 || unit == "%") || n <= 1 && px == 1
}

// far reports a place off the screen.
func far(value []byte) bool {
	n, unit := number(value)
	return n*pixels[unit] <= -500
}

// declarations calls f for each "name: value" of a style, for the important
// ones after all others, or for them only.
func declarations(style []byte, only bool, f func(name, value []byte)) {
	each := func(important bool) {
		for rest := style; len(rest) > 0; {
			var d []byte
			d, rest = cutDeclaration(rest)
			name, value, ok := bytes.Cut(d, []byte(":"))
			if !ok {
				continue
			}
			i := bytes.IndexByte(value, '!')
			if i >= 0 {
				value = value[:i]
			}
			if (i >= 0) == important {
				f(bytes.TrimSpace(name), bytes.TrimSpace(value))
			}
		}
	}
	if bytes.Contains(style, []byte("/*")) {
		style = dropCSSComments(style)
	}
	if !only {
		each(false)
	}
	if bytes.IndexByte(style, '!') >= 0 {
		each(true)
	}
}

// cutDeclaration cuts a style at the first ";" outside of quotes and brackets.
func cutDeclaration(style []byte) (d, rest []byte) {
	d, rest, _ = bytes.Cut(style, []byte(";"))
	if !bytes.ContainsAny(d, `("'`) {
		return d, rest
	}
	depth, quote := 0, byte(0)
	for i, c := range style {
		switch {
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ';' && depth <= 0:
			return style[:i], style[i+1:]
		}
	}
	return style, nil
}

func dropCSSComments(css []byte) []byte {
	var out []byte
	for {
		before, after, ok := bytes.Cut(css, []byte("/*"))
		out = append(out, before...)
		if !ok {
			return out
		}
		_, css, _ = bytes.Cut(after, []byte("*/"))
	}
}

// fontSize reads a size in pixels from font-size or the shorthand font. Sizes
// relative to another that is not known are taken as of 16 pixels.
func fontSize(value []byte) (float64, bool) {
	for word := range bytes.FieldsSeq(value) {
		word, _, _ = bytes.Cut(word, []byte("/"))
		n, unit := number(word)
		switch px := pixels[unit]; {
		case unit == "" && n >= 100: // a font weight
		case unit == "%":
			return n * 0.16, true
		case px > 0:
			return n * px, true
		}
	}
	return 16, string(value) != "inherit" && len(value) > 0
}

// pixels are the units of CSS, those that hang on the font or the screen by a
// usual one. Without a unit pixels are meant.
var pixels = map[string]float64{
	"": 1, "px": 1, "pt": 4.0 / 3, "pc": 16, "in": 96, "cm": 37.8, "mm": 3.78, "q": 0.945,
	"em": 16, "rem": 16, "ex": 8, "ch": 8, "vw": 8, "vh": 8, "vmin": 8, "vmax": 8,
}

// number reads a number and its unit, which is "?" where there is none.
func number(value []byte) (n float64, unit string) {
	end := 0
	for end < len(value) && end < 16 && (value[end]-'0' <= 9 || value[end] == '.' || end == 0 && (value[end] == '-' || value[end] == '+')) {
		end++
	}
	n, err := strconv.ParseFloat(view(value[:end]), 64)
	if err != nil {
		return 0, "?"
	}
	return n, view(value[end:])
}

// inLine tells of a style that puts a block beside what stands before it, with
// no room between: a name is cut into such pieces that its reader sees whole.
func inLine(style []byte) bool {
	beside, apart := false, false
	declarations(style, false, func(name, value []byte) {
		switch string(name) {
		case "float":
			beside = beside || string(value) == "left"
		case "display":
			beside = beside || string(value) == "inline" || string(value) == "inline-block"
		case "width", "min-width", "padding", "padding-left", "padding-right", "margin-left", "margin-right", "clear":
			apart = true
		case "margin":
			apart = apart || !bytes.HasPrefix(value, []byte("0"))
		}
	})
	return beside && !apart
}
