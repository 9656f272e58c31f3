package tnef

import "encoding/binary"

// A reader takes values off the front of a list of properties. Behind the end
// everything is zero and broken is set.
type reader struct {
	data   []byte
	broken bool
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.data)) {
		r.broken = true
		n = uint64(len(r.data))
	}
	v := r.data[:n:n]
	r.data = r.data[n:]
	return v
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); len(b) == 4 {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// padded takes n bytes, which are padded to a multiple of four.
func (r *reader) padded(n uint32) []byte {
	v := r.take(uint64(n))
	if rest := n % 4; rest > 0 && !r.broken {
		r.take(min(uint64(4-rest), uint64(len(r.data))))
	}
	return v
}

// properties calls each for the properties in data (MS-OXTNEF §2.1.3.4).
func (o *opener) properties(data []byte, each func(property)) {
	r := reader{data: data}
	count := r.uint32()
	for i := uint32(0); i < count && !r.broken; i++ {
		if i == maxProperties {
			break
		}
		p := property{kind: 0, id: 0}
		tag := r.uint32()
		p.kind, p.id = uint16(tag&0xffff), uint16(tag>>16)
		if p.id >= 0x8000 {
			r.name()
		}
		many := p.kind&kindMany != 0
		p.kind &^= kindMany
		size := sizes[p.kind]
		values := uint32(1)
		if many || size == 0 {
			values = r.uint32()
		}
		for v := uint32(0); v < values && !r.broken; v++ {
			n := size
			if n == 0 {
				n = r.uint32()
			}
			if p.value = r.padded(n); v == 0 && !r.broken {
				each(p)
			}
		}
	}
	o.m.Broken = o.m.Broken || r.broken
}

// name skips the name of a property that has one: a number or a string.
func (r *reader) name() {
	r.take(16)
	if r.uint32() == 0 {
		r.uint32()
		return
	}
	r.padded(r.uint32())
}

// sizes are the lengths of values by kind; other kinds tell their own
// (MS-OXCDATA §2.11.1).
var sizes = map[uint16]uint32{
	0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000a: 4, 0x000b: 4, 0x0014: 8, 0x0040: 8, 0x0048: 16,
}
