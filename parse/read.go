// Package parse turns what arrived on the wire into values: addresses, the
// envelope, and the message with its parts, text, links and attachments. It
// does no I/O, holds no opinions and never refuses ugly mail: what is
// malformed becomes a [Defect], which is evidence.
package parse

import (
	"bytes"
	"slices"
)

// maxLine is the longest line without its end (RFC 5322 §2.1.1).
const maxLine = 998

// Read parses one message. It never fails: what it could not read, or would
// not for the sake of lim, is told in Defects. The result shares memory with
// raw, which must not change afterwards. A field of lim that is zero stands
// for that of [DefaultLimits].
func Read(raw []byte, lim Limits) *Message {
	lim = lim.orDefault()
	left := lim
	return read(raw, lim, &left, 0)
}

// content is one message while it is read. Nested messages share what is
// left of the totals.
type content struct {
	raw   []byte
	src   string // raw, sharing its memory
	m     *Message
	lim   Limits
	left  *Limits // Parts, Links, Attachments, Entries and DecodedBytes still to spend
	depth int     // of this message in the outermost one
	open  []multipart
	page  page
	keys  []string // passwords that the text gives; see passwords
}

func read(raw []byte, lim Limits, left *Limits, depth int) *Message {
	c := &content{raw: raw, src: view(raw), m: &Message{}, lim: lim, left: left, depth: depth}
	c.lines()
	c.walk()
	c.fields()
	c.decode()
	c.expand()
	c.text()
	c.attachments()
	return c.m
}

func (c *content) defect(d Defect) {
	if !slices.Contains(c.m.Defects, d) {
		c.m.Defects = append(c.m.Defects, d)
	}
}

// lines looks for what no line may hold (RFC 5322 §2.3).
func (c *content) lines() {
	long, bareLF := false, false
	returns := 0
	for pos := 0; pos < len(c.raw); {
		end := lineEnd(c.raw, pos)
		n := end - pos
		if c.raw[end-1] == '\n' {
			n--
			if n > 0 && c.raw[end-2] == '\r' {
				n--
				returns++
			} else {
				bareLF = true
			}
		}
		long = long || n > maxLine
		pos = end
	}
	if bytes.Count(c.raw, []byte("\r")) > returns {
		c.defect(BareCR)
	}
	if bareLF {
		c.defect(BareLF)
	}
	if bytes.IndexByte(c.raw, 0) >= 0 {
		c.defect(NUL)
	}
	if long {
		c.defect(LongLine)
	}
}

// spend takes one from a total; false means that nothing was left.
func (c *content) spend(total *int) bool {
	if *total <= 0 {
		c.defect(OverLimit)
		return false
	}
	*total--
	return true
}
