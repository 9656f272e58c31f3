package archive

import "postern/content"

// An lzma decodes LZMA without a header of its own, as 7z packs its headers
// and as the chunks of LZMA2 are, into one piece of memory.
type lzma struct {
	in         []byte
	out        []byte
	size       int // of out, when it is done
	base       int // where the dictionary begins in out
	state      int
	reps       [4]uint32 // the last distances
	span, code uint32
	lc, lp, pb uint
	short      bool // the input ended too early

	isMatch, isRep0Long           [12 << 4]uint16
	isRep, isRep0, isRep1, isRep2 [12]uint16
	literals                      []uint16
	slots                         [4][64]uint16
	special                       [115]uint16
	align                         [16]uint16
	matchLength, repeatLength     lengths
}

// lengths are the probabilities of the length of a match.
type lengths struct {
	choice, choice2 uint16
	low, mid        [16][8]uint16
	high            [256]uint16
}

const even = 1 << 10 // the probability of one half

func fill(p []uint16) {
	for i := range p {
		p[i] = even
	}
}

func (l *lengths) reset() {
	l.choice, l.choice2 = even, even
	for i := range l.low {
		fill(l.low[i][:])
		fill(l.mid[i][:])
	}
	fill(l.high[:])
}

// unLZMA unpacks to size bytes; false where the data are damaged.
func unLZMA(in []byte, prop byte, size int) ([]byte, bool) {
	d := &lzma{size: size, out: make([]byte, 0, size)}
	if !d.properties(prop) || !d.begin(in) {
		return nil, false
	}
	ok := d.decode()
	return d.out, ok
}

// properties takes what says how literals and positions count.
func (d *lzma) properties(prop byte) bool {
	if prop >= 9*5*5 {
		return false
	}
	d.lc, d.lp, d.pb = uint(prop%9), uint(prop/9%5), uint(prop/45)
	if d.lc+d.lp > 8 {
		return false
	}
	if n := 0x300 << (d.lc + d.lp); n <= cap(d.literals) {
		d.literals = d.literals[:n]
	} else {
		d.literals = make([]uint16, n)
	}
	d.reset()
	return true
}

// begin starts the range decoder on in.
func (d *lzma) begin(in []byte) bool {
	if len(in) < 5 || d.literals == nil {
		return false
	}
	d.in, d.span, d.code, d.short = in[5:], 0xffffffff, 0, false
	for _, c := range in[1:5] {
		d.code = d.code<<8 | uint32(c)
	}
	return true
}

// reset forgets all that was learned.
func (d *lzma) reset() {
	d.state, d.reps = 0, [4]uint32{}
	for _, p := range [][]uint16{
		d.isMatch[:], d.isRep0Long[:], d.isRep[:], d.isRep0[:], d.isRep1[:], d.isRep2[:], d.literals,
		d.slots[0][:], d.slots[1][:], d.slots[2][:], d.slots[3][:], d.special[:], d.align[:],
	} {
		fill(p)
	}
	d.matchLength.reset()
	d.repeatLength.reset()
}

// stepsOfReset is what forgetting all that was learned takes of a budget.
const stepsOfReset = 40

// chunks unpacks the chunks of LZMA2 (as in xz-file-format 5.3.1) until there
// are limit bytes, and gives what stands behind them. Damage, and the limit,
// are told by ok.
func (d *lzma) chunks(in []byte, limit int, steps *int) (rest []byte, ok bool) {
	const (
		end, freshCopy, plainCopy = 0, 1, 2
		packed                    = 0x80
	)
	for len(in) > 0 {
		control := in[0]
		switch {
		case control == end:
			return in[1:], true
		case control > plainCopy && control < packed || len(in) < 6:
			return nil, false
		case control < packed:
			n := int(in[1])<<8 + int(in[2]) + 1
			if in = in[3:]; n > len(in) || n > limit-len(d.out) {
				return nil, false
			}
			if control == freshCopy {
				d.base = len(d.out)
			}
			d.out, in = append(d.out, in[:n]...), in[n:]
		default:
			if in, ok = d.chunk(in, limit, steps); !ok {
				return nil, false
			}
		}
	}
	return nil, false
}

// chunk unpacks one packed chunk of LZMA2.
func (d *lzma) chunk(in []byte, limit int, steps *int) (rest []byte, ok bool) {
	const (
		keepAll, newState, newProperties = 0, 1, 2 // and beyond: a new dictionary

		maxLiteral = 4 // of lc+lp
	)
	resets := in[0] >> 5 & 3
	size, n := int(in[0]&0x1f)<<16+int(in[1])<<8+int(in[2])+1, int(in[3])<<8+int(in[4])+1
	prop := in[5]
	in = in[5:]
	if resets > newProperties {
		d.base = len(d.out)
	}
	if resets != keepAll && !content.Spend(steps, stepsOfReset) {
		return nil, false
	}
	switch {
	case resets >= newProperties:
		if prop%9+prop/9%5 > maxLiteral || !d.properties(prop) {
			return nil, false
		}
		in = in[1:]
	case resets == newState:
		d.reset()
	}
	if n > len(in) || size > limit-len(d.out) || !d.begin(in[:n]) {
		return nil, false
	}
	d.size = len(d.out) + size
	return in[n:], d.decode()
}

// bit decodes one bit by its probability.
func (d *lzma) bit(p *uint16) uint32 {
	bound := d.span >> 11 * uint32(*p)
	var bit uint32
	if d.code < bound {
		d.span = bound
		*p += (1<<11 - *p) >> 5
	} else {
		d.span -= bound
		d.code -= bound
		*p -= *p >> 5
		bit = 1
	}
	d.normalize()
	return bit
}

func (d *lzma) normalize() {
	if d.span >= 1<<24 {
		return
	}
	var c byte
	if len(d.in) > 0 {
		c, d.in = d.in[0], d.in[1:]
	} else {
		d.short = true
	}
	d.span <<= 8
	d.code = d.code<<8 | uint32(c)
}

// direct decodes bits without a probability.
func (d *lzma) direct(n uint32) (v uint32) {
	for range n {
		d.span >>= 1
		bit := uint32(0)
		if d.code >= d.span {
			d.code -= d.span
			bit = 1
		}
		v = v<<1 | bit
		d.normalize()
	}
	return v
}

// tree decodes bits, the highest first, each by those before it.
func (d *lzma) tree(p []uint16, bits uint32) uint32 {
	m := uint32(1)
	for range bits {
		m = m<<1 | d.bit(&p[m])
	}
	return m - 1<<bits
}

// reverse decodes bits, the lowest first. p begins at the node above the root.
func (d *lzma) reverse(p []uint16, bits uint32) (v uint32) {
	m := uint32(1)
	for i := range bits {
		b := d.bit(&p[m])
		m = m<<1 | b
		v |= b << i
	}
	return v
}

func (d *lzma) length(l *lengths, position int) int {
	switch {
	case d.bit(&l.choice) == 0:
		return int(d.tree(l.low[position][:], 3))
	case d.bit(&l.choice2) == 0:
		return 8 + int(d.tree(l.mid[position][:], 3))
	}
	return 16 + int(d.tree(l.high[:], 8))
}

func (d *lzma) decode() bool {
	for len(d.out) < d.size && !d.short {
		position := (len(d.out) - d.base) & (1<<d.pb - 1)
		if d.bit(&d.isMatch[d.state<<4+position]) == 0 {
			d.literal()
			switch {
			case d.state < 4:
				d.state = 0
			case d.state < 10:
				d.state -= 3
			default:
				d.state -= 6
			}
			continue
		}
		var n int
		if d.bit(&d.isRep[d.state]) == 0 {
			d.reps[3], d.reps[2], d.reps[1] = d.reps[2], d.reps[1], d.reps[0]
			n = d.length(&d.matchLength, position)
			d.state = after(d.state, 7)
			if d.reps[0] = d.distance(n); d.reps[0] == 0xffffffff {
				return false // the end, too early
			}
		} else {
			var single bool
			if single = d.repeated(position); !single {
				n = d.length(&d.repeatLength, position)
				d.state = after(d.state, 8)
			} else {
				n = -1
			}
		}
		if int64(d.reps[0]) >= int64(len(d.out)-d.base) {
			return false
		}
		for n += 2; n > 0 && len(d.out) < d.size; n-- {
			d.out = append(d.out, d.out[len(d.out)-1-int(d.reps[0])])
		}
	}
	return !d.short
}

// after is the state after a match: first if a literal came before it.
func after(state, first int) int {
	if state < 7 {
		return first
	}
	return first + 3
}

// repeated chooses one of the last distances; single tells of one byte.
func (d *lzma) repeated(position int) (single bool) {
	r := &d.reps
	switch {
	case d.bit(&d.isRep0[d.state]) == 0:
		if d.bit(&d.isRep0Long[d.state<<4+position]) != 0 {
			return false
		}
		if d.state < 7 {
			d.state = 9
		} else {
			d.state = 11
		}
		return true
	case d.bit(&d.isRep1[d.state]) == 0:
		r[0], r[1] = r[1], r[0]
	case d.bit(&d.isRep2[d.state]) == 0:
		r[0], r[1], r[2] = r[2], r[0], r[1]
	default:
		r[0], r[1], r[2], r[3] = r[3], r[0], r[1], r[2]
	}
	return false
}

func (d *lzma) literal() {
	var last byte
	at, rep := len(d.out)-d.base, int(d.reps[0])
	if at > 0 {
		last = d.out[len(d.out)-1]
	}
	from := (uint(at)&(1<<d.lp-1))<<d.lc + uint(last)>>(8-d.lc)
	p := d.literals[0x300*from : 0x300*(from+1)]
	m := uint32(1)
	if d.state >= 7 && rep < at {
		match := uint32(d.out[len(d.out)-1-rep])
		for m < 0x100 {
			want := match >> 7 & 1
			match <<= 1
			b := d.bit(&p[(1+want)<<8+m])
			m = m<<1 | b
			if b != want {
				break
			}
		}
	}
	for m < 0x100 {
		m = m<<1 | d.bit(&p[m])
	}
	d.out = append(d.out, byte(m))
}

func (d *lzma) distance(n int) uint32 {
	slot := d.tree(d.slots[min(n, 3)][:], 6)
	if slot < 4 {
		return slot
	}
	bits := slot>>1 - 1
	v := (2 | slot&1) << bits
	if slot < 14 {
		return v + d.reverse(d.special[v-slot:], bits)
	}
	v += d.direct(bits-4) << 4
	return v + d.reverse(d.align[:], 4)
}
