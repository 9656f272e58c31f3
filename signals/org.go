package signals

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"postern/lookalike"
	"postern/parse"
)

// Org is the organisation: whose people are protected. The nil Org protects
// nobody.
type Org struct {
	Domains  []string       `toml:"domains"`  // in A-label form; their subdomains count as ours
	VIPs     []Person       `toml:"vips"`     // whose names are worth borrowing
	Networks []netip.Prefix `toml:"networks"` // clients there send for us: their mail is outbound
}

// A Person is somebody whose name attackers borrow.
type Person struct {
	Name      string   `toml:"name"`
	Address   string   `toml:"address"`
	Addresses []string `toml:"addresses"` // further addresses that are truly theirs
}

// Owns tells whether domain, in A-label form, is one of ours or beneath one.
func (o *Org) Owns(domain string) bool {
	if o == nil || domain == "" {
		return false
	}
	return slices.ContainsFunc(o.Domains, func(own string) bool {
		rest, ok := strings.CutSuffix(domain, own)
		return ok && own != "" && (rest == "" || rest[len(rest)-1] == '.')
	})
}

// holds tells whether a client at addr sends for us.
func (o *Org) holds(addr netip.Addr) bool {
	return o != nil && slices.ContainsFunc(o.Networks, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}

// Check reports every mistake in the description.
func (o *Org) Check() error {
	var errs []error
	for i, d := range o.Domains {
		if a, ok := parse.ParseAddress("postmaster@" + d); !ok || a.Domain != d || !strings.Contains(d, ".") {
			errs = append(errs, fmt.Errorf("signals: domains[%d]: %q is no domain name in lower case and A-label form", i, d))
		}
	}
	for i, p := range o.VIPs {
		if len(lookalike.Words(p.Name)) == 0 {
			errs = append(errs, fmt.Errorf("signals: vips[%d]: the name is missing", i))
		}
		for _, a := range p.addresses() {
			if _, ok := parse.ParseAddress(a); !ok {
				errs = append(errs, fmt.Errorf("signals: vips[%d]: %q is no address", i, a))
			}
		}
	}
	for i, n := range o.Networks {
		if !n.IsValid() {
			errs = append(errs, fmt.Errorf("signals: networks[%d]: not a network such as 192.0.2.0/24", i))
		}
	}
	return errors.Join(errs...)
}

// addresses lists all that the person truly writes from.
func (p Person) addresses() []string {
	if p.Address == "" {
		return p.Addresses
	}
	return append([]string{p.Address}, p.Addresses...)
}

// owns tells whether the person writes from address.
func (p *Person) owns(address string) bool {
	same := func(s string) bool { return strings.EqualFold(s, address) }
	return same(p.Address) || slices.ContainsFunc(p.Addresses, same)
}

// hasVIP tells whether one of our VIPs writes from address.
func (o *Org) hasVIP(address string) bool {
	if o == nil {
		return false
	}
	for i := range o.VIPs {
		if o.VIPs[i].owns(address) {
			return true
		}
	}
	return false
}

// Borrowed finds the person whose name m bears without being theirs.
func (o *Org) Borrowed(m parse.Mailbox) (Person, bool) {
	if o == nil || m.Name == "" {
		return Person{}, false
	}
	name := lookalike.Words(m.Name)
	found := Person{}
	for i := range o.VIPs {
		p := &o.VIPs[i]
		if !sameName(wordsOfVIP(p.Name), name) {
			continue
		}
		if p.owns(m.Address.String()) { // namesakes: the true one settles it
			return Person{}, false
		}
		found = *p
	}
	return found, found.Name != ""
}
