package parse

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"io"
	"strings"
)

// maxNesting is how many archives deep inside an archive names are listed.
const maxNesting = 2

// zipEntry is what the central directory tells about one file.
type zipEntry struct {
	name             string
	flags, method    uint16
	packed, unpacked uint32
	offset           uint32
	raw              []byte // the archive from its local header on
}

const (
	zipLocal     = "PK\x03\x04"
	zipCentral   = "PK\x01\x02"
	zipEnd       = "PK\x05\x06"
	zipEndLen    = 22
	zipEncrypted = 1
)

// listZip lists the names of a ZIP file from its central directory (APPNOTE
// 4.3.12), or where that is broken from the local headers. It is read by hand,
// since archive/zip reads a directory of any length before one can say stop.
func (c *content) listZip(a *Attachment, body []byte, prefix string, depth int) {
	start, dir := zipDirectory(body)
	if dir == nil {
		c.defect(BadArchive)
		c.scanZip(a, body, prefix)
		return
	}
	for len(dir) >= 46 && string(dir[:4]) == zipCentral {
		n := int(binary.LittleEndian.Uint16(dir[28:]))
		skip := 46 + n + int(binary.LittleEndian.Uint16(dir[30:])) + int(binary.LittleEndian.Uint16(dir[32:]))
		if skip > len(dir) {
			c.defect(BadArchive)
			return
		}
		e := zipEntry{
			name: fileName(dir[46 : 46+n]), flags: binary.LittleEndian.Uint16(dir[8:]), method: binary.LittleEndian.Uint16(dir[10:]),
			packed: binary.LittleEndian.Uint32(dir[20:]), unpacked: binary.LittleEndian.Uint32(dir[24:]),
			offset: binary.LittleEndian.Uint32(dir[42:]),
		}
		if at := int64(start) + int64(e.offset); at < int64(len(body)) {
			e.raw = body[at:]
		}
		dir = dir[skip:]
		if !c.entry(a, prefix+e.name) {
			return
		}
		if e.flags&zipEncrypted != 0 {
			a.Encrypted = true
			continue
		}
		c.descend(a, prefix+e.name, depth, func() []byte { return c.unzip(e) })
	}
}

// zipDirectory finds the central directory, and where the archive starts in
// body: a program that unpacks itself has its code before it.
func zipDirectory(body []byte) (start int, dir []byte) {
	tail := max(0, len(body)-zipEndLen-0xffff)
	at := bytes.LastIndex(body[tail:], []byte(zipEnd))
	if at < 0 || tail+at+zipEndLen > len(body) {
		return 0, nil
	}
	at += tail
	size := int(binary.LittleEndian.Uint32(body[at+12:]))
	offset := int(binary.LittleEndian.Uint32(body[at+16:]))
	if size > at || size < 46 || string(body[at-size:at-size+4]) != zipCentral {
		return 0, nil
	}
	return max(0, at-size-offset), body[at-size : at]
}

// scanZip lists names from the local headers (APPNOTE 4.3.7).
func (c *content) scanZip(a *Attachment, body []byte, prefix string) {
	for {
		at := bytes.Index(body, []byte(zipLocal))
		if at < 0 || at+30 > len(body) {
			return
		}
		body = body[at:]
		n := int(binary.LittleEndian.Uint16(body[26:]))
		if 30+n > len(body) || !c.entry(a, prefix+fileName(body[30:30+n])) {
			return
		}
		a.Encrypted = a.Encrypted || body[6]&zipEncrypted != 0
		body = body[30+n:]
	}
}

// unzip unpacks one file, as far as the budget goes; nil where it cannot.
func (c *content) unzip(e zipEntry) []byte {
	if len(e.raw) < 30 || string(e.raw[:4]) != zipLocal {
		c.defect(BadArchive)
		return nil
	}
	head := 30 + int(binary.LittleEndian.Uint16(e.raw[26:])) + int(binary.LittleEndian.Uint16(e.raw[28:]))
	end := head + int(e.packed)
	if end > len(e.raw) {
		c.defect(BadArchive)
		return nil
	}
	switch e.method {
	case 0:
		return e.raw[head:end]
	case 8:
		return c.unpack(flate.NewReader(bytes.NewReader(e.raw[head:end])))
	}
	return nil
}

// unpack reads a decompressor as far as the budget goes.
func (c *content) unpack(r io.Reader) []byte {
	out, err := io.ReadAll(io.LimitReader(r, int64(c.left.DecodedBytes)+1))
	if err != nil {
		c.defect(BadArchive)
	}
	if len(out) > c.left.DecodedBytes {
		c.defect(OverLimit)
		out = out[:c.left.DecodedBytes]
	}
	c.left.DecodedBytes -= len(out)
	return out
}

// entry notes a name; false means that the limit was reached.
func (c *content) entry(a *Attachment, name string) bool {
	if !c.spend(&c.left.Entries) {
		return false
	}
	a.Entries = append(a.Entries, name)
	return true
}

// descend lists an archive inside an archive. Only what has the name of one
// is unpacked.
func (c *content) descend(a *Attachment, name string, depth int, open func() []byte) {
	lower := strings.ToLower(name)
	isZip := strings.HasSuffix(lower, ".zip") || strings.HasSuffix(lower, ".jar")
	if depth >= maxNesting || !isZip && !strings.HasSuffix(lower, ".tar") {
		return
	}
	body := open()
	switch {
	case body == nil:
	case isZip && bytes.HasPrefix(body, []byte("PK")):
		c.listZip(a, body, name+"/", depth+1)
	case !isZip:
		c.listTar(a, body, name+"/")
	}
}

// listTar lists the names of a tar file.
func (c *content) listTar(a *Attachment, body []byte, prefix string) {
	r := tar.NewReader(bytes.NewReader(body))
	for {
		h, err := r.Next()
		if err != nil {
			if err != io.EOF {
				c.defect(BadArchive)
			}
			return
		}
		if !c.entry(a, prefix+fileName([]byte(h.Name))) {
			return
		}
	}
}

// listGzip names the one file in a gzip file, or the files of a tar in it.
func (c *content) listGzip(a *Attachment, body []byte) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		c.defect(BadArchive)
		return
	}
	name := r.Name
	if name == "" {
		name = strings.TrimSuffix(strings.TrimSuffix(a.Name, ".gz"), ".tgz")
	}
	out := c.unpack(r)
	if sniff(out) == "application/x-tar" {
		c.listTar(a, out, "")
		return
	}
	if c.entry(a, fileName([]byte(name))) && bytes.HasPrefix(out, []byte("PK")) {
		c.listZip(a, out, fileName([]byte(name))+"/", 1)
	}
}

// fileName is a name from an archive in UTF-8 and on one line, cut to 255 bytes.
func fileName(b []byte) string {
	s := oneLine(toUTF8(string(b)))
	return strings.ToValidUTF8(s[:min(len(s), 255)], "")
}
