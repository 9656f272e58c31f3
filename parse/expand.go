package parse

import (
	"bytes"
	"strings"

	"postern/content/tnef"
)

// isTNEF reports a file in which Outlook handed over a whole message.
func (p *Part) isTNEF() bool {
	return strings.HasSuffix(p.Type, "ms-tnef") || len(p.Body) > 6 && !p.isText() && tnef.Is(p.Body)
}

// expand gives parts to the files that stand inside of leaves: those of TNEF
// and those that are uuencoded in plain text. They are children of the leaf,
// decoded, at its place.
func (c *content) expand() {
	for i := range c.m.Parts {
		if p := &c.m.Parts[i]; !p.isMultipart() && (p.isTNEF() || p.isPlain() && bytes.Contains(p.Body, []byte("begin "))) {
			break
		} else if i == len(c.m.Parts)-1 {
			return
		}
	}
	old := c.m.Parts
	at := make([]int, len(old)) // where the old ones are now
	c.m.Parts = make([]Part, 0, len(old)+8)
	for i := range old {
		p := old[i]
		if p.Parent >= 0 {
			p.Parent = at[p.Parent]
		}
		at[i] = len(c.m.Parts)
		c.m.Parts = append(c.m.Parts, p)
		c.openPart(at[i])
	}
}

// openPart appends the parts inside of the last part, at index i.
func (c *content) openPart(i int) {
	p := c.m.Parts[i]
	switch {
	case p.isMultipart():
	case p.isPlain():
		for rest := p.Body; ; {
			b, ok := nextUU(rest)
			if !ok {
				return
			}
			data := decodeUULines(rest[b.lines:b.end], c.left.DecodedBytes)
			if !c.inner(i, Part{Type: "application/octet-stream", Disposition: "attachment", Name: b.name, Encoding: "x-uuencode", Body: data}) {
				return
			}
			rest = rest[b.end:]
		}
	case p.isTNEF():
		c.openTNEF(i, p)
	}
}

func (c *content) openTNEF(i int, p Part) {
	if c.depth+p.Depth+1 >= c.lim.Depth {
		c.defect(OverLimit)
		return
	}
	m := tnef.Open(p.Body, min(c.left.DecodedBytes, c.lim.TextBytes))
	if m.Broken {
		c.defect(BadArchive)
	}
	if m.Text != "" && !c.inner(i, Part{Type: "text/plain", Params: map[string]string{"charset": "utf-8"}, Body: []byte(m.Text)}) {
		return
	}
	if len(m.HTML) > 0 {
		var params map[string]string
		if m.UTF8 {
			params = map[string]string{"charset": "utf-8"}
		}
		if !c.inner(i, Part{Type: "text/html", Params: params, Body: m.HTML}) {
			return
		}
	}
	for _, f := range m.Files {
		kind, _, _ := mediaType(f.Type)
		if tnef.Is(f.Data) {
			kind = "application/ms-tnef"
		}
		if strings.Count(kind, "/") != 1 || strings.HasPrefix(kind, "multipart/") {
			kind = "application/octet-stream"
		}
		part := Part{Type: kind, Disposition: "attachment", Name: oneLine(f.Name), ContentID: oneLine(f.ContentID), Body: f.Data}
		if !c.inner(i, part) {
			return
		}
		if kind == "application/ms-tnef" {
			c.openPart(len(c.m.Parts) - 1)
		}
	}
}

// inner appends a part that stands inside of part i, if the limits let it.
func (c *content) inner(i int, p Part) bool {
	if !c.spend(&c.left.Parts) {
		return false
	}
	if len(p.Body) > c.left.DecodedBytes {
		c.defect(OverLimit)
		return false
	}
	c.left.DecodedBytes -= len(p.Body)
	up := &c.m.Parts[i]
	p.Parent, p.Depth = i, up.Depth+1
	p.HeaderStart, p.Start, p.End = up.Start, up.Start, up.Start
	c.m.Parts = append(c.m.Parts, p)
	return true
}

// isPlain reports a leaf of plain text, in which other files may stand.
func (p *Part) isPlain() bool { return p.Type == "text/plain" }
