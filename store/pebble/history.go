package pebble

import (
	"context"
	"errors"
	"io"
	"sync"
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
	key := make([]byte, 0, 1+digestSize)
	s.org.mu.RLock()
	defer s.org.mu.RUnlock()
	p, err := record.Read(&q, namer{s.key}, func(c record.Class, k record.Key, r *record.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		key = append(append(key[:0], byte(c)), k[:]...)
		return s.readRecord(s.db, key, r)
	}, &s.org.record)
	return p, s.told(err)
}

// An organisation is the record of all mail, kept in memory since each
// message reads it and changes it.
type organisation struct {
	mu     sync.RWMutex
	key    []byte
	record record.Record
	new    []record.Record // what the batch under way adds; the writer's own
}

func (s *Store) loadOrg() error {
	k := namer{s.key}.Key(record.Entity{Class: record.Org})
	s.org.key = entityKey(record.Org, k)
	return s.readRecord(s.db, s.org.key, &s.org.record)
}

// whole is the record with what the batch under way adds. Only the writer may
// ask.
func (o *organisation) whole() *record.Record {
	all := new(record.Record)
	all.Merge(&o.record)
	for i := range o.new {
		all.Merge(&o.new[i])
	}
	return all
}

// committed tells the memory what the batch has written, if it has.
func (o *organisation) committed(ok bool) {
	if ok && len(o.new) > 0 {
		o.mu.Lock()
		for i := range o.new {
			o.record.Merge(&o.new[i])
		}
		o.mu.Unlock()
	}
	o.new = nil
}

// keepOrg writes the record as it is in memory.
func (s *Store) keepOrg() error {
	if s.org.record.Empty() {
		return nil
	}
	if err := s.room(); errors.Is(err, errFull) {
		return nil // its parts are in the files, and are merged when it is opened again
	}
	return s.db.Set(s.org.key, s.org.record.Append(nil), pebble.NoSync)
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

// replace undoes what a sighting did, and does what it does now.
func (s *Store) replace(b *pebble.Batch, place, was []byte, before, now *record.Mark) error {
	encoded := now.Append(nil)
	if string(was) == string(encoded) {
		return nil
	}
	if err := s.merge(b, before, before.Undo); err != nil {
		return err
	}
	if err := s.merge(b, now, now.Do); err != nil {
		return err
	}
	return b.Set(place, encoded, nil)
}

// merge does or undoes a mark. Records whose lists may be full are read and
// written whole, one message after the other: then what they forget is the
// same however Pebble sorts its files.
func (s *Store) merge(b *pebble.Batch, m *record.Mark, do func(*record.Record, *record.Part)) error {
	for i := range m.Parts {
		p := &m.Parts[i]
		key := entityKey(p.Class, p.Key)
		r := new(record.Record)
		do(r, p)
		write := b.Merge
		switch full := s.unfolded.full(key); {
		case p.Class == record.Org:
			if s.org.new = append(s.org.new, *r); full {
				r, write = s.org.whole(), b.Set
			}
		case full || p.Class != record.Thread && r.Forgets():
			if err := s.readRecord(b, key, r); err != nil {
				return err
			}
			write = b.Set
		}
		if err := write(key, r.Append(nil), nil); err != nil {
			return err
		}
	}
	return nil
}

const (
	foldAfter   = 32      // merges of one key, after which its record is written whole
	maxUnfolded = 1 << 14 // keys whose merges are counted
)

// unfolded counts the merges that Pebble keeps apart in memory, since reading
// a key goes through all of them. Only the writer uses it.
type unfolded map[[1 + digestSize]byte]int

// full counts one merge more, and tells whether it is time to fold.
func (u unfolded) full(key []byte) bool {
	if len(u) >= maxUnfolded {
		clear(u)
	}
	k := [1 + digestSize]byte(key)
	if u[k]++; u[k] < foldAfter {
		return false
	}
	delete(u, k)
	return true
}
