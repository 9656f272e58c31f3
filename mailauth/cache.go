package mailauth

import (
	"container/list"
	"net/netip"
	"strings"
	"time"
)

// A question is what the cache is keyed by.
type question struct {
	name  string // in lower case, without the final dot
	qtype uint16
}

// An answer is one outcome of a lookup, the failures included. It is read-only
// once made.
type answer struct {
	texts   []string // TXT, or the host names of MX and PTR
	addrs   []netip.Addr
	err     error // nil, ErrNotFound, ErrNXDomain or ErrTemporary
	expires time.Time
}

// size is about how much memory the answer takes in the cache.
func (a *answer) size(q question) int {
	const overhead = 300 // map slot, list element, headers
	n := overhead + len(q.name) + len(a.addrs)*24
	for _, s := range a.texts {
		n += 16 + len(s)
	}
	return n
}

// A cache keeps the answers that were used last, within a budget of bytes.
type cache struct {
	budget, used int
	slots        map[question]*list.Element
	order        list.List // most recently used first, of *slot
}

type slot struct {
	question question
	answer   *answer
}

func newCache(budget int) cache {
	return cache{budget: budget, slots: map[question]*list.Element{}}
}

// get is the answer that still holds at now, or nil.
func (c *cache) get(q question, now time.Time) *answer {
	e := c.slots[q]
	if e == nil {
		return nil
	}
	a := slotOf(e).answer
	if !now.Before(a.expires) {
		c.drop(e)
		return nil
	}
	c.order.MoveToFront(e)
	return a
}

// put keeps the answer, and a name of its own: q's may share the memory of a
// message.
func (c *cache) put(q question, a *answer) {
	q.name = strings.Clone(q.name)
	if e := c.slots[q]; e != nil {
		c.drop(e)
	}
	c.slots[q] = c.order.PushFront(&slot{q, a})
	c.used += a.size(q)
	for c.used > c.budget {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(e *list.Element) {
	s := slotOf(e)
	c.order.Remove(e)
	delete(c.slots, s.question)
	c.used -= s.answer.size(s.question)
}

func slotOf(e *list.Element) *slot {
	s, _ := e.Value.(*slot)
	return s
}
