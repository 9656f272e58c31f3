package parse

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	stdimage "image"
	"io"
	"strings"

	"golang.org/x/image/tiff"
)

// packed is a ZIP archive of files by name and content, in that order.
func packed(files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for i := 0; i < len(files); i += 2 {
		f, _ := w.Create(files[i])
		_, _ = io.WriteString(f, files[i+1])
	}
	_ = w.Close()
	return b.Bytes()
}

// layered is an archive in an archive, n deep, of sixteen copies each.
func layered(n int, inner string) []byte {
	for range n {
		files := make([]string, 0, 32)
		for i := range 16 {
			files = append(files, fmt.Sprintf("%d.zip", i), inner)
		}
		inner = string(packed(files...))
	}
	return []byte(inner)
}

// document is an Office Open XML file with that part.
func document(part, markup string) []byte {
	return packed("[Content_Types].xml", `<Types/>`, part, markup)
}

// compoundLoop is a compound file whose chains of sectors lead to themselves.
func compoundLoop(sectors int) []byte {
	b := make([]byte, 512*(sectors+1))
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le := binary.LittleEndian
	le.PutUint16(b[24:], 0x3e)
	le.PutUint16(b[26:], 3)
	le.PutUint16(b[28:], 0xfffe)
	le.PutUint16(b[30:], 9)
	le.PutUint16(b[32:], 6)
	le.PutUint32(b[44:], 109)
	le.PutUint32(b[48:], 1) // the folder
	le.PutUint32(b[56:], 4096)
	le.PutUint32(b[60:], 1)
	for i := range 109 {
		le.PutUint32(b[76+4*i:], 0)
	}
	for i := range 128 { // of the table: each follows the next, the last the first
		le.PutUint32(b[512+4*i:], uint32(i+1)%128)
	}
	for at := 1024; at+128 <= len(b); at += 128 {
		copy(b[at:], "W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t\x00")
		le.PutUint16(b[at+64:], 26)
		b[at+66] = 2
		for _, link := range []int{68, 72, 76} {
			le.PutUint32(b[at+link:], uint32(at/128)%97)
		}
		le.PutUint32(b[at+116:], 1)
		le.PutUint32(b[at+120:], 64<<20)
	}
	return b
}

// manyFiles is a tar file of that many documents.
func manyFiles(n int, name, body string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := range n {
		_ = w.WriteHeader(&tar.Header{Name: fmt.Sprintf(name, i), Mode: 0o600, Size: int64(len(body))})
		_, _ = io.WriteString(w, body)
	}
	_ = w.Close()
	return b.Bytes()
}

// tiffOf is an even image of that many pixels a side, which packs well.
func tiffOf(side int) []byte {
	var b bytes.Buffer
	_ = tiff.Encode(&b, stdimage.NewRGBA64(stdimage.Rect(0, 0, side, side)), &tiff.Options{Compression: tiff.Deflate})
	return b.Bytes()
}

// archiveBombs are archives and documents that are made to cost much.
func archiveBombs() map[string][]byte {
	zeros := string(make([]byte, 24<<20))
	gone := strings.Repeat("\xe5", 512) // as FAT marks what was deleted
	fill := func(s string, n int) string { return strings.Repeat(s, n/len(s)) }
	paragraphs := `<w:document>` + fill(`<w:p><w:r><w:t>a</w:t></w:r><w:fldSimple w:instr="DDEAUTO a"/></w:p>`, 16<<20)
	many := make([]string, 0, 6000)
	for i := range 3000 {
		many = append(many, fmt.Sprintf("%d.pdf", i), "%PDF-1.4\n"+fill("<<", 4000))
	}
	letter := "From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n" + fill("--b\n\nhttps://a.example\n", 1<<20)
	page := fill("<script>atob('PGh0bWw+')</script><a href=https://a.example>", 2<<20)
	sevenZip := append([]byte("7z\xbc\xaf\x27\x1c\x00\x04\x00\x00\x00\x00"), make([]byte, 20)...)
	binary.LittleEndian.PutUint64(sevenZip[20:], 4<<20)
	sevenZip = append(sevenZip, fill("\x01\x11\xff\xff\xff", 4<<20)...)
	return map[string][]byte{
		"zip of zeros":            packed("a.docx", zeros, "b.pdf", zeros, "c.html", zeros),
		"zips in zips":            layered(3, string(packed("a.txt", zeros[:4<<20]))),
		"zip of 3,000 PDF files":  packed(many...),
		"zip of large letters":    packed("a.eml", letter, "b.eml", letter, "c.eml", letter, "d.eml", letter),
		"zip of large pages":      packed("a.html", page, "b.html", page, "c.svg", page),
		"zip of ends":             []byte("PK\x03\x04" + fill("PK\x05\x06PK\x01\x02", 4<<20)),
		"zip of local headers":    []byte(fill("PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00a", 4<<20)),
		"tar of 4,000 letters":    manyFiles(4000, "%d.eml", letter[:4000]),
		"xz that does not end":    []byte("\xfd7zXZ\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3" + fill("\x01\xff\xff"+zeros[:1<<16], 12<<20)),
		"xz of new properties":    []byte("\xfd7zXZ\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3" + fill("\xe0\x00\x00\x00\x07\x04"+zeros[:8], 12<<20)),
		"7z of false names":       sevenZip,
		"rar of names":            []byte("Rar!\x1a\x07\x01\x00" + fill("\x00\x00\x00\x00\x09\x02\x00\x04\x00\x00\x00\x00\x01a", 4<<20)),
		"rar of old names":        []byte("Rar!\x1a\x07\x00" + fill("\x00\x00\x74\x00\x00\x07\x00", 4<<20)),
		"cabinet of names":        []byte("MSCF\x00\x00\x00\x00" + zeros[:8] + "\x24\x00\x00\x00" + zeros[:8] + "\xff\xff\xff\xff" + zeros[:4] + fill(zeros[:16]+"a\x00", 4<<20)),
		"disk of file records":    append([]byte("\xeb\x52\x90NTFS    "), append(make([]byte, 501), fill("FILE"+zeros[:508], 16<<20)...)...),
		"disk of file systems":    []byte(fill("\xeb"+zeros[:10]+"\x00\x02\x01\x01\x00\x02\x00\x02"+zeros[:35]+"FAT"+zeros[:453]+"\x55\xaa", 16<<20)),
		"disk of forgotten files": []byte("conectix" + zeros[:504] + fill("\xeb"+gone[:10]+"\x08\x02\x01\x01\x00\x02\xff\xff"+gone[:3]+"\x00\x00"+gone[:12]+zeros[:4]+gone[:14]+"FAT"+gone[:453]+"\x55\xaa", 16<<20)),
		"iso of folders":          append(append(make([]byte, 16*2048), "\x01CD001"...), fill("\x22\x00\x10\x00\x00\x00"+zeros[:4]+"\x00\x00\x10\x00"+zeros[:11]+"\x02"+zeros[:6]+"\x01a", 8<<20)...),
		"tiff within the limit":   tiffOf(1000),
		"tiff of 4000 a side":     tiffOf(4000),
		"docx of paragraphs":      document("word/document.xml", paragraphs),
		"docx of relations":       document("word/_rels/document.xml.rels", fill(`<Relationship Type="t/attachedTemplate" TargetMode="External" Target="https://a.example/1"/>`, 16<<20)),
		"docx of entities":        document("word/document.xml", `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">`+fill(`<!ENTITY b "&a;&a;&a;&a;&a;">`, 1<<20)+`]><w:t>`+fill("&b;", 8<<20)),
		"docx of nested elements": document("word/document.xml", fill("<w:t>", 16<<20)),
		"xlsx of shared strings":  document("xl/sharedStrings.xml", fill("<si><t>password</t></si>", 16<<20)),
		"document in a loop":      compoundLoop(4000),
		"rtf of groups":           []byte(`{\rtf1` + fill(`{\object\objdata 0105`, 8<<20)),
		"rtf of hexadecimal":      []byte(`{\rtf1{\object\objupdate{\*\objdata ` + fill("d0cf11e0a1b11ae1", 12<<20)),
		"rtf of controls":         []byte(`{\rtf1` + fill(`\u8364?\'e9\bin1 a`, 8<<20)),
	}
}
