package office

import (
	"bytes"
	"encoding/base64"
	"path"
	"strings"

	"postern/content"
	"postern/content/archive"
)

// maxPart is how many bytes are unpacked of one part.
const maxPart = 2 << 20

// part reads one part of a document in a ZIP file, by its name.
func (d *decoder) part(z *archive.Zip, file *archive.File) {
	f := d.found
	name := strings.ToLower(strings.ReplaceAll(file.Name, `\`, "/"))
	base, folder := path.Base(name), "/"+path.Dir(name)+"/"
	read := func() []byte { return z.Open(file, maxPart, d.budget) }
	switch {
	case strings.HasSuffix(name, ".rels"):
		d.relations(read(), strings.TrimSuffix(base, ".rels"))
	case strings.HasPrefix(base, "vbaproject") && strings.HasSuffix(base, ".bin"), strings.HasSuffix(base, ".bin") && strings.Contains(base, "vba"):
		f.Flags |= content.Macro
		if data := read(); bytes.HasPrefix(data, []byte(compoundMagic)) {
			d.decode(data)
		}
	case strings.Contains(folder, "/macrosheets/"), strings.Contains(folder, "/intlmacrosheets/"):
		if !strings.HasSuffix(folder, "/_rels/") {
			f.Flags |= content.Sheet | content.Macro
			d.sheet(read())
		}
	case strings.Contains(folder, "/activex/"):
		f.Flags |= content.ActiveX
	case strings.Contains(folder, "/embeddings/"), folder == "/./" && strings.HasPrefix(base, "object "), strings.HasPrefix(folder, "/object "):
		d.embedded(read(), base)
	case strings.HasPrefix(folder, "/basic/"), strings.HasPrefix(folder, "/scripts/"):
		d.basic(read(), base)
	case base == "workbook.xml" || base == "workbook.bin":
		d.workbookPart(read())
	case strings.Contains(folder, "/externallinks/"):
		f.Flags |= content.External
		d.markup(read(), false)
	case base == "manifest.xml" && folder == "/meta-inf/":
		if bytes.Contains(read(), []byte("encryption-data")) {
			f.Flags |= content.Encrypted
		}
	case folder == "/docprops/" && base == "core.xml", folder == "/docprops/" && base == "app.xml", name == "meta.xml":
		d.about(read())
	case shown(folder, base):
		d.markup(read(), true)
	}
}

// shown tells the parts whose text the reader sees.
func shown(folder, base string) bool {
	if !strings.HasSuffix(base, ".xml") {
		return false
	}
	switch folder {
	case "/word/":
		return strings.HasPrefix(base, "document") || strings.HasPrefix(base, "header") || strings.HasPrefix(base, "footer") ||
			strings.HasPrefix(base, "footnotes") || strings.HasPrefix(base, "comments") || strings.HasPrefix(base, "settings")
	case "/xl/":
		return base == "sharedstrings.xml"
	case "/xl/worksheets/", "/ppt/slides/", "/xl/drawings/":
		return true
	case "/./":
		return base == "content.xml"
	}
	return false
}

// relations reads what a part leads to outside of the document (ECMA-376
// Part 2 §9).
func (d *decoder) relations(data []byte, of string) {
	f := d.found
	s := markup{rest: data, budget: d.budget}
	for s.next() {
		if s.name != "Relationship" {
			continue
		}
		kind := path.Base(s.attribute("Type"))
		target := strings.TrimSpace(s.attribute("Target"))
		if strings.EqualFold(s.attribute("TargetMode"), "External") && target != "" {
			d.relation(strings.ToLower(kind), target, of)
			continue
		}
		switch strings.ToLower(kind) {
		case "vbaproject":
			f.Flags |= content.Macro
		case "xlmacrosheet", "xlintlmacrosheet":
			f.Flags |= content.Sheet | content.Macro
		}
	}
}

// relation notes one file or page outside.
func (d *decoder) relation(kind, target, _ string) {
	f := d.found
	lower := strings.ToLower(target)
	remote := strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:") || strings.HasPrefix(lower, "mhtml:") || strings.HasPrefix(lower, "ftp:")
	share := strings.HasPrefix(target, `\\`) || strings.HasPrefix(lower, "file://///") || strings.HasPrefix(lower, `file:///\\`) || strings.HasPrefix(lower, "//")
	if share {
		f.Flags |= content.Network
	}
	target = strings.TrimPrefix(target, "mhtml:")
	if i := strings.Index(target, "!x-usc:"); i >= 0 {
		target = target[i+len("!x-usc:"):]
	}
	switch kind {
	case "hyperlink":
		if remote || strings.HasPrefix(lower, "mailto:") {
			f.AddLink(target, "", content.ViaAction)
		}
		return
	case "attachedtemplate":
		if remote || share {
			f.Flags |= content.Template
		}
	case "oleobject", "frame", "subdocument", "aframe", "package", "control":
		f.Flags |= content.External
		if remote {
			f.Flags |= content.Template
		}
	case "image", "video", "audio", "media":
	default:
		f.Flags |= content.External
	}
	if remote {
		f.AddLink(target, "", content.ViaRelation)
	}
}

// embedded reads an object inside.
func (d *decoder) embedded(data []byte, base string) {
	f := d.found
	f.Flags |= content.Embedded
	switch {
	case bytes.HasPrefix(data, []byte("MZ")):
		f.Flags |= content.Object | content.Program
	case bytes.HasPrefix(data, []byte(compoundMagic)):
		d.decode(data)
	case formatOf(data) == "zip":
		d.decode(data)
	}
	if !strings.HasPrefix(base, "oleobject") && !strings.HasPrefix(base, "package") && strings.Contains(base, ".") {
		f.AddName(base)
	}
}

// basic reads a macro of OpenDocument.
func (d *decoder) basic(data []byte, base string) {
	if base == "script-lc.xml" || base == "script-lb.xml" || !strings.Contains(base, ".") {
		return
	}
	d.found.Flags |= content.Macro
	d.judgeSource(string(data))
}

// workbookPart looks for a macro sheet that runs by itself, in XML or in the
// binary form of it.
func (d *decoder) workbookPart(data []byte) {
	lower := strings.ToLower(strings.ReplaceAll(narrow(data), "\x00", ""))
	for _, name := range [...]string{"_xlnm.auto_open", "_xlnm.auto_close", "_xlnm.auto_activate"} {
		if strings.Contains(lower, name) {
			d.found.Flags |= content.OnOpen
			d.found.AddCall(strings.TrimPrefix(name, "_xlnm."))
		}
	}
}

// sheetCalls are functions of Excel 4 that reach out of the sheet.
var sheetCalls = []string{"exec(", "call(", "register(", "urldownloadtofile", "fopen(", "fwrite", "formula.fill(", "shellexecute", "run("}

// sheet looks at a macro sheet.
func (d *decoder) sheet(data []byte) {
	lower := strings.ToLower(strings.ReplaceAll(narrow(data), "\x00", ""))
	for _, name := range sheetCalls {
		if strings.Contains(lower, name) {
			d.found.AddCall(strings.TrimSuffix(name, "("))
			if name != "run(" && name != "formula.fill(" {
				d.found.Flags |= content.Suspicious
			}
		}
	}
	addresses(d.found, lower)
}

// about reads the properties of a document.
func (d *decoder) about(data []byte) {
	f := d.found
	s := markup{rest: data, budget: d.budget}
	for s.next() {
		if s.closing {
			continue
		}
		switch local(s.name) {
		case "title":
			f.Title = short(s.text())
		case "creator", "initial-creator":
			f.Author = short(s.text())
		case "Application", "generator":
			f.Program = short(s.text())
		}
	}
}

func short(s string) string {
	return strings.ToValidUTF8(strings.Map(line, s[:min(len(s), 255)]), "")
}

// markup reads a part in XML: its text, if it is shown, and what it does.
func (d *decoder) markup(data []byte, text bool) {
	s := markup{rest: data, budget: d.budget}
	var field strings.Builder
	for s.next() {
		if text {
			d.shows(&s)
		}
		d.does(&s, &field)
	}
	d.field(field.String())
	d.write("\n")
}

// shows reads what the reader sees of a tag.
func (d *decoder) shows(s *markup) {
	inText := strings.HasPrefix(s.name, "text:") // of OpenDocument
	switch local(s.name) {
	case "t":
		if !s.closing && !s.empty {
			d.write(s.text())
		}
	case "p", "si", "row", "br", "tr", "h", "list-item":
		if s.closing || s.empty {
			d.write("\n")
		} else if inText {
			d.write(s.text())
		}
	case "tab", "tc", "c", "Cell":
		d.write(" ")
	case "span", "a":
		if inText && !s.closing {
			if url := s.attribute("xlink:href"); strings.HasPrefix(url, "http") {
				d.found.AddLink(url, "", content.ViaAction)
			}
			d.write(s.text())
		}
	case "Data":
		if !s.closing {
			d.write(s.text())
		}
	}
}

// does reads what a tag makes the program do that opens it. The instruction of
// a field may be in pieces.
func (d *decoder) does(s *markup, field *strings.Builder) {
	switch local(s.name) {
	case "instrText", "delInstrText":
		if !s.closing && field.Len() < maxField {
			field.WriteString(s.text())
		}
	case "fldSimple", "instr":
		if instr := s.attribute("w:instr"); instr != "" {
			d.field(instr)
		}
	case "fldChar", "fldData":
		if kind := s.attribute("w:fldCharType"); kind != "begin" && kind != "" {
			d.field(field.String())
			field.Reset()
		}
	case "ddeLink":
		if service := s.attribute("ddeService"); service != "" {
			d.dde(service, s.attribute("ddeTopic"))
		}
	case "binData", "binaryData":
		if !s.closing {
			d.encoded(s.attribute("w:name"), s.text())
		}
	case "Relationship":
		if strings.EqualFold(s.attribute("TargetMode"), "External") {
			d.relation(strings.ToLower(path.Base(s.attribute("Type"))), s.attribute("Target"), "")
		}
	case "Cell":
		if formula := s.attribute("ss:Formula"); strings.Contains(formula, "|") {
			d.formula(formula)
		}
	case "f":
		if !s.closing && !s.empty {
			d.formula(s.text())
		}
	case "hlink":
		if url := s.attribute("w:dest"); url != "" {
			d.found.AddLink(url, "", content.ViaAction)
		}
	}
}

// maxField is how long the instruction of a field may be.
const maxField = 16 << 10

// encoded reads a file in base64 inside of XML.
func (d *decoder) encoded(name, text string) {
	if len(text) < 64 || len(text) > d.budget.Bytes {
		return
	}
	clean := strings.Map(func(r rune) rune {
		if r <= ' ' || r == '=' {
			return -1
		}
		return r
	}, text)
	data := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(data, []byte(clean))
	content.Spend(&d.budget.Bytes, n)
	data = data[:n]
	switch {
	case bytes.HasPrefix(data, []byte(compoundMagic)):
		d.found.Flags |= content.Embedded
		d.decode(data)
	case strings.HasSuffix(strings.ToLower(name), ".mso"), bytes.HasPrefix(data, []byte("ActiveMime")):
		d.activeMime(data)
	}
}

// flat reads a document of one XML file.
func (d *decoder) flat(body []byte) { d.markup(body[:min(len(body), 4*maxPart)], true) }

// sylk reads a symbolic link file, which can hold macros of Excel 4.
func (d *decoder) sylk(body []byte) {
	f := d.found
	for text := range strings.Lines(narrow(body[:min(len(body), maxPart)])) {
		if !content.Spend(&d.budget.Steps, 1) {
			return
		}
		kind, rest, _ := strings.Cut(strings.TrimSpace(text), ";")
		lower := strings.ToLower(rest)
		switch kind {
		case "O":
			if strings.HasPrefix(rest, "E") || strings.Contains(rest, ";E") {
				f.Flags |= content.Sheet | content.Macro
			}
		case "NN":
			if strings.Contains(lower, "auto_open") {
				f.Flags |= content.OnOpen | content.Sheet | content.Macro
				f.AddCall("auto_open")
			}
		case "C":
			for field := range strings.SplitSeq(rest, ";") {
				switch {
				case strings.HasPrefix(field, "E"):
					d.formula(field[1:])
					if f.Flags.Has(content.Sheet) {
						d.sheet([]byte(field))
					}
				case strings.HasPrefix(field, "K"):
					d.write(strings.Trim(field[1:], `"`) + " ")
				}
			}
		}
	}
}
