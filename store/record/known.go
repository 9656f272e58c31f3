package record

import (
	"time"

	"postern/store"
)

// String names the class in the plural.
func (c Class) String() string {
	names := [...]string{
		"", "sender addresses", "sender domains", "names", "names of addresses", "pairs", "recipients", "domain-recipient pairs",
		"organisation", "threads", "link domains", "telephone numbers", "telephone numbers of domains", "bank accounts",
		"bank accounts of domains", "campaigns", "people", "announced domains",
	}
	if int(c) < len(names) {
		return names[c]
	}
	return "others"
}

// All reads all sides of r as one.
func (r *Record) All(asOf time.Time) store.Tally { return at(nil, asOf).all(r) }

// Known reads the record of an address or a domain.
func (r *Record) Known(asOf time.Time) store.Known {
	rd := at(nil, asOf)
	k := store.Known{
		Verified: rd.tally(r, Verified), Claimed: rd.tally(r, Claimed), Out: rd.tally(r, Outbound),
		Rcpts: rd.different(r, rcpts), Senders: rd.different(r, senders), Habits: rd.customs(r),
	}
	for _, s := range []Side{Verified, Claimed} {
		if v := rd.vendor(r, s); v.Invoices+v.Changes > k.Vendor.Invoices+k.Vendor.Changes {
			k.Vendor = v
		}
	}
	return k
}

// customs reads every trait, on all sides.
func (rd *reader) customs(r *Record) []store.Custom {
	var list []store.Custom
	for k := store.Kind(1); k < store.Kind(ofDomain); k++ {
		all := value{}
		for s := range sides {
			if v := r.get(traitField(k).of(s)); v != nil {
				all.sum += v.sum
				all.items = mergeItems(append([]item(nil), all.items...), v.items, weights)
			}
		}
		c := store.Custom{Kind: k, Of: lasting(all.sum / rd.now)}
		for _, it := range all.items {
			if n := lasting(it.weight / rd.now); n > 0 {
				c.Values++
				c.Top = max(c.Top, n)
			}
		}
		if c.Values > 0 && c.Of > 0 {
			list = append(list, c)
		}
	}
	return list
}

// Shared reads the record of a thing that several may use, if domain did.
func (r *Record) Shared(key Key, n Namer, domain string, asOf time.Time) (s store.Shared, ok bool) {
	rd := at(n, asOf)
	s = store.Shared{All: rd.all(r), Domains: rd.named(r, key, domains)}
	for _, d := range s.Domains {
		ok = ok || d.Text == domain
	}
	return s, ok
}

// Bearers are the addresses that bore the name that r is about.
func (r *Record) Bearers(key Key, n Namer, asOf time.Time) []store.Named {
	return at(n, asOf).named(r, key, addresses)
}

// DropText takes out of r the bearers, or domains, for which drop is true. It
// tells whether there were any, and whether nobody is left.
func (r *Record) DropText(key Key, n Namer, drop func(text string) bool) (dropped, none bool) {
	none = true
	for i := range r.values {
		v := &r.values[i]
		if v.field < addresses || v.field >= parties {
			continue
		}
		kept := make([]item, 0, len(v.items))
		for _, it := range v.items {
			if text := n.Open(key, it.text); text != "" && drop(text) {
				dropped = true
				continue
			}
			kept = append(kept, it)
			none = false
		}
		v.items = kept
	}
	return dropped, none
}
