package parse

import (
	"bytes"
	"encoding/base64"
	"strings"

	inside "postern/content"
	"postern/content/archive"
	"postern/content/directory"
	"postern/content/image"
	"postern/content/office"
	webpage "postern/content/page"
	"postern/content/pdf"
	"postern/content/shortcut"
)

// A Code is a QR code that the message shows, or that a file shows.
type Code struct {
	Text string
	In   CodePlace
}

// A CodePlace tells where a QR code stood.
type CodePlace uint8

// The places.
const (
	CodeInImage CodePlace = iota // an image, inline or attached
	CodeInPDF                    // a page of a PDF file
	CodeInData                   // an image inside the HTML, as a data: URL
	CodeInTable                  // drawn by the cells of an HTML table
	CodeInText                   // drawn by block characters
)

// String names the place.
func (p CodePlace) String() string {
	return [...]string{"image", "pdf", "data", "table", "text"}[p]
}

// kindOf tells which decoder reads a file: by what it is, then by what it is
// called.
func kindOf(a *Attachment, body []byte) inside.Kind {
	name := strings.ToLower(a.Name)
	switch {
	case bytes.Contains(body[:min(len(body), 1024)], []byte("%PDF-")): // ISO 32000-1 Annex H 3.4.1
		return inside.PDF
	case office.Is(body):
		return inside.Office
	case archive.Is(body):
		return inside.Archive
	case shortcut.KindOf(body) != inside.Unknown:
		return shortcut.KindOf(body)
	case isHTMLFile(a):
		return inside.Page
	case strings.HasPrefix(a.Sniffed, "image/"):
		return inside.Image
	case a.Sniffed == "text/calendar", a.Declared == "text/calendar", a.Declared == "application/ics", strings.HasSuffix(name, ".ics"):
		return inside.Calendar
	case a.Sniffed == "text/vcard", a.Declared == "text/vcard", a.Declared == "text/x-vcard", strings.HasSuffix(name, ".vcf"):
		return inside.Card
	case archive.Trailing(body):
		return inside.Archive
	}
	return inside.Unknown
}

// inspect lets a decoder read a file, and joins what it found to the message.
func (c *content) inspect(a *Attachment, p *Part) {
	kind, budget := kindOf(a, p.Body), &c.left.Content
	switch kind {
	case inside.PDF:
		a.Found = inside.Guard(kind, func(f *inside.Found) { pdf.Decode(f, p.Body, c.passwords, budget) })
		c.join(a.Found, InPDF, CodeInPDF)
	case inside.Image:
		a.Found = inside.Guard(kind, func(f *inside.Found) { image.Decode(f, p.Body, budget) })
		c.join(a.Found, InAttachment, CodeInImage)
	case inside.Calendar:
		a.Found = inside.Guard(kind, func(f *inside.Found) { directory.Calendar(f, c.utf8(p), budget) })
		c.join(a.Found, InCalendar, CodeInText)
	case inside.Card:
		a.Found = inside.Guard(kind, func(f *inside.Found) { directory.Card(f, c.utf8(p), budget) })
		c.join(a.Found, InAttachment, CodeInText)
	case inside.Office:
		a.Found = inside.Guard(kind, func(f *inside.Found) { office.Decode(f, p.Body, budget) })
		c.join(a.Found, InAttachment, CodeInImage)
	case inside.Shortcut, inside.Notebook:
		a.Found = inside.Guard(kind, func(f *inside.Found) { shortcut.Decode(f, p.Body, budget) })
		c.join(a.Found, InAttachment, CodeInImage)
	case inside.Archive:
		c.archive(a, p)
	case inside.Page:
		c.attachedPage(a, p)
	default:
		if strings.HasPrefix(p.Type, "text/") {
			c.attachedText(a, p)
		}
	}
	if a.Found != nil {
		a.Encrypted = a.Encrypted || a.Found.Flags.Has(inside.Encrypted)
	}
}

// join adds the links and codes of a file to those of the message.
func (c *content) join(f *inside.Found, origin Origin, place CodePlace) {
	if f.Flags.Has(inside.Broken) {
		c.defect(BadContent)
	}
	for _, l := range f.Links {
		if !c.fileLink(l.URL, l.Text, origin) {
			return
		}
	}
	if strings.Contains(f.Text, ".") && f.Kind != inside.Page {
		c.bareLinks(f.Text, nil, origin)
	}
	c.codes(f.Codes, place)
}

// codes notes QR codes, and the links that they are.
func (c *content) codes(list []string, place CodePlace) {
	for _, text := range list {
		text = strings.TrimSpace(oneLine(text))
		c.m.Codes = append(c.m.Codes, Code{text, place})
		if ParseURL(text).Scheme != "" || looksLikeHost(text) {
			c.fileLink(text, "", InQR)
		}
	}
}

// utf8 is the content of a text part.
func (c *content) utf8(p *Part) []byte {
	text, _ := decodeCharset(p.Body, p.Params["charset"])
	return []byte(text)
}

// attachedPage reads a file that a browser opens as a page. Its text is not
// the message's.
func (c *content) attachedPage(a *Attachment, p *Part) {
	charset := p.Params["charset"]
	if charset == "" {
		charset = metaCharset(p.Body)
	}
	text, _ := decodeCharset(p.Body, charset)
	before, own := len(c.m.Links), c.page
	c.page = newPage()
	c.showHTML(text, InAttachment)
	shown := c.page.sinks[visible].String()
	c.page = own
	a.Found = inside.Guard(inside.Page, func(f *inside.Found) {
		f.Text = shown
		f.Words = len(strings.Fields(shown))
		webpage.Scan(f, []byte(text), &c.left.Content)
	})
	scripted := a.Found.Links
	a.Found.Links = nil
	for _, l := range c.m.Links[before:] {
		a.Found.AddLink(l.URL, l.Text, inside.ViaAction)
	}
	for _, l := range scripted {
		if c.linked(l.URL, before) || !c.fileLink(l.URL, "", InScript) {
			continue
		}
		a.Found.Links = append(a.Found.Links, l)
	}
	if a.Found.Flags.Has(inside.Broken) {
		c.defect(BadContent)
	}
}

// linked tells whether a link was noted already.
func (c *content) linked(url string, from int) bool {
	for i := range c.m.Links[from:] {
		if c.m.Links[from+i].URL == url {
			return true
		}
	}
	return false
}

// newPage is a page for a file of its own.
func newPage() (p page) {
	for i := range p.sinks {
		p.sinks[i].limit = inside.MaxText
	}
	return p
}

// attachedText notes the text and the links of a file of plain text.
func (c *content) attachedText(a *Attachment, p *Part) {
	text, _ := decodeCharset(p.Body, p.Params["charset"])
	c.bareLinks(text, nil, InAttachment)
	kept := strings.ToValidUTF8(text[:min(len(text), inside.MaxText)], "")
	a.Found = &inside.Found{Text: kept, Words: len(strings.Fields(kept))}
}

// dataImage reads an image that stands in the HTML itself (RFC 2397).
func (c *content) dataImage(url []byte) {
	head, data, ok := bytes.Cut(url, []byte(","))
	if !ok || !bytes.HasSuffix(head, []byte(";base64")) || len(data) > c.left.Content.Bytes {
		return
	}
	c.left.Content.Bytes -= len(data)
	data = bytes.Map(func(r rune) rune {
		if r <= ' ' || r == '=' {
			return -1
		}
		return r
	}, data)
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(data)))
	n, _ := base64.RawStdEncoding.Decode(out, data)
	f := inside.Guard(inside.Image, func(f *inside.Found) { image.Decode(f, out[:n], &c.left.Content) })
	c.codes(f.Codes, CodeInData)
}
