package smtpd

import "sync/atomic"

// A message's memory begins small and grows by leaps, so that little is copied.
const (
	smallest = 32 << 10
	leap     = 4
	large    = 8 << 20 // from where on memory doubles
)

// A budget bounds the memory that messages of all sessions take together.
type budget struct{ used atomic.Int64 }

// take reserves n bytes unless limit would be passed.
func (b *budget) take(n, limit int64) bool {
	if b.used.Add(n) <= limit {
		return true
	}
	b.used.Add(-n)
	return false
}

// A body is the memory of one message. Its capacity is what it has taken from
// the budget. It is not used again: what is parsed from a message shares its
// memory, and a string kept too long must never turn into another client's
// words.
type body struct {
	bytes  []byte
	budget *budget
}

// grow makes room for more bytes after the first used ones, up to the longest
// message. It says false, and leaves the body alone, where the budget has no
// more.
func (b *body) grow(used int, set *settings) bool {
	size := smallest
	for size <= cap(b.bytes) {
		if size < large {
			size *= leap
		} else {
			size *= 2
		}
	}
	size = min(size, int(set.maxBytes)+2*smallRead)
	if size <= cap(b.bytes) || !b.budget.take(int64(size), set.inflight) {
		return false
	}
	next := make([]byte, size)
	copy(next, b.bytes[:used])
	b.free()
	b.bytes = next
	return true
}

// free gives the memory back to the budget.
func (b *body) free() {
	b.budget.used.Add(int64(-cap(b.bytes)))
	b.bytes = nil
}
