package lookalike

import "bytes"

// maxDomain bounds the bytes of a name that edit distance looks at.
const maxDomain = 64

// Edits is the optimal string alignment distance: insertions, deletions,
// replacements and swaps of neighbours that turn a into b. Names are compared
// by their first 64 bytes.
func Edits[T string | []byte](a, b T) int {
	a, b = a[:min(len(a), maxDomain)], b[:min(len(b), maxDomain)]
	var rows [3][maxDomain + 1]int
	older, old, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		older, old, row = old, row, older
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// within tells whether Edits(a, b) is at most limit, which is small. It looks
// at the middle of the table alone, and no further than it must.
func within(a, b []byte, limit int) bool {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return false
	}
	var rows [3][maxDomain + 1]int
	older, old, row := &rows[0], &rows[1], &rows[2]
	for j := range min(len(b), limit+1) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		older, old, row = old, row, older
		from, to := max(1, i-limit), min(len(b), i+limit)
		if row[from-1] = limit + 1; from == 1 {
			row[0] = i
		}
		best := row[from-1]
		for j := from; j <= to; j++ {
			n := old[j-1]
			if a[i-1] != b[j-1] {
				n = min(n, row[j-1]) + 1
				if j < i+limit {
					n = min(n, old[j]+1)
				}
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					n = min(n, older[j-2]+1)
				}
			}
			row[j], best = n, min(best, n)
		}
		if best > limit {
			return false
		}
	}
	return row[len(b)] <= limit
}

// oneEdit says what kind of single edit turns a into b; None where it takes
// more than one.
func oneEdit(a, b []byte) Kind {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(a) == len(b) && i == len(a), len(b) > len(a)+1:
		return None
	case len(b) == len(a)+1 && bytes.Equal(a[i:], b[i+1:]):
		if i > 0 && b[i] == b[i-1] || i+1 < len(b) && b[i] == b[i+1] {
			return Repeated
		}
		return Edit
	case len(b) == len(a)+1:
		return None
	case bytes.Equal(a[i+1:], b[i+1:]):
		if neighbours(a[i], b[i]) {
			return Keyboard
		}
		return Edit
	case i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && bytes.Equal(a[i+2:], b[i+2:]):
		return Transposed
	}
	return None
}

// rows are those of the common keyboards; keys also have neighbours below.
var rows = [...]string{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"}

var near = func() (pairs [128][2]uint64) {
	link := func(a, b byte) {
		pairs[a][b/64] |= 1 << (b % 64)
		pairs[b][a/64] |= 1 << (a % 64)
	}
	for r, row := range rows {
		for i := range len(row) {
			if i > 0 {
				link(row[i-1], row[i])
			}
			if r > 0 { // each row is moved to the right by half a key
				link(row[i], rows[r-1][i])
				if i+1 < len(rows[r-1]) {
					link(row[i], rows[r-1][i+1])
				}
			}
		}
	}
	return pairs
}()

// neighbours tells whether two keys touch.
func neighbours(a, b byte) bool {
	return a < 128 && b < 128 && near[a][b/64]&(1<<(b%64)) != 0
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// sameWord tells whether a and b are the same but for their digits.
func sameWord(a, b []byte) bool {
	i, j := 0, 0
	for {
		for i < len(a) && digit(a[i]) {
			i++
		}
		for j < len(b) && digit(b[j]) {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if a[i] != b[j] {
			return false
		}
		i, j = i+1, j+1
	}
}
