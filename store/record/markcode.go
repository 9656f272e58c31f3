package record

import (
	"encoding/binary"
	"slices"

	"postern/store"
)

// The flags of an encoded mark, beside its label.
const (
	markVerified = 1 << 6
	markOutbound = 1 << 7

	markReply    = 1 << 0 // in the second byte
	markStranger = 1 << 1
)

// Append encodes m behind b: version, times, flags, traits and parts. Version
// 1 had time, flags, and keys with their class.
func (m *Mark) Append(b []byte) []byte {
	c := coder{b: append(b, version)}
	c.int(m.At)
	c.int(m.Written - m.At)
	flags, more := byte(m.Label), byte(0)
	for _, f := range []struct {
		set bool
		in  *byte
		bit byte
	}{{m.Verified, &flags, markVerified}, {m.Outbound, &flags, markOutbound}, {m.Reply, &more, markReply}, {m.Stranger, &more, markStranger}} {
		if f.set {
			*f.in |= f.bit
		}
	}
	c.b = append(c.b, flags, more)
	c.uint(uint64(len(m.Traits)))
	for _, t := range m.Traits {
		c.b = append(c.b, byte(t.Kind))
		c.b = append(binary.LittleEndian.AppendUint32(c.b, t.ID), t.Keep.Address, t.Keep.Domain, t.Keep.Org, t.Keep.Rcpt, t.Keep.Pair)
	}
	for i := range m.Parts {
		p := &m.Parts[i]
		c.b = append(append(c.b, byte(p.Class), byte(p.Role)), p.Key[:]...)
		c.uint(uint64(len(p.adds)))
		for j := range p.adds {
			a := &p.adds[j]
			c.uint(uint64(a.field))
			if k := a.field.kind(); k == list || k == sketch {
				v := value{limit: a.limit, items: a.items}
				if k == list {
					c.list(&v)
				} else {
					c.sketch(&v)
				}
			}
		}
	}
	return c.b
}

// ReadMark is the inverse of Append. What it cannot read did nothing.
func ReadMark(b []byte) Mark {
	var m Mark
	c := coder{b: b}
	switch c.byte() {
	case version1:
		c.mark1(&m)
	case version:
		c.mark(&m)
	default:
		return Mark{}
	}
	if c.bad || m.Label > store.Bad {
		return Mark{}
	}
	return m
}

func (c *coder) byte() byte {
	if len(c.b) == 0 {
		c.bad = true
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *coder) bytes(to []byte) {
	if n := copy(to, c.b); n < len(to) {
		c.b, c.bad = nil, true
		return
	}
	c.b = c.b[len(to):]
}

func (c *coder) flags(m *Mark) {
	flags := c.byte()
	m.Label = store.Label(flags &^ (markVerified | markOutbound))
	m.Verified, m.Outbound = flags&markVerified != 0, flags&markOutbound != 0
}

func (c *coder) mark1(m *Mark) {
	m.At = c.readInt()
	m.Written = m.At
	c.flags(m)
	for len(c.b) > 0 && !c.bad {
		p := Part{Class: Class(c.byte())}
		if p.Class == Pair {
			p.Role = Between
		}
		c.bytes(p.Key[:])
		m.Parts = append(m.Parts, p)
	}
}

func (c *coder) mark(m *Mark) {
	m.At = c.readInt()
	m.Written = m.At + c.readInt()
	c.flags(m)
	more := c.byte()
	m.Reply, m.Stranger = more&markReply != 0, more&markStranger != 0
	for n := c.readUint(store.MaxTraits); n > 0 && !c.bad; n-- {
		var t [10]byte
		c.bytes(t[:])
		m.Traits = append(m.Traits, Trait{
			store.Kind(t[0]), binary.LittleEndian.Uint32(t[1:]), store.Keep{Address: t[5], Domain: t[6], Org: t[7], Rcpt: t[8], Pair: t[9]},
		})
	}
	var r Record
	for len(c.b) > 0 && !c.bad {
		p := Part{Class: Class(c.byte()), Role: Role(c.byte())}
		c.bytes(p.Key[:])
		for n := c.readUint(maxAdds); n > 0 && !c.bad; n-- {
			p.adds = append(p.adds, c.addition(&r))
		}
		m.Parts = append(m.Parts, p)
	}
}

// maxAdds bounds the additions of one part.
const maxAdds = 64

func (c *coder) addition(r *Record) addition {
	v := value{field: Field(c.readUint(maxField - 1))} //nolint:gosec // it is no larger
	switch v.field.kind() {
	case sum, maximum:
	case list:
		c.readList(&v, r)
	case sketch:
		c.readSketch(&v, r)
	default:
		c.bad = true
	}
	return addition{v.field, v.limit, slices.Clone(v.items)}
}
