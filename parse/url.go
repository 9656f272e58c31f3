package parse

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// A URL is an address as browsers read it (WHATWG URL §4.4): tabs and line
// ends do not count, a backslash is a slash, of the slashes behind http: any
// number will do. All but Scheme and Host stands as it was found.
type URL struct {
	Scheme   string // in lower case; empty for a relative URL
	User     string // what stands before "@", a password included
	Host     string // in lower case, A-labels; addresses in one spelling
	Port     string
	Path     string // of a URL without a host or with another URL within, all that follows the scheme
	Query    string // without "?"
	Fragment string // without "#"
}

// Limits of a URL, in bytes.
const (
	MaxURL  = 64 << 10 // of the normal form; of a longer one the rest is not read
	maxUser = 1 << 10  // what is kept of a user name
)

// ParseURL reads a URL. It never fails: what is no URL is a relative one.
func ParseURL(s string) URL { //nolint:revive // URL is the type it reads
	s = bareOfSpace(s)
	n := schemeLen(s)
	if n == 0 {
		return URL{}.locate(s)
	}
	u := URL{Scheme: lowerCase(s[:n])}
	rest := s[n+1:]
	at := URL{}
	switch u.Scheme {
	case "http", "https", "ftp", "ws", "wss":
		at = u.at(strings.TrimLeft(rest, `/\`))
	case "blob", "view-source", "feed":
		u.Host = ParseURL(innermost(rest)).Host
	case "data", "javascript", "mailto", "tel":
	default:
		if rest, ok := strings.CutPrefix(rest, "//"); ok {
			at = u.at(rest)
		}
	}
	if at.Host != "" {
		return at
	}
	u.Path = rest
	return u
}

// innermost cuts the schemes that stand before the URL proper.
func innermost(s string) string {
	for {
		scheme, rest, _ := strings.Cut(s, ":")
		switch scheme {
		case "blob", "view-source", "feed":
			s = rest
		default:
			return s
		}
	}
}

// at reads what follows the slashes before a host.
func (u URL) at(s string) URL {
	end := 0
	for end < len(s) && s[end] != '/' && s[end] != '\\' && s[end] != '?' && s[end] != '#' {
		end++
	}
	host := s[:end]
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		u.User, host = strings.ToValidUTF8(host[:min(i, maxUser)], ""), host[i+1:]
	}
	host, u.Port = cutPort(host)
	u.Host = hostOf(host)
	return u.locate(s[end:])
}

// locate reads path, query and fragment. An empty one is as none, and the
// space that then stands at the end is not part of the URL.
func (u URL) locate(s string) URL {
	s, u.Fragment, _ = strings.Cut(s, "#")
	if u.Fragment == "" {
		s = strings.TrimRightFunc(s, blank)
	}
	u.Path, u.Query, _ = strings.Cut(s, "?")
	if u.Query == "" && u.Fragment == "" {
		u.Path = strings.TrimRightFunc(u.Path, blank)
	}
	return u
}

// Tail is what follows the host, as found.
func (u URL) Tail() string {
	s := u.Path
	if u.Query != "" {
		s += "?" + u.Query
	}
	if u.Fragment != "" {
		s += "#" + u.Fragment
	}
	return s
}

// String is the normal form: what is percent-encoded without need, even twice
// over, is decoded, and a port that goes without saying left out.
func (u URL) String() string {
	tail := u.Tail()
	if u.Scheme == "" {
		return cut(tail)
	}
	if u.Host == "" || !hasHost(u.Scheme) {
		return cut(u.Scheme + ":" + tail)
	}
	s := u.Scheme + "://"
	if u.User != "" {
		s += u.User + "@"
	}
	s += u.Host
	if u.Port != "" && (u.Scheme != "http" || u.Port != "80") && (u.Scheme != "https" || u.Port != "443") {
		s += ":" + u.Port
	}
	if tail != "" && (tail[0] == '/' || tail[0] == '\\') {
		tail = tail[1:]
	}
	return cut(s + "/" + normal(tail))
}

// hasHost tells whether a host follows the scheme itself.
func hasHost(scheme string) bool {
	return scheme != "blob" && scheme != "view-source" && scheme != "feed"
}

// normal decodes %XX, again and again, where it stands for a character that
// may as well stand itself.
func normal(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		out = append(out, s[i])
		for n := len(out); n >= 3 && out[n-3] == '%' && isHex(out[n-2]) && isHex(out[n-1]); n = len(out) {
			c := unhex(out[n-2])<<4 | unhex(out[n-1])
			if c <= ' ' || c >= 0x7f || c == '?' || c == '#' {
				break
			}
			out = append(out[:n-3], c)
		}
	}
	return string(out)
}

// cut keeps a URL within MaxURL.
func cut(s string) string {
	return bareOfSpace(s[:min(len(s), MaxURL)])
}

// resolve tells where a relative URL leads from this base. Mail programs take
// "www.example.com" without a scheme for a host.
func (u URL) resolve(url string) URL {
	url = bareOfSpace(url)
	if strings.HasPrefix(strings.ReplaceAll(url[:min(len(url), 2)], `\`, "/"), "//") {
		scheme := u.Scheme
		if scheme == "" {
			scheme = "http"
		}
		return URL{Scheme: scheme}.at(url[2:])
	}
	if u.Scheme == "" && looksLikeHost(url) {
		return URL{Scheme: "http"}.at(url)
	}
	to := URL{Scheme: u.Scheme, Host: u.Host, Port: u.Port}.locate(url)
	if to.Path != "" && to.Path[0] != '/' {
		to.Path = u.Path[:strings.LastIndexByte(u.Path, '/')+1] + to.Path
	}
	return to
}

// looksLikeHost reports whether a URL without a scheme begins with a host name.
func looksLikeHost(url string) bool {
	host := url
	if i := strings.IndexAny(url, "/?#:"); i >= 0 {
		host = url[:i]
	}
	return len(host) > 4 && strings.EqualFold(host[:4], "www.") || isKnownName(strings.ToLower(host))
}

// isKnownName reports a host name under a public suffix that is registered
// with ICANN.
func isKnownName(host string) bool {
	if len(host) < 4 || len(host) > 253 || host[0] == '.' || host[0] == '-' || strings.Contains(host, "..") {
		return false
	}
	suffix, icann := publicsuffix.PublicSuffix(host)
	if !icann && strings.IndexByte(suffix, '.') < 0 { // the default rule: no such suffix
		return false
	}
	return len(suffix) < len(host)
}

// bareOfSpace is url without the characters that browsers pass over: tabs and
// line ends, and at its ends all controls. What is no UTF-8 goes too.
func bareOfSpace(url string) string {
	if bare(url) {
		return url
	}
	if strings.ContainsAny(url, "\t\r\n") {
		url = strings.Map(func(r rune) rune {
			if r == '\t' || r == '\r' || r == '\n' {
				return -1
			}
			return r
		}, url)
	}
	if !utf8.ValidString(url) {
		url = strings.ToValidUTF8(url, "")
	}
	return strings.TrimFunc(url, blank)
}

// blank tells what does not count at either end of a URL.
func blank(r rune) bool { return r <= ' ' }

// bare tells that url is made of visible ASCII alone, as most are.
func bare(url string) bool {
	for i := range len(url) {
		if url[i] <= ' ' || url[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// schemeLen is the length of the scheme (RFC 3986 §3.1) before the colon, 0
// where there is none.
func schemeLen(url string) int {
	for i := range len(url) {
		c := url[i]
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && (c-'0' <= 9 || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			if strings.IndexByte(url[:i], '.') >= 0 {
				return 0 // host:port
			}
			return i
		default:
			return 0
		}
	}
	return 0
}

// lowerCase is strings.ToLower that copies nothing for the common schemes.
func lowerCase(s string) string {
	for _, common := range [...]string{"https", "http", "mailto", "tel"} {
		if strings.EqualFold(s, common) {
			return common
		}
	}
	return strings.ToLower(s)
}
