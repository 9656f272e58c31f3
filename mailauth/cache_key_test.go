package mailauth

import (
	"testing"
	"time"
	"unsafe"
)

// Names come from messages, whose memory is used again after the verdict.
func TestCacheOwnsItsKeys(t *testing.T) {
	c := newCache(1 << 10)
	name := []byte("sub.example.com")
	c.put(question{unsafe.String(&name[0], len(name)), 16}, &answer{expires: time.Unix(2, 0)})
	copy(name, "###############")
	q := question{"sub.example.com", 16}
	if c.get(q, time.Unix(1, 0)) == nil {
		t.Error("the key changed with the message")
	}
	if c.get(q, time.Unix(3, 0)); len(c.slots) != 0 {
		t.Error("the key can be dropped no more")
	}
}
