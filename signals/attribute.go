package signals

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"postern/lexis"
	"postern/parse"
	"postern/store"
)

// An Attribute is one thing about a message that senders have habits of. Each
// is one row of the table; Kind and the meaning of the values are for ever.
type Attribute struct {
	Kind store.Kind
	Name string // as in a signal's name
	Doc  string // what the values are
	Keep store.Keep
	Read func(f *Facts, see func(value string)) // calls see for each value observed; "" is none
}

// Limits of what one message may bring of one attribute.
const (
	maxSigners  = 4
	maxFiles    = 4
	maxTogether = 6 // recipients that are paired with each other
)

// Traits lists what the message shows of every attribute, each value once and
// at most store.MaxTraits. The authentication must be in f already.
func (f *Facts) Traits() []store.Trait {
	v := f.look()
	if v.traits != nil {
		return v.traits
	}
	traits := make([]store.Trait, 0, 32)
	var a *Attribute
	first := 0 // trait of a
	see := func(value string) {
		if value == "" || len(traits) >= store.MaxTraits {
			return
		}
		for _, t := range traits[first:] {
			if t.Value == value {
				return
			}
		}
		traits = append(traits, store.Trait{Kind: a.Kind, Value: value, Keep: a.Keep})
	}
	for i := range Attributes {
		a, first = &Attributes[i], len(traits)
		a.Read(f, see)
	}
	v.traits = traits
	return traits
}

// network is the /24 or /48 that addr belongs to.
func network(addr netip.Addr) string {
	bits := 48
	if addr = addr.Unmap(); addr.Is4() {
		bits = 24
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// organisation is the organisational domain of a host name; "" of an address.
func organisation(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !strings.Contains(host, ".") || strings.ContainsAny(host, "[]:") || ipHost(host) {
		return ""
	}
	return parse.OrgDomain(host)
}

// hours is the part of the week in which t lies: three hours of a working
// day, a Saturday or a Sunday, in UTC.
func hours(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.UTC()
	day := "w"
	if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
		day = "s" + strconv.Itoa(int(d))
	}
	return day + strconv.Itoa(t.Hour()/3)
}

// zone is the offset from UTC that the Date field claims, in minutes.
func zone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	_, offset := t.Zone()
	return strconv.Itoa(offset / 60)
}

// LinkDomains lists the organisational domains that links lead to, each once
// and at most store.MaxLinks.
func (f *Facts) LinkDomains() []string {
	var orgs []string
	for i := range f.look().links {
		org := f.look().links[i].org
		if org == "" || len(org) > 253 || len(orgs) > 0 && orgs[len(orgs)-1] == org || slices.Contains(orgs, org) {
			continue
		}
		if orgs = append(orgs, org); len(orgs) == store.MaxLinks {
			break
		}
	}
	return orgs
}

// Invoice tells whether the message asks for payment.
func (f *Facts) Invoice() bool { return f.look().text.reading.Hits[lexis.Payment].Count > 0 }

// Change tells whether the message is about other bank details than before.
func (f *Facts) Change() bool { return f.look().text.reading.Hits[lexis.BankChange].Count > 0 }
