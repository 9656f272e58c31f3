package pebble

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/parse"
	"postern/store"
)

// keys counts the keys under a range of prefixes.
func keys(t *testing.T, s *Store, from, to byte) (n int) {
	t.Helper()
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{from}, UpperBound: []byte{to}})
	if err != nil {
		t.Fatal(err)
	}
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	if err := it.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSweepForgetsWhatIsOld(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	now := time.Now()
	const n = 600 // more than one batch
	for i := range n {
		at := now
		if i%2 == 0 {
			at = now.Add(-100 * day)
		}
		id := fmt.Sprint("m", i)
		from := parse.Address{Local: id, Domain: id + ".example"}
		err := errors.Join(
			s.Record(t.Context(), store.Sighting{Query: store.Query{From: from, AsOf: at}, ID: id, Label: store.Good}),
			s.Append(t.Context(), store.Entry{ID: id, At: at}),
		)
		if i < 10 {
			err = errors.Join(err, s.Hold(t.Context(), store.Held{Envelope: parse.Envelope{ID: id, Received: at}, Message: make([]byte, 300<<10)}))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	a := newAttempt()
	pending := s.held().digest("never held")
	err := errors.Join(s.db.Set(pendingKey(pending, a), nil, nil), s.db.Set(pieceKey(pending, a, 0), []byte("piece"), nil))
	if err != nil {
		t.Fatal(err)
	}
	sw := newSweeper(s)
	check := func(when string, want map[[2]byte]int) {
		t.Helper()
		for r, n := range want {
			if got := keys(t, s, r[0], r[1]); got != n {
				t.Errorf("%s: %d keys under %x, want %d", when, got, r[0], n)
			}
		}
	}
	sweep := func(now time.Time) {
		t.Helper()
		if err := sw.sweep(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	sweep(now) // old mail that was written today stays as long as any
	check("today", map[[2]byte]int{
		{entityPrefix, entityEnd}: 2*n + 1, {sightingPrefix, sightingPrefix + 1}: n,
		{journalPrefix, journalPrefix + 1}: n, {journalIndexPrefix, journalIndexPrefix + 1}: n,
		{heldPrefix, heldPrefix + 1}: 10, {heldIndexPrefix, heldIndexPrefix + 1}: 10,
		{piecePrefix, piecePrefix + 1}: 21, {pendingPrefix, pendingPrefix + 1}: 1,
	})
	sweep(now.Add(2 * day))
	check("in two days", map[[2]byte]int{{pendingPrefix, pendingPrefix + 1}: 0, {piecePrefix, piecePrefix + 1}: 20})
	sweep(now.Add(89 * day))
	check("in 89 days", map[[2]byte]int{{sightingPrefix, sightingPrefix + 1}: n, {journalPrefix, journalPrefix + 1}: n})
	sweep(now.Add(650 * day))
	check("in 650 days", map[[2]byte]int{
		{entityPrefix, entityEnd}: 2*n + 1, {sightingPrefix, sightingPrefix + 1}: 0, {journalPrefix, pendingPrefix + 1}: 1, // the schema stays
	})
	sweep(now.Add(731 * day))
	check("in 731 days", map[[2]byte]int{{entityPrefix, sightingPrefix + 1}: 0})
}
