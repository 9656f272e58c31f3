package parse

import (
	inside "postern/content"
	"postern/content/archive"
)

// archive lists the names in an archive, as far as the limits of the message
// go.
func (c *content) archive(a *Attachment, body []byte) {
	budget := c.left.Content
	budget.Bytes = min(budget.Bytes, c.left.DecodedBytes)
	before := budget.Bytes
	a.Found = inside.Guard(inside.Archive, func(f *inside.Found) { archive.Decode(f, body, a.Name, c.passwords(), &budget) })
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
}
