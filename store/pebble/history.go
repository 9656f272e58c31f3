package pebble

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/store"
	"postern/store/record"
)

// mergerName is written into the files; it changes only with the format.
const mergerName = "postern.record.1"

// merger teaches Pebble the algebra of records.
func (s *Store) merger() *pebble.Merger {
	return &pebble.Merger{
		Name: mergerName,
		Merge: func(_, v []byte) (pebble.ValueMerger, error) {
			m := &merging{damaged: func() { s.damaged.Add(1) }}
			return m, m.MergeNewer(v)
		},
	}
}

// merging collects one record. What is damaged counts for nothing: an error
// would stop Pebble from ever sorting this part of the store again.
type merging struct {
	record  record.Record
	damaged func()
}

func (m *merging) MergeNewer(v []byte) error {
	if m.record.MergeEncoded(v) != nil {
		m.damaged()
	}
	return nil
}

func (m *merging) MergeOlder(v []byte) error { return m.MergeNewer(v) }

func (m *merging) Finish(bool) ([]byte, io.Closer, error) {
	return m.record.Append(nil), nil, nil
}

// Lookup reads the profile for q. The zero AsOf is now.
func (s *Store) Lookup(ctx context.Context, q store.Query) (store.Profile, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return store.Profile{}, s.told(err)
	}
	defer end()
	if q.AsOf.IsZero() {
		q.AsOf = time.Now()
	}
	r := reading{ctx: ctx, s: s}
	p, err := record.Read(&q, namer{s.key}, &r)
	return p, s.told(errors.Join(err, r.close()))
}

func entityKey(c record.Class, k record.Key) []byte {
	return append([]byte{byte(c)}, k[:]...)
}

// readRecord fills r, if the store knows the key.
func (s *Store) readRecord(from pebble.Reader, key []byte, r *record.Record) error {
	v, closer, err := from.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.MergeEncoded(v) != nil {
		s.damaged.Add(1)
	}
	return closer.Close()
}

// Record remembers sg in place of any earlier sighting with its ID. The zero
// AsOf is now.
func (s *Store) Record(ctx context.Context, sg store.Sighting) error {
	if sg.ID == "" {
		return errors.New("store: a sighting without ID")
	}
	end, err := s.begin(ctx)
	if err != nil {
		return s.told(err)
	}
	defer end()
	if sg.AsOf.IsZero() {
		sg.AsOf = time.Now()
	}
	now := record.Take(&sg, namer{s.key}, time.Now().Unix())
	return s.told(s.change(ctx, change{make: func(b *pebble.Batch) error {
		place := s.placeOf(sg.ID)
		was, err := s.get(b, place)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		before := record.ReadMark(was)
		now.Resume(&before)
		return s.replace(b, place, was, &before, &now)
	}}))
}

// Relabel changes the label of the sighting with this ID.
func (s *Store) Relabel(ctx context.Context, id string, l store.Label) error {
	end, err := s.begin(ctx)
	if err != nil {
		return s.told(err)
	}
	defer end()
	return s.told(s.change(ctx, change{make: func(b *pebble.Batch) error {
		place := s.placeOf(id)
		was, err := s.get(b, place)
		if err != nil {
			return err
		}
		before, now := record.ReadMark(was), record.ReadMark(was)
		now.Label = l
		return s.replace(b, place, was, &before, &now)
	}}))
}

func (s *Store) placeOf(id string) []byte {
	return digestKey(sightingPrefix, s.key.digest(sightingPrefix, id))
}
