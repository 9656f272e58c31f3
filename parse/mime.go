package parse

import (
	"bytes"
	"strings"
)

// A multipart is open while its parts are read.
type multipart struct {
	part     int // index in Message.Parts
	boundary string
	parts    int // seen so far
}

// walk reads the MIME tree (RFC 2046 §5.1) in one pass over the delimiter
// lines. A delimiter of an outer multipart ends the inner ones; a boundary
// that is used twice belongs to the innermost.
func (c *content) walk() {
	m := c.m
	m.Header, m.BodyStart = c.header(make([]Field, 0, 32), 0)
	if !c.spend(&c.left.Parts) {
		return
	}
	m.Parts = make([]Part, 0, 8)
	c.part(-1, 0, m.BodyStart, m.Header)
	var fields []Field
	for pos := m.BodyStart; len(c.open) > 0; {
		at, end := c.nextDelimiter(pos)
		if at < 0 {
			break
		}
		level, closing := c.delimiter(trimEOL(c.raw[at:end]))
		c.closeParts(level, at)
		pos = end
		switch {
		case closing:
			c.pop(end)
		case !c.spend(&c.left.Parts):
			for len(c.open) > 0 {
				c.pop(end)
			}
		default:
			c.open[level].parts++
			fields, pos = c.header(fields[:0], end)
			c.part(c.open[level].part, end, pos, fields)
		}
	}
	c.closeParts(-1, len(c.raw))
}

// nextDelimiter finds the next line, from the start of a line at pos, that is
// a delimiter of an open multipart.
func (c *content) nextDelimiter(pos int) (start, end int) {
	for pos < len(c.raw) {
		if !bytes.HasPrefix(c.raw[pos:], []byte("--")) {
			i := bytes.Index(c.raw[pos:], []byte("\n--"))
			if i < 0 {
				break
			}
			pos += i + 1
		}
		end = lineEnd(c.raw, pos)
		if level, _ := c.delimiter(trimEOL(c.raw[pos:end])); level >= 0 {
			return pos, end
		}
		pos = end
	}
	return -1, 0
}

// delimiter tells the open multipart, counted from the outermost, that line
// delimits, or -1; closing means that it is the last one (RFC 2046 §5.1.1).
func (c *content) delimiter(line []byte) (level int, closing bool) {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' {
		return -1, false
	}
	rest := strings.TrimRight(view(line[2:]), " \t")
	for level = len(c.open) - 1; level >= 0; level-- {
		if after, ok := strings.CutPrefix(rest, c.open[level].boundary); ok {
			text := strings.TrimLeft(after, " \t")
			if strings.HasPrefix(text, "--") {
				return level, true
			}
			if text == "" || len(text) < len(after) { // what follows a space does not count
				return level, false
			}
		}
	}
	return c.longerDelimiter(rest), false
}

// longerDelimiter is the innermost multipart whose first delimiter line has
// more behind the boundary than was declared, or -1. It is enough that the
// boundary appears in its entirety (RFC 2046 §5.1.1); the line tells the true
// one, since most readers want all of it.
func (c *content) longerDelimiter(rest string) int {
	for level := len(c.open) - 1; level >= 0; level-- {
		top := &c.open[level]
		if top.parts == 0 && len(rest) <= 70 && strings.HasPrefix(rest, top.boundary) && !strings.ContainsAny(rest, " \t") {
			top.boundary = rest
			return level
		}
	}
	return -1
}

// closeParts ends the last leaf and the multiparts inside of level, before
// the delimiter at pos.
func (c *content) closeParts(level, pos int) {
	end := c.beforeEOL(pos)
	if last := &c.m.Parts[len(c.m.Parts)-1]; last.End == 0 && !last.isMultipart() {
		last.End = max(end, last.Start)
	}
	for len(c.open)-1 > level {
		c.defect(UnclosedMultipart)
		c.pop(end)
	}
}

// pop ends the innermost multipart. One in which no part was found is text:
// its boundary parameter is wrong, and a reader may be shown all of it.
func (c *content) pop(end int) {
	top := c.open[len(c.open)-1]
	p := &c.m.Parts[top.part]
	last := c.m.Parts[len(c.m.Parts)-1].End // of a header that a delimiter cut off, it is behind end
	p.End = max(end, p.Start, last)
	if top.parts == 0 {
		c.defect(NoBoundary)
		p.Type = "text/plain"
	}
	c.open = c.open[:len(c.open)-1]
}

// beforeEOL steps back over the line end before pos, which belongs to the
// delimiter (RFC 2046 §5.1.1). At the end of the message there is none.
func (c *content) beforeEOL(pos int) int {
	if pos == len(c.raw) {
		return pos
	}
	return len(trimEOL(c.raw[:pos]))
}

// part appends the part whose header and body begin there, and opens it
// where it is a multipart.
func (c *content) part(parent, header, body int, fields []Field) {
	p := Part{Type: "text/plain", Parent: parent, HeaderStart: header, Start: body}
	if parent >= 0 {
		p.Depth = c.m.Parts[parent].Depth + 1
		if c.m.Parts[parent].Type == "multipart/digest" {
			p.Type = "message/rfc822" // RFC 2046 §5.1.5
		}
	}
	c.describe(&p, fields)
	c.m.Parts = append(c.m.Parts, p)
	if !p.isMultipart() {
		return
	}
	if c.depth+p.Depth >= c.lim.Depth {
		c.defect(OverLimit)
		c.m.Parts[len(c.m.Parts)-1].Type = "application/octet-stream"
		return
	}
	boundary := strings.TrimRight(p.Params["boundary"], " \t")
	if boundary == "" {
		c.defect(NoBoundary)
		boundary = c.guessBoundary(body)
	}
	if boundary == "" {
		c.m.Parts[len(c.m.Parts)-1].Type = "text/plain"
		return
	}
	c.open = append(c.open, multipart{part: len(c.m.Parts) - 1, boundary: boundary})
}

// guessBoundary takes the first line that looks like a delimiter for one.
func (c *content) guessBoundary(pos int) string {
	if !bytes.HasPrefix(c.raw[pos:], []byte("--")) {
		i := bytes.Index(c.raw[pos:], []byte("\n--"))
		if i < 0 {
			return ""
		}
		pos += i + 1
	}
	line := strings.TrimRight(c.src[pos+2:lineEnd(c.raw, pos)], " \t\r\n")
	if line == "" || len(line) > 70 || strings.ContainsAny(line, " \t") {
		return ""
	}
	return line
}

// describe reads the fields of a part (RFC 2045 §3).
func (c *content) describe(p *Part, fields []Field) {
	var kind, disposition, encoding, id string
	for i := len(fields) - 1; i >= 0; i-- { // so that the first of a kind counts
		f := &fields[i]
		if len(f.Name) < 10 || f.Name[0]|0x20 != 'c' {
			continue
		}
		switch {
		case strings.EqualFold(f.Name, "Content-Type"):
			kind = f.Value
		case strings.EqualFold(f.Name, "Content-Disposition"):
			disposition = f.Value
		case strings.EqualFold(f.Name, "Content-Transfer-Encoding"):
			encoding = f.Value
		case strings.EqualFold(f.Name, "Content-ID"):
			id = f.Value
		}
	}
	if kind != "" {
		c.contentType(p, kind)
	}
	if disposition != "" {
		d, params, _ := mediaType(disposition)
		p.Disposition, p.Name = "attachment", params["filename"] // RFC 2183 §2.8
		if d == "inline" || d == "" {
			p.Disposition = d
		}
	}
	if p.Name == "" {
		p.Name = p.Params["name"]
	}
	if p.Name != "" {
		p.Name = c.words(p.Name)
	}
	p.Encoding, _, _ = strings.Cut(strings.TrimSpace(dropComments(encoding)), ";")
	p.Encoding = strings.ToLower(strings.TrimSpace(toUTF8(p.Encoding)))
	p.ContentID = oneLine(strings.Trim(toUTF8(id), "<> \t"))
}

func (c *content) contentType(p *Part, value string) {
	kind, params, ok := mediaType(value)
	major, minor, slash := strings.Cut(kind, "/")
	switch {
	case kind == "text" || kind == "multipart" || kind == "message":
		// RFC 822 mail of old: the default of the family is meant.
		kind = map[string]string{"text": "text/plain", "multipart": "multipart/mixed", "message": "message/rfc822"}[kind]
		ok = false
	case !slash || major == "" || minor == "":
		kind, ok = p.Type, false
	}
	p.Type, p.Params = kind, params
	if !ok {
		c.defect(BadContentType)
	}
}

// decode gives the leaves their content.
func (c *content) decode() {
	for i := range c.m.Parts {
		p := &c.m.Parts[i]
		if p.isMultipart() {
			continue
		}
		body, ok, over := transfer(c.raw[p.Start:p.End:p.End], p.Encoding, c.left.DecodedBytes)
		if !ok {
			c.defect(BadTransferEncoding)
		}
		if over {
			c.defect(OverLimit)
		}
		c.left.DecodedBytes -= len(body)
		p.Body = body
	}
}

func (p *Part) isMultipart() bool { return strings.HasPrefix(p.Type, "multipart/") }

// subtree is the index behind the descendants of part i.
func (m *Message) subtree(i int) int {
	end := i + 1
	for end < len(m.Parts) && m.Parts[end].Depth > m.Parts[i].Depth {
		end++
	}
	return end
}
