package image

import "slices"

// A mark is one of the three squares in a square of a QR code (ISO/IEC 18004
// §6.3.3): along any line through its middle, dark and light alternate in
// runs of 1:1:3:1:1 modules.
type mark struct {
	x, y   float64 // its middle
	module float64 // size of a module in pixels
	seen   int
}

// maxMarks is how many marks of one colour are kept.
const maxMarks = 60

// bits tell dark from light, row by row: 1 is dark.
type bits struct {
	w, h int
	pix  []uint8
}

// marks finds the marks that are dark on light, and those of an inverted code.
func (b *bits) marks() (found [2][]mark) {
	for y := 1; y < b.h; y += 2 {
		row := b.pix[y*b.w : (y+1)*b.w]
		var runs [5]int
		start, n := 0, 0
		for x := 1; x <= b.w; x++ {
			if x < b.w && row[x] == row[start] {
				continue
			}
			runs[0], runs[1], runs[2], runs[3], runs[4] = runs[1], runs[2], runs[3], runs[4], x-start
			dark := row[start]
			if start = x; n < 5 {
				n++
			}
			if n < 5 || !alike(&runs) {
				continue
			}
			middle := x - runs[4] - runs[3] - (runs[2]+1)/2
			b.confirm(&found[1-dark&1], middle, y, sum(&runs), dark)
		}
	}
	for i := range found {
		found[i] = slices.DeleteFunc(found[i], func(m mark) bool { return m.seen < 2 || m.module < 1.3 })
	}
	return found
}

// confirm looks along the column, and then the row, through the middle.
func (b *bits) confirm(list *[]mark, x, y, total int, dark uint8) {
	cy, tall := b.cross(x, y, b.w, b.h, total, dark)
	if tall == 0 || abs(tall-total)*5 >= 2*total+5 {
		return
	}
	cx, wide := b.across(int(cy), x, total, dark)
	if wide == 0 {
		return
	}
	add(list, mark{cx, cy, float64(tall+wide) / 14, 1})
}

// add merges a mark into one at its place.
func add(list *[]mark, m mark) {
	for i := range *list {
		o := &(*list)[i]
		if max(absf(o.x-m.x), absf(o.y-m.y)) <= 1.5*o.module && max(o.module, m.module) <= 1.6*min(o.module, m.module)+1 {
			n := float64(o.seen)
			o.x, o.y, o.module = (o.x*n+m.x)/(n+1), (o.y*n+m.y)/(n+1), (o.module*n+m.module)/(n+1)
			o.seen++
			return
		}
	}
	if len(*list) < maxMarks {
		*list = append(*list, m)
	}
}

// cross measures the five runs of the column through x, y, and gives their
// middle and length; 0 where they are no mark.
func (b *bits) cross(x, y, stride, end, total int, dark uint8) (middle float64, length int) {
	return walk(b.pix[x:], stride, y, end, total, dark)
}

// across does so along the row.
func (b *bits) across(y, x, total int, dark uint8) (middle float64, length int) {
	if y < 0 || y >= b.h {
		return 0, 0
	}
	return walk(b.pix[y*b.w:], 1, x, b.w, total, dark)
}

// walk measures five runs along a line, out from its pixel at.
func walk(line []uint8, stride, at, end, limit int, dark uint8) (middle float64, length int) {
	if line[at*stride] != dark {
		return 0, 0
	}
	var runs [5]int
	up, down := at, at+1
	for k, want := 2, dark; k >= 0; k, want = k-1, want^1 {
		for up >= 0 && line[up*stride] == want && runs[k] <= limit {
			runs[k]++
			up--
		}
	}
	head := runs[2]
	for k, want := 2, dark; k < 5; k, want = k+1, want^1 {
		for down < end && line[down*stride] == want && runs[k] <= limit {
			runs[k]++
			down++
		}
	}
	if !alike(&runs) {
		return 0, 0
	}
	first := at - head + 1
	return float64(first) + float64(runs[2])/2, sum(&runs)
}

// alike tells whether runs are about 1:1:3:1:1.
func alike(runs *[5]int) bool {
	total := sum(runs)
	if total < 7 || runs[0] == 0 || runs[1] == 0 || runs[3] == 0 || runs[4] == 0 {
		return false
	}
	// In fourteenths of a module: each run may be off by two thirds of one, the
	// middle by thrice that.
	module := total * 2
	off := module * 2 / 3
	for i, n := range runs {
		want, may := module, off
		if i == 2 {
			want, may = 3*module, 3*off
		}
		if abs(n*14-want) >= may {
			return false
		}
	}
	return true
}

func sum(runs *[5]int) int { return runs[0] + runs[1] + runs[2] + runs[3] + runs[4] }

func abs(n int) int { return max(n, -n) }

func absf(f float64) float64 { return max(f, -f) }
