package pebble

import (
	"context"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/store"
	"postern/store/record"
)

// Stats reads the whole store and counts.
func (s *Store) Stats(ctx context.Context) (store.Stats, error) {
	end, err := s.settled(ctx)
	if err != nil {
		return store.Stats{}, s.told(err)
	}
	defer end()
	var st store.Stats
	for c := record.Class(entityPrefix); c < entityEnd; c++ {
		of := store.ClassStats{Class: c.String()}
		err := s.each(ctx, byte(c), byte(c)+1, func(key, value []byte) error {
			of.Entities++
			of.Bytes += int64(len(key) + len(value))
			s.countReadable(&st, key, value)
			return nil
		})
		if err != nil {
			return st, s.told(err)
		}
		if of.Entities > 0 {
			st.Classes = append(st.Classes, of)
			st.Entities += of.Entities
		}
	}
	for _, of := range []struct {
		prefix byte
		count  *int64
	}{{sightingPrefix, &st.Sightings}, {journalIndexPrefix, &st.Decisions}, {heldIndexPrefix, &st.Held}} {
		if *of.count, err = s.count(ctx, of.prefix); err != nil {
			return st, s.told(err)
		}
	}
	st.Bytes = int64(s.db.Metrics().DiskSpaceUsage()) //nolint:gosec // no disk is larger
	st.Unread = int64(s.damaged.Load())               //nolint:gosec // nobody lives so long
	return st, nil
}

// countReadable counts partners and people, and the span of all mail.
func (s *Store) countReadable(st *store.Stats, key, value []byte) {
	c := record.Class(key[0])
	if c != record.Domain && c != record.Person && c != record.Org {
		return
	}
	var r record.Record
	if r.MergeEncoded(value) != nil || len(key) != 1+digestSize {
		return
	}
	now := time.Now()
	switch k := record.Key(key[1:]); c { //nolint:exhaustive // the others were told off above
	case record.Domain:
		if _, ok := r.Partner(k, namer{s.key}, now); ok {
			st.Partners++
		}
	case record.Person:
		if _, ok := r.Colleague(k, namer{s.key}, now); ok {
			st.People++
		}
	case record.Org:
		all := r.All(now)
		st.First, st.Last = all.First, all.Last
	}
}

// count counts the keys under a prefix.
func (s *Store) count(ctx context.Context, prefix byte) (n int64, err error) {
	it, err := s.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: []byte{prefix}, UpperBound: []byte{prefix + 1}})
	if err != nil {
		return 0, err
	}
	for ok := it.First(); ok && ctx.Err() == nil; ok = it.Next() {
		n++
	}
	if err := it.Error(); err != nil {
		_ = it.Close()
		return 0, err
	}
	return n, it.Close()
}
