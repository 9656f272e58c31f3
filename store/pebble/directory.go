package pebble

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/store"
	"postern/store/record"
)

// directoryPage is how many records are read at once for a list.
const directoryPage = 1024

// Partners yields the domains that are known.
func (s *Store) Partners(ctx context.Context, asOf time.Time) iter.Seq2[store.Partner, error] {
	return listed(ctx, s, record.Domain, func(r *record.Record, k record.Key) (store.Partner, bool) {
		return r.Partner(k, namer{s.key}, asOf)
	})
}

// People yields those of ours who write.
func (s *Store) People(ctx context.Context, asOf time.Time) iter.Seq2[store.Colleague, error] {
	return listed(ctx, s, record.Person, func(r *record.Record, k record.Key) (store.Colleague, bool) {
		return r.Colleague(k, namer{s.key}, asOf)
	})
}

// listed yields what read makes of the records of a class.
func listed[T any](ctx context.Context, s *Store, c record.Class, read func(*record.Record, record.Key) (T, bool)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		end, err := s.settled(ctx)
		if err != nil {
			var none T
			yield(none, s.told(err))
			return
		}
		end()
		from := []byte{byte(c)}
		for from != nil {
			var page []T
			var err error
			if page, from, err = pageOf(ctx, s, c, from, read); err != nil {
				var none T
				yield(none, s.told(err))
				return
			}
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

// pageOf reads some records, and tells where the next page starts: nil after
// the last.
func pageOf[T any](
	ctx context.Context, s *Store, c record.Class, from []byte, read func(*record.Record, record.Key) (T, bool),
) (page []T, next []byte, err error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer end()
	it, err := s.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: from, UpperBound: []byte{byte(c) + 1}})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	var r record.Record
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		if n++; n > directoryPage {
			return page, append([]byte(nil), it.Key()...), nil
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return nil, nil, err
		}
		r.Reset()
		if len(it.Key()) != 1+digestSize || r.MergeEncoded(value) != nil {
			s.damaged.Add(1)
			continue
		}
		if v, ok := read(&r, record.Key(it.Key()[1:])); ok {
			page = append(page, v)
		}
	}
	return page, nil, it.Error()
}
