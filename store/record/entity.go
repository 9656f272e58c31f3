package record

import (
	"slices"

	"postern/parse"
	"postern/store"
)

// A Class says what kind of entity a record is about. Numbers are written
// into stores and keep their meaning for ever; 6 to 63 are free for more.
type Class uint8

// The classes.
const (
	Address  Class = 1 + iota // a sender's address
	Domain                    // a sender's organisational domain
	Name                      // a display name, folded, whoever bears it
	NameHere                  // a display name, borne by one address
	Pair                      // from one address to another
)

// MaxRcpts bounds how many recipients of one message are remembered and
// looked up. Those beyond have no history.
const MaxRcpts = 100

// An Entity is somebody, something or some relation that is remembered.
// Engines never store its text, only a keyed hash.
type Entity struct {
	Class Class
	A, B  string // B where the class relates two things
}

// A Cast is all that one message brings before history, in the order of a
// [store.Profile]. An entity without text is one that the message lacks.
type Cast struct {
	Address, Domain, Name, NameHere Entity
	In, Out                         []Entity // one for each of at most MaxRcpts recipients
}

// CastOf names the entities of q.
func CastOf(q store.Query) Cast {
	if q.From == (parse.Address{}) {
		return Cast{}
	}
	from, name := q.From.Key(), Fold(q.Name)
	c := Cast{
		Address: Entity{Address, from, ""},
		Domain:  Entity{Domain, parse.OrgDomain(q.From.Domain), ""},
	}
	if name != "" {
		c.Name = Entity{Name, name, ""}
		c.NameHere = Entity{NameHere, name, from}
	}
	rcpts := q.Rcpts[:min(len(q.Rcpts), MaxRcpts)]
	c.In, c.Out = make([]Entity, len(rcpts)), make([]Entity, len(rcpts))
	for i, rcpt := range rcpts {
		to := rcpt.Key()
		c.In[i], c.Out[i] = Entity{Pair, from, to}, Entity{Pair, to, from}
	}
	return c
}

// Marked lists the entities whose records a sighting with this cast marks,
// each once.
func (c Cast) Marked() []Entity {
	all := append([]Entity{c.Address, c.Domain, c.Name, c.NameHere}, c.In...)
	marked := all[:0]
	for _, e := range all {
		if e.A != "" && !slices.Contains(marked, e) {
			marked = append(marked, e)
		}
	}
	return marked
}

// Read builds the profile of the query whose cast this is, out of the records
// that read gives. read fills r, which is empty, and is asked for each entity
// once; recipients beyond MaxRcpts stay zero.
func (c Cast) Read(q store.Query, read func(e Entity, r *Record) error) (store.Profile, error) {
	p := store.Profile{In: make([]store.Pair, len(q.Rcpts)), Out: make([]store.Pair, len(q.Rcpts))}
	var r Record
	fill := func(e Entity) error {
		r.Reset()
		if e.A == "" {
			return nil
		}
		return read(e, &r)
	}
	for _, x := range []struct {
		entity            Entity
		verified, claimed *store.Tally
	}{
		{c.Address, &p.Verified.Address, &p.Claimed.Address},
		{c.Domain, &p.Verified.Domain, &p.Claimed.Domain},
		{c.Name, &p.Verified.Name, &p.Claimed.Name},
		{c.NameHere, &p.Verified.NameHere, &p.Claimed.NameHere},
	} {
		if err := fill(x.entity); err != nil {
			return store.Profile{}, err
		}
		*x.verified, *x.claimed = r.Tally(Verified, q.AsOf), r.Tally(Claimed, q.AsOf)
	}
	for i := range c.In {
		if err := fill(c.In[i]); err != nil {
			return store.Profile{}, err
		}
		p.In[i] = store.Pair{Verified: r.Tally(Verified, q.AsOf), Claimed: r.Tally(Claimed, q.AsOf)}
		if err := fill(c.Out[i]); err != nil {
			return store.Profile{}, err
		}
		p.Out[i].Verified = r.Tally(Outbound, q.AsOf)
	}
	return p, nil
}
