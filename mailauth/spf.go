package mailauth

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"postern/parse"
)

// Limits of one SPF check (RFC 7208 §4.6.4).
const (
	maxSPFTerms = 10   // terms that ask the DNS
	maxSPFVoid  = 2    // of these, how many may find nothing
	maxSPFHosts = 10   // exchanges of one mx, names of one ptr
	maxSPFBytes = 8192 // of a record; §3.4 asks for less than 512
)

// spfCheck is one evaluation of check_host() (RFC 7208 §4). It is our own: the
// library at hand evaluates terms as it reads them and checks the syntax of
// domains, prefix lengths and modifiers but little, while one error anywhere
// must make the record a permerror (§4.6). A wrapper would have to parse the
// whole record first, which is the larger half of the work.
type spfCheck struct {
	dns    Resolver
	ip     netip.Addr
	local  string // of the identity under check
	sender string // its domain
	helo   string
	terms  int
	voids  int
	names  []string // of the client, as validated leaves them; nil before
}

// checkSPF checks the reverse-path, or where it is null, postmaster at the
// HELO name (RFC 7208 §2.4).
func checkSPF(ctx context.Context, dns Resolver, env *parse.Envelope) SPF {
	out := SPF{Domain: env.From.Domain}
	c := &spfCheck{dns: dns, ip: env.Remote.Unmap().WithZone(""), local: env.From.Local, helo: env.Helo}
	if env.From == (parse.Address{}) {
		out.Helo, out.Domain = true, asciiLower(strings.TrimSuffix(env.Helo, "."))
	}
	if c.local == "" {
		c.local = "postmaster" // §4.3
	}
	c.sender = out.Domain
	if out.Result = None; c.ip.IsValid() {
		out.Result = c.host(ctx, out.Domain)
	}
	return out
}

// host is check_host() for a domain.
func (c *spfCheck) host(ctx context.Context, domain string) Result {
	if _, ok := lookupName(domain); !ok || !strings.Contains(strings.TrimSuffix(domain, "."), ".") {
		return None // §4.3
	}
	texts, err := c.dns.LookupTXT(ctx, domain)
	switch {
	case errors.Is(err, ErrNotFound):
		return None
	case err != nil:
		return TempError
	}
	text, n := "", 0
	for _, t := range texts {
		if len(t) >= 6 && strings.EqualFold(t[:6], "v=spf1") && (len(t) == 6 || t[6] == ' ') {
			text, n = t[6:], n+1
		}
	}
	switch n {
	case 0:
		return None
	case 1:
	default:
		return PermError // §4.5
	}
	if record, ok := parseSPF(text); ok && len(text) <= maxSPFBytes {
		return c.evaluate(ctx, record, domain)
	}
	return PermError
}

func (c *spfCheck) evaluate(ctx context.Context, record spfRecord, domain string) Result {
	for i := range record.directives {
		d := &record.directives[i]
		if d.asksDNS() {
			if c.terms++; c.terms > maxSPFTerms {
				return PermError
			}
		}
		matched, failure := c.match(ctx, d, domain)
		if failure != "" {
			return failure
		}
		if c.voids > maxSPFVoid {
			return PermError
		}
		if matched {
			return d.result
		}
	}
	if record.redirect == nil {
		return Neutral // §4.7
	}
	if c.terms++; c.terms > maxSPFTerms {
		return PermError
	}
	result := c.host(ctx, c.expand(ctx, record.redirect, domain))
	if result == None {
		return PermError // §6.1
	}
	return result
}

// match tells whether a mechanism matches (RFC 7208 §5). failure, where not
// empty, is the result of the whole check.
func (c *spfCheck) match(ctx context.Context, d *spfDirective, domain string) (matched bool, failure Result) {
	target := domain
	if d.domain != nil {
		target = c.expand(ctx, d.domain, domain)
	}
	switch d.name {
	case "all":
		return true, ""
	case "ip4", "ip6":
		return d.network.Contains(c.ip), ""
	case "include":
		return included(c.host(ctx, target))
	case "a":
		addrs, err := c.addrs(ctx, target, c.ip.Is6())
		c.void(err)
		return d.contains(c.ip, addrs), temporary(err)
	case "exists":
		addrs, err := c.addrs(ctx, target, false)
		c.void(err)
		return len(addrs) > 0, temporary(err)
	case "mx":
		return c.matchMX(ctx, d, target)
	case "ptr":
		for _, name := range c.validated(ctx) {
			if name == target || strings.HasSuffix(name, "."+target) {
				return true, ""
			}
		}
	}
	return false, ""
}

// included turns the result for the included domain into that of the include
// (RFC 7208 §5.2).
func included(r Result) (matched bool, failure Result) {
	switch r {
	case Pass:
		return true, ""
	case TempError:
		return false, TempError
	case PermError, None:
		return false, PermError
	default:
		return false, ""
	}
}

func (c *spfCheck) matchMX(ctx context.Context, d *spfDirective, target string) (bool, Result) {
	hosts, err := c.dns.LookupMX(ctx, target)
	c.void(err)
	if failure := temporary(err); failure != "" {
		return false, failure
	}
	if len(hosts) > maxSPFHosts {
		return false, PermError
	}
	for _, host := range hosts {
		addrs, err := c.addrs(ctx, host, c.ip.Is6())
		if failure := temporary(err); failure != "" || d.contains(c.ip, addrs) {
			return failure == "", failure
		}
	}
	return false, ""
}

// validated is the client's host names that lead back to it (RFC 7208 §5.5).
// Failures count as no name.
func (c *spfCheck) validated(ctx context.Context) []string {
	if c.names != nil {
		return c.names
	}
	names, err := c.dns.LookupPTR(ctx, c.ip)
	c.void(err)
	c.names = []string{}
	for _, name := range names[:min(len(names), maxSPFHosts)] {
		addrs, _ := c.addrs(ctx, name, c.ip.Is6())
		if slices.Contains(addrs, c.ip) {
			c.names = append(c.names, asciiLower(strings.TrimSuffix(name, ".")))
		}
	}
	return c.names
}

func (c *spfCheck) addrs(ctx context.Context, name string, want6 bool) ([]netip.Addr, error) {
	return c.dns.LookupAddr(ctx, name, want6)
}

// void counts a lookup that found nothing.
func (c *spfCheck) void(err error) {
	if errors.Is(err, ErrNotFound) {
		c.voids++
	}
}

func temporary(err error) Result {
	if err == nil || errors.Is(err, ErrNotFound) {
		return ""
	}
	return TempError
}
