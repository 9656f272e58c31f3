// Package tnef opens the files named winmail.dat in which Outlook and Exchange
// hand over a message (MS-OXTNEF): its body and its attachments. It knows
// nothing of mail beyond that, and decodes no attachment.
package tnef

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// A Message is what a file holds. Strings are valid UTF-8.
type Message struct {
	Text   string // the plain body
	HTML   []byte // the HTML body as it was stored; its charset may be declared inside
	UTF8   bool   // HTML is in UTF-8
	Files  []File
	Broken bool // not read to its end
}

// A File is one attachment.
type File struct {
	Name      string
	Type      string // media type as declared, may be empty
	ContentID string
	Data      []byte // shares the memory of the input
}

// maxFiles and maxProperties bound what is read of one file.
const (
	maxFiles      = 200
	maxProperties = 2000
)

// The attributes that matter (MS-OXTNEF §2.1.3.3).
const (
	attSubjectBody    = 0x0002800c // attBody
	attMessageProps   = 0x00069003 // attMsgProps
	attRenderData     = 0x00069002 // attAttachRendData: begins an attachment
	attTitle          = 0x00018010
	attData           = 0x0006800f
	attAttachProps    = 0x00069005 // attAttachment
	attCodePage       = 0x00069007
	levelAttachment   = 2
	signature         = 0x223e9f78
	bytesOfAttributes = 9 // of level, identifier and length
)

// Is reports whether a file begins as TNEF does (MS-OXTNEF §2.1.3.1).
func Is(file []byte) bool {
	return len(file) >= 6 && binary.LittleEndian.Uint32(file) == signature
}

// Open reads a file. Bodies that were compressed take at most limit bytes.
func Open(file []byte, limit int) *Message {
	m := &Message{}
	if !Is(file) {
		m.Broken = true
		return m
	}
	o := opener{m: m, limit: limit, page: charmap.Windows1252}
	file = file[6:]
	for len(file) >= bytesOfAttributes {
		level, id := file[0], binary.LittleEndian.Uint32(file[1:])
		n := uint64(binary.LittleEndian.Uint32(file[5:]))
		file = file[bytesOfAttributes:]
		if n > uint64(len(file)) {
			m.Broken = true
			n = uint64(len(file))
		}
		o.attribute(level, id, file[:n])
		file = file[n:]
		file = file[min(2, len(file)):] // the checksum
	}
	o.finish()
	return m
}

// An opener reads one file.
type opener struct {
	m     *Message
	limit int
	page  encoding.Encoding
	rtf   []byte
}

func (o *opener) attribute(level byte, id uint32, data []byte) {
	switch {
	case id == attCodePage && len(data) >= 4:
		if enc := codePage(binary.LittleEndian.Uint32(data)); enc != nil {
			o.page = enc
		}
	case id == attSubjectBody && o.m.Text == "":
		o.m.Text = o.narrow(data)
	case id == attMessageProps && level != levelAttachment:
		o.properties(data, o.messageProperty)
	case id == attRenderData:
		if len(o.m.Files) == maxFiles {
			o.m.Broken = true
			return
		}
		o.m.Files = append(o.m.Files, File{})
	case len(o.m.Files) == 0:
	case id == attTitle:
		if f := o.file(); f.Name == "" {
			f.Name = o.narrow(data)
		}
	case id == attData:
		o.file().Data = data
	case id == attAttachProps:
		o.properties(data, o.fileProperty)
	}
}

func (o *opener) file() *File { return &o.m.Files[len(o.m.Files)-1] }

// finish makes a body of the RTF where there is no other.
func (o *opener) finish() {
	if o.rtf == nil || len(o.m.HTML) > 0 {
		return
	}
	text, isHTML := readRTF(o.rtf, o.limit)
	switch {
	case isHTML:
		o.m.HTML, o.m.UTF8 = []byte(text), true
	case o.m.Text == "":
		o.m.Text = text
	}
}

// The properties that matter (MS-OXPROPS).
const (
	propBody        = 0x1000
	propRTF         = 0x1009
	propHTML        = 0x1013
	propDisplayName = 0x3001
	propData        = 0x3701
	propName        = 0x3704
	propLongName    = 0x3707
	propMIMEType    = 0x370e
	propContentID   = 0x3712
)

// A property is one value; kind tells how it is stored (MS-OXCDATA §2.11.1).
type property struct {
	kind, id uint16
	value    []byte
}

const (
	kindObject  = 0x000d
	kindString8 = 0x001e
	kindUnicode = 0x001f
	kindBinary  = 0x0102
	kindMany    = 0x1000 // several values
)

func (o *opener) messageProperty(p property) {
	switch p.id {
	case propBody:
		if s := o.text(p); s != "" && (o.m.Text == "" || p.kind == kindUnicode) {
			o.m.Text = s
		}
	case propHTML:
		o.m.HTML = p.value
		if p.kind == kindUnicode {
			o.m.HTML, o.m.UTF8 = []byte(o.text(p)), true
		}
	case propRTF:
		if rtf := decompress(p.value, o.limit); rtf != nil {
			o.rtf = rtf
		} else {
			o.m.Broken = true
		}
	}
}

func (o *opener) fileProperty(p property) {
	f := o.file()
	switch p.id {
	case propLongName:
		f.Name = o.text(p)
	case propName, propDisplayName:
		if f.Name == "" {
			f.Name = o.text(p)
		}
	case propMIMEType:
		f.Type = strings.ToLower(o.text(p))
	case propContentID:
		f.ContentID = o.text(p)
	case propData:
		if p.kind == kindObject && len(p.value) > 16 {
			f.Data = p.value[16:] // behind the interface identifier; what stood elsewhere is for old programs
		} else if len(f.Data) == 0 {
			f.Data = p.value
		}
	}
}

// text is a property that is a string.
func (o *opener) text(p property) string {
	switch p.kind {
	case kindUnicode:
		units := make([]uint16, len(p.value)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(p.value[2*i:])
		}
		return strings.TrimRight(string(utf16.Decode(units)), "\x00")
	case kindString8:
		return o.narrow(p.value)
	}
	return ""
}

// narrow decodes a string in the code page of the file.
func (o *opener) narrow(data []byte) string {
	return decode(o.page, bytes.TrimRight(data, "\x00"))
}

func decode(page encoding.Encoding, data []byte) string {
	s, err := page.NewDecoder().Bytes(data)
	if err != nil {
		s = data
	}
	return strings.ToValidUTF8(string(s), "\ufffd")
}

// codePage finds an encoding by its Windows number; nil where it is unknown.
func codePage(n uint32) encoding.Encoding {
	name := "windows-" + digits(n)
	switch n {
	case 65001, 20127:
		name = "utf-8"
	case 932:
		name = "shift_jis"
	case 936:
		name = "gbk"
	case 949:
		name = "euc-kr"
	case 950:
		name = "big5"
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return enc
}

func digits(n uint32) string {
	var b []byte
	for ; n > 0; n /= 10 {
		b = append([]byte{byte('0' + n%10)}, b...)
	}
	return string(b)
}
