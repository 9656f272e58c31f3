package pebble

import (
	"bytes"
	"math"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
	"postern/store/record"
)

func FuzzReadEntry(f *testing.F) {
	f.Add(encodeEntry(store.Entry{}, digest{}))
	f.Add(encodeEntry(store.Entry{
		ID: "m1", At: time.Unix(1, 2), Rcpts: []string{"ann@example.com"}, Values: []float64{0, 250, 251, -1, math.NaN(), math.Inf(1)},
		Sighting: store.Sighting{ID: "m1", Query: store.Query{Rcpts: []parse.Address{{Local: "ann", Domain: "example.com"}}}},
		Findings: []store.Finding{{Detector: "x", Evidence: []string{"y"}}}, Label: &store.Verdict{Class: "spam"},
	}, digest{1}))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, schema, err := readEntry(text)
		if err != nil {
			return
		}
		once := encodeEntry(e, schema)
		again, schema2, err := readEntry(once)
		if err != nil || schema2 != schema || !bytes.Equal(encodeEntry(again, schema2), once) {
			t.Fatalf("%x reads as %+v, then as %+v (%v)", text, e, again, err)
		}
	})
}

func FuzzDecodeHeld(f *testing.F) {
	f.Add(encodeHeld(store.Held{}, attempt{}))
	f.Add(encodeHeld(store.Held{Envelope: parse.Envelope{ID: "m1", Rcpts: make([]parse.Address, 3)}, Rcpt: []string{""}}, attempt{1}))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, a, err := decodeHeld(text)
		if err != nil || h.Size != 0 { // the size is that of a message which is not here
			return
		}
		once := encodeHeld(h, a)
		again, a2, err := decodeHeld(once)
		if err != nil || a2 != a || !bytes.Equal(encodeHeld(again, a2), once) {
			t.Fatalf("%x reads as %+v, then as %+v (%v)", text, h, again, err)
		}
	})
}

// TestDamagedRecordCountsForNothing merges garbage among good records, in
// memory and in a table.
func TestDamagedRecordCountsForNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	q := store.Query{From: parse.Address{Local: "a", Domain: "example.net"}}
	key := entityKey(record.Address, namer{s.key}.Key(record.Entity{Class: record.Address, A: q.From.Key()}))
	for i, id := range []string{"m1", "m2"} {
		if err := s.Record(t.Context(), store.Sighting{Query: q, ID: id, Label: store.Good}); err != nil {
			t.Fatal(err)
		}
		if err := s.db.Merge(key, []byte("garbage"), nil); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			if err := s.db.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		p, err := s.Lookup(t.Context(), q)
		if got := p.Claimed.Address.Good; err != nil || math.Abs(got-float64(i+1)) > 1e-6 {
			t.Errorf("%v good, %v", got, err)
		}
	}
	if s.damaged.Load() == 0 {
		t.Error("nothing was counted as damaged")
	}
}
