package parse

import (
	"bytes"
	"strings"
)

// How many times the bytes of text that are kept are read of one part. Most of
// a page is markup.
const (
	plainTimes = 2
	pageTimes  = 8
)

// text fills Message.Text and the links of what the reader sees.
func (c *content) text() {
	if len(c.m.Parts) == 0 {
		return
	}
	for i := range c.page.sinks {
		c.page.sinks[i].limit = c.lim.TextBytes
	}
	c.show(0)
	p := &c.page
	for i := range p.sinks {
		if p.sinks[i].over {
			c.defect(OverLimit)
		}
		if i != hidden {
			c.bareLinks(p.sinks[i].String(), p.sinks[i].anchors, InText)
			c.gappedLinks(p.sinks[i].String())
		}
	}
	t := &c.m.Text
	t.split(p.sinks[visible].String())
	marked := p.sinks[quoted].String()
	known := t.forwards(marked)
	t.Quoted = joinText(t.Quoted, marked)
	t.Signature = joinText(t.Signature, p.sinks[signature].String())
	t.Hidden = p.sinks[hidden].String()
	if t.Visible == "" || len(t.Signature) > maxSignature { // no signature then
		t.Visible, t.Signature = joinText(t.Visible, t.Signature), ""
	}
	if len(t.Disclaimer) > maxNotice {
		t.Visible, t.Disclaimer = joinText(t.Visible, t.Disclaimer), ""
	}
	if t.Visible == "" && !known && t.Quoted == marked { // markup alone makes no quotation
		t.Visible, t.Quoted = marked, ""
	}
	t.Preheader, t.Alt = p.preheader(), strings.TrimSuffix(view(p.alt), "\n")
	if t.Blank = p.sinks[visible].most; t.Blank > 0 {
		t.Below = max(0, len(t.Visible)-p.sinks[visible].below)
	}
	t.Folded, t.Disguise = Fold(t.Visible)
	t.Disguise.Split = p.disguise.Split
	t.Disguise.ZeroWidth += p.disguise.ZeroWidth
	t.Disguise.SoftHyphens, t.Disguise.Direction = p.disguise.SoftHyphens, p.disguise.Direction
}

func joinText(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// show writes what a mail program shows of part i and its descendants, and
// notes which leaves were shown. It recurses no deeper than Limits.Depth.
func (c *content) show(i int) {
	p := &c.m.Parts[i]
	switch {
	case p.Type == "multipart/alternative":
		c.showAlternative(i)
	case p.isTNEF():
		c.showTNEF(i)
	case p.isMultipart():
		for j, end := i+1, c.m.subtree(i); j < end; j = c.m.subtree(j) {
			c.show(j)
		}
	case p.isText() && p.Disposition != "attachment" && (p.Name == "" || p.Disposition == "inline" || !c.page.begun):
		p.shown = true
		c.page.begun = true
		c.showText(p)
	}
}

// showAlternative shows the HTML form where there is one with visible text,
// as mail programs do, and else the last form that is text (RFC 2046 §5.1.4).
func (c *content) showAlternative(i int) {
	plain, rich := -1, -1
	for j, end := i+1, c.m.subtree(i); j < end; {
		next := c.m.subtree(j)
		if next > j+1 && c.m.Parts[j].Disposition == "attachment" {
			j = next
			continue
		}
		for k := j; k < next; k++ {
			p := &c.m.Parts[k]
			if !p.isText() || p.Disposition == "attachment" || k > j && p.Name != "" && p.Disposition != "inline" {
				continue
			}
			p.shown = true // or another form of what is shown
			if p.Type == "text/html" {
				rich = j
			} else if p.Type == "text/plain" || plain < 0 {
				plain = j
			}
		}
		j = next
	}
	if rich >= 0 {
		before, wasHTML := c.page.seen(), c.m.Text.HTML
		c.showForm(rich)
		if plain < 0 || c.page.seen() > before {
			c.otherForm(plain)
			return
		}
		c.m.Text.HTML = wasHTML
	}
	if plain >= 0 {
		c.showForm(plain)
	}
}

// showTNEF shows the body that Outlook handed over, where the message has none
// of its own beside it.
func (c *content) showTNEF(i int) {
	if c.page.seen() == 0 {
		c.showAlternative(i)
		return
	}
	for j, end := i+1, c.m.subtree(i); j < end; j++ {
		if p := &c.m.Parts[j]; p.isText() && p.Disposition == "" {
			p.shown = true
		}
	}
}

// otherForm notes the plain form of what is shown.
func (c *content) otherForm(i int) {
	if i < 0 || c.m.Text.Other != "" || c.m.Parts[i].Type != "text/plain" {
		return
	}
	p := &c.m.Parts[i]
	text, _ := decodeCharset(p.Body[:min(len(p.Body), c.lim.TextBytes)], p.Params["charset"])
	c.m.Text.Other = strings.TrimSpace(text)
}

// showForm shows one form of an alternative, whatever its name.
func (c *content) showForm(i int) {
	if p := &c.m.Parts[i]; !p.isMultipart() && !p.isTNEF() {
		c.page.begun = true
		c.showText(p)
		return
	}
	c.show(i)
}

// seen is how much text there is for the reader.
func (p *page) seen() int {
	return len(p.sinks[visible].buf) + len(p.sinks[quoted].buf) + len(p.sinks[signature].buf)
}

// isText reports a leaf that mail programs show as text.
func (p *Part) isText() bool {
	sub, ok := strings.CutPrefix(p.Type, "text/")
	if !ok {
		return false
	}
	switch sub {
	case "calendar", "csv", "vcard", "x-vcard", "directory", "rtf", "xml", "css", "javascript", "rfc822-headers", "x-amp-html":
		return false
	}
	return true
}

// showText writes one leaf.
func (c *content) showText(p *Part) {
	charset := p.Params["charset"]
	isHTML := p.Type == "text/html"
	if isHTML && charset == "" {
		charset = metaCharset(p.Body)
	}
	body := p.Body
	if p.isPlain() && bytes.Contains(body, []byte("begin ")) {
		body = withoutUU(body)
	}
	most := plainTimes * c.lim.TextBytes
	if isHTML {
		most = pageTimes * c.lim.TextBytes
	}
	if len(body) > most {
		c.defect(OverLimit)
		body = body[:most]
	}
	text, defect := decodeCharset(body, charset)
	if defect != "" {
		c.defect(defect)
	}
	if isHTML {
		c.m.Text.HTML = true
		c.showHTML(text, InAnchor)
		return
	}
	c.drawPlain(text)
	c.page.plain(text, strings.EqualFold(p.Params["format"], "flowed"), strings.EqualFold(p.Params["delsp"], "yes"))
}

// metaCharset finds the charset that an HTML document declares about itself.
func metaCharset(body []byte) string {
	head := bytes.ToLower(body[:min(len(body), 4096)])
	_, after, ok := bytes.Cut(head, []byte("charset="))
	if !ok {
		return ""
	}
	after = bytes.TrimLeft(after, `"' `)
	if end := bytes.IndexAny(after, "\"' />;\r\n"); end > 0 {
		return string(after[:end])
	}
	return ""
}

// plain writes plain text line by line. Flowed lines (RFC 3676 §4.4) are
// joined within their quote depth; delsp drops the space they were broken at.
func (p *page) plain(text string, flowed, delsp bool) {
	out := &p.sinks[visible]
	out.lineBreak(1)
	depth, soft := 0, false // of the line before
	for line := range strings.Lines(text) {
		line = bareLine(line)
		if strings.TrimSpace(line) == "" {
			line = ""
			out.empty++
		}
		if !flowed {
			p.write(line)
			out.newline()
			continue
		}
		quotes := len(line) - len(strings.TrimLeft(line, ">"))
		body := strings.TrimPrefix(line[quotes:], " ")
		if soft && (quotes != depth || body == "-- ") {
			out.newline()
			soft = false
		}
		if !soft && quotes > 0 {
			p.write(line[:quotes] + " ")
		}
		soft, depth = strings.HasSuffix(body, " ") && body != "-- ", quotes
		if soft && delsp {
			body = body[:len(body)-1]
		}
		p.write(body)
		if !soft {
			out.newline()
		}
	}
	if soft {
		out.newline()
	}
}
