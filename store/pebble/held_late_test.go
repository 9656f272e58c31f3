package pebble

import (
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

// A message may bear an old time when it is held: mail that waited at the edge,
// or that is fed again. It is kept as long as any other.
func TestOldMessageIsHeldAsLongAsAnyOther(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	now := time.Now()
	old := parse.Envelope{ID: "m1", Received: now.Add(-1000 * day)}
	if err := s.Hold(t.Context(), store.Held{Envelope: old, Message: []byte("hello")}); err != nil {
		t.Fatal(err)
	}
	sw := newSweeper(s)
	for _, in := range []time.Duration{0, 29 * day, 31 * day} {
		if err := sw.sweep(t.Context(), now.Add(in)); err != nil {
			t.Fatal(err)
		}
		_, err := s.Held(t.Context(), "m1")
		if kept := err == nil; kept != (in < 30*day) {
			t.Errorf("after %v: %v", in, err)
		}
	}
}
