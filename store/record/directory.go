package record

import (
	"time"

	"postern/store"
)

// Partner reads the record of a domain; ok is false where no legitimate mail
// speaks for it.
func (r *Record) Partner(k Key, n Namer, asOf time.Time) (p store.Partner, ok bool) {
	rd := at(n, asOf)
	p = store.Partner{
		Domain: rd.called(r, k), Verified: rd.tally(r, Verified), Claimed: rd.tally(r, Claimed), Out: rd.tally(r, Outbound),
	}
	return p, p.Domain != "" && (p.Verified.Known() || p.Claimed.Known() || p.Out.Known())
}

// Colleague reads the record of a person of ours.
func (r *Record) Colleague(k Key, n Namer, asOf time.Time) (c store.Colleague, ok bool) {
	rd := at(n, asOf)
	c = store.Colleague{Address: rd.called(r, k), Wrote: rd.tally(r, Outbound), Names: rd.named(r, k, names)}
	return c, c.Address != "" && c.Wrote.Known()
}

// at is a reader of single records.
func at(n Namer, asOf time.Time) *reader {
	return &reader{n: n, at: clamp(asOf.Unix()), now: weight(asOf.Unix(), store.HalfLife)}
}

// called is the entity's own name.
func (rd *reader) called(r *Record, k Key) string {
	if own := rd.named(r, k, self); len(own) > 0 {
		return own[0].Text
	}
	return ""
}
