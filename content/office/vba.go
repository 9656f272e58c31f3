package office

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"postern/content"
)

// maxSource is how much source is read of one module.
const maxSource = 1 << 20

// decompress unpacks a compressed container (MS-OVBA §2.4.1), at most limit
// bytes; false where it is damaged.
func decompress(data []byte, limit int) ([]byte, bool) {
	if len(data) == 0 || data[0] != 1 {
		return nil, false
	}
	out := make([]byte, 0, min(limit, 4*len(data)))
	for data = data[1:]; len(data) >= 2 && len(out) < limit; {
		head := int(binary.LittleEndian.Uint16(data))
		size := head&0xfff + 3
		if head>>12&7 != 3 {
			return out, false
		}
		chunk := data[2:min(size, len(data))]
		if head&0x8000 == 0 {
			out = append(out, chunk...)
		} else {
			var ok bool
			if out, ok = chunkOf(out, chunk); !ok {
				return out, false
			}
		}
		data = data[min(size, len(data)):]
	}
	return out[:min(len(out), limit)], true
}

// chunkOf unpacks one compressed chunk onto out.
func chunkOf(out, chunk []byte) ([]byte, bool) {
	const most = 4096 // bytes that a chunk unpacks to
	start := len(out)
	for len(chunk) > 0 {
		flags := chunk[0]
		chunk = chunk[1:]
		for bit := 0; bit < 8 && len(chunk) > 0; bit++ {
			if flags>>bit&1 == 0 {
				out = append(out, chunk[0])
				chunk = chunk[1:]
				continue
			}
			if len(chunk) < 2 || len(out) == start {
				return out, false
			}
			token := int(binary.LittleEndian.Uint16(chunk))
			chunk = chunk[2:]
			bits := 4 // of the offset (§2.4.1.3.19.1)
			for 1<<bits < len(out)-start {
				bits++
			}
			length, offset := token&(0xffff>>bits)+3, token>>(16-bits)+1
			if offset > len(out)-start || length > most {
				return out, false
			}
			for range length {
				out = append(out, out[len(out)-offset])
			}
		}
		if len(out)-start > most {
			return out[:start+most], true
		}
	}
	return out, true
}

// A module is a part of a project: the stream it is in, and where its source
// begins there.
type module struct {
	stream string
	offset int
}

// modules reads the list of modules (MS-OVBA §2.3.4.2).
func modules(dir []byte) (list []module) {
	const (
		version    = 0x09
		streamName = 0x1a
		offset     = 0x31
	)
	for len(dir) >= 6 {
		id, size := binary.LittleEndian.Uint16(dir), int64(binary.LittleEndian.Uint32(dir[2:]))
		if id == version {
			size = 6 // what the record says is the length of its first field
		}
		dir = dir[6:]
		if size > int64(len(dir)) {
			return list
		}
		data := dir[:size]
		dir = dir[size:]
		switch {
		case id == streamName && len(list) < maxEntries:
			list = append(list, module{stream: strings.ToLower(narrow(data))})
		case id == offset && len(data) >= 4 && len(list) > 0:
			list[len(list)-1].offset = int(binary.LittleEndian.Uint32(data))
		}
	}
	return list
}

// narrow reads text of an unknown code page; what the checks look for is
// ASCII in all of them.
func narrow(data []byte) string {
	s, _ := charmap.Windows1252.NewDecoder().Bytes(data)
	return string(s)
}

// project reads the macros of every project in a compound file.
func (d *decoder) project(c *compound) {
	for i := range c.entries {
		e := &c.entries[i]
		if folder, name := path.Split(e.path); !e.storage && name == "dir" && path.Base(folder) == "vba" {
			d.modules(c, folder, e)
		}
	}
	if d.found.Flags.Has(content.Macro) {
		return
	}
	for i := range c.entries { // a list that was taken away
		if e := &c.entries[i]; !e.storage && strings.Contains("/"+e.path, "/vba/") {
			d.source(c.read(e), -1)
		}
	}
}

func (d *decoder) modules(c *compound, folder string, e *entry) {
	dir, ok := decompress(c.read(e), maxSource)
	if !ok {
		d.found.Flags |= content.Broken
	}
	list := modules(dir)
	if len(list) == 0 {
		return
	}
	for _, m := range list {
		s := c.stream(folder + m.stream)
		if s == nil {
			continue
		}
		d.source(c.read(s), m.offset)
	}
	if !d.found.Flags.Has(content.Macro) {
		d.stomped(c, folder)
	}
}

// attribut is how every source begins, as it stands when compressed.
var attribut = []byte("\x00Attribut")

// source reads one module. Where no offset is known it is looked for.
func (d *decoder) source(data []byte, offset int) {
	if offset < 0 || offset > len(data) {
		if offset = bytes.Index(data, attribut) - 3; offset < 0 {
			return
		}
	}
	text, ok := decompress(data[offset:], min(maxSource, d.budget.Bytes))
	content.Spend(&d.budget.Bytes, len(text))
	if !ok && len(text) == 0 {
		d.bare = d.bare || offset > 0
		return
	}
	d.judgeSource(narrow(text))
}

// stomped tells of a project without source, whose compiled form names what
// it runs upon.
func (d *decoder) stomped(c *compound, folder string) {
	for i := range c.entries {
		e := &c.entries[i]
		if e.storage || !strings.HasPrefix(e.path, folder) {
			continue
		}
		lower := strings.ToLower(narrow(c.read(e)))
		for _, name := range autoRun {
			if strings.Contains(lower, name) {
				d.found.Flags |= content.Macro | content.Stomped | content.OnOpen
				d.found.AddCall(name)
				return
			}
		}
	}
}
