package model

import "postern/detect"

// rows are the weights of a text model: for each bucket that is kept, one of 8
// bits for each class. They lie eight to a word, each 128 more than it is, so
// that none is negative, and every row begins a word: an addition of words is
// eight additions, once the bytes stand apart in lanes of 16 bits.
type rows struct {
	wide  int // words of a row
	words []uint64
}

const (
	perWord  = 8
	lessThan = 128                // what is added to a weight
	zeros    = 0x8080808080808080 // eight weights of 0
	apart    = 0x00FF00FF00FF00FF // every other byte
	batch    = 256                // rows of bytes that a lane of 16 bits holds
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
	return &r.words[i*r.wide+j/perWord], j % perWord * 8
}

func (r *rows) set(i, j int, weight int8) {
	word, shift := r.of(i, j)
	*word = *word&^(0xFF<<shift) | uint64(uint8(weight)^lessThan)<<shift //nolint:gosec // the same bits
}

func (r *rows) at(i, j int) int8 {
	word, shift := r.of(i, j)
	return int8(uint8(*word>>shift) ^ lessThan) //nolint:gosec // the same bits
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
			var even, odd uint64
			for _, i := range some {
				word := r.words[int(i)*r.wide+w]
				even += word & apart
				odd += word >> 8 & apart
			}
			for j := perWord * w; j < perWord*w+perWord; j += 2 {
				s[j] += n * (int64(even&0xFFFF) - more)
				s[j+1] += n * (int64(odd&0xFFFF) - more)
				even, odd = even>>16, odd>>16
			}
		}
	}
}
