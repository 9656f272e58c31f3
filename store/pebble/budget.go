package pebble

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/store/record"
)

// trimTo is the share of the budget that is left in use once it was exceeded,
// so that trimming is rare.
const trimTo = 0.85

// trimRounds bounds how often is trimmed at once: how much a record takes on
// disk is an estimate.
const trimRounds = 4

// Used is the disk space of all that is sorted but the quarantine, in bytes.
// What is not sorted yet takes three times the write buffer at most.
func (s *Store) Used() (int64, error) {
	held, err := s.db.EstimateDiskUsage([]byte{heldPrefix}, []byte{pendingPrefix + 1})
	m := s.db.Metrics()
	return int64(m.Table.Local.LiveSize+m.BlobFiles.Local.LiveSize) - int64(held), err //nolint:gosec // no disk is larger
}

// keepBudget forgets what is worth least, where the store has outgrown its
// budget, and gives its space back to the disk. The quarantine stays, and
// counts for nothing.
func (s *Store) keepBudget(ctx context.Context, now time.Time) error {
	if s.config.Budget == 0 {
		return nil
	}
	end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	budget := int64(max(s.config.Budget-3*s.config.WriteBuffer, s.config.Budget/2))
	used, err := s.Used()
	if err != nil || used <= budget {
		return err
	}
	// Much of it may be what was deleted or merged, and is not sorted yet.
	if err := s.compact(ctx); err != nil {
		return err
	}
	if used, err = s.Used(); err != nil || used <= budget {
		return err
	}
	s.log.Info("store exceeds its budget", slog.Int64("bytes", used), slog.Int64("budget", int64(s.config.Budget)))
	t := trim{s: s, now: now}
	for round := 0; round < trimRounds && used > budget; round++ {
		t.excess = 1 - trimTo*float64(budget)/float64(used)
		if err := t.round(ctx); err != nil {
			return err
		}
		if used, err = s.Used(); err != nil {
			return err
		}
	}
	s.log.Info("store forgot what was worth least", slog.Int64("entities", t.entities), slog.Int64("sightings", t.sightings),
		slog.Int64("decisions", t.decisions), slog.Int64("bytes", used))
	return nil
}

// compact sorts what may be forgotten, so that what was deleted takes no space.
func (s *Store) compact(ctx context.Context) error {
	return s.db.Compact(ctx, []byte{entityPrefix}, []byte{journalIndexPrefix + 1}, false)
}

// A rank says how soon a record goes, the lowest first: entities of which
// nothing good is known, the oldest first; those heard of little; sightings and
// decisions, the oldest first; last who is heard of much.
type rank int

const (
	ages   = 1 << 12 // hours that are told apart; older is all the same
	steps  = 8       // of worth that are told apart, for each doubling
	lowest = -24     // doublings that are told apart
	top    = 24

	slight   rank = ages
	dated    rank = slight + 1 + (top-lowest)*steps
	much     rank = dated + ages
	stays    rank = much + 1 + (top-lowest)*steps
	muchFrom      = 3 // worth from which on somebody is heard of much
)

// aged ranks by age.
func aged(at, now time.Time) rank {
	return ages - 1 - rank(min(max(now.Sub(at)/time.Hour, 0), ages-1))
}

func (t *trim) rank(key, value []byte) rank {
	switch key[0] {
	case sightingPrefix:
		return dated + aged(time.Unix(record.ReadMark(value).Written, 0), t.now)
	case journalIndexPrefix:
		return dated + aged(time.Unix(0, written(value)), t.now)
	case byte(record.Org):
		return stays
	}
	var r record.Record
	if r.MergeEncoded(value) != nil {
		return stays
	}
	worth := r.Worth(t.now)
	if worth == 0 {
		return aged(time.Unix(r.Latest(), 0), t.now)
	}
	step := rank(steps * (min(max(math.Log2(worth), lowest), top) - lowest))
	if worth < muchFrom {
		return slight + step
	}
	return much + step
}

// A trim finds what is to go, and removes it.
type trim struct {
	s      *Store
	now    time.Time
	excess float64 // share of all bytes that has to go

	last  rank    // that goes
	share float64 // of its records that go

	entities, sightings, decisions int64 // that went
}

// goes tells whether a record is to go. Keys are hashes, so that their first
// bytes take a fair share.
func (t *trim) goes(key, value []byte) bool {
	r := t.rank(key, value)
	return r < t.last || r == t.last && float64(binary.BigEndian.Uint16(key[1:])) < t.share*(1<<16)
}

// round trims once.
func (t *trim) round(ctx context.Context) error {
	if err := t.weigh(ctx); err != nil {
		return err
	}
	if err := t.forget(ctx); err != nil {
		return err
	}
	return t.s.compact(ctx)
}

// spans are what may be forgotten.
var spans = [][2]byte{{entityPrefix, entityEnd}, {sightingPrefix, sightingPrefix + 1}, {journalIndexPrefix, journalIndexPrefix + 1}}

// weigh goes through all that may go, and finds up to which rank it has to.
func (t *trim) weigh(ctx context.Context) error {
	entry, err := t.s.entrySize()
	if err != nil {
		return err
	}
	var all float64
	bytes := make([]float64, stays+1)
	for _, span := range spans {
		err := t.s.each(ctx, span[0], span[1], func(key, value []byte) error {
			size := float64(len(key) + len(value))
			if key[0] == journalIndexPrefix {
				size += entry
			}
			all += size
			bytes[t.rank(key, value)] += size
			return nil
		})
		if err != nil {
			return err
		}
	}
	left := t.excess * all
	for t.last = 0; t.last < stays && bytes[t.last] <= left; t.last++ {
		left -= bytes[t.last]
	}
	if t.last < stays {
		t.share = left / bytes[t.last]
	}
	return nil
}

// entrySize is what a decision takes, on average of some, beside its index.
func (s *Store) entrySize() (float64, error) {
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{journalPrefix}, UpperBound: []byte{journalPrefix + 1}})
	if err != nil {
		return 0, err
	}
	n, bytes := 0, 0
	for ok := it.First(); ok && n < directoryPage; ok = it.Next() {
		value, err := it.ValueAndErr()
		if err != nil {
			return 0, errors.Join(err, it.Close())
		}
		n++
		bytes += len(it.Key()) + len(value)
	}
	return float64(bytes) / float64(max(n, 1)), errors.Join(it.Error(), it.Close())
}

// each gives fn all records of a span, which it must not keep.
func (s *Store) each(ctx context.Context, from, to byte, fn func(key, value []byte) error) (err error) {
	it, err := s.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: []byte{from}, UpperBound: []byte{to}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if err := fn(it.Key(), value); err != nil {
			return err
		}
	}
	return it.Error()
}

// forget removes what goes, some at a time. The writer looks at each again:
// who was heard of meanwhile stays.
func (t *trim) forget(ctx context.Context) error {
	for _, span := range spans {
		gone, take := &t.entities, remove
		switch span[0] {
		case sightingPrefix:
			gone = &t.sightings
		case journalIndexPrefix:
			gone = &t.decisions
			take = func(b *pebble.Batch, key []byte) error { return t.s.journal().drop(b, digestOf(key)) }
		}
		l := lap{
			from: key(span[0]), to: key(span[1]),
			old:    func(key, value []byte, _ time.Time) bool { return t.goes(key, value) },
			remove: func(b *pebble.Batch, key []byte) error { *gone++; return take(b, key) },
		}
		for more := true; more; more = l.next != nil {
			_, keys, err := l.look(ctx, t.s.db, t.now)
			if err == nil {
				err = l.forget(ctx, t.s, keys, t.now)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
