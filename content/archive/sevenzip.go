package archive

import (
	"encoding/binary"

	"postern/content"
)

// The properties of a 7z header that matter (7zFormat.txt).
const (
	szEnd        = 0x00
	szHeader     = 0x01
	szPackedData = 0x17
	szNames      = 0x11
)

// The coders that matter.
const (
	szLZMA = "\x03\x01\x01"
	szAES  = "\x06\xf1\x07\x01"
)

// sevenZip lists the names of a 7z archive. They stand at its end, mostly
// packed.
func (r *reader) sevenZip(body []byte, prefix string) {
	if len(body) < 32 {
		r.found.Flags |= content.Broken
		return
	}
	at, size := binary.LittleEndian.Uint64(body[12:]), binary.LittleEndian.Uint64(body[20:])
	rest := body[32:]
	if at > uint64(len(rest)) || size > uint64(len(rest))-at {
		r.found.Flags |= content.Broken
		return
	}
	head := rest[at : at+size]
	const maxPacked = 4 // times that a header is packed
	for range maxPacked {
		if len(head) == 0 || head[0] != szPackedData {
			break
		}
		if head = r.sevenZipHeader(head[1:], rest); head == nil {
			return
		}
	}
	if len(head) == 0 || head[0] != szHeader {
		return
	}
	if containsCoder(head, szAES) {
		r.found.Flags |= content.Encrypted
	}
	r.sevenZipNames(head, prefix)
}

// number reads a number of 7z: the high bits of the first byte say how many
// follow.
func (c *cursor) number() (v uint64) {
	first := c.byte()
	mask := byte(0x80)
	for i := range 8 {
		if first&mask == 0 {
			return v + uint64(first&(mask-1))<<(8*i)
		}
		v |= uint64(c.byte()) << (8 * i)
		mask >>= 1
	}
	return v
}

func containsCoder(head []byte, id string) bool {
	for i := 0; i+1+len(id) <= len(head); i++ {
		if int(head[i]&0x0f) == len(id) && string(head[i+1:i+1+len(id)]) == id {
			return true
		}
	}
	return false
}

// sevenZipHeader unpacks a header; nil where it is encrypted, or packed in
// another way than with LZMA.
func (r *reader) sevenZipHeader(head, packs []byte) []byte {
	const (
		packInfo   = 0x06
		sizes      = 0x09
		unpackInfo = 0x07
		folders    = 0x0b
		unpacked   = 0x0c
		withProps  = 0x20
	)
	if containsCoder(head, szAES) {
		r.found.Flags |= content.Encrypted
		return nil
	}
	c := cursor{b: head}
	ok := c.byte() == packInfo
	at := c.number()
	ok = ok && c.number() == 1 && c.byte() == sizes
	size := c.number()
	ok = ok && c.byte() == szEnd && c.byte() == unpackInfo && c.byte() == folders && c.number() == 1 && c.byte() == 0 && c.number() == 1
	flags := c.byte()
	id := string(c.take(uint64(flags & 0x0f)))
	if !ok || flags&withProps == 0 || id != szLZMA {
		r.found.Flags |= content.Broken
		return nil
	}
	props := c.take(c.number())
	if c.byte() != unpacked || len(props) < 5 {
		r.found.Flags |= content.Broken
		return nil
	}
	length := c.number()
	if at > uint64(len(packs)) || size > uint64(len(packs))-at || length > maxHeader || !content.Spend(&r.budget.Bytes, int(length)) {
		r.found.Flags |= content.OverBudget
		return nil
	}
	out, ok := unLZMA(packs[at:at+size], props[0], int(length))
	if !ok {
		r.found.Flags |= content.Broken
	}
	return out
}

// maxHeader is how many bytes a header may unpack to.
const maxHeader = 1 << 20

// sevenZipNames finds the property that holds the names, which are in UTF-16
// and end in a zero each.
func (r *reader) sevenZipNames(head []byte, prefix string) {
	for i := range head {
		if head[i] != szNames {
			continue
		}
		c := cursor{b: head[i+1:]}
		n := c.number()
		data := c.take(n)
		if c.ended || n < 5 || n%2 == 0 || data[0] != 0 || data[n-1] != 0 || data[n-2] != 0 {
			continue
		}
		var units []byte
		for data = data[1:]; len(data) > 1; data = data[2:] {
			if data[0] != 0 || data[1] != 0 {
				units = append(units, data[1], data[0])
				continue
			}
			if !r.add(prefix + fileName([]byte(bigWide(units)))) {
				return
			}
			units = units[:0]
		}
		return
	}
}
