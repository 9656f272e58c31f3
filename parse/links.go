package parse

import (
	"bytes"
	"strings"

	"golang.org/x/net/html/atom"
)

// maxDataURL is how much is kept of a data: URL, which can hold a whole file.
const maxDataURL = 256

// tagLinks notes the links that a start tag makes.
func (c *content) tagLinks(tag atom.Atom, a *attrs, origin Origin) {
	switch tag {
	case atom.A:
		c.endLink()
		if a.href != nil {
			c.beginLink(a.href, origin)
		}
	case atom.Area:
		c.htmlLink(a.href, origin)
	case atom.Form, atom.Button, atom.Input:
		c.htmlLink(a.action, formOrigin(origin))
		if a.src != nil { // the image of a button
			c.resource(a.src)
		}
	case atom.Base:
		if c.page.base == (URL{}) {
			c.page.base = ParseURL(string(a.href))
			c.htmlLink(a.href, redirectOrigin(origin))
		}
	case atom.Meta:
		if string(a.equiv) == "refresh" {
			c.htmlLink(refreshURL(a.content), redirectOrigin(origin))
		}
	case atom.Link:
		c.resource(a.href)
	case atom.Object:
		c.frame(a.data, origin)
	case atom.Iframe, atom.Frame, atom.Embed:
		c.frame(a.src, origin)
	case atom.Img:
		c.page.image = true
		if c.resource(a.src) {
			c.m.Links[len(c.m.Links)-1].Image = true
		}
	default:
		if a.href != nil { // the shapes of VML that Outlook draws as buttons
			c.htmlLink(a.href, origin)
		}
		if a.src != nil {
			c.resource(a.src)
		}
	}
	c.attributeLinks(a)
}

// attributeLinks notes the links of attributes that any tag may have.
func (c *content) attributeLinks(a *attrs) {
	if a.onclick != nil {
		c.scriptLinks(string(a.onclick))
	}
	if a.background != nil {
		c.resource(a.background)
	}
	if a.srcset != nil {
		for candidate := range bytes.SplitSeq(a.srcset, []byte(", ")) {
			url, _, _ := bytes.Cut(bytes.TrimSpace(candidate), []byte(" "))
			c.resource(url)
		}
	}
	if a.images != nil {
		c.styleLinks(a.images)
	}
}

// formOrigin and its like keep the origin of what stands in an attachment.
func formOrigin(o Origin) Origin {
	if o == InAttachment {
		return o
	}
	return InForm
}

func redirectOrigin(o Origin) Origin {
	if o == InAttachment {
		return o
	}
	return InRedirect
}

// resource notes what is fetched without a click; parts of the message itself
// (RFC 2392) are no links.
func (c *content) resource(url []byte) bool {
	url = bytes.TrimSpace(url)
	if bytes.HasPrefix(url, []byte("cid:")) {
		return false
	}
	if bytes.HasPrefix(url, []byte("data:image/")) {
		c.dataImage(url)
	}
	return c.htmlLink(url, InResource)
}

// frame notes a page in the page. That of an attachment is what it shows.
func (c *content) frame(url []byte, origin Origin) {
	if origin != InAttachment {
		origin = InResource
	}
	c.htmlLink(url, origin)
}

// styleLinks notes url(...) in an inline style.
func (c *content) styleLinks(style []byte) {
	for {
		_, after, ok := bytes.Cut(style, []byte("url("))
		if !ok {
			return
		}
		var url []byte
		url, style, _ = bytes.Cut(after, []byte(")"))
		c.resource(bytes.Trim(url, " '\""))
	}
}

// refreshURL is the address in the content of a <meta http-equiv=refresh>.
func refreshURL(content []byte) []byte {
	i := bytes.Index(lower(bytes.Clone(content)), []byte("url"))
	if i < 0 {
		return nil
	}
	url := bytes.TrimLeft(content[i+3:], " \t")
	return bytes.Trim(bytes.TrimPrefix(url, []byte("=")), " \t'\"")
}

// htmlLink notes a link from an attribute. Fragments of the page are none.
func (c *content) htmlLink(url []byte, origin Origin) bool {
	url = bytes.TrimFunc(url, func(r rune) bool { return r <= ' ' })
	if len(url) == 0 || url[0] == '#' {
		return false
	}
	link := string(url)
	u := ParseURL(link)
	if u.Scheme == "" {
		u = c.page.base.resolve(link)
	}
	if !c.addLink(link, u, origin) {
		return false
	}
	if origin != InResource && (u.Scheme == "data" || u.Scheme == "javascript") {
		c.scriptLinks(u.Path)
	}
	return true
}

// addLink notes a link; false means that the limit was reached.
func (c *content) addLink(url string, u URL, origin Origin) bool {
	if !c.spend(&c.left.Links) {
		return false
	}
	if u.Scheme == "data" && len(url) > maxDataURL {
		url = strings.ToValidUTF8(url[:maxDataURL], "")
	}
	if cap(c.m.Links) == 0 {
		c.m.Links = make([]Link, 0, min(c.left.Links, 1+len(c.raw)/512))
	}
	l := Link{URL: url, Scheme: u.Scheme, Host: u.Host, Leads: u.Host, Origin: origin}
	if u.Host != "" && origin != InResource {
		l.follow(u)
	}
	c.m.Links = append(c.m.Links, l)
	return true
}

// follow notes where the URL passes on to.
func (l *Link) follow(u URL) {
	p := unwrap(u)
	l.Target, l.Leads, l.Rewritten, l.Redirected = p.url, p.to.Host, p.rewritten, p.through
	l.Inner = p.to.inner()
}

// fileLink notes a link that a file holds, with the words that lead there.
// There is nothing that it could be relative to.
func (c *content) fileLink(url, text string, origin Origin) bool {
	url = bareOfSpace(toUTF8(url))
	u := ParseURL(url)
	if u.Scheme == "" {
		u = URL{}.resolve(url)
	}
	if url == "" || !c.addLink(url, u, origin) {
		return url == ""
	}
	c.m.Links[len(c.m.Links)-1].Text = oneLine(toUTF8(text))
	return true
}

// beginLink notes an anchor, whose text follows.
func (c *content) beginLink(href []byte, origin Origin) {
	p, before := &c.page, len(c.m.Links)
	if !c.htmlLink(href, origin) {
		return
	}
	p.link = before + 1
	p.in = p.top.sink()
	p.sinks[p.in].settle()
	p.from, p.image = len(p.sinks[p.in].buf), false
}

// endLink gives the open anchor its text.
func (c *content) endLink() {
	p := &c.page
	if p.link == 0 {
		return
	}
	l, s := &c.m.Links[p.link-1], &p.sinks[p.in]
	p.link = 0
	if p.in == hidden || p.dark {
		return
	}
	l.Text = words(s.buf[p.from:])
	l.Image = l.Text == "" && p.image
	s.anchors = append(s.anchors, span{p.from, len(s.buf)})
}

// outlookLinks notes the links in a conditional comment, which Outlook shows:
// their words mostly say again what stands beside it, and are no text.
func (c *content) outlookLinks(comment []byte, origin Origin) {
	if !bytes.HasPrefix(comment, []byte("<!--[if")) {
		return
	}
	z := scanner{doc: bytes.TrimPrefix(comment, []byte("<!--"))}
	for kind := z.next(); kind != endToken; kind = z.next() {
		if kind == startTagToken && z.attrs.href != nil {
			c.htmlLink(z.attrs.href, origin)
		}
	}
}

// words is text on one line, its white space collapsed.
func words(text []byte) string {
	text = bytes.TrimSpace(text)
	if bytes.IndexByte(text, '\n') < 0 && !bytes.Contains(text, []byte("  ")) {
		return view(text) // a sink only ever grows
	}
	return string(bytes.Join(bytes.Fields(text), []byte(" ")))
}
