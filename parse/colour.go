package parse

import (
	"bytes"
	"strconv"
)

// A colour may be unknown, which is its zero value; a transparent one is
// known to leave no trace.
type colour struct {
	known, clear bool
	r, g, b      int16
}

// faint and opaque are the shares of opacity below which a colour is not seen,
// and above which it is the only one.
const (
	faint  = 0.05
	opaque = 0.85
)

// nearby is how far two colours may be apart and still not be told apart.
const nearby = 16

// matches reports that ink cannot be seen on ground, which is white where no
// element set it.
func (ink colour) matches(ground colour) bool {
	if !ink.known || !ground.known {
		return ink.clear
	}
	return ink.clear || abs(ink.r-ground.r) <= nearby && abs(ink.g-ground.g) <= nearby && abs(ink.b-ground.b) <= nearby
}

func abs(n int16) int16 { return max(n, -n) }

func rgb(n uint64) colour {
	return colour{known: true, r: int16(n >> 16 & 0xff), g: int16(n >> 8 & 0xff), b: int16(n & 0xff)}
}

// named are the colours that are met by name.
var named = map[string]uint64{
	"white": 0xffffff, "black": 0, "red": 0xff0000, "green": 0x008000, "blue": 0x0000ff, "gray": 0x808080,
	"grey": 0x808080, "silver": 0xc0c0c0, "yellow": 0xffff00, "navy": 0x000080, "whitesmoke": 0xf5f5f5,
	"snow": 0xfffafa, "ivory": 0xfffff0, "orange": 0xffa500, "maroon": 0x800000, "lightgrey": 0xd3d3d3,
	"lightgray": 0xd3d3d3, "aliceblue": 0xf0f8ff, "ghostwhite": 0xf8f8ff,
}

// parseColour reads a CSS colour in lower case, the first word of value.
func parseColour(value []byte) colour {
	value = bytes.TrimSpace(value)
	if args, ok := bytes.CutPrefix(value, []byte("rgb")); ok {
		return parseRGB(args)
	}
	if args, ok := bytes.CutPrefix(value, []byte("hsl")); ok {
		return parseHSL(args)
	}
	if i := bytes.IndexByte(value, ' '); i > 0 {
		value = value[:i]
	}
	if hex, ok := bytes.CutPrefix(value, []byte("#")); ok {
		return parseHex(hex)
	}
	if string(value) == "transparent" {
		return colour{clear: true}
	}
	if n, ok := named[string(value)]; ok {
		return rgb(n)
	}
	if len(value) == 6 {
		return parseHex(value)
	}
	return colour{}
}

func parseHex(hex []byte) colour {
	n, err := strconv.ParseUint(view(hex[:min(len(hex), 8)]), 16, 32)
	switch {
	case err != nil:
		return colour{}
	case len(hex) == 6:
		return rgb(n)
	case len(hex) == 3:
		return rgb(n>>8*0x110000 | n>>4&0xf*0x1100 | n&0xf*0x11)
	case len(hex) == 8 && float64(n&0xff) > opaque*0xff:
		return rgb(n >> 8)
	case len(hex) == 8 && float64(n&0xff) < faint*0xff:
		return colour{clear: true}
	}
	return colour{}
}

// parseHSL tells white, black and the greys among the colours by hue; the
// others are unknown.
func parseHSL(args []byte) colour {
	args = bytes.Trim(args, "a( )")
	var v [4]float64
	i := 0
	for part := range bytes.FieldsFuncSeq(args, func(r rune) bool { return r == ',' || r == ' ' || r == '/' }) {
		if i == len(v) {
			return colour{}
		}
		v[i], _ = number(part)
		i++
	}
	if i != 3 || v[1] > 1 && v[2] > 0 && v[2] < 100 || v[2] < 0 || v[2] > 100 {
		return colour{}
	}
	grey := uint64(v[2] * 2.55)
	return rgb(grey<<16 | grey<<8 | grey)
}

// parseRGB reads what follows "rgb" in rgb(1, 2, 3) and rgba(1, 2, 3, 0).
func parseRGB(args []byte) colour {
	args = bytes.Trim(args, "a( )")
	var v [4]float64
	v[3] = 1
	i := 0
	for part := range bytes.FieldsFuncSeq(args, func(r rune) bool { return r == ',' || r == ' ' || r == '/' }) {
		n, unit := number(part)
		if i == 3 && unit == "%" {
			n, unit = n/100, ""
		}
		if unit != "" || i == len(v) {
			return colour{}
		}
		v[i] = n
		i++
	}
	if i < 3 {
		return colour{}
	}
	switch {
	case v[3] < faint:
		return colour{clear: true}
	case v[3] <= opaque:
		return colour{} // mixed with what is beneath
	}
	clamp := func(f float64) int16 { return int16(min(max(f, 0), 255)) }
	return colour{known: true, r: clamp(v[0]), g: clamp(v[1]), b: clamp(v[2])}
}
