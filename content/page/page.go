// Package page tells what an attached web page or drawing does when a browser
// opens it: the forms it shows, what its scripts are made of, and what they
// hide. Its words and links are read elsewhere, by the reader of HTML.
package page

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"

	"postern/content"
)

// Limits of what is read.
const (
	maxPage   = 4 << 20
	maxBlocks = 16  // encoded blocks that are looked into
	minBlock  = 120 // characters of one
	minQuoted = 16  // of one that tells by its beginning what it is
	longBlock = 1024
	maxLayers = 3 // pages that hide in a page
)

// marks are the words that give an intent away, in lower case.
var marks = []struct {
	word  string
	flags content.Flags
}{
	{"<script", content.Script},
	{"javascript:", content.Script},
	{"<foreignobject", content.Foreign},
	{"atob(", content.Decode},
	{"atob`", content.Decode},
	{"[\"atob\"]", content.Decode},
	{"['atob']", content.Decode},
	{"unescape(", content.Decode},
	{"decodeuricomponent(", content.Decode},
	{"new blob(", content.Build},
	{"new file(", content.Build},
	{"createobjecturl", content.Build},
	{"mssaveoropenblob", content.Build},
	{"document.write", content.Write},
	{"document[\"write", content.Write},
	{"document['write", content.Write},
	{"innerhtml", content.Write},
	{"eval(", content.Eval},
	{"new function(", content.Eval},
	{"fromcharcode", content.CharCodes},
	{"fromcodepoint", content.CharCodes},
	{"location.href", content.Redirect},
	{"location.replace", content.Redirect},
	{"location.assign", content.Redirect},
	{"window.location", content.Redirect},
	{"document.location", content.Redirect},
	{"top.location", content.Redirect},
	{"self.location", content.Redirect},
	{"window.open(", content.Redirect},
}

// Scan reads a page.
func Scan(f *content.Found, body []byte, b *content.Budget) { scan(f, body, b, 0) }

func scan(f *content.Found, body []byte, b *content.Budget, layer int) {
	if len(body) > maxPage {
		body = body[:maxPage]
		f.Flags |= content.OverBudget
	}
	if !content.Spend(&b.Bytes, len(body)) {
		f.Flags |= content.OverBudget
		return
	}
	low := lower(body)
	for i := range marks {
		if f.Flags&marks[i].flags != marks[i].flags && bytes.Contains(low, []byte(marks[i].word)) {
			f.Flags |= marks[i].flags
		}
	}
	tags(f, low)
	if layer > 0 || f.Flags.Any(content.Script|content.Handler) {
		addresses(f, body)
	}
	blocks(f, body, b, layer)
	percents(f, body, b, layer)
}

func lower(body []byte) []byte {
	out := make([]byte, len(body))
	for i, c := range body {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		out[i] = c
	}
	return out
}

// tags notes what the elements of a page do.
func tags(f *content.Found, low []byte) {
	for rest := low; ; {
		i := bytes.IndexByte(rest, '<')
		if i < 0 || i+2 > len(rest) {
			return
		}
		rest = rest[i+1:]
		if rest[0] < 'a' || rest[0] > 'z' {
			continue
		}
		end := bytes.IndexByte(rest, '>')
		if end < 0 {
			end = len(rest)
		}
		tag := rest[:end]
		element(f, tag)
		rest = rest[end:]
	}
}

// maxTag is how much of a tag is read.
const maxTag = 4 << 10

func element(f *content.Found, tag []byte) {
	tag = tag[:min(len(tag), maxTag)]
	n := bytes.IndexAny(tag, " \t\r\n/")
	if n < 0 {
		n = len(tag)
	}
	rest := tag[n:]
	switch string(tag[:n]) {
	case "form":
		f.Flags |= content.Form
	case "input":
		f.Flags |= content.Form
		if bytes.Contains(rest, []byte("password")) {
			f.Flags |= content.Password
		}
	case "meta":
		if bytes.Contains(rest, []byte("refresh")) && bytes.Contains(rest, []byte("url")) {
			f.Flags |= content.Redirect
		}
	case "script":
		if outside(rest, "src=") || outside(rest, "href=") {
			f.Flags |= content.ExternalScript
		}
	}
	if handler(rest) {
		f.Flags |= content.Handler
	}
}

// outside tells whether an attribute names an address on another host.
func outside(attributes []byte, name string) bool {
	_, value, ok := bytes.Cut(attributes, []byte(name))
	value = bytes.TrimLeft(value, `"' `)
	return ok && (bytes.HasPrefix(value, []byte("http")) || bytes.HasPrefix(value, []byte("//")))
}

// handler tells whether an element runs a script upon an event that comes
// about by itself.
func handler(attributes []byte) bool {
	for rest := attributes; ; {
		i := bytes.Index(rest, []byte("on"))
		if i < 0 {
			return false
		}
		before := i > 0 && (rest[i-1] <= ' ' || rest[i-1] == '/' || rest[i-1] == '"' || rest[i-1] == '\'')
		rest = rest[i+2:]
		if !before {
			continue
		}
		for _, event := range [...]string{"load", "error", "begin", "pageshow", "focus", "toggle", "mouseover", "animationstart"} {
			if after, ok := bytes.CutPrefix(rest, []byte(event)); ok && bytes.HasPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte("=")) {
				return true
			}
		}
	}
}

// addresses notes the addresses in scripts, where the reader of HTML sees none.
func addresses(f *content.Found, body []byte) {
	for rest := body; ; {
		i := bytes.Index(rest, []byte("://"))
		if i < 0 {
			return
		}
		start := i
		for start > 0 && (rest[start-1]|0x20) >= 'a' && (rest[start-1]|0x20) <= 'z' {
			start--
		}
		end := i + 3
		for end < len(rest) && rest[end] > ' ' && rest[end] < 0x7f && bytes.IndexByte([]byte("\"'`<>\\(){}|;,"), rest[end]) < 0 {
			end++
		}
		switch scheme := strings.ToLower(string(rest[start:i])); {
		case scheme != "http" && scheme != "https" && scheme != "ftp", end-i < 7, bytes.IndexByte(rest[i+3:end], '.') < 0:
		case !standard(rest[i+3 : end]):
			f.AddLink(string(rest[start:end]), "", content.ViaScript)
		}
		rest = rest[end:]
	}
}

// standard tells the names of document types, which are no addresses to go to.
func standard(rest []byte) bool {
	for _, host := range [...]string{"www.w3.org/", "schemas.microsoft.com/", "schemas.openxmlformats.org/", "ns.adobe.com/", "purl.org/", "sodipodi.sourceforge.net/", "www.inkscape.org/", "creativecommons.org/", "web.resource.org/"} {
		if bytes.HasPrefix(rest, []byte(host)) {
			return true
		}
	}
	return false
}

// blocks looks into runs of base64.
func blocks(f *content.Found, body []byte, b *content.Budget, layer int) {
	looked := 0
	for i := 0; i < len(body); i++ {
		n := run(body[i:])
		if n < minBlock && (!f.Flags.Has(content.Decode) || !quoted(body, i, n)) {
			i += n
			continue
		}
		block := body[i : i+n]
		picture := i > 30 && bytes.Contains(body[i-30:i], []byte("data:image/")) && !bytes.Contains(body[i-30:i], []byte("svg"))
		font := i > 60 && bytes.Contains(body[i-60:i], []byte("data:")) && bytes.Contains(body[i-60:i], []byte("font"))
		i += n
		if picture || font {
			continue
		}
		if n >= longBlock {
			f.Flags |= content.LongData
		}
		if looked++; looked > maxBlocks || !content.Spend(&b.Bytes, n) {
			f.Flags |= content.OverBudget
			return
		}
		reveal(f, unbase64(block), b, layer)
	}
}

// quoted tells a short string that is the base64 of an address or of markup.
func quoted(body []byte, i, n int) bool {
	if n < minQuoted || i == 0 || bytes.IndexByte([]byte("\"'`"), body[i-1]) < 0 {
		return false
	}
	for _, start := range [...]string{"aHR0c", "SFRUU", "Ly93", "PGh", "PGI", "PGZ", "PGl", "PG1", "PHN", "PCF", "PEh", "PFN"} {
		if bytes.HasPrefix(body[i:], []byte(start)) { // http, HTTP, //w, <h, <b, <f, <i, <m, <s, <!, <H, <S
			return true
		}
	}
	return false
}

// run is the length of the base64 that s begins with.
func run(s []byte) (n int) {
	for n < len(s) && base64Chars[s[n]] {
		n++
	}
	return n
}

var base64Chars = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") {
		t[c] = true
	}
	return t
}()

func unbase64(s []byte) []byte {
	s = bytes.Trim(s, "=")
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(s)))
	s = bytes.ReplaceAll(bytes.ReplaceAll(s, []byte("-"), []byte("+")), []byte("_"), []byte("/"))
	n, _ := base64.RawStdEncoding.Decode(out, s)
	return out[:n]
}

// percents looks into a long run of percent-encoding.
func percents(f *content.Found, body []byte, b *content.Budget, layer int) {
	for rest, looked := body, 0; looked < maxBlocks; looked++ {
		i := bytes.Index(rest, []byte("%3"))
		if i < 0 {
			return
		}
		end := i
		for end < len(rest) && rest[end] > ' ' && rest[end] != '"' && rest[end] != '\'' && rest[end] != '`' {
			end++
		}
		block := rest[i:end]
		rest = rest[end:]
		n := bytes.Count(block, []byte("%"))
		if n*8 < len(block) || n < minBlock/4 {
			continue
		}
		if len(block) >= longBlock {
			f.Flags |= content.LongData
		}
		if plain, err := url.PathUnescape(string(block)); err == nil {
			reveal(f, []byte(plain), b, layer)
		}
	}
}

// reveal looks at what an encoded block holds.
func reveal(f *content.Found, data []byte, b *content.Budget, layer int) {
	if len(data) < 4 {
		return
	}
	for _, magic := range [...]string{"PK\x03\x04", "MZ", "Rar!", "7z\xbc\xaf", "\x7fELF", "\xd0\xcf\x11\xe0", "%PDF-", "\x4c\x00\x00\x00\x01\x14\x02"} {
		if bytes.HasPrefix(data, []byte(magic)) && (magic != "MZ" || bytes.Contains(data[:min(len(data), 1024)], []byte("PE\x00\x00"))) {
			f.Flags |= content.HiddenFile
			return
		}
	}
	head := lower(data[:min(len(data), 4<<10)])
	if !bytes.Contains(head, []byte("<")) && !bytes.Contains(head, []byte("http")) && !bytes.Contains(head, []byte("function")) {
		return
	}
	for _, sign := range [...]string{"<html", "<!doctype", "<body", "<form", "<script", "<meta", "<iframe", "<input", "<div"} {
		if bytes.Contains(head, []byte(sign)) {
			f.Flags |= content.HiddenFile
			break
		}
	}
	if layer+1 < maxLayers {
		scan(f, data, b, layer+1)
	}
}
