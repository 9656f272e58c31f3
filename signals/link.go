package signals

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"postern/hosts"
	"postern/lookalike"
	"postern/parse"
)

// maxShown bounds the words of a link that are read for a host name.
const maxShown = 512

// shownHost is the host of an address that a link's words are made of: the
// words begin with a scheme, with "www.", or are one host name, path included.
func shownHost(words string) string {
	words = strings.Trim(words, " \t\u00a0\u200b<>()[]\"'.,;:!")
	if len(words) > maxShown || !strings.Contains(words, ".") || strings.ContainsAny(words, " \t\u00a0") {
		return ""
	}
	words = strings.ToLower(words)
	if rest, ok := strings.CutPrefix(words, "http"); ok {
		rest = strings.TrimPrefix(rest, "s")
		words = strings.TrimPrefix(rest, "://")
	}
	if i := strings.IndexAny(words, "/?#:"); i >= 0 {
		words = words[:i]
	}
	return hostName(words)
}

// hostName gives s without "www." if it is a host name under a public suffix.
func hostName(s string) string {
	s = strings.TrimPrefix(s, "www.")
	if !ascii(s) {
		a, err := idna.Lookup.ToASCII(s)
		if err != nil {
			return ""
		}
		s = a
	}
	if !reachable(s) {
		return ""
	}
	if suffix, icann := publicsuffix.PublicSuffix(s); !icann || suffix == s {
		return ""
	}
	return s
}

// reachable tells whether s has the form of a host name with a top-level
// label (RFC 1123 §2.1).
func reachable(s string) bool {
	dots, label := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.' && label > 0:
			dots, label = dots+1, 0
		case letter[c] != 0, c == '-', c == '_':
			label++
		default:
			return false
		}
	}
	return dots > 0 && label > 1 && len(s) <= 253 && !digit(s[len(s)-1])
}

// countLinks counts the links that open pages and fulfil is.
func countLinks(f *Facts, is func(*target) bool) float64 { return countOf(f.look().links, is) }

// countOf counts the links that fulfil is.
func countOf(links []target, is func(*target) bool) float64 {
	n := 0
	for i := range links {
		if is(&links[i]) {
			n++
		}
	}
	return float64(n)
}

// LinkCount counts links.
var LinkCount = define(Signal{
	Name: "link.count", Level: Message, Unit: Count,
	Doc:  "Links that open a web page.",
	Eval: func(f *Facts) float64 { return float64(len(f.look().links)) },
})

// LinkDomains counts the organisations behind the links.
var LinkDomains = define(Signal{
	Name: "link.domains", Level: Message, Unit: Count,
	Doc: "Organisational domains that the links lead to.",
	Eval: func(f *Facts) float64 {
		var seen []string
		for i := range f.look().links {
			if t := &f.look().links[i]; !slices.Contains(seen, t.org) && len(seen) < maxDomains {
				seen = append(seen, t.org)
			}
		}
		return float64(len(seen))
	},
})

// maxDomains is where link.domains stops counting.
const maxDomains = 100

// LinkHostMismatch counts links that name one host and open another.
var LinkHostMismatch = define(Signal{
	Name: "link.host_mismatch", Level: Message, Unit: Count,
	Doc:  "Links whose words are the address of another organisation than the one they open.",
	Eval: func(f *Facts) float64 { return countLinks(f, func(t *target) bool { return t.disguised }) },
})

// LinkOwnText counts links that name one of our hosts and open a foreign one.
var LinkOwnText = define(Signal{
	Name: "link.own_text", Level: Message, Unit: Count,
	Doc: "Links whose words are an address of ours while they open a foreign one.",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t *target) bool { return f.Org.Owns(t.shown) && !f.Org.Owns(t.Host) })
	},
})

// LinkIPHost counts links to bare IP addresses.
var LinkIPHost = define(Signal{
	Name: "link.ip_host", Level: Message, Unit: Count,
	Doc:  "Links to an IP address in place of a host name.",
	Eval: func(f *Facts) float64 { return countLinks(f, func(t *target) bool { return ipHost(t.Host) }) },
})

func ipHost(host string) bool {
	if host == "" || host[0] != '[' && !digit(host[len(host)-1]) {
		return false
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

// LinkPunycode counts links to internationalised hosts.
var LinkPunycode = define(Signal{
	Name: "link.punycode", Level: Message, Unit: Count,
	Doc: "Links to a host with an internationalised label.",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t *target) bool { return lookalike.Punycode(t.Host) })
	},
})

// LinkShortener counts links through shortening services.
var LinkShortener = define(Signal{
	Name: "link.shortener", Level: Message, Unit: Count,
	Doc: "Links through a shortening service.",
	Eval: func(f *Facts) float64 {
		return countKind(f, hosts.Shortener)
	},
})

// LinkUserinfo counts links that put another host before the true one.
var LinkUserinfo = define(Signal{
	Name: "link.userinfo", Level: Message, Unit: Count,
	Doc: "Links with a host name where a user name may stand, before the true host (RFC 3986 §3.2.1).",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t *target) bool {
			user, _, _ := strings.Cut(t.url.User, ":")
			return user != "" && hostName(user) != ""
		})
	},
})

// LinkForms counts forms that send what the reader types.
var LinkForms = define(Signal{
	Name: "link.forms", Level: Message, Unit: Count,
	Doc:  "Forms in the message that send what is typed to a web page.",
	Eval: func(f *Facts) float64 { return countLinks(f, func(t *target) bool { return t.Origin == parse.InForm }) },
})

// LinkOddScheme counts links of schemes that mail has no use for.
var LinkOddScheme = define(Signal{
	Name: "link.odd_scheme", Level: Message, Unit: Count,
	Doc: "Links whose scheme is not http, https, mailto, tel, sms, ftp or cid.",
	Eval: func(f *Facts) float64 {
		n := 0
		for _, l := range f.Msg.Links {
			switch l.Scheme {
			case "", "http", "https", "mailto", "tel", "sms", "ftp", "cid":
			default:
				n++
			}
		}
		return float64(n)
	},
})

// Disguised finds a link that shows an address of one organisation and opens
// another, where the one shown is not the sender's own: newsletters show their
// address and count the clicks elsewhere. Who claims our domain and does not
// prove it has none of its own.
func (f *Facts) Disguised() (shown, opened string, ok bool) {
	from, bounce := parse.OrgDomain(f.From().Domain), parse.OrgDomain(f.Env.From.Domain)
	for i := range f.look().links {
		t := &f.look().links[i]
		if !t.disguised {
			continue
		}
		if t.shownOrg != from && t.shownOrg != bounce || f.Org.Owns(t.shown) && !f.Auth.Authenticated() {
			return t.shown, t.Host, true
		}
	}
	return "", "", false
}
