package office

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"strings"

	"postern/content"
)

// word reads the text of a Word document by its pieces (MS-DOC §2.4.1).
func (d *decoder) word(c *compound, e *entry) {
	doc := c.read(e)
	if len(doc) < 0x1aa {
		return
	}
	const (
		encrypted = 0x100
		table1    = 0x200
		wordMagic = 0xa5ec
	)
	flags := binary.LittleEndian.Uint16(doc[10:])
	if binary.LittleEndian.Uint16(doc) != wordMagic {
		d.found.Flags |= content.Broken
		return
	}
	if flags&encrypted != 0 {
		d.found.Flags |= content.Encrypted
		return
	}
	name := "0table"
	if flags&table1 != 0 {
		name = "1table"
	}
	t := c.stream(strings.TrimSuffix(e.path, "worddocument") + name)
	if t == nil {
		return
	}
	table := c.read(t)
	at, n := uint64(binary.LittleEndian.Uint32(doc[0x1a2:])), uint64(binary.LittleEndian.Uint32(doc[0x1a6:]))
	if at+n > uint64(len(table)) {
		return
	}
	d.pieces(doc, table[at:at+n])
}

// pieces reads the table of pieces (MS-DOC §2.9.38).
func (d *decoder) pieces(doc, table []byte) {
	const properties, pieces = 1, 2
	for len(table) > 5 && table[0] == properties {
		n := 3 + int(binary.LittleEndian.Uint16(table[1:]))
		table = table[min(n, len(table)):]
	}
	if len(table) < 5 || table[0] != pieces {
		return
	}
	table = table[5:]
	n := (len(table) - 4) / 12
	var text strings.Builder
	for i := range n {
		if text.Len() > content.MaxText || !content.Spend(&d.budget.Steps, 1) {
			break
		}
		from, to := binary.LittleEndian.Uint32(table[4*i:]), binary.LittleEndian.Uint32(table[4*i+4:])
		where := binary.LittleEndian.Uint32(table[4*(n+1)+8*i+2:])
		const narrowPiece = 1 << 30
		at, length := uint64(where), 2*uint64(to-from)
		if where&narrowPiece != 0 {
			at, length = uint64(where&^narrowPiece)/2, uint64(to-from)
		}
		if from > to || at >= uint64(len(doc)) {
			continue
		}
		data := doc[at:min(at+length, uint64(len(doc)))]
		if where&narrowPiece != 0 {
			text.WriteString(narrow(data))
		} else {
			text.WriteString(wide(data))
		}
	}
	d.fielded(text.String())
}

// fielded parts the text of a Word document from the instructions of fields,
// which stand between marks.
func (d *decoder) fielded(s string) {
	const begin, separator, end = '\x13', '\x14', '\x15'
	var instr strings.Builder
	depth := 0
	inside := false
	for _, r := range s {
		switch r {
		case begin:
			depth++
			inside = true
		case separator, end:
			if inside {
				d.field(instr.String())
				instr.Reset()
			}
			inside = false
			if r == end {
				depth = max(depth-1, 0)
			}
		case '\r', '\x07', '\x0b', '\x0c':
			d.write("\n")
		default:
			if r < ' ' && r != '\t' {
				continue
			}
			if inside {
				if instr.Len() < maxField {
					instr.WriteRune(r)
				}
			} else {
				d.write(string(r))
			}
		}
	}
}

// workbook reads the records of an Excel file (MS-XLS §2.4).
func (d *decoder) workbook(data []byte) {
	const (
		boundSheet = 0x85
		label      = 0x18
		filePass   = 0x2f
		supBook    = 0x1ae
		externName = 0x23
		hyperlink  = 0x1b8
		strings8   = 0xfc
		beginning  = 0x809
		macroSheet = 1
	)
	f := d.found
	unicode := true
	for len(data) >= 4 {
		id, n := binary.LittleEndian.Uint16(data), int(binary.LittleEndian.Uint16(data[2:]))
		if 4+n > len(data) || !content.Spend(&d.budget.Steps, 1) {
			return
		}
		r := data[4 : 4+n]
		data = data[4+n:]
		switch {
		case id == beginning && n >= 2:
			unicode = binary.LittleEndian.Uint16(r) >= 0x600
		case id == filePass:
			f.Flags |= content.Encrypted
			return
		case id == boundSheet && n > 5 && r[5] == macroSheet:
			f.Flags |= content.Sheet | content.Macro
		case id == label && n > 15:
			d.sheetName(r, unicode)
		case id == supBook && n > 6:
			d.supBook(r)
		case id == hyperlink:
			for _, url := range wideAddresses(r) {
				f.AddLink(url, "", content.ViaAction)
			}
		case id == strings8 && n > 8:
			d.sharedStrings(r[8:])
		}
	}
}

// sheetName looks for a name that runs by itself (MS-XLS §2.4.150).
func (d *decoder) sheetName(r []byte, unicode bool) {
	const builtin = 0x20
	at := 14
	if unicode {
		at++
	}
	if len(r) <= at {
		return
	}
	if r[0]&builtin != 0 && (r[at] == 1 || r[at] == 2) || strings.HasPrefix(strings.ToLower(strings.ReplaceAll(string(r[at:]), "\x00", "")), "auto_open") {
		d.found.Flags |= content.OnOpen
		d.found.AddCall("auto_open")
	}
}

// supBook reads a reference to another file or program (MS-XLS §2.4.271).
func (d *decoder) supBook(r []byte) {
	n := int(binary.LittleEndian.Uint16(r[2:]))
	if n == 0 || n > 255 || len(r) < 6 {
		return // to this file itself
	}
	target := string(r[5:])
	if r[4]&1 != 0 {
		target = wide(r[5:])
	}
	target = strings.ToValidUTF8(target[:min(len(target), n)], "")
	d.found.Flags |= content.External
	if program, topic, ok := strings.Cut(target, "\x03"); ok {
		d.dde(strings.Trim(program, "\x01\x02"), topic)
		return
	}
	addresses(d.found, strings.Trim(target, "\x01\x02\x05"))
}

// sharedStrings reads the texts of a sheet (MS-XLS §2.4.265).
func (d *decoder) sharedStrings(r []byte) {
	for len(r) > 3 && d.text.Len() < content.MaxText && content.Spend(&d.budget.Steps, 1) {
		n, flags := int(binary.LittleEndian.Uint16(r)), r[2]
		const isWide, phonetic, runs = 1, 4, 8
		at, after := 3, 0
		if flags&runs != 0 && len(r) >= at+2 {
			after += 4 * int(binary.LittleEndian.Uint16(r[at:]))
			at += 2
		}
		if flags&phonetic != 0 && len(r) >= at+4 {
			after += int(binary.LittleEndian.Uint16(r[at:]))
			at += 4
		}
		size := n
		if flags&isWide != 0 {
			size *= 2
		}
		if at > len(r) {
			return
		}
		data := r[at:min(at+size, len(r))]
		if flags&isWide != 0 {
			d.write(wide(data) + "\n")
		} else {
			d.write(narrow(data) + "\n")
		}
		r = r[min(at+size+after, len(r)):]
	}
}

// slides reads the records of a PowerPoint file (MS-PPT §2.3).
func (d *decoder) slides(data []byte, depth int) {
	const (
		container = 0xf
		textWide  = 0xfa0
		textBytes = 0xfa8
		strip     = 0xfba
		object    = 0x1011
	)
	for len(data) >= 8 && depth < maxDepth {
		head, kind := binary.LittleEndian.Uint16(data), binary.LittleEndian.Uint16(data[2:])
		n := uint64(binary.LittleEndian.Uint32(data[4:]))
		data = data[8:]
		n = min(n, uint64(len(data)))
		r := data[:n]
		data = data[n:]
		if !content.Spend(&d.budget.Steps, 1) {
			return
		}
		switch {
		case kind == object:
			d.stored(r, head>>4 == 1)
		case head&0xf == container:
			d.slides(r, depth+1)
		case kind == textWide:
			d.write(wide(r) + "\n")
		case kind == textBytes:
			d.write(narrow(r) + "\n")
		case kind == strip:
			for _, url := range wideAddresses(r) {
				d.found.AddLink(url, "", content.ViaAction)
			}
		}
	}
}

// stored reads an object of a slide, packed or not (MS-PPT §2.10.34).
func (d *decoder) stored(r []byte, packed bool) {
	if packed && len(r) > 4 {
		r = d.inflate(r[4:])
	}
	if bytes.HasPrefix(r, []byte(compoundMagic)) {
		d.decode(r)
	}
}

// inflate unpacks as far as the budget goes.
func (d *decoder) inflate(data []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(z, int64(min(maxStream, d.budget.Bytes))))
	content.Spend(&d.budget.Bytes, len(out))
	return out
}

// activeMime opens the file in which XML and MHTML documents keep macros: a
// compound file, packed, behind a header.
func (d *decoder) activeMime(data []byte) {
	const from, to = 0x20, 0x60
	for i := from; i < min(to, len(data)-2); i++ {
		if data[i] != 0x78 {
			continue
		}
		if out := d.inflate(data[i:]); bytes.HasPrefix(out, []byte(compoundMagic)) {
			d.decode(out)
			return
		}
	}
}
