package archive

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
	"path"
	"strings"

	"postern/content"
)

// The marks of a ZIP file (APPNOTE 4.3).
const (
	zipLocal     = "PK\x03\x04"
	zipCentral   = "PK\x01\x02"
	zipEnd       = "PK\x05\x06"
	zipEnd64     = "PK\x06\x06"
	zipLocator   = "PK\x06\x07"
	zipEndLen    = 22
	zipLocatorAt = 20 // bytes before the end record

	zipEncrypted  = 1 << 0
	zipDescriptor = 1 << 3 // the sizes stand behind the data
)

// How files are packed (APPNOTE 4.4.5).
const (
	stored   = 0
	deflated = 8
	aes      = 99
)

// A bomb claims to unpack to more than so much, and to so many times its size;
// nothing that people pack does.
const (
	bombSize  = 256 << 20
	bombRatio = 250
)

// A File is one file of a ZIP archive.
type File struct {
	Name      string
	Encrypted bool
	Size      uint64 // unpacked, as claimed
	flags     uint16
	method    uint16
	time      uint16
	sum       uint32
	start     int    // of its local header in the archive
	data      []byte // packed; nil where it could not be found
	key       aesKey
}

// A Zip is an archive as its central directory lists it, or where that is
// broken as its local headers do.
type Zip struct {
	Files []File
	Flags content.Flags
	body  []byte
	names map[string]bool
}

// ReadZip lists an archive by hand, since archive/zip reads a directory of any
// length before one can say stop, and hides what is ambiguous.
func ReadZip(body []byte, b *content.Budget) *Zip {
	z := &Zip{body: body, names: map[string]bool{}}
	start, end, dir := directory(body)
	if dir == nil {
		z.Flags |= content.Broken
		z.scan(b)
		return z
	}
	for len(dir) >= 46 && string(dir[:4]) == zipCentral {
		n := int(binary.LittleEndian.Uint16(dir[28:]))
		extra := n + int(binary.LittleEndian.Uint16(dir[30:]))
		skip := 46 + extra + int(binary.LittleEndian.Uint16(dir[32:]))
		if skip > len(dir) {
			z.Flags |= content.Broken
			break
		}
		if len(z.Files) >= content.MaxNames || !content.Spend(&b.Steps, 1) {
			z.Flags |= content.OverBudget
			break
		}
		z.add(dir[:46], dir[46:46+n], dir[46+n:46+extra], start)
		dir = dir[skip:]
	}
	z.judge(end)
	return z
}

// directory finds the central directory, where the archive starts in body (a
// program that unpacks itself has its code before it), and where it ends.
func directory(body []byte) (start, end int, dir []byte) {
	tail := max(0, len(body)-zipEndLen-0xffff)
	at := bytes.LastIndex(body[tail:], []byte(zipEnd))
	if at < 0 || tail+at+zipEndLen > len(body) {
		return 0, 0, nil
	}
	at += tail
	end = at
	size := uint64(binary.LittleEndian.Uint32(body[at+12:]))
	offset := uint64(binary.LittleEndian.Uint32(body[at+16:]))
	if l := at - zipLocatorAt; l >= 0 && string(body[l:l+4]) == zipLocator && (size == math.MaxUint32 || offset == math.MaxUint32) {
		where := binary.LittleEndian.Uint64(body[l+8:])
		if where > uint64(l) || uint64(l)-where < 56 || string(body[where:where+4]) != zipEnd64 {
			return 0, 0, nil
		}
		at = int(where) //nolint:gosec // less than l
		size, offset = binary.LittleEndian.Uint64(body[where+40:]), binary.LittleEndian.Uint64(body[where+48:])
	}
	if size > uint64(at) || size < 46 || offset > uint64(len(body)) {
		return 0, 0, nil
	}
	from := at - int(size) //nolint:gosec // at most at
	if string(body[from:from+4]) != zipCentral {
		return 0, 0, nil
	}
	return max(0, from-int(offset)), end, body[from:at] //nolint:gosec // at most the length of body
}

// add notes a file by its entry in the directory.
func (z *Zip) add(head, name, extra []byte, start int) {
	f := File{
		flags: binary.LittleEndian.Uint16(head[8:]), method: binary.LittleEndian.Uint16(head[10:]), time: binary.LittleEndian.Uint16(head[12:]),
		sum: binary.LittleEndian.Uint32(head[16:]), Size: uint64(binary.LittleEndian.Uint32(head[24:])),
	}
	packed, offset := uint64(binary.LittleEndian.Uint32(head[20:])), uint64(binary.LittleEndian.Uint32(head[42:]))
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if 4+n > len(extra) {
			break
		}
		data := extra[4 : 4+n]
		extra = extra[4+n:]
		switch id {
		case 0x0001: // ZIP64: those that did not fit, in this order (APPNOTE 4.5.3)
			for _, v := range []*uint64{&f.Size, &packed, &offset} {
				if *v == math.MaxUint32 && len(data) >= 8 {
					*v, data = binary.LittleEndian.Uint64(data), data[8:]
				}
			}
		case 0x7075: // the name in UTF-8, if it was not changed since (APPNOTE 4.6.9)
			if len(data) > 5 && binary.LittleEndian.Uint32(data[1:]) == crc32.ChecksumIEEE(name) {
				if !strings.EqualFold(path.Ext(string(name)), path.Ext(string(data[5:]))) {
					z.Flags |= content.Ambiguous
				}
				name = data[5:]
			}
		case 0x9901:
			f.key = readKey(data)
		}
	}
	f.Name = fileName(name)
	f.Encrypted = f.flags&zipEncrypted != 0
	z.locate(&f, uint64(start)+offset, packed) //nolint:gosec // start is an index
	z.keep(f)
}

// locate finds the data of a file behind its local header (APPNOTE 4.3.7),
// which must say the same.
func (z *Zip) locate(f *File, at, packed uint64) {
	f.start = -1
	if at >= uint64(len(z.body)) || uint64(len(z.body))-at < 30 || string(z.body[at:at+4]) != zipLocal {
		z.Flags |= content.Broken
		return
	}
	f.start = int(at) //nolint:gosec // less than the length of body
	raw := z.body[at:]
	n := int(binary.LittleEndian.Uint16(raw[26:]))
	head := 30 + n + int(binary.LittleEndian.Uint16(raw[28:]))
	if head > len(raw) {
		z.Flags |= content.Broken
		return
	}
	local := fileName(raw[30 : 30+n])
	if local != f.Name && plain(local) != plain(f.Name) || binary.LittleEndian.Uint16(raw[6:])&zipEncrypted != f.flags&zipEncrypted ||
		binary.LittleEndian.Uint16(raw[8:]) != f.method {
		if path.Ext(local) != path.Ext(f.Name) || local == "" {
			z.Flags |= content.Ambiguous
		}
		if f.Name == "" {
			f.Name = local
		}
	}
	f.data = raw[head:]
	if packed > uint64(len(f.data)) {
		z.Flags |= content.Broken
		packed = uint64(len(f.data))
	}
	f.data = f.data[:packed]
}

// plain is a name for comparing: encodings may differ, letters of ASCII may not.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case r >= 0x80:
			return -1
		}
		return r
	}, name)
}

// keep notes a file, and what is wrong with its name.
func (z *Zip) keep(f File) {
	if z.names[f.Name] {
		z.Flags |= content.Ambiguous
	}
	z.names[f.Name] = true
	if escapes(f.Name) {
		z.Flags |= content.Traversal
	}
	if f.Encrypted {
		z.Flags |= content.Encrypted
	}
	z.Files = append(z.Files, f)
}

// scan lists the files by their local headers.
func (z *Zip) scan(b *content.Budget) {
	for rest := z.body; ; {
		at := bytes.Index(rest, []byte(zipLocal))
		if at < 0 || at+30 > len(rest) {
			return
		}
		rest = rest[at:]
		n := int(binary.LittleEndian.Uint16(rest[26:]))
		head := 30 + n + int(binary.LittleEndian.Uint16(rest[28:]))
		if 30+n > len(rest) {
			return
		}
		if len(z.Files) >= content.MaxNames || !content.Spend(&b.Steps, 1) {
			z.Flags |= content.OverBudget
			return
		}
		f := File{
			Name: fileName(rest[30 : 30+n]), flags: binary.LittleEndian.Uint16(rest[6:]), method: binary.LittleEndian.Uint16(rest[8:]),
			time: binary.LittleEndian.Uint16(rest[10:]), sum: binary.LittleEndian.Uint32(rest[14:]), Size: uint64(binary.LittleEndian.Uint32(rest[22:])),
			start: len(z.body) - len(rest),
		}
		f.Encrypted = f.flags&zipEncrypted != 0
		if head <= len(rest) {
			f.data = rest[head:]
			if packed := uint64(binary.LittleEndian.Uint32(rest[18:])); f.flags&zipDescriptor == 0 && packed <= uint64(len(f.data)) {
				f.data = f.data[:packed]
			}
		}
		z.keep(f)
		rest = rest[30+n:]
	}
}

// judge looks at the whole: for a second archive, and for a bomb.
func (z *Zip) judge(end int) {
	var claimed, used uint64
	inside := func(at int) bool {
		for i := range z.Files {
			if f := &z.Files[i]; f.start >= 0 && at >= f.start && at < f.start+30+len(f.Name)+len(f.data)+512 {
				return true
			}
		}
		return false
	}
	for i := range z.Files {
		f := &z.Files[i]
		claimed += min(f.Size, 1<<40)
		used += uint64(len(f.data))
	}
	// Files that share their data unpack to more than they take.
	if used > uint64(len(z.body)) || claimed > bombSize && claimed/bombRatio > uint64(len(z.body)) {
		z.Flags |= content.Bomb
	}
	const most = 8 // end records that are looked at
	rest := z.body[:end]
	for range most {
		at := bytes.LastIndex(rest, []byte(zipEnd))
		if at < 0 {
			return
		}
		size := int64(binary.LittleEndian.Uint32(z.body[at+12:]))
		if size >= 46 && size <= int64(at) && string(z.body[int64(at)-size:][:4]) == zipCentral && !inside(at) {
			z.Flags |= content.Ambiguous
			return
		}
		rest = rest[:at]
	}
}

// Open unpacks a file of the archive, at most limit bytes; nil where it
// cannot.
func (z *Zip) Open(f *File, limit int, b *content.Budget) []byte {
	if f.Encrypted {
		return nil
	}
	return z.unpack(f, f.data, limit, b)
}

func (z *Zip) unpack(f *File, data []byte, limit int, b *content.Budget) []byte {
	switch f.method {
	case stored:
		return data[:min(len(data), limit)]
	case deflated:
		return z.inflate(data, limit, b)
	}
	return nil
}

func (z *Zip) inflate(data []byte, limit int, b *content.Budget) []byte {
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), int64(min(limit, b.Bytes))))
	if err != nil {
		z.Flags |= content.Broken
	}
	if !content.Spend(&b.Bytes, len(out)) || b.Bytes == 0 {
		z.Flags |= content.OverBudget
	}
	return out
}

// escapes tells of a name that leads out of the folder it is unpacked to. A
// slash in front is common in archives of reports, and dropped by all.
func escapes(name string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	return strings.HasPrefix(name, "../") || strings.Contains(name, "/../") ||
		len(name) > 2 && name[1] == ':' && name[2] == '/'
}
