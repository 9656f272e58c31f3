package record

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"slices"
)

// Versions head every encoded record. Version 1 had sums and times alone.
const (
	version1 = 1
	version  = 2
)

// Bounds of what is decoded.
const (
	maxLimit = 4 * 255 // of a list
	maxText  = 1 << 10 // bytes of an item's text
	maxRank  = 64
)

// errDamaged reports bytes that are no record.
var errDamaged = errors.New("record: damaged")

// A coder keeps what the next value is written in relation to. In a young
// record most weights are the same, and most times too.
type coder struct {
	b      []byte
	weight uint64 // bits of the last one
	time   int64
	hour   int64
	bad    bool
}

// Append encodes r behind b: the version, then each field's number (uvarint)
// and value. Times are zigzag varints, relative to the time before. Weights
// are the first bytes of a float64, without the zeros behind, after their
// number; sameWeight stands for the weight before.
func (r *Record) Append(b []byte) []byte {
	c := coder{b: append(b, version)}
	for i := range r.values {
		v := &r.values[i]
		c.uint(uint64(v.field))
		switch v.field.kind() {
		case sum:
			c.float(v.sum)
		case minimum, maximum:
			c.int(v.at - c.time)
			c.time = v.at
		case days:
			c.uint(uint64(v.at)) //nolint:gosec // never negative
			c.uint(v.days)
			c.uint(v.weeks)
		case window:
			c.window(v)
		case list:
			c.list(v)
		case sketch:
			c.sketch(v)
		}
	}
	return c.b
}

func (c *coder) uint(v uint64) { c.b = binary.AppendUvarint(c.b, v) }
func (c *coder) int(v int64)   { c.b = binary.AppendVarint(c.b, v) }

const sameWeight = 9

func (c *coder) float(f float64) {
	w := math.Float64bits(f)
	if w == c.weight {
		c.b = append(c.b, sameWeight)
		return
	}
	c.weight = w
	n := 8 - bits.TrailingZeros64(w)/8
	c.b = append(c.b, byte(n)) //nolint:gosec // at most eight
	for range n {
		w = bits.RotateLeft64(w, 8)
		c.b = append(c.b, byte(w)) //nolint:gosec // the lowest byte
	}
}

// window writes the latest bucket, then each count with its distance from the
// one before.
func (c *coder) window(v *value) {
	c.uint(uint64(v.latest))
	c.uint(uint64(len(v.items)))
	last := v.latest
	for _, it := range slices.Backward(v.items) {
		c.uint(uint64(last - it.id))
		c.int(int64(it.weight))
		last = it.id
	}
}

// list writes capacity, total, length and latest hour, then each item: its
// distance from the one before, how many hours before the latest it was seen,
// its weight and its text.
func (c *coder) list(v *value) {
	latest, texts := uint32(0), uint64(0)
	for i := range v.items {
		latest = max(latest, v.items[i].at)
		if v.items[i].text != nil {
			texts = 1
		}
	}
	c.uint(uint64(v.limit))
	c.float(v.sum)
	c.uint(uint64(len(v.items))<<1 | texts)
	c.int(int64(latest) - c.hour)
	c.hour = int64(latest)
	last := uint32(0)
	for i := range v.items {
		it := &v.items[i]
		c.uint(uint64(it.id - last))
		c.uint(uint64(latest - it.at))
		c.float(it.weight)
		if texts == 1 {
			c.uint(uint64(len(it.text)))
			c.b = append(c.b, it.text...)
		}
		last = it.id
	}
}

// sketch writes the registers in use, or all of them, where that is shorter.
func (c *coder) sketch(v *value) {
	c.uint(uint64(len(v.items)))
	if len(v.items) <= registers/2 {
		for _, it := range v.items {
			c.b = append(c.b, byte(it.id), byte(it.weight)) //nolint:gosec // a register and its rank
		}
		return
	}
	all := make([]byte, registers)
	for _, it := range v.items {
		all[it.id] = byte(it.weight)
	}
	c.b = append(c.b, all...)
}

// MergeEncoded adds an encoded record to r. Where b is damaged r is left as it
// was.
func (r *Record) MergeEncoded(b []byte) error {
	if r.Empty() {
		if err := r.decode(b); err != nil {
			r.Reset()
			return err
		}
		return nil
	}
	var o Record
	if err := o.decode(b); err != nil {
		return err
	}
	for i := range o.values {
		r.merge(&o.values[i])
	}
	return nil
}

// decode reads b into an empty record.
func (r *Record) decode(b []byte) error {
	if len(b) == 0 || b[0] != version && b[0] != version1 {
		return errDamaged
	}
	c := coder{b: b[1:]}
	for next := uint64(0); len(c.b) > 0; {
		field := c.readUint(maxField - 1)
		if c.bad || field < next {
			return errDamaged
		}
		next = field + 1
		v := value{field: Field(field)} //nolint:gosec // it is no larger
		if b[0] == version1 {
			c.read1(&v)
		} else {
			c.read(&v, r)
		}
		if c.bad {
			return errDamaged
		}
		r.values = append(r.values, v)
	}
	return nil
}

// read1 reads a value of version 1: a sum in eight bytes, little-endian, or a
// time.
func (c *coder) read1(v *value) {
	switch v.field.kind() {
	case sum:
		if len(c.b) < 8 {
			c.bad = true
			return
		}
		v.sum = math.Float64frombits(binary.LittleEndian.Uint64(c.b))
		c.b, c.bad = c.b[8:], math.IsNaN(v.sum) || math.IsInf(v.sum, 0)
	case minimum, maximum:
		v.at = c.readInt()
	default:
		c.bad = true
	}
}

func (c *coder) read(v *value, r *Record) {
	switch v.field.kind() {
	case sum:
		v.sum = c.readFloat()
	case minimum, maximum:
		v.at = c.time + c.readInt()
		c.time = v.at
	case days:
		v.at = int64(c.readUint(1 << 20)) //nolint:gosec // it is no larger
		v.days, v.weeks = c.readUint(math.MaxUint64), c.readUint(math.MaxUint64)
	case window:
		c.readWindow(v, r)
	case list:
		c.readList(v, r)
	case sketch:
		c.readSketch(v, r)
	default:
		c.bad = true
	}
}

func (c *coder) readUint(most uint64) uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 || v > most {
		c.b, c.bad = nil, true
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *coder) readInt() int64 {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.b, c.bad = nil, true
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *coder) readFloat() float64 {
	n := int(c.readUint(sameWeight)) //nolint:gosec // it is no larger
	if n != sameWeight {
		if n > len(c.b) {
			c.b, c.bad = nil, true
			return 0
		}
		c.weight = 0
		for i := range n {
			c.weight |= uint64(c.b[i]) << (56 - 8*i)
		}
		c.b = c.b[n:]
	}
	f := math.Float64frombits(c.weight)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		c.bad = true
	}
	return f
}

// room gives n items of r's own.
func (c *coder) room(r *Record, n int) []item {
	if c.bad || n > len(c.b) { // each takes a byte at least
		c.b, c.bad = nil, true
		return nil
	}
	from := len(r.arena)
	r.arena = slices.Grow(r.arena, n)[:from+n]
	items := r.arena[from : from+n : from+n]
	clear(items)
	return items
}

func (c *coder) readWindow(v *value, r *Record) {
	v.latest = uint32(c.readUint(math.MaxUint32)) //nolint:gosec // it is no larger
	v.items = c.room(r, int(c.readUint(buckets))) //nolint:gosec // it is no larger
	last := v.latest
	for i := range slices.Backward(v.items) {
		ago := uint32(c.readUint(buckets)) //nolint:gosec // it is no larger
		if ago > last || ago == 0 && i < len(v.items)-1 {
			c.bad = true
			return
		}
		last -= ago
		v.items[i] = item{id: last, weight: float64(c.readInt())}
	}
}

func (c *coder) readList(v *value, r *Record) {
	v.limit = uint16(c.readUint(maxLimit)) //nolint:gosec // it is no larger
	v.sum = c.readFloat()
	n := c.readUint(uint64(maxLimit+slack(maxLimit))<<1 | 1) //nolint:gosec // a constant
	c.hour += c.readInt()
	latest := c.hour
	if latest < 0 || latest > math.MaxUint32 {
		c.bad = true
	}
	v.items = c.room(r, int(n>>1))
	last := uint64(0)
	for i := range v.items {
		it := &v.items[i]
		apart := c.readUint(math.MaxUint32)
		if last += apart; apart == 0 && i > 0 || last > math.MaxUint32 {
			c.bad = true
		}
		it.id = uint32(last)                                               //nolint:gosec // checked above, or bad
		it.at = uint32(latest - int64(c.readUint(uint64(max(latest, 0))))) //nolint:gosec // both are in range
		it.weight = c.readFloat()
		if n&1 == 1 {
			it.text = c.readText()
		}
	}
	if len(v.items) > int(v.limit)+slack(v.limit) {
		c.bad = true
	}
}

func (c *coder) readText() []byte {
	n := int(c.readUint(maxText)) //nolint:gosec // it is no larger
	if n > len(c.b) {
		c.bad = true
	}
	if c.bad || n == 0 {
		return nil
	}
	text := slices.Clone(c.b[:n])
	c.b = c.b[n:]
	return text
}

func (c *coder) readSketch(v *value, r *Record) {
	n := int(c.readUint(registers)) //nolint:gosec // it is no larger
	size := registers
	if n <= registers/2 {
		size = 2 * n
	}
	if v.items = c.room(r, n); len(c.b) < size {
		c.bad = true
	}
	if c.bad {
		return
	}
	b := c.b[:size]
	c.b = c.b[size:]
	if size == 2*n {
		for i := range v.items {
			v.items[i] = item{id: uint32(b[2*i]), weight: float64(b[2*i+1])}
		}
	} else {
		i := 0
		for id, rank := range b {
			if rank > 0 && i < n {
				v.items[i] = item{id: uint32(id), weight: float64(rank)}
				i++
			}
		}
		c.bad = i < n
	}
	for i, it := range v.items {
		if it.weight == 0 || it.weight > maxRank || i > 0 && it.id <= v.items[i-1].id {
			c.bad = true
		}
	}
}
