package pebble

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/store"
)

// pageSize is how many records a scan reads at once. Between pages it holds
// nothing, so that whoever reads may take all the time there is.
const pageSize = 64

// A timeline keeps sealed texts in the order of time, each found by its ID
// too.
type timeline struct {
	s           *Store
	prefix      byte // time and hash of ID -> sealed text
	indexPrefix byte // hash of ID -> time
}

func (s *Store) journal() timeline { return timeline{s, journalPrefix, journalIndexPrefix} }
func (s *Store) held() timeline    { return timeline{s, heldPrefix, heldIndexPrefix} }

func (t timeline) digest(id string) digest { return t.s.key.digest(t.indexPrefix, id) }

// put stores text in place of any other with this digest.
func (t timeline) put(b *pebble.Batch, d digest, at int64, text []byte) error {
	if err := t.drop(b, d); err != nil {
		return err
	}
	key := timeKey(t.prefix, at, d)
	if err := b.Set(key, t.s.key.sealed(key, text), nil); err != nil {
		return err
	}
	index := binary.BigEndian.AppendUint64(append([]byte(nil), key[1:9]...), uint64(time.Now().UnixNano()))
	return b.Set(digestKey(t.indexPrefix, d), index, nil)
}

// written is when the text was put, in nanoseconds since 1970. Where the index
// does not say, it is the text's own time.
func written(index []byte) int64 {
	switch len(index) {
	case 16:
		return int64(binary.BigEndian.Uint64(index[8:])) //nolint:gosec // as it was written
	case 8:
		return int64(binary.BigEndian.Uint64(index) ^ 1<<63) //nolint:gosec // as it was written
	}
	return 0
}

// drop removes the text with this digest, if there is one.
func (t timeline) drop(b *pebble.Batch, d digest) error {
	key, err := t.find(b, d)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	if err := b.Delete(key, nil); err != nil {
		return err
	}
	return b.Delete(digestKey(t.indexPrefix, d), nil)
}

// find is the key of the text with this digest.
func (t timeline) find(from pebble.Reader, d digest) ([]byte, error) {
	at, err := t.s.get(from, digestKey(t.indexPrefix, d))
	if err != nil {
		return nil, err
	}
	if len(at) != 8 && len(at) != 16 {
		return nil, errDamaged
	}
	return append(append([]byte{t.prefix}, at[:8]...), d[:]...), nil
}

// get is the text with this digest.
func (t timeline) get(from pebble.Reader, d digest) ([]byte, error) {
	key, err := t.find(from, d)
	if err != nil {
		return nil, err
	}
	box, err := t.s.get(from, key)
	if err != nil {
		return nil, err
	}
	return t.s.key.open(key, box)
}

// scan yields the texts whose keys are in [from, to).
func (t timeline) scan(ctx context.Context, from, to []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for from != nil {
			var texts [][]byte
			var err error
			texts, from, err = t.page(ctx, from, to)
			for _, text := range texts {
				if !yield(text, nil) {
					return
				}
			}
			if err != nil {
				yield(nil, t.s.told(err))
				return
			}
		}
	}
}

// page reads some texts, and tells where the next page starts: nil after the
// last.
func (t timeline) page(ctx context.Context, from, to []byte) (texts [][]byte, next []byte, err error) {
	end, err := t.s.begin(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer end()
	it, err := t.s.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		if len(texts) == pageSize {
			return texts, append([]byte(nil), it.Key()...), nil
		}
		box, err := it.ValueAndErr()
		if err != nil {
			return texts, nil, err
		}
		text, err := t.s.key.open(it.Key(), box)
		if err != nil {
			return texts, nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil, it.Error()
}

// digestOf is the digest in one of the timeline's keys.
func digestOf(key []byte) (d digest) {
	copy(d[:], key[len(key)-digestSize:])
	return d
}
