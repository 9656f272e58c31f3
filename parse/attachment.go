package parse

import (
	"bytes"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	inside "postern/content"
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
		a := Attachment{Part: i, Name: p.Name, Declared: p.Type, Sniffed: sniff(p.Body), Size: len(p.Body)}
		switch {
		case p.Type == "message/rfc822" || p.Type == "message/global":
			if a.Message = c.nested(p); a.Message != nil {
				c.m.Text.attached(a.Message)
			}
		case kindOf(&a, p.Body) != inside.Unknown, strings.HasPrefix(p.Type, "text/"):
			c.inspect(&a, p)
		default:
			c.look(&a, p.Body)
		}
		c.m.Attachments = append(c.m.Attachments, a)
	}
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

// look looks into a file for what its first bytes promise.
func (c *content) look(a *Attachment, body []byte) {
	switch {
	case bytes.HasPrefix(body, []byte("PK")):
		c.listZip(a, body, "", 0)
	case bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		c.listGzip(a, body)
	case a.Sniffed == "application/x-tar":
		c.listTar(a, body, "")
	case bytes.HasPrefix(body, []byte{0xd0, 0xcf, 0x11, 0xe0}): // an OLE file (MS-OFFCRYPTO §2.3.2)
		a.Encrypted = bytes.Contains(body, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"))
	}
}
