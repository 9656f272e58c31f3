// Package pdf reads PDF files (ISO 32000): where their links and actions
// lead, what their pages say and show, and what they carry. It finds objects
// by looking for them, so that a broken file is read as readers repair it. It
// knows nothing of messages.
package pdf

import (
	"bytes"
	"strings"
	"unicode/utf16"

	"postern/content"
)

// Decode reads a file. Where it asks for a password, those of passwords are
// tried, which is not called before.
func Decode(f *content.Found, body []byte, passwords func() []string, b *content.Budget) {
	if at := bytes.Index(body[:min(len(body), 1024)], []byte("%PDF-")); at > 0 {
		body = body[at:]
	}
	if len(body) > maxFile {
		body = body[:maxFile]
		f.Flags |= content.OverBudget
	}
	d := open(f, body, passwords, b)
	if len(d.entries) == 0 {
		f.Flags |= content.Broken
		return
	}
	for _, t := range d.trailers {
		d.about(d.dict(t.get("Info")))
	}
	w := walk{file: d}
	for i := range d.entries {
		w.entry(&d.entries[i])
	}
	f.Pages = len(w.pages)
	d.show(w.pages)
	f.Words = len(strings.Fields(f.Text))
	if b.Steps == 0 {
		d.over()
	}
}

// about notes what the file says about itself (§14.3.3).
func (d *file) about(info dict) {
	for key, to := range map[name]*string{
		"Title": &d.found.Title, "Author": &d.found.Author, "Creator": &d.found.Program, "Producer": &d.found.Producer,
	} {
		if s, ok := d.resolve(info.get(key)).(text); ok && *to == "" {
			*to = oneLine(decodeText(s))
		}
	}
}

// maxName is how much is kept of a title or a file name.
const maxName = 255

func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)), " ")
	return strings.ToValidUTF8(s[:min(len(s), maxName)], "")
}

// decodeText reads a text string (§7.9.2.2).
func decodeText(s text) string {
	switch {
	case strings.HasPrefix(string(s), "\xfe\xff"):
		return utf16Text([]byte(s[2:]))
	case strings.HasPrefix(string(s), "\xef\xbb\xbf"):
		return strings.ToValidUTF8(string(s[3:]), "\ufffd")
	}
	out := make([]rune, 0, len(s))
	for _, c := range []byte(s) {
		out = append(out, winAnsi[c])
	}
	return string(out)
}

func utf16Text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) > 1; b = b[2:] {
		units = append(units, uint16(b[0])<<8|uint16(b[1]))
	}
	return string(utf16.Decode(units))
}

// A walk looks at every object for what it does.
type walk struct {
	*file
	pages []dict
	depth int
}

// entry looks at one object. Older versions of an object are looked at too,
// but only the newest is a page.
func (w *walk) entry(e *entry) {
	newest := w.newest[e.number] >= 0 && &w.entries[w.newest[e.number]] == e
	var v any
	if newest {
		v = w.resolve(ref(e.number))
	} else {
		v = w.object(e, true)
	}
	if s, ok := v.(*stream); ok {
		if newest && w.name(s.get("Subtype")) == "Image" {
			w.found.Images++
		}
		v = s.dict
	}
	if t, ok := v.(dict); ok && newest && w.name(t.get("Type")) == "Page" {
		w.pages = append(w.pages, t)
	}
	w.value(v)
}

// value looks into the direct parts of an object; what it refers to is looked
// at in its own place.
func (w *walk) value(v any) {
	if w.depth > maxNest {
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	switch v := v.(type) {
	case array:
		for _, each := range v {
			w.value(each)
		}
	case dict:
		w.dictionary(v)
		for i := range v {
			w.value(v[i].value)
		}
	}
}

func (w *walk) dictionary(t dict) {
	f := w.found
	if uri, ok := w.resolve(t.get("URI")).(text); ok {
		f.AddLink(strings.TrimSpace(decodeText(uri)), "", content.ViaAction)
	}
	w.action(t)
	if w.acts(t.get("OpenAction")) || len(w.dict(t.get("AA"))) > 0 {
		f.Flags |= content.OnOpen
	}
	if js := t.get("JS"); js != nil {
		f.Flags |= content.Script
		w.script(js)
	}
	if len(w.array(t.get("Fields"))) > 0 || w.resolve(t.get("XFA")) != nil {
		f.Flags |= content.Form
	}
	const passwordField = 1 << 13 // §12.7.4.3
	if w.name(t.get("FT")) == "Tx" && w.integer(t.get("Ff"))&passwordField != 0 {
		f.Flags |= content.Password
	}
	if t.get("EF") != nil {
		f.Flags |= content.Embedded
		w.fileName(t)
	}
}

// action notes what the actions of §12.6.4 do.
func (w *walk) action(t dict) {
	f := w.found
	switch w.name(t.get("S")) {
	case "JavaScript":
		f.Flags |= content.Script
	case "Launch":
		f.Flags |= content.Launch
		if win := w.dict(t.get("Win")); win != nil {
			w.fileName(win)
		} else if d := w.dict(t.get("F")); d != nil {
			w.fileName(d)
		} else {
			w.fileName(t)
		}
	case "SubmitForm", "ImportData":
		f.Flags |= content.SubmitForm
		target := w.resolve(t.get("F"))
		if spec := w.dict(target); spec != nil {
			target = w.resolve(spec.get("F"))
		}
		if s, ok := target.(text); ok {
			f.AddLink(strings.TrimSpace(decodeText(s)), "", content.ViaForm)
		}
	case "GoToR", "GoToE", "Rendition", "Movie":
		if s, ok := w.resolve(t.get("F")).(text); ok && strings.Contains(string(s), "://") {
			f.AddLink(strings.TrimSpace(decodeText(s)), "", content.ViaAction)
		}
	}
}

// acts tells whether an open action does more than to show a page.
func (w *walk) acts(v any) bool {
	kind := w.name(w.dict(v).get("S"))
	return kind != "" && kind != "GoTo"
}

// fileName notes the name of a file specification (§7.11.3).
func (w *walk) fileName(t dict) {
	for _, key := range [...]name{"UF", "F"} {
		if s, ok := w.resolve(t.get(key)).(text); ok {
			if len(w.found.Names) < content.MaxNames {
				w.found.Names = append(w.found.Names, oneLine(decodeText(s)))
			}
			return
		}
	}
}

// maxScript is how much of a script is read for addresses.
const maxScript = 64 << 10

// script notes the addresses in a script.
func (w *walk) script(v any) {
	var source string
	switch v := w.resolve(v).(type) {
	case text:
		source = decodeText(v)
	case *stream:
		source = decodeText(text(w.decode(v)))
	}
	for rest := source[:min(len(source), maxScript)]; ; {
		i := strings.Index(rest, "http")
		if i < 0 {
			return
		}
		rest = rest[i:]
		end := strings.IndexAny(rest, "\"'`<> \\\r\n)")
		if end < 0 {
			end = len(rest)
		}
		if url := rest[:end]; strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://") {
			w.found.AddLink(url, "", content.ViaScript)
		}
		rest = rest[end:]
	}
}
