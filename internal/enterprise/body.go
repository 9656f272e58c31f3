package enterprise

import (
	"encoding/base64"
	"strings"
)

// content writes the text of a letter, and its file.
func (r *run) content(s *sheet, v *voice, l *letter) {
	text := l.text + r.quote(v, l)
	if l.file == "" {
		r.body(s, v, text, len(l.text))
		return
	}
	boundary := "mixed" + r.digits(16)
	s.field("Content-Type", "multipart/mixed;\r\n boundary=\"", boundary, "\"")
	s.add("\r\n--", boundary, "\r\n")
	r.body(s, v, text, len(l.text))
	s.add("\r\n--", boundary, "\r\n")
	s.field("Content-Disposition", "attachment; filename=\"details-", r.digits(4), ".txt\"")
	s.part("text/plain", "base64", l.file)
	s.add("\r\n--", boundary, "--\r\n")
}

// body writes the content of a message; own is how much of text is not quoted.
func (r *run) body(s *sheet, v *voice, text string, own int) {
	p := v.desk.program
	encoding := "7bit"
	for i := range len(text) {
		if text[i] >= 0x80 {
			encoding = p.encoding
			break
		}
	}
	if !p.html {
		s.part("text/plain", encoding, text)
		return
	}
	boundary := p.boundary + r.digits(16)
	s.field("Content-Type", "multipart/alternative;\r\n boundary=\"", boundary, "\"")
	s.add("\r\n--", boundary, "\r\n")
	s.part("text/plain", encoding, text)
	s.add("\r\n--", boundary, "\r\n")
	s.part("text/html", encoding, page(text, own))
	s.add("\r\n--", boundary, "--\r\n")
}

// part writes one leaf.
func (s *sheet) part(media, encoding, text string) {
	s.field("Content-Type", media, "; charset=utf-8")
	s.field("Content-Transfer-Encoding", encoding)
	s.add("\r\n")
	text = strings.ReplaceAll(text, "\n", "\r\n")
	switch encoding {
	case "base64":
		s.base64(text)
	case "quoted-printable":
		s.quotedPrintable(text)
	default:
		s.add(text)
	}
}

func (s *sheet) base64(text string) {
	const line = 57 // bytes that make 76 characters
	for len(text) > 0 {
		n := min(line, len(text))
		s.b = base64.StdEncoding.AppendEncode(s.b, []byte(text[:n]))
		s.add("\r\n")
		text = text[n:]
	}
}

// quotedPrintable writes text as RFC 2045 §6.7 has it.
func (s *sheet) quotedPrintable(text string) {
	const hex = "0123456789ABCDEF"
	width := 0
	for i := range len(text) {
		c := text[i]
		if c == '\r' || c == '\n' {
			s.b, width = append(s.b, c), 0
			continue
		}
		if width > 71 {
			s.add("=\r\n")
			width = 0
		}
		if c == '=' || c < ' ' || c > '~' || c == ' ' && i+1 < len(text) && text[i+1] == '\r' {
			s.b, width = append(s.b, '=', hex[c>>4], hex[c&15]), width+3
			continue
		}
		s.b, width = append(s.b, c), width+1
	}
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;")

// page is text as HTML: a paragraph a line, links to click on, and what is
// quoted set apart.
func page(text string, own int) string {
	var b strings.Builder
	b.WriteString("<html><body>\n")
	paragraphs(&b, text[:own], "")
	if own < len(text) {
		b.WriteString("<div class=\"gmail_quote\">\n")
		intro, quoted, _ := strings.Cut(strings.TrimPrefix(text[own:], "\n"), "\n")
		paragraphs(&b, intro+"\n", "")
		b.WriteString("<blockquote type=\"cite\">\n")
		paragraphs(&b, quoted, "> ")
		b.WriteString("</blockquote></div>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

func paragraphs(b *strings.Builder, text, prefix string) {
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSpace(line), strings.TrimSpace(prefix))
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		b.WriteString("<p>")
		before, url, ok := strings.Cut(line, "https://")
		b.WriteString(escape.Replace(before))
		if ok {
			url = escape.Replace("https://" + url)
			b.WriteString("<a href=\"" + url + "\">" + url + "</a>")
		}
		b.WriteString("</p>\n")
	}
}
