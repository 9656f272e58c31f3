package parse

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// maxOpen bounds the stack of open elements, and maxClose how far up an end
// tag looks for its start tag. What is nested deeper is read as text of the
// innermost element that was kept.
const (
	maxOpen  = 512
	maxClose = 64
	maxAlt   = 16 << 10 // bytes of alternative texts
)

// A page is what a mail program shows: the text flows and the links, taken
// from one or several parts.
type page struct {
	sinks [sinks]sink
	begun bool // some text part was shown
	dark  bool // nothing is shown: the file is attached

	stack []element
	top   look // of the innermost open element
	base  URL
	link  int // index behind the open link in Message.Links; 0 where none
	in    int // the sink its text goes to
	from  int // where its text begins there
	image bool
	style stylesheet

	table  table  // what the cells of the innermost table draw
	canvas canvas // what block characters draw

	ahead    int    // bytes hidden ahead of all that is shown
	alt      []byte // what stands for images, one a line
	cutAt    int    // where in the visible text something hidden stands inside a word; 0 for nowhere
	disguise Disguise
}

// An element is an open one, with the look of what encloses it.
type element struct {
	tag   atom.Atom
	outer look
	names int  // of the elements around it that rules name
	flat  bool // stands in the line, though it is of those that do not
}

// showHTML writes an HTML document: its text into the sinks, its links, with
// origin for those that are clicked, into the message. A tokenizer is enough,
// and unlike a tree it has no depth at which it gives up.
func (c *content) showHTML(text string, origin Origin) {
	p := &c.page
	p.stack, p.top, p.base, p.link, p.style = p.stack[:0], look{ink: rgb(0), ground: rgb(0xffffff)}, URL{}, 0, stylesheet{}
	p.sinks[visible].lineBreak(1)
	if !p.dark {
		p.sinks[visible].grow(len(text) / 4) // about what is not markup
	}
	z := scanner{doc: []byte(text)}
	for {
		kind := z.next()
		if kind == endToken || !c.spend(&c.left.Tokens) {
			c.endLink()
			c.searchCanvas(&p.canvas)
			return
		}
		switch kind {
		case textToken:
			c.htmlText(&z)
		case startTagToken:
			c.startTag(&z, origin)
		case endTagToken:
			c.endTag(z.tag)
		case commentToken:
			p.cut()
			c.outlookLinks(z.Raw(), origin)
		case endToken: // see above
		}
	}
}

func (c *content) htmlText(z *scanner) {
	p := &c.page
	if most := plainTimes * c.lim.TextBytes; len(z.body) > most && !p.top.skip {
		c.defect(OverLimit)
		for most > 0 && !utf8.RuneStart(z.body[most]) {
			most--
		}
		z.body = z.body[:most]
	}
	switch {
	case len(p.stack) > 0 && p.stack[len(p.stack)-1].tag == atom.Style:
		p.style.read(z.Raw())
	case len(p.stack) > 0 && p.stack[len(p.stack)-1].tag == atom.Script:
		c.scriptLinks(string(z.Raw()))
	case p.top.skip || p.dark || p.sinks[p.top.sink()].over:
		return
	case p.top.pre:
		text := z.Text()
		p.drawHTML(text)
		for line := range bytes.Lines(text) {
			p.flow(p.top.sink(), line)
			if bytes.HasSuffix(line, []byte("\n")) {
				p.sinks[p.top.sink()].addBreak()
			}
		}
	default:
		text := z.Text()
		p.drawHTML(text)
		p.flow(p.top.sink(), text)
	}
	if p.seen() == 0 {
		p.ahead = len(p.sinks[hidden].buf)
	}
}

func (c *content) startTag(z *scanner, origin Origin) {
	p := &c.page
	tag, a := z.tag, &z.attrs
	if isRawText(z.inner) && p.inDrawing() {
		z.inner = 0
	}
	p.implyEnd(tag)
	before := p.top.sink()
	isBlock := block(tag)
	flat := isBlock > 0 && a.style != nil && inLine(a.style)
	switch {
	case flat:
		p.cut()
	case isBlock > 0:
		p.sinks[before].lineBreak(isBlock)
		p.canvas.newline()
	}
	if (tag == atom.Body || tag == atom.Html) && a.style == nil && a.bgcolor == nil { // their second tags only add attributes
		c.tagLinks(tag, a, origin)
		return
	}
	p.lay(tag, a, before)
	if !isVoid(tag) && len(p.stack) < maxOpen {
		p.stack = append(p.stack, element{tag, p.top, len(p.style.scoped.path), flat})
		p.top = p.top.within(tag, a, &p.style)
		p.style.scoped.enter(tag, a)
		if after := p.top.sink(); after != before {
			p.sinks[after].lineBreak(1)
		}
	}
	if tag == atom.Td {
		p.table.cell(p.top.ground, a.class, a.colspan)
	}
	c.tagLinks(tag, a, origin)
}

// lay puts what a start tag itself shows into a sink.
func (p *page) lay(tag atom.Atom, a *attrs, in int) {
	switch tag {
	case atom.Br:
		p.sinks[in].addBreak()
		p.canvas.newline()
	case atom.Table:
		p.table.begin()
	case atom.Tr:
		p.table.row()
	case atom.Hr:
		p.sinks[in].lineBreak(1)
	case atom.Td, atom.Th:
		p.sinks[in].space = true
	case atom.Img:
		p.sinks[in].space = true
		p.altText(a.alt)
	case atom.Input:
		p.label(a)
	default:
	}
}

// altText keeps what stands for an image until it is loaded.
func (p *page) altText(alt []byte) {
	if len(alt) > 0 && !p.dark && p.top.sink() != hidden && len(p.alt)+len(alt) < maxAlt {
		p.alt = append(append(p.alt, oneLine(toUTF8(string(alt)))...), '\n')
	}
}

// label shows the words on a button and in an empty field.
func (p *page) label(a *attrs) {
	if text := a.placeholder; !p.dark && !p.top.skip {
		if string(a.kind) == "submit" || string(a.kind) == "button" {
			text = a.value
		}
		p.sinks[p.top.sink()].space = true
		p.flow(p.top.sink(), text)
		p.sinks[p.top.sink()].space = true
	}
}

func (c *content) endTag(tag atom.Atom) {
	p := &c.page
	switch tag {
	case atom.A:
		c.endLink()
	case atom.Table:
		c.searchTable()
	default:
	}
	if n := block(tag); n > 0 && !p.flat(tag) {
		p.sinks[p.top.sink()].lineBreak(n)
		p.canvas.newline()
	}
	for i := len(p.stack) - 1; i >= 0 && i >= len(p.stack)-maxClose; i-- {
		if p.stack[i].tag == tag {
			p.popTo(i)
			return
		}
		if isScope(p.stack[i].tag) && !isTable(tag) {
			return // an end tag does not reach out of its table cell
		}
	}
}

// flat tells whether the innermost element is one of tag that stands in the
// line.
func (p *page) flat(tag atom.Atom) bool {
	n := len(p.stack)
	return n > 0 && p.stack[n-1].flat && p.stack[n-1].tag == tag
}

// popTo closes the innermost elements down to stack[i].
func (p *page) popTo(i int) {
	before := p.top.sink()
	p.top = p.stack[i].outer
	p.style.scoped.leave(p.stack[i].names)
	p.stack = p.stack[:i]
	if after := p.top.sink(); after != before && after != hidden && before != hidden {
		p.sinks[after].lineBreak(1)
	}
}

// implyEnd closes elements whose end tag may be left out.
func (p *page) implyEnd(tag atom.Atom) {
	for range 4 {
		if len(p.stack) == 0 || !endsAt(p.stack[len(p.stack)-1].tag, tag) {
			return
		}
		p.popTo(len(p.stack) - 1)
	}
}

// endsAt reports whether an open element ends where next begins.
func endsAt(open, next atom.Atom) bool {
	switch open {
	case atom.P:
		return block(next) > 0 || next == atom.Td || next == atom.Th
	case atom.Li:
		return next == atom.Li
	case atom.Dt, atom.Dd:
		return next == atom.Dt || next == atom.Dd
	case atom.Td, atom.Th:
		return next == atom.Td || next == atom.Th || next == atom.Tr || next == atom.Tbody
	case atom.Tr:
		return next == atom.Tr || next == atom.Tbody
	case atom.Option:
		return next == atom.Option
	case atom.Head:
		return next == atom.Body
	default:
		return false
	}
}

// block is the number of line breaks around an element; 0 for inline ones.
func block(tag atom.Atom) int {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Ul, atom.Ol, atom.Dl:
		return 2
	case atom.Div, atom.Table, atom.Tr, atom.Li, atom.Dt, atom.Dd, atom.Form, atom.Center, atom.Section, atom.Article,
		atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Aside, atom.Address, atom.Fieldset, atom.Figure,
		atom.Figcaption, atom.Body, atom.Option, atom.Caption, atom.Details, atom.Summary, atom.Dir, atom.Menu,
		atom.Tbody, atom.Thead, atom.Tfoot, atom.Legend, atom.Hgroup, atom.Select, atom.Xmp, atom.Plaintext:
		return 1
	default:
		return 0
	}
}

// isRawText reports the elements whose content is no markup in HTML; in SVG
// and MathML it is.
func isRawText(tag atom.Atom) bool {
	switch tag {
	case atom.Title, atom.Style, atom.Textarea, atom.Xmp, atom.Iframe, atom.Noembed, atom.Noframes, atom.Plaintext:
		return true
	default:
		return false
	}
}

// inDrawing reports an open SVG or MathML element.
func (p *page) inDrawing() bool {
	return slices.ContainsFunc(p.stack, func(e element) bool { return e.tag == atom.Svg || e.tag == atom.Math })
}

func isVoid(tag atom.Atom) bool {
	switch tag {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta,
		atom.Param, atom.Source, atom.Track, atom.Wbr, atom.Image, atom.Keygen, atom.Bgsound:
		return true
	default:
		return false
	}
}

func isScope(tag atom.Atom) bool {
	return tag == atom.Td || tag == atom.Th || tag == atom.Table || tag == atom.Caption
}

func isTable(tag atom.Atom) bool {
	switch tag {
	case atom.Table, atom.Tr, atom.Td, atom.Th, atom.Tbody, atom.Thead, atom.Tfoot, atom.Caption, atom.Body, atom.Html:
		return true
	default:
		return false
	}
}
