package parse

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Limits of unwrapping.
const (
	maxHops  = 6       // rewriters and redirectors, one in the other
	maxInner = 8       // addresses looked at in one path and query
	maxWrap  = 8 << 10 // bytes of a URL that is looked into
)

// A passage is where a URL passes on to.
type passage struct {
	url       string // empty where it passes on to nowhere that is known
	to        URL    // what url is, or the URL itself
	rewritten bool   // by a service that guards links
	through   bool   // a redirector
}

// unwrap follows what known rewriters and redirectors say in the URL itself.
func unwrap(u URL) passage {
	p := passage{to: u}
	for range maxHops {
		r := passerOf(&p.to)
		if r == nil {
			break
		}
		next := asURL(r.to(&p.to))
		to := ParseURL(next)
		if to.Host == "" {
			break
		}
		p.url, p.to = next, to
		p.rewritten = p.rewritten || r.rewriter
		p.through = p.through || !r.rewriter
	}
	return p
}

// passerOf finds what is known of the URL's host and path.
func passerOf(u *URL) *passer {
	if u.Scheme != "http" && u.Scheme != "https" || len(u.Path)+len(u.Query) < 2 {
		return nil
	}
	for host := u.Host; host != ""; {
		if r := byPath(passers[host], u.Path); r != nil {
			return r
		}
		_, host, _ = strings.Cut(host, ".")
		if strings.IndexByte(host, '.') < 0 {
			break
		}
	}
	host := strings.TrimPrefix(u.Host, "www.")
	if strings.HasPrefix(host, "google.") && OrgDomain(host) == host { // google.de and the like
		return byPath(googles, u.Path)
	}
	return nil
}

func byPath(rows []passer, path string) *passer {
	for i := range rows {
		if strings.HasPrefix(path, rows[i].path) {
			return &rows[i]
		}
	}
	return nil
}

// asURL is s, the percent-encoding undone where it hides one, if it is the
// URL of a host, or else empty.
func asURL(s string) string {
	s = strings.TrimLeft(bareOfSpace(s), `"'`)
	if len(s) > maxWrap {
		return ""
	}
	for range 3 {
		if strings.HasPrefix(s, "//") || strings.HasPrefix(s, `\\`) {
			return "http:" + s
		}
		if u := ParseURL(s); u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ftp" {
			if u.Host == "" {
				return ""
			}
			return toUTF8(s)
		}
		next := percentDecode(s)
		if next == s {
			break
		}
		s = next
	}
	if looksLikeHost(s) {
		return "http://" + toUTF8(s)
	}
	return ""
}

// param is the value of the first parameter of the query with that name, in
// any case, percent-decoded. Queries that were escaped for HTML twice count.
func (u *URL) param(name string) string {
	for pair := range strings.SplitSeq(u.Query, "&") {
		pair = strings.TrimPrefix(pair, "amp;")
		if len(pair) > len(name) && pair[len(name)] == '=' && strings.EqualFold(pair[:len(name)], name) {
			return percentDecode(pair[len(name)+1:])
		}
	}
	return ""
}

// decode64 undoes base64 in any alphabet, as far as it goes.
func decode64(s string) string {
	s = standardAlphabet.Replace(s)
	n := 0
	for n < len(s) && (isAlphanumeric(s[n]) || s[n] == '+' || s[n] == '/') {
		n++
	}
	if n%4 == 1 {
		n--
	}
	out, err := base64.RawStdEncoding.DecodeString(s[:n])
	if err != nil {
		return ""
	}
	return string(out)
}

// inner is the host of another address that path, query or fragment name, in
// the clear, percent-encoded, in base64 or in hex; empty where there is none.
func (u *URL) inner() string {
	first, left := "", maxInner
	for _, s := range [...]string{u.Path, u.Query, u.Fragment} {
		for s = s[:min(len(s), maxWrap)]; left > 0; left-- {
			at, found := cutInner(s)
			if at < 0 {
				break
			}
			s = s[at:]
			host := ParseURL(asURL(found)).Host
			if host != "" && host != u.Host {
				return host
			}
			if first == "" {
				first = host
			}
		}
	}
	return first
}

// cutInner finds the next address in s, and the index behind its beginning.
func cutInner(s string) (at int, url string) {
	for i := 0; i+6 < len(s); i++ {
		rest := s[i:]
		switch c := s[i]; {
		case (c == 'h' || c == 'H') && strings.EqualFold(rest[:4], "http"):
			after := strings.TrimPrefix(strings.ToLower(rest[4:min(len(rest), 14)]), "s")
			if strings.HasPrefix(after, ":/") || strings.HasPrefix(after, ":\\") || strings.HasPrefix(after, "%3a") || strings.HasPrefix(after, "%253a") {
				end := strings.IndexAny(rest, "&\"'<> ")
				if end < 0 {
					end = len(rest)
				}
				return i + 4, rest[:end]
			}
		case c == 'a' && strings.HasPrefix(rest, "aHR0c"):
			return i + 5, decode64(rest)
		case c == '6' && strings.HasPrefix(rest, "68747470"):
			return i + 8, decodeHex(rest)
		case c == '=' && (strings.HasPrefix(rest, "=//") || strings.HasPrefix(rest, "=%2F%2F") || strings.HasPrefix(rest, "=%2f%2f")):
			end := strings.IndexByte(rest, '&')
			if end < 0 {
				end = len(rest)
			}
			return i + 3, percentDecode(rest[1:end])
		}
	}
	return -1, ""
}

var standardAlphabet = strings.NewReplacer("-", "+", "_", "/")

// decodeHex undoes hexadecimal digits, as far as they go.
func decodeHex(s string) string {
	n := 0
	for n < len(s) && isHex(s[n]) {
		n++
	}
	out, _ := hex.DecodeString(s[:n&^1])
	return string(out)
}
