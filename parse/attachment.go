package parse

import (
	"bytes"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// attachments lists the leaves that are not the text, reads nested messages,
// and looks into archives and into files that carry links.
func (c *content) attachments() {
	for i := range c.m.Parts {
		p := &c.m.Parts[i]
		if p.isMultipart() || p.shown {
			continue
		}
		if !c.spend(&c.left.Attachments) {
			return
		}
		a := c.attachment(i, p)
		c.m.Attachments = append(c.m.Attachments, a)
	}
}

// attachment reads one file.
func (c *content) attachment(part int, p *Part) Attachment {
	a := Attachment{Part: part, Name: p.Name, Declared: p.Type, Sniffed: sniff(p.Body), Size: len(p.Body)}
	switch {
	case !p.isMessage():
		c.inspect(&a, p)
	default:
		if a.Message = c.nested(p); a.Message != nil {
			c.m.Text.attached(a.Message)
		}
	}
	return a
}

// isMessage reports a message in the message. Some programs send one as a file
// of no type.
func (p *Part) isMessage() bool {
	return p.Type == "message/rfc822" || p.Type == "message/global" ||
		p.Type == "application/octet-stream" && len(p.Name) > 4 && strings.EqualFold(p.Name[len(p.Name)-4:], ".eml")
}

// nested reads a message inside the message, which counts as one more depth.
func (c *content) nested(p *Part) *Message {
	depth := c.depth + p.Depth + 1
	if depth > c.lim.Depth || c.left.Parts == 0 {
		c.defect(OverLimit)
		return nil
	}
	m := read(p.Body, c.lim, c.left, depth)
	for _, d := range m.Defects {
		if d == OverLimit {
			c.defect(d)
		}
	}
	return m
}

// sniff tells the media type of a file by its first bytes.
func sniff(body []byte) string {
	if len(body) == 0 {
		return "application/octet-stream"
	}
	kind, _, _ := strings.Cut(mimetype.Detect(body).String(), ";")
	if kind == "text/plain" && looksLikeHTML(body) {
		return "text/html"
	}
	return kind
}

// looksLikeHTML reports a page without the usual beginning, which a browser
// shows all the same.
func looksLikeHTML(body []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 1024)]))
	if !bytes.HasPrefix(head, []byte("<")) {
		return false
	}
	for _, tag := range [...]string{"<html", "<body", "<form", "<script", "<meta", "<iframe", "<a ", "<div", "<table", "<p", "<img"} {
		if bytes.Contains(head, []byte(tag)) {
			return true
		}
	}
	return false
}

// isHTMLFile reports a file that a browser would open as a page.
func isHTMLFile(a *Attachment) bool {
	if a.Declared == "text/html" || a.Sniffed == "text/html" || a.Declared == "application/xhtml+xml" ||
		a.Declared == "image/svg+xml" || a.Sniffed == "image/svg+xml" {
		return true
	}
	name := strings.ToLower(a.Name)
	return strings.HasSuffix(name, ".htm") || strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".shtml")
}
