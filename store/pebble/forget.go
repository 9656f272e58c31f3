package pebble

import (
	"context"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/parse"
	"postern/store"
	"postern/store/record"
)

// forgetting removes what is known of one address or domain.
type forgetting struct {
	s    *Store
	w    subject
	n    namer
	keys [][]byte // to be removed with the next batch
	did  store.Forgotten
}

// Forget removes the record of who, those of pairs and names borne that can be
// found, and the sightings of its messages. Records are named by hashes: found
// is what a sighting that is kept still points at, and what joins it to people
// of ours.
func (s *Store) Forget(ctx context.Context, who parse.Address, decisions bool) (store.Forgotten, error) {
	end, err := s.settled(ctx)
	if err != nil {
		return store.Forgotten{}, s.told(err)
	}
	defer end()
	f := &forgetting{s: s, w: subjectOf(who), n: namer{s.key}}
	steps := []func(context.Context) error{f.own, f.people, f.sightings, f.names}
	if decisions {
		steps = append(steps, f.decisions)
	}
	for _, step := range append(steps, f.flush) {
		if err := step(ctx); err != nil {
			return f.did, s.told(err)
		}
	}
	return f.did, nil
}

// drop removes a record, if it is there.
func (f *forgetting) drop(ctx context.Context, key []byte) error {
	f.keys = append(f.keys, slices.Clone(key))
	if len(f.keys) < sweepBatch {
		return nil
	}
	return f.flush(ctx)
}

func (f *forgetting) flush(ctx context.Context) error {
	keys := f.keys
	f.keys = nil
	if len(keys) == 0 {
		return nil
	}
	return f.s.change(ctx, change{sync: true, free: true, whole: true, make: func(b *pebble.Batch) error {
		for _, key := range keys {
			_, closer, err := b.Get(key)
			if err != nil {
				continue // it is not there
			}
			_ = closer.Close() // only gives memory back
			switch {
			case key[0] < entityEnd:
				f.did.Entities++
			case key[0] == sightingPrefix:
				f.did.Sightings++
			}
			if err := b.Delete(key, nil); err != nil {
				return err
			}
		}
		return nil
	}})
}

func (f *forgetting) entity(ctx context.Context, e record.Entity) error {
	return f.drop(ctx, entityKey(e.Class, f.n.Key(e)))
}

// own removes the records that bear its own name.
func (f *forgetting) own(ctx context.Context) error {
	if err := f.entity(ctx, f.w.entity()); err != nil {
		return err
	}
	if f.w.address == "" {
		return f.entity(ctx, record.Entity{Class: record.Heralded, A: f.w.domain})
	}
	if err := f.entity(ctx, record.Entity{Class: record.Person, A: f.w.address}); err != nil {
		return err
	}
	return f.entity(ctx, record.Entity{Class: record.Rcpt, A: f.w.address})
}

// people removes what joins it to people of ours, and people of the domain.
func (f *forgetting) people(ctx context.Context) error {
	for c, err := range f.s.People(ctx, time.Now()) {
		if err != nil {
			return err
		}
		in, out := f.w.with(c.Address)
		for _, e := range []record.Entity{in, out} {
			if err := f.entity(ctx, e); err != nil {
				return err
			}
		}
		if !f.w.is(c.Address) {
			continue
		}
		if err := f.bearer(ctx, c.Address); err != nil {
			return err
		}
		for _, name := range c.Names {
			if err := f.entity(ctx, record.Entity{Class: record.NameHere, A: record.Fold(name.Text), B: c.Address}); err != nil {
				return err
			}
		}
	}
	return nil
}

// bearer removes an address, and what joins it to people of ours.
func (f *forgetting) bearer(ctx context.Context, address string) error {
	for _, c := range []record.Class{record.Address, record.Person, record.Rcpt} {
		if err := f.entity(ctx, record.Entity{Class: c, A: address}); err != nil {
			return err
		}
	}
	return nil
}

// sightings removes those of its messages, and what they alone point at.
func (f *forgetting) sightings(ctx context.Context) error {
	e := f.w.entity()
	own := f.n.Key(e)
	return f.s.each(ctx, sightingPrefix, sightingPrefix+1, func(key, value []byte) error {
		m := record.ReadMark(value)
		its := func(p record.Part) bool { return p.Class == e.Class && p.Role == record.Author && p.Key == own }
		if !slices.ContainsFunc(m.Parts, its) {
			return nil
		}
		for _, p := range m.Parts {
			if !f.alone(&p) {
				continue
			}
			if err := f.drop(ctx, entityKey(p.Class, p.Key)); err != nil {
				return err
			}
		}
		return f.drop(ctx, key)
	})
}

// alone tells whether what a message left in one record is about its author
// and nobody else.
func (f *forgetting) alone(p *record.Part) bool {
	switch p.Class { //nolint:exhaustive // the others are shared
	case record.NameHere, record.Pair, record.Person:
		return true
	case record.Address, record.DomainRcpt:
		return p.Role == record.Author && (p.Class == record.Address || f.w.address == "")
	case record.PhoneAt, record.AccountAt:
		return f.w.address == ""
	}
	return false
}

// names takes it off the lists of who bore a name, and of whose accounts and
// telephone numbers there are.
func (f *forgetting) names(ctx context.Context) error {
	classes := []record.Class{record.Name}
	if f.w.address == "" {
		classes = append(classes, record.Account, record.Phone, record.Heralded)
	}
	for _, c := range classes {
		err := f.s.each(ctx, byte(c), byte(c)+1, func(key, value []byte) error {
			var r record.Record
			if len(key) != 1+digestSize || r.MergeEncoded(value) != nil {
				return nil //nolint:nilerr // what is damaged names nobody
			}
			if dropped, _ := r.DropText(record.Key(key[1:]), f.n, f.bears(c)); dropped {
				return f.rename(ctx, c, slices.Clone(key))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *forgetting) bears(c record.Class) func(string) bool {
	if c == record.Name {
		return f.w.is
	}
	return func(domain string) bool { return domain == f.w.domain }
}

// rename writes one such record without it, or removes it where nobody else
// is left.
func (f *forgetting) rename(ctx context.Context, c record.Class, key []byte) error {
	var r record.Record
	var bearers []store.Named
	err := f.s.change(ctx, change{free: true, whole: true, make: func(b *pebble.Batch) error {
		if err := f.s.readRecord(b, key, &r); err != nil {
			return err
		}
		bearers = r.Bearers(record.Key(key[1:]), f.n, time.Now())
		f.did.Names++
		if _, none := r.DropText(record.Key(key[1:]), f.n, f.bears(c)); none {
			return b.Delete(key, nil)
		}
		return b.Set(key, r.Append(nil), nil)
	}})
	if err != nil || f.w.address != "" {
		return err
	}
	for _, a := range bearers {
		if f.w.is(a.Text) {
			if err := f.bearer(ctx, a.Text); err != nil {
				return err
			}
		}
	}
	return nil
}

// decisions removes the journal's entries about its messages.
func (f *forgetting) decisions(ctx context.Context) error {
	var ids []string
	for e, err := range f.s.Scan(ctx, time.Unix(0, -1<<63), time.Unix(0, 1<<63-1)) {
		if err != nil {
			return err
		}
		if f.w.is(e.Sighting.From.Key()) || f.w.is(e.MailFrom) || slices.ContainsFunc(e.Rcpts, f.w.is) {
			ids = append(ids, e.ID)
		}
		if len(ids) == sweepBatch {
			if err := f.strike(ctx, ids); err != nil {
				return err
			}
			ids = nil
		}
	}
	return f.strike(ctx, ids)
}

func (f *forgetting) strike(ctx context.Context, ids []string) error {
	t := f.s.journal()
	return f.s.change(ctx, change{sync: true, free: true, make: func(b *pebble.Batch) error {
		for _, id := range ids {
			if err := t.drop(b, t.digest(id)); err != nil {
				return err
			}
		}
		f.did.Decisions += int64(len(ids))
		return nil
	}})
}
