package parse

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"postern/internal/recent"
)

// OrgDomain is the organisational domain of a host name: the public suffix
// and one label more. It is the name itself where it is a public suffix or an
// address literal. The result is in lower case and in A-label form.
func OrgDomain(domain string) string { return orgDomains.Of(domain) }

var orgDomains = recent.New(func(domain string) string {
	domain = toASCII(strings.TrimSuffix(domain, "."))
	if org, ok := orgDomain(domain); ok {
		return org
	}
	return domain
})

// orgDomain is the suffix of domain with one label more; ok is false where
// there is no such label.
func orgDomain(domain string) (string, bool) {
	if domain == "" || domain[0] == '.' || domain[0] == '[' || isIPv4(domain) {
		return "", false
	}
	suffix, _ := publicsuffix.PublicSuffix(domain)
	rest := strings.TrimSuffix(domain, suffix)
	if rest == "" || rest == domain {
		return "", false
	}
	rest = rest[:len(rest)-1]
	return domain[strings.LastIndexByte(rest, '.')+1:], true
}

// isIPv4 reports whether host ends in a number, which makes it an address and
// no name (WHATWG URL §3.5).
func isIPv4(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	for i := range len(last) {
		if last[i] < '0' || last[i] > '9' {
			return false
		}
	}
	return last != ""
}

// names maps as browsers do, and lets through what occurs though it should not.
var names = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// toASCII is a domain name in lower case, with its labels in A-label form
// where they can be.
func toASCII(s string) string {
	s = strings.ToLower(s) // the tables lack some capitals whose small letters they have
	for i := range len(s) {
		if s[i] >= 0x80 {
			if a, err := names.ToASCII(s); err == nil {
				return a
			}
			break
		}
	}
	return s
}
