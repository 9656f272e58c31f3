package model

import "postern/detect"

// rows are the weights of a text model: for each bucket that is kept, one of 5
// bits for each class. They lie twelve to a word, each 16 more than it is, so
// that none is negative, and every row begins a word: an addition of words is
// four additions, once every third weight has a lane of 15 bits.
type rows struct {
	wide  int // words of a row
	words []uint64
}

const (
	perWord  = 12
	perLane  = 3                     // weights that take turns in a lane
	width    = 5                     // bits of a weight
	lane     = perLane * width       // bits
	mask     = 1<<width - 1          // of a weight
	lessThan = 1 << (width - 1)      // what is added to a weight
	maxStep  = lessThan - 1          // the greatest weight; the least is -maxStep
	zeros    = 0x0842_1084_2108_4210 // twelve weights of 0
	apart    = 0x0003_E007_C00F_801F // every third weight
	batch    = 1024                  // weights that a lane holds
)

func newRows(n, classes int) rows {
	r := rows{wide: (classes + perWord - 1) / perWord}
	r.words = make([]uint64, n*r.wide)
	for i := range r.words {
		r.words[i] = zeros
	}
	return r
}

// of is the word in which row i has the weight of class j, and where.
func (r *rows) of(i, j int) (word *uint64, shift int) {
	return &r.words[i*r.wide+j/perWord], j % perWord * width
}

func (r *rows) set(i, j int, weight int8) {
	word, shift := r.of(i, j)
	*word = *word&^(mask<<shift) | uint64(weight+lessThan)<<shift //nolint:gosec // not negative
}

func (r *rows) at(i, j int) int8 {
	word, shift := r.of(i, j)
	return int8(*word>>shift&mask) - lessThan
}

// sums are rows added up, by class, in steps of the scale and of repeatUnit.
type sums [(detect.NumClasses + perWord - 1) / perWord * perWord]int64

// add adds rows to s, each n times.
func (r *rows) add(s *sums, list []uint32, n int64) {
	for len(list) > 0 {
		some := list[:min(len(list), batch)]
		list = list[len(some):]
		more := lessThan * int64(len(some))
		for w := range r.wide {
			var lanes [perLane]uint64
			a, b, c := lanes[0], lanes[1], lanes[2]
			for _, i := range some {
				word := r.words[int(i)*r.wide+w]
				a += word & apart
				b += word >> width & apart
				c += word >> (2 * width) & apart
			}
			lanes = [perLane]uint64{a, b, c}
			for j := range perWord {
				sum := lanes[j%perLane] >> (j / perLane * lane) & (1<<lane - 1)
				s[perWord*w+j] += n * (int64(sum) - more)
			}
		}
	}
}
