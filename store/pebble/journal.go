package pebble

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/parse"
	"postern/store"
)

// Append writes e into the journal, in place of any entry with its ID.
func (s *Store) Append(ctx context.Context, e store.Entry) error {
	if len(e.Signals) != len(e.Values) {
		return fmt.Errorf("store: entry %s: %d signals with %d values", e.ID, len(e.Signals), len(e.Values))
	}
	end, err := s.begin(ctx)
	if err != nil {
		return s.told(err)
	}
	defer end()
	t := s.journal()
	signals, kept := s.schemaOf(e.Signals)
	text := encodeEntry(e, signals.digest)
	err = s.change(ctx, change{make: func(b *pebble.Batch) error {
		if err := t.put(b, t.digest(e.ID), nanos(e.At), text); err != nil || kept {
			return err
		}
		return b.Set(digestKey(schemaPrefix, signals.digest), signals.encoded(), nil)
	}})
	if err == nil && !kept {
		s.schemas.kept.Store(signals)
	}
	return s.told(err)
}

// Entry is the entry with this ID.
func (s *Store) Entry(ctx context.Context, id string) (store.Entry, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return store.Entry{}, s.told(err)
	}
	defer end()
	t := s.journal()
	text, err := t.get(s.db, t.digest(id))
	if err != nil {
		return store.Entry{}, s.told(err)
	}
	e, err := s.decodeEntry(text)
	return e, s.told(err)
}

// SetLabel puts v into the entry with this ID, in place of any earlier label.
func (s *Store) SetLabel(ctx context.Context, id string, v store.Verdict) error {
	end, err := s.begin(ctx)
	if err != nil {
		return s.told(err)
	}
	defer end()
	t := s.journal()
	return s.told(s.change(ctx, change{sync: true, make: func(b *pebble.Batch) error {
		text, err := t.get(b, t.digest(id))
		if err != nil {
			return err
		}
		e, schema, err := readEntry(text)
		if err != nil {
			return err
		}
		e.Label = &v
		return t.put(b, t.digest(id), nanos(e.At), encodeEntry(e, schema))
	}}))
}

// Scan yields the entries of a span of time.
func (s *Store) Scan(ctx context.Context, from, to time.Time) iter.Seq2[store.Entry, error] {
	t := s.journal()
	texts := t.scan(ctx, timePrefix(t.prefix, nanos(from)), timePrefix(t.prefix, nanos(to)))
	return func(yield func(store.Entry, error) bool) {
		for text, err := range texts {
			var e store.Entry
			if err == nil {
				e, err = s.decodeEntry(text)
				err = s.told(err)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// maxSchemas bounds how many lists of signal names are kept in memory. A
// binary has one; a journal has one for each binary that wrote it.
const maxSchemas = 64

// schemas are the lists of signal names that were met.
type schemas struct {
	mu    sync.Mutex
	names map[digest][]string
	kept  atomic.Pointer[schema] // that was written last, so the files have it
}

// A schema is a list of signal names.
type schema struct {
	names  []string
	digest digest
}

func (l *schema) encoded() []byte {
	var w writer
	w.texts(l.names)
	return w
}

// schemaOf is a list of names with its digest, and whether the files have it
// for sure.
func (s *Store) schemaOf(names []string) (l *schema, kept bool) {
	if l = s.schemas.kept.Load(); l != nil && slices.Equal(l.names, names) {
		return l, true
	}
	l = &schema{names: slices.Clone(names)}
	l.digest = s.key.digest(schemaPrefix, string(l.encoded()))
	return l, false
}

// namesOf is the list of names with this digest, the same slice each time.
func (s *Store) namesOf(d digest) ([]string, error) {
	s.schemas.mu.Lock()
	defer s.schemas.mu.Unlock()
	if names, ok := s.schemas.names[d]; ok {
		return names, nil
	}
	encoded, err := s.get(s.db, digestKey(schemaPrefix, d))
	if errors.Is(err, store.ErrNotFound) {
		return nil, errDamaged
	}
	if err != nil {
		return nil, err
	}
	r := reader{rest: encoded}
	names := r.texts()
	if len(s.schemas.names) >= maxSchemas || s.schemas.names == nil {
		s.schemas.names = make(map[digest][]string)
	}
	s.schemas.names[d] = names
	return names, r.end()
}

const entryVersion = 1

// encodeEntry writes e, whose signals are those of the schema.
func encodeEntry(e store.Entry, schema digest) []byte {
	w := make(writer, 0, 1024)
	w.byte(entryVersion)
	w = append(w, schema[:]...)
	w.text(e.ID)
	w.time(e.At)
	w.text(e.Door)
	w.text(e.From)
	w.text(e.MailFrom)
	w.texts(e.Rcpts)
	w.text(e.Remote)
	w.int(int64(e.Size))
	w.sighting(e.Sighting)
	writeList(&w, e.Values, (*writer).signal)
	writeList(&w, e.Findings, (*writer).finding)
	w.text(e.Action)
	w.text(e.Rule)
	w.text(e.Class)
	w.float(e.Score)
	w.texts(e.Reasons)
	w.texts(e.Missing)
	w.text(e.Fate)
	w.bool(e.Label != nil)
	if e.Label != nil {
		w.text(e.Label.Class)
		w.text(e.Label.By)
		w.time(e.Label.At)
	}
	return w
}

// readEntry reads what encodeEntry wrote; Signals is left to the caller.
func readEntry(text []byte) (e store.Entry, schema digest, err error) {
	r := &reader{rest: text}
	if r.byte() != entryVersion {
		return store.Entry{}, schema, errDamaged
	}
	copy(schema[:], r.take(digestSize))
	e = store.Entry{
		ID: r.text(), At: r.time(), Door: r.text(), From: r.text(), MailFrom: r.text(),
		Rcpts: r.texts(), Remote: r.text(), Size: int(r.int()),
		Sighting: r.sighting(),
		Values:   readList(r, (*reader).signal),
		Findings: readList(r, (*reader).finding),
		Action:   r.text(), Rule: r.text(), Class: r.text(), Score: r.float(),
		Reasons: r.texts(), Missing: r.texts(), Fate: r.text(),
	}
	if r.bool() {
		e.Label = &store.Verdict{Class: r.text(), By: r.text(), At: r.time()}
	}
	return e, schema, r.end()
}

func (s *Store) decodeEntry(text []byte) (store.Entry, error) {
	e, schema, err := readEntry(text)
	if err != nil {
		return store.Entry{}, err
	}
	if e.Signals, err = s.namesOf(schema); err != nil {
		return store.Entry{}, err
	}
	if len(e.Signals) != len(e.Values) {
		return store.Entry{}, errDamaged
	}
	return e, nil
}

func (w *writer) finding(f store.Finding) {
	w.text(f.Detector)
	w.text(f.Class)
	w.float(f.Score)
	w.texts(f.Evidence)
}

func (r *reader) finding() store.Finding {
	return store.Finding{Detector: r.text(), Class: r.text(), Score: r.float(), Evidence: r.texts()}
}

func (w *writer) sighting(s store.Sighting) {
	w.address(s.From)
	w.text(s.Name)
	writeList(w, s.Rcpts, (*writer).address)
	w.time(s.AsOf)
	w.text(s.ID)
	w.bool(s.Verified)
	w.bool(s.Outbound)
	w.byte(byte(s.Label))
}

func (r *reader) sighting() store.Sighting {
	return store.Sighting{
		Query: store.Query{
			From: r.address(), Name: r.text(), Rcpts: readList(r, (*reader).address), AsOf: r.time(),
		},
		ID: r.text(), Verified: r.bool(), Outbound: r.bool(), Label: store.Label(r.byte()),
	}
}

func (w *writer) address(a parse.Address) {
	w.text(a.Local)
	w.text(a.Domain)
}

func (r *reader) address() parse.Address {
	return parse.Address{Local: r.text(), Domain: r.text()}
}
