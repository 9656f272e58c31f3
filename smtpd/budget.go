package smtpd

import (
	"sync"
	"sync/atomic"
)

// Message buffers come in these sizes and are used again. What is longer
// doubles from the last one and is left to the collector.
const (
	smallest   = 32 << 10
	numClasses = 5
	growth     = 4 // each class is so many times the one before: up to 8 MiB
)

var buffers [numClasses]sync.Pool

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
// the budget.
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
		if _, pooled := class(size * growth); pooled {
			size *= growth
		} else {
			size *= 2
		}
	}
	size = min(size, int(set.maxBytes)+2*smallRead)
	if size <= cap(b.bytes) || !b.budget.take(int64(size), set.inflight) {
		return false
	}
	next := newBuffer(size)
	copy(next, b.bytes[:used])
	b.free()
	b.bytes = next
	return true
}

// free gives the memory back. Nobody may hold on to it.
func (b *body) free() {
	if b.bytes == nil {
		return
	}
	buf := b.bytes[:cap(b.bytes)]
	b.bytes = nil
	b.budget.used.Add(int64(-len(buf)))
	if i, ok := class(len(buf)); ok {
		buffers[i].Put(&buf)
	}
}

func newBuffer(size int) []byte {
	if i, ok := class(size); ok {
		if buf, ok := buffers[i].Get().(*[]byte); ok {
			return *buf
		}
	}
	return make([]byte, size)
}

// class is the pool for buffers of exactly size bytes.
func class(size int) (int, bool) {
	for i, s := 0, smallest; i < numClasses; i, s = i+1, s*growth {
		if s == size {
			return i, true
		}
	}
	return 0, false
}
