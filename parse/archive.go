package parse

import (
	"path"
	"strings"

	inside "postern/content"
	"postern/content/archive"
)

// archive lists the names in an archive, and has the documents in it read, as
// far as the limits of the message go.
func (c *content) archive(a *Attachment, p *Part) {
	budget := c.left.Content
	budget.Bytes = min(budget.Bytes, c.left.DecodedBytes)
	before := budget.Bytes
	var files []Part
	open := func(name string, data []byte) {
		files = append(files, Part{Type: typeOf(name), Name: path.Base(name), Depth: p.Depth + 1, Body: data})
	}
	a.Found = inside.Guard(inside.Archive, func(f *inside.Found) { archive.Decode(f, p.Body, a.Name, c.passwords(), &budget, open) })
	spent := before - budget.Bytes
	c.left.DecodedBytes -= spent
	c.left.Content.Bytes -= spent
	c.left.Content.Steps = budget.Steps
	if len(a.Found.Names) > c.left.Entries {
		a.Found.Names = a.Found.Names[:c.left.Entries]
		a.Found.Flags |= inside.OverBudget
	}
	a.Entries = a.Found.Names
	c.left.Entries -= len(a.Entries)
	if a.Found.Flags.Has(inside.Broken) {
		c.defect(BadArchive)
	}
	if a.Found.Flags.Has(inside.OverBudget) {
		c.defect(OverLimit)
	}
	for i := range files {
		if !c.spend(&c.left.Attachments) {
			return
		}
		a.Inside = append(a.Inside, c.attachment(-1, &files[i]))
	}
}

// typeOf is the media type of a file that nobody declares one for; only those
// that are read by their type count.
func typeOf(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".eml":
		return "message/rfc822"
	case ".txt":
		return "text/plain"
	case ".htm", ".html", ".shtml", ".xhtml":
		return "text/html"
	}
	return "application/octet-stream"
}
