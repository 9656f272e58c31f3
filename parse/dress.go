package parse

import "bytes"

// A sight is a set of ways to be hidden.
type sight uint8

const (
	gone sight = 1 << iota
	invisible
	tiny
)

// A dress is what a style says about an element's look. No way to be hidden is
// in both sets.
type dress struct {
	hides, shows    sight
	ink, ground     colour
	inked, grounded bool // the colour is said, be it unknown
}

func (d *dress) set(way sight, hides bool) {
	d.hides, d.shows = d.hides&^way, d.shows|way
	if hides {
		d.hides, d.shows = d.hides|way, d.shows&^way
	}
}

// over is the dress where d counts more than under.
func (d dress) over(under dress) dress {
	under.hides, under.shows = under.hides&^d.shows|d.hides, under.shows&^d.hides|d.shows
	if d.inked {
		under.ink, under.inked = d.ink, true
	}
	if d.grounded {
		under.ground, under.grounded = d.ground, true
	}
	return under
}

// readDress reads a style, in lower case. Of the important declarations alone
// where important.
func readDress(style []byte, important bool) (d dress) {
	if bytes.IndexByte(style, '\\') >= 0 {
		return dress{shows: gone | invisible | tiny} // escapes can spell anything
	}
	var b box
	declarations(style, important, func(name, value []byte) {
		switch string(name) {
		case "visibility":
			d.set(invisible, string(value) == "hidden" || string(value) == "collapse")
		case "font-size", "font":
			if size, ok := fontSize(value); ok {
				d.set(tiny, size <= 2)
			}
		case "color", "-webkit-text-fill-color":
			d.paint(value)
		case "background-color", "background", "background-image":
			d.paintGround(value)
		default:
			b.declare(name, value)
		}
	})
	if b.hides() {
		d.set(gone, true)
	} else if b.shown {
		d.set(gone, false)
	}
	return d
}

func (d *dress) paint(value []byte) {
	switch string(value) {
	case "inherit", "unset", "currentcolor", "":
		d.inked = false
	case "initial":
		d.ink, d.inked = rgb(0), true
	default:
		d.ink, d.inked = parseColour(value), true
	}
}

// paintGround takes a background; one that is transparent changes nothing, an
// image makes it unknown.
func (d *dress) paintGround(value []byte) {
	if bytes.IndexByte(value, '(') >= 0 && !bytes.HasPrefix(value, []byte("rgb")) && !bytes.HasPrefix(value, []byte("hsl")) {
		d.ground, d.grounded = colour{}, true
		return
	}
	switch string(value) {
	case "none", "inherit", "initial", "unset", "":
		return
	}
	if ground := parseColour(value); !ground.clear {
		d.ground, d.grounded = ground, true
	}
}
