package pebble

import (
	"cmp"
	"context"
	"slices"
	"time"

	"postern/parse"
	"postern/store"
	"postern/store/record"
)

// maxContacts bounds how many of ours are told.
const maxContacts = 20

// subject is an address or a domain that is asked for.
type subject struct {
	address string // empty for a domain
	domain  string
}

func subjectOf(who parse.Address) subject {
	s := subject{domain: parse.OrgDomain(who.Domain)}
	if who.Local != "" {
		s.address = who.Key()
	}
	return s
}

// entity is the record that tells most of it.
func (w subject) entity() record.Entity {
	if w.address != "" {
		return record.Entity{Class: record.Address, A: w.address}
	}
	return record.Entity{Class: record.Domain, A: w.domain}
}

// with are the records of what passed between somebody of ours and it, in and
// out.
func (w subject) with(ours string) (in, out record.Entity) {
	if w.address != "" {
		return record.Entity{Class: record.Pair, A: w.address, B: ours}, record.Entity{Class: record.Pair, A: ours, B: w.address}
	}
	both := record.Entity{Class: record.DomainRcpt, A: w.domain, B: ours}
	return both, both
}

// is tells whether an address is the one, or in the domain.
func (w subject) is(address string) bool {
	if w.address != "" {
		return address == w.address
	}
	a, ok := parse.ParseAddress(address)
	return ok && parse.OrgDomain(a.Domain) == w.domain
}

// Known is what is remembered of who. It reads the records of names, people,
// accounts and telephone numbers.
func (s *Store) Known(ctx context.Context, who parse.Address, asOf time.Time) (store.Known, error) {
	end, err := s.settled(ctx)
	if err != nil {
		return store.Known{}, s.told(err)
	}
	defer end()
	w := subjectOf(who)
	r, err := s.recordOf(w.entity())
	if err != nil {
		return store.Known{}, s.told(err)
	}
	k := r.Known(asOf)
	if k.Accounts, err = s.sharedWith(ctx, record.Account, w.domain, asOf); err != nil {
		return k, s.told(err)
	}
	if k.Phones, err = s.sharedWith(ctx, record.Phone, w.domain, asOf); err != nil {
		return k, s.told(err)
	}
	for c, err := range s.People(ctx, asOf) {
		if err != nil {
			return k, err
		}
		if c.Address == w.address {
			k.Names = c.Names
		}
		contact, err := s.contact(w, c.Address, asOf)
		if err != nil {
			return k, s.told(err)
		}
		if c.Address != w.address && contact.In.Attempts+contact.Out.Attempts > 0 {
			k.With = append(k.With, contact)
		}
	}
	slices.SortFunc(k.With, func(a, b store.Contact) int {
		return cmp.Or(cmp.Compare(b.In.Good+b.Out.Good, a.In.Good+a.Out.Good), cmp.Compare(a.Address, b.Address))
	})
	k.With = k.With[:min(len(k.With), maxContacts)]
	return k, s.namesIn(ctx, w, &k)
}

// maxDecisions bounds how many decisions are read for names.
const maxDecisions = 200_000

// namesIn adds the names that the journal can still read.
func (s *Store) namesIn(ctx context.Context, w subject, k *store.Known) error {
	n := 0
	for e, err := range s.Scan(ctx, time.Unix(0, -1<<63), time.Unix(0, 1<<63-1)) {
		if n++; err != nil || n > maxDecisions {
			return err
		}
		if e.Sighting.Label != store.Good || e.Sighting.Name == "" || !w.is(e.Sighting.From.Key()) {
			continue
		}
		name := e.Sighting.Name
		i := slices.IndexFunc(k.Names, func(o store.Named) bool { return o.Text == name })
		if i < 0 && len(k.Names) < maxContacts {
			k.Names, i = append(k.Names, store.Named{Text: name}), len(k.Names)
		}
		if i >= 0 {
			k.Names[i].Weight++
			k.Names[i].Last = e.At
		}
	}
	slices.SortStableFunc(k.Names, func(a, b store.Named) int { return cmp.Compare(b.Weight, a.Weight) })
	return nil
}

func (s *Store) recordOf(e record.Entity) (*record.Record, error) {
	r := new(record.Record)
	return r, s.readRecord(s.db, entityKey(e.Class, namer{s.key}.Key(e)), r)
}

func (s *Store) contact(w subject, ours string, asOf time.Time) (store.Contact, error) {
	in, out := w.with(ours)
	c := store.Contact{Address: ours}
	r, err := s.recordOf(in)
	if err != nil {
		return c, err
	}
	c.In = sum(r.Tally(record.Verified, asOf), r.Tally(record.Claimed, asOf))
	if out != in {
		if r, err = s.recordOf(out); err != nil {
			return c, err
		}
	}
	c.Out = r.Tally(record.Outbound, asOf)
	return c, nil
}

// sum counts what was proven and what was claimed as one.
func sum(a, b store.Tally) store.Tally {
	a.Good, a.Bad, a.Attempts, a.Days = a.Good+b.Good, a.Bad+b.Bad, a.Attempts+b.Attempts, max(a.Days, b.Days)
	if a.First.IsZero() || !b.First.IsZero() && b.First.Before(a.First) {
		a.First = b.First
	}
	if b.Last.After(a.Last) {
		a.Last = b.Last
	}
	return a
}

// sharedWith are the things of a class that messages of the domain brought.
func (s *Store) sharedWith(ctx context.Context, c record.Class, domain string, asOf time.Time) (list []store.Shared, err error) {
	err = s.each(ctx, byte(c), byte(c)+1, func(key, value []byte) error {
		var r record.Record
		if len(key) != 1+digestSize || r.MergeEncoded(value) != nil || len(list) >= maxContacts {
			return nil //nolint:nilerr // what is damaged tells nothing
		}
		if shared, ok := r.Shared(record.Key(key[1:]), namer{s.key}, domain, asOf); ok {
			list = append(list, shared)
		}
		return nil
	})
	return list, err
}
