package signals

import (
	_ "embed" // shorteners.txt
	"encoding/base64"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"postern/lookalike"
	"postern/parse"
)

// A target is a link with what its words claim.
type target struct {
	*parse.Link
	org       string // organisational domain of the host
	shown     string // the host that the words name; empty where they name none
	disguised bool   // shown belongs to another organisation than the host
}

// web tells whether l opens a page when it is clicked.
func web(l *parse.Link) bool {
	return (l.Scheme == "http" || l.Scheme == "https") && l.Origin != parse.InResource
}

// readLinks keeps the links that open pages.
func readLinks(links []parse.Link) []target {
	targets := make([]target, 0, len(links))
	var last target
	for i := range links {
		l := &links[i]
		if !web(l) || l.Host == "" {
			continue
		}
		t := last // links come in runs that are alike
		t.Link = l
		if last.Link == nil || last.Host != l.Host {
			t.org = parse.OrgDomain(l.Host)
		}
		if last.Link == nil || last.Text != l.Text {
			t.shown = shownHost(l.Text)
		}
		if last.Link == nil || last.Host != l.Host || last.shown != t.shown {
			t.disguised = t.misleads()
		}
		last = t
		targets = append(targets, t)
	}
	return targets
}

func (t *target) misleads() bool {
	return t.shown != "" && (reachable(t.Host) || ipHost(t.Host)) && parse.OrgDomain(t.shown) != t.org
}

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
func countLinks(f *Facts, is func(target) bool) float64 {
	n := 0
	for _, t := range f.look().links {
		if is(t) {
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
		for _, t := range f.look().links {
			if !slices.Contains(seen, t.org) && len(seen) < maxDomains {
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
	Eval: func(f *Facts) float64 { return countLinks(f, func(t target) bool { return t.disguised }) },
})

// LinkOwnText counts links that name one of our hosts and open a foreign one.
var LinkOwnText = define(Signal{
	Name: "link.own_text", Level: Message, Unit: Count,
	Doc: "Links whose words are an address of ours while they open a foreign one.",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t target) bool { return f.Org.Owns(t.shown) && !f.Org.Owns(t.Host) })
	},
})

// LinkIPHost counts links to bare IP addresses.
var LinkIPHost = define(Signal{
	Name: "link.ip_host", Level: Message, Unit: Count,
	Doc:  "Links to an IP address in place of a host name.",
	Eval: func(f *Facts) float64 { return countLinks(f, func(t target) bool { return ipHost(t.Host) }) },
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
		return countLinks(f, func(t target) bool { return lookalike.Punycode(t.Host) })
	},
})

//go:embed shorteners.txt
var shortenersFile string

var shorteners = list(shortenersFile)

// LinkShortener counts links through shortening services.
var LinkShortener = define(Signal{
	Name: "link.shortener", Level: Message, Unit: Count,
	Doc: "Links through a shortening service.",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t target) bool { return shorteners[strings.TrimPrefix(t.Host, "www.")] })
	},
})

// LinkUserinfo counts links that put another host before the true one.
var LinkUserinfo = define(Signal{
	Name: "link.userinfo", Level: Message, Unit: Count,
	Doc: "Links with a host name where a user name may stand, before the true host (RFC 3986 §3.2.1).",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t target) bool {
			_, rest, _ := strings.Cut(t.URL, "//")
			if i := strings.IndexAny(rest, "/?#"); i >= 0 {
				rest = rest[:i]
			}
			user, _, ok := strings.Cut(rest, "@")
			user, _, _ = strings.Cut(user, ":")
			return ok && hostName(user) != ""
		})
	},
})

// LinkForms counts forms that send what the reader types.
var LinkForms = define(Signal{
	Name: "link.forms", Level: Message, Unit: Count,
	Doc:  "Forms in the message that send what is typed to a web page.",
	Eval: func(f *Facts) float64 { return countLinks(f, func(t target) bool { return t.Origin == parse.InForm }) },
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

// Limits of the search for recipients in links.
const (
	maxRcpts = 8
	maxURL   = 4 << 10 // bytes of one link
)

// LinkRcpt counts links that carry a recipient.
var LinkRcpt = define(Signal{
	Name: "link.rcpt_in_url", Level: Message, Unit: Count,
	Doc: "Links that carry the address of a recipient, in the clear or in base64.",
	Eval: func(f *Facts) float64 {
		if len(f.look().links) == 0 {
			return 0
		}
		var forms []string
		for _, r := range f.Env.Rcpts[:min(len(f.Env.Rcpts), maxRcpts)] {
			forms = append(forms, addressForms(r)...)
		}
		return countLinks(f, func(t target) bool {
			url := t.URL[:min(len(t.URL), maxURL)]
			return slices.ContainsFunc(forms, func(s string) bool { return strings.Contains(url, s) })
		})
	},
})

// addressForms spells an address as links carry it: plain, percent-encoded,
// and in base64 at each of the three places it can have in a group. The null
// path has none.
func addressForms(a parse.Address) []string {
	s := a.Key()
	if a.Local == "" || a.Domain == "" {
		return nil
	}
	forms := []string{s, url.QueryEscape(s)}
	for lead := range 3 {
		coded := base64.RawURLEncoding.EncodeToString([]byte("\x00\x00\x00"[:lead] + s))
		// The first characters also hold bits of what stands before, the last of what follows.
		from := (lead*8 + 5) / 6
		to := (lead + len(s)) * 8 / 6
		forms = append(forms, coded[from:to])
	}
	return forms
}

// Disguised finds a link that shows an address of one organisation and opens
// another, where the one shown is not the sender's own: newsletters show their
// address and count the clicks elsewhere. Who claims our domain and does not
// prove it has none of its own.
func (f *Facts) Disguised() (shown, opened string, ok bool) {
	from, bounce := parse.OrgDomain(f.From().Domain), parse.OrgDomain(f.Env.From.Domain)
	for _, t := range f.look().links {
		if !t.disguised {
			continue
		}
		org := parse.OrgDomain(t.shown)
		if org != from && org != bounce || f.Org.Owns(t.shown) && !f.Auth.Authenticated() {
			return t.shown, t.Host, true
		}
	}
	return "", "", false
}
