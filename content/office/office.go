// Package office reads the documents of office suites: compound files
// (MS-CFB), Office Open XML, OpenDocument and RTF. It tells what they do when
// they are opened, what they load and what they say. It knows nothing of
// messages.
package office

import (
	"bytes"
	"strings"

	"postern/content"
	"postern/content/archive"
)

// maxInside is how deep documents inside of documents are read.
const maxInside = 3

// maxParts is how many parts of a document are read.
const maxParts = 400

// Is tells whether Decode reads a file. A ZIP file is a document by its parts.
func Is(body []byte) bool { return formatOf(body) != "" }

// formatOf tells a format by its first bytes, for ZIP by the names in it.
func formatOf(body []byte) string {
	head := bytes.TrimLeft(body[:min(len(body), 2048)], "\xef\xbb\xbf \t\r\n\x00")
	switch {
	case bytes.HasPrefix(body, []byte(compoundMagic)):
		return "ole"
	case bytes.HasPrefix(head, []byte(`{\rt`)):
		return "rtf"
	case bytes.HasPrefix(body, []byte("PK")) && (holds(body, "[Content_Types].xml") || holds(body, "mimetypeapplication/vnd.oasis.opendocument")):
		return "zip"
	case bytes.HasPrefix(head, []byte("<?xml")) && !bytes.Contains(head, []byte("<html")) && (bytes.Contains(head, []byte("mso-application")) ||
		bytes.Contains(head, []byte("schemas.microsoft.com/office/")) || bytes.Contains(head, []byte("urn:schemas-microsoft-com:office:"))):
		return "xml"
	case bytes.HasPrefix(head, []byte("ID;P")):
		return "sylk"
	}
	return ""
}

// holds looks for a name where the first files and the directory are.
func holds(body []byte, name string) bool {
	const near = 4096
	return bytes.Contains(body[:min(len(body), near)], []byte(name)) || bytes.Contains(body[max(0, len(body)-64<<10):], []byte(name))
}

// Decode reads a document.
func Decode(f *content.Found, body []byte, b *content.Budget) {
	d := &decoder{found: f, budget: b}
	f.Format = formatOf(body)
	d.decode(body)
	f.Text = strings.ToValidUTF8(d.text.String(), "")
	f.Words = len(strings.Fields(f.Text))
	if b.Steps == 0 || b.Bytes == 0 {
		f.Flags |= content.OverBudget
	}
}

// A decoder reads one document and those inside of it.
type decoder struct {
	found  *content.Found
	budget *content.Budget
	text   strings.Builder
	depth  int
	parts  int
	bare   bool // a module has no source
}

func (d *decoder) decode(body []byte) {
	if d.depth >= maxInside {
		return
	}
	d.depth++
	defer func() { d.depth-- }()
	switch formatOf(body) {
	case "ole":
		d.ole(body)
	case "zip":
		d.zip(body)
	case "rtf":
		d.rtf(body)
	case "xml":
		d.flat(body)
	case "sylk":
		d.sylk(body)
	default:
		d.found.Flags |= content.Broken
	}
}

// write adds text that the reader sees.
func (d *decoder) write(s string) {
	if left := content.MaxText - d.text.Len(); left > 0 {
		d.text.WriteString(s[:min(len(s), left)])
	}
}

// ole reads a compound file.
func (d *decoder) ole(body []byte) {
	c := openCompound(body, d.budget)
	if c.broken {
		d.found.Flags |= content.Broken
	}
	d.project(c)
	for i := range c.entries {
		e := &c.entries[i]
		d.class(e.class)
		if e.storage || e.path == "" {
			continue
		}
		if d.parts++; d.parts > maxParts {
			d.found.Flags |= content.OverBudget
			return
		}
		d.stream(c, e)
	}
	if c.broken {
		d.found.Flags |= content.Broken
	}
}

// stream looks at one stream by its name.
func (d *decoder) stream(c *compound, e *entry) {
	f := d.found
	base := e.path[strings.LastIndexByte(e.path, '/')+1:]
	switch base {
	case "encryptedpackage", "encryptioninfo":
		f.Flags |= content.Encrypted
	case "worddocument":
		d.word(c, e)
	case "workbook", "book":
		d.workbook(c.read(e))
	case "powerpoint document":
		d.slides(c.read(e), 0)
	case "\x01ole10native":
		d.native(c.read(e))
	case "equation native":
		f.Flags |= content.Object | content.Equation
	case "\x01ole":
		if e.size > 20 {
			d.moniker(c.read(e))
		}
	case "package":
		f.Flags |= content.Embedded
		if data := c.read(e); Is(data) {
			d.decode(data)
		} else {
			f.Flags |= content.Object
		}
	case "\x03ocxname", "contents":
		if strings.Contains(e.path, "objectpool/") || base == "\x03ocxname" {
			f.Flags |= content.ActiveX
		}
	case "\x05summaryinformation":
		d.summary(c.read(e))
	}
	if strings.Contains(e.path, "objectpool/_") {
		f.Flags |= content.Embedded
	}
}

// class notes what the identifier of a storage tells.
func (d *decoder) class(id [16]byte) {
	switch guid := string(id[:4]); {
	case guid == "\x02\xce\x02\x00" && id[8] == 0xc0:
		d.found.Flags |= content.Object | content.Equation
	case guid == "\x0c\x00\x03\x00" && id[8] == 0xc0:
		d.found.Flags |= content.Object | content.Embedded // a package
	}
}

// native reads a file that was put into a document (MS-OLEDS §2.3.6).
func (d *decoder) native(data []byte) {
	f := d.found
	f.Flags |= content.Object | content.Embedded
	if len(data) < 6 {
		return
	}
	rest := data[6:]
	label, rest, _ := bytes.Cut(rest, []byte{0})
	file, rest, ok := bytes.Cut(rest, []byte{0})
	if !ok || len(file) > 512 {
		return
	}
	name := string(file)
	if len(label) > 0 && bytes.ContainsRune(label, '.') {
		name = string(label)
	}
	if i := strings.LastIndexAny(name, `\/`); i >= 0 {
		name = name[i+1:]
	}
	f.AddName(short(narrow([]byte(name))))
	d.payload(rest)
}

// payload looks for a program in the data of an object, which begin after
// the path of the file they were taken from.
func (d *decoder) payload(rest []byte) {
	if len(rest) < 12 {
		return
	}
	n := int(uint32(rest[4]) | uint32(rest[5])<<8)
	if 8+n+4 > len(rest) {
		return
	}
	data := rest[8+n+4:]
	switch {
	case bytes.HasPrefix(data, []byte("MZ")), bytes.HasPrefix(data, []byte("\x7fELF")), bytes.HasPrefix(data, []byte("\x4c\x00\x00\x00\x01\x14\x02\x00")):
		d.found.Flags |= content.Program
	case Is(data):
		d.decode(data)
	}
}

func line(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// moniker finds the address that an object is loaded from.
func (d *decoder) moniker(data []byte) {
	for _, url := range wideAddresses(data) {
		d.found.Flags |= content.Template | content.External
		d.found.AddLink(url, "", content.ViaRelation)
	}
}

// wideAddresses finds addresses in UTF-16.
func wideAddresses(data []byte) (list []string) {
	const most = 50
	mark := []byte("h\x00t\x00t\x00p\x00")
	for len(list) < most {
		i := bytes.Index(data, mark)
		if i < 0 {
			return list
		}
		data = data[i:]
		end := 0
		for end+1 < len(data) && data[end+1] == 0 && data[end] > ' ' && data[end] < 0x7f && data[end] != '"' {
			end += 2
		}
		if url := wide(data[:end]); strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://") {
			list = append(list, url)
		}
		data = data[max(end, len(mark)):]
	}
	return list
}

// summary reads title and author (MS-OLEPS §2.25), as far as they are in a
// code page.
func (d *decoder) summary(data []byte) {
	const (
		title, author, program = 2, 4, 18
		narrowText             = 0x1e
	)
	if len(data) < 56 {
		return
	}
	at := int(uint32(data[44]) | uint32(data[45])<<8)
	if at+8 > len(data) {
		return
	}
	set := data[at:]
	count := min(int(set[4]), 64)
	for i := range count {
		if 16+8*i > len(set) {
			return
		}
		id, where := set[8+8*i], int(set[12+8*i])|int(set[13+8*i])<<8
		if where+8 > len(set) || set[where] != narrowText {
			continue
		}
		n := int(set[where+4])
		if where+8+n > len(set) {
			continue
		}
		s := strings.TrimRight(strings.Map(line, narrow(bytes.TrimRight(set[where+8:where+8+n], "\x00"))), " ")
		switch id {
		case title:
			d.found.Title = s
		case author:
			d.found.Author = s
		case program:
			d.found.Program = s
		}
	}
}

// zip reads Office Open XML or OpenDocument.
func (d *decoder) zip(body []byte) {
	z := archive.ReadZip(body, d.budget)
	d.found.Flags |= z.Flags
	for i := range z.Files {
		f := &z.Files[i]
		if d.parts++; d.parts > maxParts {
			d.found.Flags |= content.OverBudget
			return
		}
		d.part(z, f)
	}
}
