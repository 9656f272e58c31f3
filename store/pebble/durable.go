package pebble

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// Sync returns once all that was recorded before would survive a power cut.
func (s *Store) Sync(ctx context.Context) error {
	end, err := s.begin(ctx)
	if err != nil {
		return s.told(err)
	}
	defer end()
	return s.told(s.change(ctx, change{sync: true, make: func(b *pebble.Batch) error { return b.LogData(nil, nil) }}))
}

// Entities counts whom and what history knows. It reads all keys.
func (s *Store) Entities(ctx context.Context) (n int64, err error) {
	end, err := s.settled(ctx)
	if err != nil {
		return 0, s.told(err)
	}
	defer end()
	it, err := s.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: []byte{entityPrefix}, UpperBound: []byte{entityEnd}})
	if err != nil {
		return 0, s.told(err)
	}
	for ok := it.First(); ok; ok = it.Next() {
		n++
	}
	return n, s.told(errors.Join(it.Error(), it.Close()))
}
