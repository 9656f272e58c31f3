package train

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"

	"postern/parse"
)

// An Evasion rewrites an attack so that it reads the same to a person.
type Evasion struct {
	Name    string
	rewrite func(*letter)
}

// Evasions are the ways of attackers to hide what a message says.
var Evasions = []Evasion{
	{"homoglyphs", func(l *letter) { l.words(homoglyphs) }},
	{"zero-width characters", func(l *letter) { l.words(zeroWidth) }},
	{"synonyms", func(l *letter) { l.words(reword) }},
	{"image only", (*letter).imageOnly},
	{"padding with harmless text", (*letter).padding},
	{"HTML tricks", (*letter).tricks},
	{"translated", (*letter).translated},
	{"links behind a redirector", (*letter).redirected},
	{"text in an attachment", (*letter).attached},
	{"split across parts", (*letter).split},
}

// A letter is a message to be rewritten.
type letter struct {
	msg     *parse.Message
	subject string
	parts   []piece // shown one after the other
	files   [][]byte
}

// A piece is one part of the text.
type piece struct {
	kind string // media type
	text string
	name string // of the file, where it is attached
}

// Apply rewrites a message. What it has attached stays.
func (e *Evasion) Apply(raw []byte) []byte {
	m := parse.Read(raw, parse.DefaultLimits)
	l := &letter{msg: m, subject: m.Subject}
	for i := range m.Parts {
		p := &m.Parts[i]
		switch {
		case p.Body == nil || p.HeaderStart < 0 || p.End > len(raw):
		case p.Disposition != "attachment" && (p.Type == "text/html" || p.Type == "text/plain" && !m.Text.HTML):
			l.parts = append(l.parts, piece{kind: p.Type, text: strings.ToValidUTF8(string(p.Body), "")})
		case p.Type != "text/plain" && i > 0:
			l.files = append(l.files, raw[p.HeaderStart:p.End])
		}
	}
	if len(l.parts) == 0 {
		l.parts = []piece{{kind: "text/plain", text: m.Text.Visible}}
	}
	e.rewrite(l)
	return l.write(raw)
}

// write makes a message of the letter, under the header that it had.
func (l *letter) write(raw []byte) []byte {
	var out bytes.Buffer
	for _, f := range l.msg.Header {
		name := strings.ToLower(f.Name)
		if strings.HasPrefix(name, "content-") || name == "mime-version" || name == "subject" {
			continue
		}
		out.Write(raw[f.Start:f.End])
	}
	const boundary = "=_evasion"
	fmt.Fprintf(&out, "Subject: =?utf-8?B?%s?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n", base64.StdEncoding.EncodeToString([]byte(l.subject)), boundary)
	for _, p := range l.parts {
		fmt.Fprintf(&out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n", boundary, p.kind)
		if p.name != "" {
			fmt.Fprintf(&out, "Content-Disposition: attachment; filename=\"%s\"\r\n", p.name)
		}
		out.WriteString("\r\n")
		out.Write(encode("base64", []byte(p.text)))
	}
	for _, f := range l.files {
		fmt.Fprintf(&out, "--%s\r\n", boundary)
		out.Write(bytes.TrimRight(f, "\r\n"))
		out.WriteString("\r\n")
	}
	fmt.Fprintf(&out, "--%s--\r\n", boundary)
	return out.Bytes()
}

// words changes the words that the reader sees.
func (l *letter) words(change func(word string, n int) string) {
	n := 0
	each := func(text string) string {
		words := strings.Split(text, " ")
		for i, w := range words {
			if w != "" && !strings.ContainsAny(w, "@/&;=") {
				words[i] = change(w, n)
				n++
			}
		}
		return strings.Join(words, " ")
	}
	l.subject = each(l.subject)
	for i := range l.parts {
		l.parts[i].text = l.parts[i].seen(each)
	}
}

// seen applies change to the text between the tags.
func (p *piece) seen(change func(string) string) string {
	if p.kind != "text/html" {
		return change(p.text)
	}
	var out strings.Builder
	rest, silent := p.text, ""
	for rest != "" {
		open := strings.IndexByte(rest, '<')
		if open < 0 {
			open = len(rest)
		}
		text := rest[:open]
		if silent == "" {
			text = change(text)
		}
		out.WriteString(text)
		rest = rest[open:]
		end := strings.IndexByte(rest, '>') + 1
		if end == 0 {
			end = len(rest)
		}
		tag := strings.ToLower(rest[:end])
		out.WriteString(rest[:end])
		rest = rest[end:]
		for _, name := range []string{"style", "script", "title"} {
			if strings.HasPrefix(tag, "<"+name) {
				silent = name
			}
			if strings.HasPrefix(tag, "</"+silent) {
				silent = ""
			}
		}
	}
	return out.String()
}

// link is where the attack wants its reader.
func (l *letter) link() string {
	for i := range l.msg.Links {
		if k := &l.msg.Links[i]; strings.HasPrefix(k.Scheme, "http") && k.Origin != parse.InResource {
			return k.URL
		}
	}
	return ""
}

// imageOnly shows a picture of the text in its place.
func (l *letter) imageOnly() {
	l.parts = []piece{{kind: "text/html", text: fmt.Sprintf(`<a href="%s"><img src="https://images.example/%x.png" width="600" height="800"></a>`, html.EscapeString(l.link()), l.subject)}}
}

// padding adds other people's harmless words beneath many empty lines.
func (l *letter) padding() {
	const lines = 40
	p := &l.parts[len(l.parts)-1]
	if p.kind == "text/html" {
		p.text += strings.Repeat("<br>\n", lines) + "<p>" + strings.ReplaceAll(harmless, "\n", "</p>\n<p>") + "</p>"
		return
	}
	p.text += strings.Repeat("\n", lines) + harmless
}

// tricks breaks words up in the source, where the reader does not see it.
func (l *letter) tricks() {
	for i := range l.parts {
		p := &l.parts[i]
		if p.kind != "text/html" {
			p.kind, p.text = "text/html", "<p>"+strings.ReplaceAll(html.EscapeString(p.text), "\n", "<br>\n")+"</p>"
		}
		p.text = p.seen(func(text string) string {
			words := strings.Split(text, " ")
			for n, w := range words {
				if r := []rune(w); len(r) > 4 && !strings.ContainsAny(w, "&;") {
					words[n] = string(r[:2]) + [...]string{"<!-- -->", `<span style="display:none">x</span>`, "<b></b>"}[n%3] + string(r[2:])
				}
			}
			return strings.Join(words, " ")
		})
	}
}

// redirected leads every link through a service that leads on.
func (l *letter) redirected() {
	for i := range l.msg.Links {
		k := &l.msg.Links[i]
		if !strings.HasPrefix(k.Scheme, "http") || k.Origin == parse.InResource {
			continue
		}
		to := "https://www.google.com/url?q=" + url.QueryEscape(k.URL)
		for n := range l.parts {
			for _, form := range []string{html.EscapeString(k.URL), k.URL} {
				l.parts[n].text = strings.ReplaceAll(l.parts[n].text, `"`+form+`"`, `"`+to+`"`)
			}
		}
	}
}

// attached moves the text into a file.
func (l *letter) attached() {
	for i := range l.parts {
		l.parts[i].name = fmt.Sprintf("document%d.%s", i+1, strings.TrimPrefix(l.parts[i].kind, "text/"))
	}
	l.parts = append([]piece{{kind: "text/plain", text: "Please see the attached document.\r\n"}}, l.parts...)
}

// split parts the text in several parts, in the middle of a sentence.
func (l *letter) split() {
	text := l.msg.Text.Visible
	words := strings.Fields(text)
	const most = 4
	size := len(words)/most + 1
	l.parts = nil
	for len(words) > 0 {
		n := min(size, len(words))
		l.parts = append(l.parts, piece{kind: "text/plain", text: strings.Join(words[:n], " ")})
		words = words[n:]
	}
	if to := l.link(); to != "" {
		l.parts = append(l.parts, piece{kind: "text/html", text: `<a href="` + html.EscapeString(to) + `">` + html.EscapeString(to) + `</a>`})
	}
}
