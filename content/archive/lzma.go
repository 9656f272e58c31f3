package archive

// An lzma decodes LZMA as 7z packs its headers: without a header of its own,
// into one piece of memory.
type lzma struct {
	in         []byte
	out        []byte
	size       int
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
	if prop >= 9*5*5 || len(in) < 5 {
		return nil, false
	}
	d := &lzma{in: in[5:], size: size, span: 0xffffffff, lc: uint(prop % 9), lp: uint(prop / 9 % 5), pb: uint(prop / 45)}
	for _, c := range in[1:5] {
		d.code = d.code<<8 | uint32(c)
	}
	if d.lc+d.lp > 8 {
		return nil, false
	}
	d.literals = make([]uint16, 0x300<<(d.lc+d.lp))
	for _, p := range [][]uint16{
		d.isMatch[:], d.isRep0Long[:], d.isRep[:], d.isRep0[:], d.isRep1[:], d.isRep2[:], d.literals,
		d.slots[0][:], d.slots[1][:], d.slots[2][:], d.slots[3][:], d.special[:], d.align[:],
	} {
		fill(p)
	}
	d.matchLength.reset()
	d.repeatLength.reset()
	d.out = make([]byte, 0, size)
	ok := d.decode()
	return d.out, ok
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
	var reps [4]uint32
	state := 0
	for len(d.out) < d.size && !d.short {
		position := len(d.out) & (1<<d.pb - 1)
		if d.bit(&d.isMatch[state<<4+position]) == 0 {
			d.literal(state, reps[0])
			switch {
			case state < 4:
				state = 0
			case state < 10:
				state -= 3
			default:
				state -= 6
			}
			continue
		}
		var n int
		if d.bit(&d.isRep[state]) == 0 {
			reps[3], reps[2], reps[1] = reps[2], reps[1], reps[0]
			n = d.length(&d.matchLength, position)
			state = after(state, 7)
			if reps[0] = d.distance(n); reps[0] == 0xffffffff {
				return false // the end, too early
			}
		} else {
			var single bool
			if single, state = d.repeated(&reps, state, position); !single {
				n = d.length(&d.repeatLength, position)
				state = after(state, 8)
			} else {
				n = -1
			}
		}
		if int64(reps[0]) >= int64(len(d.out)) {
			return false
		}
		for n += 2; n > 0 && len(d.out) < d.size; n-- {
			d.out = append(d.out, d.out[len(d.out)-1-int(reps[0])])
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
func (d *lzma) repeated(reps *[4]uint32, state, position int) (single bool, next int) {
	if d.bit(&d.isRep0[state]) == 0 {
		if d.bit(&d.isRep0Long[state<<4+position]) == 0 {
			if state < 7 {
				return true, 9
			}
			return true, 11
		}
		return false, state
	}
	if d.bit(&d.isRep1[state]) == 0 {
		reps[0], reps[1] = reps[1], reps[0]
		return false, state
	}
	if d.bit(&d.isRep2[state]) == 0 {
		reps[0], reps[1], reps[2] = reps[2], reps[0], reps[1]
		return false, state
	}
	reps[0], reps[1], reps[2], reps[3] = reps[3], reps[0], reps[1], reps[2]
	return false, state
}

func (d *lzma) literal(state int, rep uint32) {
	var last byte
	if len(d.out) > 0 {
		last = d.out[len(d.out)-1]
	}
	at := (uint(len(d.out))&(1<<d.lp-1))<<d.lc + uint(last)>>(8-d.lc)
	p := d.literals[0x300*at : 0x300*(at+1)]
	m := uint32(1)
	if state >= 7 && int64(rep) < int64(len(d.out)) {
		match := uint32(d.out[len(d.out)-1-int(rep)])
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
