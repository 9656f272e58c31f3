package pebble

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/internal/quantity"
	"postern/store"
	"postern/store/record"
)

const (
	sweepEvery = time.Minute
	sweepKeys  = 20_000 // keys that a sweep looks at under each prefix
	sweepBatch = 256    // keys that it removes at once

	// pendingAge is how old pieces must be before they are given up: nobody
	// takes so long to hold one message.
	pendingAge = day
)

// sweepRegularly forgets what is too old, a little at a time, until the store
// closes.
func (s *Store) sweepRegularly(ctx context.Context) {
	defer s.done.Done()
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	sw := newSweeper(s)
	for {
		select {
		case <-s.fault.met:
			return
		case now := <-ticker.C:
			err := sw.sweep(ctx, now)
			if err == nil {
				err = s.keepBudget(ctx, now)
			}
			if err != nil && ctx.Err() == nil && !errors.Is(err, errClosed) {
				s.log.Error("store cannot forget what is old", slog.Any("err", s.told(err)))
			}
		case <-s.quit:
			return
		}
	}
}

// A sweeper goes round the store, lap after lap.
type sweeper struct {
	s    *Store
	laps []lap
}

// A lap goes round one range of keys, some keys at a time.
type lap struct {
	from, to func(now time.Time) []byte
	// old tells whether a record should go. It is asked again by the writer.
	old    func(key, value []byte, now time.Time) bool
	remove func(b *pebble.Batch, key []byte) error
	next   []byte // where the next sweep goes on; nil at the start
}

func newSweeper(s *Store) *sweeper {
	c := &s.config
	return &sweeper{s, []lap{
		{
			from: key(entityPrefix), to: key(entityEnd), remove: remove,
			old: func(key, value []byte, now time.Time) bool {
				var r record.Record
				return r.MergeEncoded(value) == nil && r.Latest() < now.Add(-c.keeps(record.Class(key[0]))).Unix()
			},
		},
		{
			from: key(sightingPrefix), to: key(sightingPrefix + 1), remove: remove,
			old: func(_, value []byte, now time.Time) bool {
				return record.ReadMark(value).Written < now.Add(-time.Duration(c.KeepSighting)).Unix()
			},
		},
		{
			from: key(journalIndexPrefix), to: key(journalIndexPrefix + 1),
			old: func(_, value []byte, now time.Time) bool {
				return written(value) < nanos(now.Add(-time.Duration(c.KeepJournal)))
			},
			remove: func(b *pebble.Batch, key []byte) error { return s.journal().drop(b, digestOf(key)) },
		},
		{
			from: key(heldPrefix), to: ago(heldPrefix, c.KeepHeld),
			remove: func(b *pebble.Batch, key []byte) error { return s.dropHeld(b, digestOf(key)) },
			old: func(key, value []byte, now time.Time) bool { // its own time may be long ago, and be no more than a claim
				text, err := s.key.open(key, value)
				if err != nil {
					return true
				}
				_, a, err := decodeHeld(text)
				return err != nil || a.time().Before(now.Add(-time.Duration(c.KeepHeld)))
			},
		},
		{
			from: key(pendingPrefix), to: key(pendingPrefix + 1), remove: dropPending,
			old: func(key, _ []byte, now time.Time) bool {
				_, a := pendingOf(key)
				return a.time().Before(now.Add(-pendingAge))
			},
		},
	}}
}

func key(prefix byte) func(time.Time) []byte {
	return func(time.Time) []byte { return []byte{prefix} }
}

// ago is where the keys of a timeline begin that are to be kept.
func ago(prefix byte, keep quantity.Duration) func(time.Time) []byte {
	return func(now time.Time) []byte { return timePrefix(prefix, nanos(now.Add(-time.Duration(keep)))) }
}

// Threads end, and campaigns soon: these are most of what is remembered.
const (
	keepThread   = 400 * day
	keepCampaign = 14 * day
)

// keeps is how long records of a class are kept after they were last written.
func (c Config) keeps(class record.Class) time.Duration {
	switch keep := time.Duration(c.KeepHistory); class {
	case record.Thread:
		return min(keep, keepThread)
	case record.Campaign:
		return min(keep, keepCampaign)
	default:
		return keep
	}
}

func remove(b *pebble.Batch, key []byte) error { return b.Delete(key, nil) }

// sweep looks at the next keys of each lap.
func (sw *sweeper) sweep(ctx context.Context, now time.Time) error {
	end, err := sw.s.settled(ctx)
	if err != nil {
		return err
	}
	defer end()
	for i := range sw.laps {
		l := &sw.laps[i]
		for seen := 0; seen < sweepKeys; {
			n, keys, err := l.look(ctx, sw.s.db, now)
			if err == nil {
				err = l.forget(ctx, sw.s, keys, now)
			}
			if err != nil {
				return err
			}
			if seen += n; l.next == nil {
				break
			}
		}
	}
	return nil
}

// look goes through the next keys of a lap, and gives those that are old.
func (l *lap) look(ctx context.Context, db *pebble.DB, now time.Time) (seen int, old [][]byte, err error) {
	from := l.from(now)
	if l.next != nil {
		from = l.next
	}
	it, err := db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: from, UpperBound: l.to(now)})
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	l.next = nil
	for ok := it.First(); ok; ok = it.Next() {
		if seen++; seen > sweepKeys || len(old) == sweepBatch {
			l.next = append([]byte(nil), it.Key()...)
			break
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return seen, nil, err
		}
		if l.old(it.Key(), value, now) {
			old = append(old, append([]byte(nil), it.Key()...))
		}
	}
	return seen, old, it.Error()
}

// forget removes the keys whose records are still old.
func (l *lap) forget(ctx context.Context, s *Store, keys [][]byte, now time.Time) error {
	if len(keys) == 0 {
		return nil
	}
	return s.change(ctx, change{free: true, whole: true, make: func(b *pebble.Batch) error {
		for _, key := range keys {
			value, err := s.get(b, key)
			if err == nil && l.old(key, value, now) {
				err = l.remove(b, key)
			}
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return nil
	}})
}
