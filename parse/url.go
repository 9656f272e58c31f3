package parse

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// A target is where a URL leads.
type target struct{ scheme, host string }

// resolve tells where a relative URL leads from this base. Mail programs take
// "www.example.com" without a scheme for a host.
func (base target) resolve(url string) target {
	url = bareOfSpace(url)
	rest := strings.ReplaceAll(url, `\`, "/")
	if strings.HasPrefix(rest, "//") {
		scheme := base.scheme
		if scheme == "" {
			scheme = "http"
		}
		return target{scheme, authority(rest[2:])}
	}
	if base.scheme == "" && looksLikeHost(url) {
		return target{"http", authority(url)}
	}
	return base
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

// parseURL reads scheme and host as browsers do (WHATWG URL §4.4): tabs and
// line ends do not count, a backslash is a slash, and of the slashes behind
// http: any number will do. The scheme is empty for a relative URL.
func parseURL(url string) target {
	url = bareOfSpace(url)
	n := schemeLen(url)
	if n == 0 {
		return target{}
	}
	scheme := strings.ToLower(url[:n])
	rest := url[n+1:]
	switch scheme {
	case "http", "https", "ftp", "ws", "wss":
		return target{scheme, authority(strings.TrimLeft(rest, `/\`))}
	}
	if rest, ok := strings.CutPrefix(rest, "//"); ok && scheme != "data" && scheme != "javascript" {
		return target{scheme, authority(rest)}
	}
	return target{scheme, ""}
}

// bareOfSpace is url without the characters that browsers pass over: tabs and
// line ends, and at its ends all controls.
func bareOfSpace(url string) string {
	if strings.ContainsAny(url, "\t\r\n") {
		url = strings.Map(func(r rune) rune {
			if r == '\t' || r == '\r' || r == '\n' {
				return -1
			}
			return r
		}, url)
	}
	return strings.TrimFunc(url, func(r rune) bool { return r <= ' ' })
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

// authority is the host at the start of s: without user and port, decoded, in
// lower case and A-label form.
func authority(s string) string {
	if i := strings.IndexAny(s, `/\?#`); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if strings.HasPrefix(s, "[") {
		if end := strings.IndexByte(s, ']'); end > 0 {
			return strings.ToLower(s[:end+1])
		}
		return ""
	}
	if i := strings.IndexByte(s, ':'); i >= 0 {
		s = s[:i]
	}
	if len(s) > 1024 {
		return ""
	}
	if !isHostName(s) {
		s = toASCII(toUTF8(percentDecode(s)))
		if hasControl(s) || strings.ContainsAny(s, " <>\"@/\\") {
			return ""
		}
	}
	s = strings.TrimRight(s, ".")
	if isIPv4(s) || strings.HasPrefix(s[strings.LastIndexByte(s, '.')+1:], "0x") {
		return ipv4(s)
	}
	return s
}

// isHostName reports a host that needs no decoding, as most are.
func isHostName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// ipv4 reads an address as browsers do (WHATWG URL §3.5): parts in decimal,
// octal or hex, the last one filling the bytes that are left.
func ipv4(s string) string {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return s
	}
	var sum uint64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 0, 64)
		if err != nil {
			n, err = strconv.ParseUint(part, 10, 64)
		}
		limit := uint64(256)
		if i == len(parts)-1 {
			limit = 1 << (8 * (5 - len(parts)))
		}
		if err != nil || n >= limit {
			return s
		}
		if i == len(parts)-1 {
			sum |= n
		} else {
			sum |= n << (24 - 8*i)
		}
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}).String()
}
