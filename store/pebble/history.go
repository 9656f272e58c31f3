package pebble

import (
	"context"
	"encoding/binary"
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
	key := make([]byte, 0, 1+digestSize)
	p, err := record.CastOf(q).Read(q, func(e record.Entity, r *record.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		key = s.entityKey(key[:0], e)
		return s.readRecord(s.db, key, r)
	})
	return p, s.told(err)
}

func (s *Store) entityKey(b []byte, e record.Entity) []byte {
	return s.key.name(append(b, byte(e.Class)), byte(e.Class), e.A, e.B)
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
	now := s.effectOf(sg)
	return s.told(s.change(ctx, change{make: func(b *pebble.Batch) error {
		place := s.placeOf(sg.ID)
		was, err := s.get(b, place)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return s.replace(b, place, was, now)
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
		now := readEffect(was)
		now.mark.Label = l
		return s.replace(b, place, was, now)
	}}))
}

func (s *Store) placeOf(id string) []byte {
	return digestKey(sightingPrefix, s.key.digest(sightingPrefix, id))
}

// replace undoes what a sighting did, and does what it does now.
func (s *Store) replace(b *pebble.Batch, place, was []byte, now effect) error {
	encoded := now.encode()
	if string(was) == string(encoded) {
		return nil
	}
	if err := s.merge(b, readEffect(was), record.Mark.Undo); err != nil {
		return err
	}
	if err := s.merge(b, now, record.Mark.Do); err != nil {
		return err
	}
	return b.Set(place, encoded, nil)
}

// An effect is what one sighting did, kept so that it can be undone.
type effect struct {
	mark record.Mark
	keys [][]byte
}

func (s *Store) effectOf(sg store.Sighting) effect {
	entities := record.CastOf(sg.Query).Marked()
	e := effect{record.MarkOf(sg), make([][]byte, len(entities))}
	for i := range entities {
		e.keys[i] = s.entityKey(nil, entities[i])
	}
	return e
}

// merge does or undoes an effect.
func (s *Store) merge(b *pebble.Batch, e effect, do func(record.Mark, *record.Record, record.Class)) error {
	var r record.Record
	for _, key := range e.keys {
		r.Reset()
		do(e.mark, &r, record.Class(key[0]))
		write := b.Merge
		if s.unfolded.full(key) {
			if err := s.readRecord(b, key, &r); err != nil {
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

const (
	effectVersion = 1

	effectVerified = 1 << 6
	effectOutbound = 1 << 7
)

// encode writes e: version, time, label and flags in one byte, keys.
func (e effect) encode() []byte {
	b := []byte{effectVersion}
	b = binary.AppendVarint(b, e.mark.At)
	flags := byte(e.mark.Label)
	if e.mark.Verified {
		flags |= effectVerified
	}
	if e.mark.Outbound {
		flags |= effectOutbound
	}
	b = append(b, flags)
	for _, key := range e.keys {
		b = append(b, key...)
	}
	return b
}

// readEffect is the inverse of encode. What it cannot read did nothing.
func readEffect(b []byte) effect {
	if len(b) == 0 || b[0] != effectVersion {
		return effect{}
	}
	at, n := binary.Varint(b[1:])
	if n <= 0 || len(b) < 2+n {
		return effect{}
	}
	flags, b := b[1+n], b[2+n:]
	const keySize = 1 + digestSize
	if len(b)%keySize != 0 {
		return effect{}
	}
	e := effect{mark: record.Mark{
		At:       at,
		Label:    store.Label(flags &^ (effectVerified | effectOutbound)),
		Verified: flags&effectVerified != 0,
		Outbound: flags&effectOutbound != 0,
	}}
	for ; len(b) > 0; b = b[keySize:] {
		e.keys = append(e.keys, b[:keySize:keySize])
	}
	return e
}
