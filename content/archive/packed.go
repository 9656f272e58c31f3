package archive

import (
	"bytes"
	"encoding/binary"

	"postern/content"
)

// A cursor reads numbers from the front of some bytes. Beyond the end there
// are zeros, and ended is set.
type cursor struct {
	b     []byte
	ended bool
}

func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.ended = true
		c.b = nil
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) byte() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) short() uint16 {
	if b := c.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) long() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// varint reads a number of RAR 5: seven bits a byte, the lowest first.
func (c *cursor) varint() (v uint64) {
	for shift := 0; shift < 64; shift += 7 {
		b := c.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	return v
}

// rar5 lists the files of a RAR 5 archive.
func (r *reader) rar5(body []byte, prefix string) {
	const (
		fileBlock    = 2
		cipherBlock  = 4
		endBlock     = 5
		hasExtra     = 1
		hasData      = 2
		cipherRecord = 1
	)
	c := cursor{b: body[8:]}
	for len(c.b) > 7 && !c.ended {
		c.long() // the sum
		h := cursor{b: c.take(c.varint())}
		kind, flags := h.varint(), h.varint()
		var extra, data uint64
		if flags&hasExtra != 0 {
			extra = h.varint()
		}
		if flags&hasData != 0 {
			data = h.varint()
		}
		switch kind {
		case cipherBlock:
			r.found.Flags |= content.Encrypted
			return
		case endBlock:
			return
		case fileBlock:
			if extra > 0 && extra <= uint64(len(h.b)) {
				e := cursor{b: h.b[uint64(len(h.b))-extra:]}
				for len(e.b) > 0 && !e.ended {
					record := cursor{b: e.take(e.varint())}
					if record.varint() == cipherRecord {
						r.found.Flags |= content.Encrypted
					}
				}
			}
			if name := rar5Name(&h); !r.add(prefix + name) {
				return
			}
		}
		c.take(data)
	}
	if c.ended {
		r.found.Flags |= content.Broken
	}
}

func rar5Name(h *cursor) string {
	const (
		hasTime = 2
		hasSum  = 4
	)
	flags := h.varint()
	h.varint() // the size
	h.varint() // the attributes
	if flags&hasTime != 0 {
		h.long()
	}
	if flags&hasSum != 0 {
		h.long()
	}
	h.varint() // the method
	h.varint() // the system
	return fileName(h.take(h.varint()))
}

// rar4 lists the files of a RAR archive of versions 2 to 4.
func (r *reader) rar4(body []byte, prefix string) {
	const (
		mainBlock  = 0x73
		fileBlock  = 0x74
		endBlock   = 0x7b
		locked     = 0x80 // of the main block: the headers are encrypted
		encrypted  = 0x04
		large      = 0x100
		withLength = 0x8000
	)
	c := cursor{b: body[7:]}
	for len(c.b) >= 7 {
		c.short() // the sum
		kind, flags, size := c.byte(), c.short(), c.short()
		if size < 7 {
			break
		}
		h := cursor{b: c.take(uint64(size) - 7)}
		var data uint64
		switch {
		case kind == mainBlock && flags&locked != 0:
			r.found.Flags |= content.Encrypted
			return
		case kind == endBlock:
			return
		case kind == fileBlock:
			data = uint64(h.long())
			h.take(4 + 1 + 4 + 4 + 1 + 1)
			n := uint64(h.short())
			h.long()
			if flags&large != 0 {
				data |= uint64(h.long()) << 32
				h.long()
			}
			if flags&encrypted != 0 {
				r.found.Flags |= content.Encrypted
			}
			name, _, _ := bytes.Cut(h.take(n), []byte{0})
			if !r.add(prefix + fileName(name)) {
				return
			}
		case flags&withLength != 0:
			data = uint64(h.long())
		}
		c.take(data)
	}
	if c.ended {
		r.found.Flags |= content.Broken
	}
}

// cabinet lists the files of a cabinet (MS-CAB §2.4).
func (r *reader) cabinet(body []byte, prefix string) {
	if len(body) < 36 {
		r.found.Flags |= content.Broken
		return
	}
	at, n := int64(binary.LittleEndian.Uint32(body[16:])), int(binary.LittleEndian.Uint16(body[28:]))
	if at > int64(len(body)) {
		r.found.Flags |= content.Broken
		return
	}
	rest := body[at:]
	for range n {
		if len(rest) < 17 {
			r.found.Flags |= content.Broken
			return
		}
		end := bytes.IndexByte(rest[16:], 0)
		if end < 0 || !r.add(prefix+fileName(rest[16:16+end])) {
			return
		}
		rest = rest[17+end:]
	}
}

const xzMagic = "\xfd7zXZ\x00"

// xz unpacks an xz file that is packed by LZMA2 alone, as all are that are not
// programs (xz-file-format 3).
func (r *reader) xz(body []byte, prefix string) {
	const filterLZMA2 = 0x21
	sums := [16]int{1: 4, 4: 8, 10: 32}
	if len(body) < 12 {
		r.found.Flags |= content.Broken
		return
	}
	sum := sums[body[7]&15]
	d := &lzma{}
	for rest := body[12:]; len(rest) > 4 && rest[0] != 0; {
		size := 4 * (int(rest[0]) + 1)
		head := cursor{b: rest[1:min(size, len(rest))]}
		flags := head.byte()
		for _, there := range [...]byte{0x40, 0x80} {
			if flags&there != 0 {
				head.varint()
			}
		}
		if flags&3 != 0 || head.varint() != filterLZMA2 || size > len(rest) {
			r.found.Flags |= content.Broken
			break
		}
		before := len(d.out)
		after, ok := d.chunks(rest[size:], before+min(maxInner-before, r.budget.Bytes), &r.budget.Steps)
		content.Spend(&r.budget.Bytes, len(d.out)-before)
		if !ok {
			r.found.Flags |= content.Broken
			break
		}
		used := len(rest) - size - len(after)
		rest = after[min((4-used&3)&3+sum, len(after)):]
	}
	r.one(d.out, "", prefix)
}

// arj lists the files of an ARJ archive; its first header is that of the whole.
func (r *reader) arj(body []byte, prefix string) {
	c := cursor{b: body}
	for first := true; len(c.b) > 4 && !c.ended && c.short() == 0xea60; first = false {
		h := c.take(uint64(c.short()))
		if len(h) < 30 || int(h[0]) >= len(h) {
			return
		}
		c.long() // the sum
		for n := c.short(); n != 0 && !c.ended; n = c.short() {
			c.take(uint64(n) + 4)
		}
		if first {
			continue
		}
		name, _, _ := bytes.Cut(h[h[0]:], []byte{0})
		if h[4]&1 != 0 {
			r.found.Flags |= content.Encrypted
		}
		if !r.add(prefix + fileName(name)) {
			return
		}
		c.take(uint64(binary.LittleEndian.Uint32(h[12:])))
	}
}

func isARJ(b []byte) bool {
	return len(b) > 12 && b[0] == 0x60 && b[1] == 0xea && b[2] >= 10 && b[10] == 2
}

func isLZH(b []byte) bool {
	return len(b) > 22 && b[2] == '-' && b[3] == 'l' && (b[4] == 'h' || b[4] == 'z') && b[6] == '-'
}

// lzh names the first file of an LHA archive of the old levels.
func (r *reader) lzh(body []byte, prefix string) {
	if n := int(body[21]); body[20] < 2 && 22+n <= len(body) {
		r.add(prefix + fileName(body[22:22+n]))
	}
}
