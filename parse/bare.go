package parse

import (
	"strings"
	"unicode/utf8"
)

// bareLinks finds the addresses in text that mail programs make clickable.
// Those within anchors were noted already.
func (c *content) bareLinks(text string, anchors []span, origin Origin) {
	for i := 0; i < len(text); {
		n, dotted := tokenLen(text[i:])
		if n == 0 {
			_, size := utf8.DecodeRuneInString(text[i:])
			i += size
			continue
		}
		token := text[i : i+n]
		for len(anchors) > 0 && anchors[0].end <= i {
			anchors = anchors[1:]
		}
		inside := len(anchors) > 0 && anchors[0].start < i+n
		i += n
		if !dotted || inside || n < 5 {
			continue
		}
		if url := bareURL(token); url != "" && !c.addBare(url, origin) {
			return
		}
	}
}

// addBare notes a link that was found in text.
func (c *content) addBare(url string, origin Origin) bool {
	u := ParseURL(url)
	if u.Scheme == "" {
		u = URL{Scheme: "http"}.at(url)
	}
	return c.addLink(url, u, origin)
}

// The kinds of bytes in text that may hold a URL.
const (
	inURL  = iota
	mark   // a dot or colon, without which nothing is a URL
	loose  // cut from the end of one
	ending // behind which it ends
	beyond // of a character beyond ASCII
)

var tokenBytes = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= utf8.RuneSelf:
			t[c] = beyond
		case c == '.' || c == ':':
			t[c] = mark
		case c <= ' ' || strings.IndexByte("\x7f<>\"`|", byte(c)) >= 0:
			t[c] = ending
		case strings.IndexByte(trailing+closing, byte(c)) >= 0:
			t[c] = loose
		}
	}
	return t
}()

// tokenLen is the length of the run of characters that may stand in a URL,
// and whether more than punctuation follows a dot or a colon in it, without
// which it can be none.
func tokenLen(s string) (n int, dotted bool) {
	marked := false
	for ; n < len(s); n++ {
		switch tokenBytes[s[n]] {
		case inURL:
			dotted = marked
		case mark:
			marked = true
		case ending:
			return n, dotted
		case beyond:
			r, size := utf8.DecodeRuneInString(s[n:])
			if isBreak(r) {
				return n, dotted
			}
			n += size - 1
			dotted = marked
		}
	}
	return n, dotted
}

// isBreak reports the quotation marks, dashes and East Asian punctuation
// that end a URL.
func isBreak(r rune) bool {
	return r >= 0x2000 && r <= 0x206f || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff0f ||
		r >= 0xff1a && r <= 0xff20 || r == 0xab || r == 0xbb || r == 0xa0
}

// bareURL is the URL in a token, or "".
func bareURL(token string) string {
	if i := strings.Index(token, ":/"); i > 0 {
		if n := knownScheme(token[:i]); n > 0 {
			if url := trimURL(token[i-n:]); strings.Trim(url[n:], ":/") != "" {
				return url
			}
			return ""
		}
		if strings.HasPrefix(token[i:], "://") {
			return "" // another scheme
		}
	}
	token = strings.TrimLeft(token, "([{'*_,;~=")
	if len(token) > 7 && strings.EqualFold(token[:7], "mailto:") ||
		len(token) > 7 && strings.EqualFold(token[:4], "tel:") && strings.IndexByte("+0123456789(", token[4]) >= 0 {
		return trimURL(token)
	}
	if strings.IndexByte(token, '@') >= 0 || token == "" {
		return ""
	}
	token = trimURL(token)
	if len(token) > 4 && strings.EqualFold(token[:4], "www.") && strings.IndexByte(token[4:], '.') > 0 {
		return token
	}
	if isBareDomain(token) {
		return token
	}
	return ""
}

// knownScheme is the length of the scheme that s ends in.
func knownScheme(s string) int {
	for _, scheme := range [...]string{"https", "http", "ftp"} {
		if n := len(s) - len(scheme); n >= 0 && strings.EqualFold(s[n:], scheme) {
			return len(scheme)
		}
	}
	return 0
}

// trailing is the punctuation that may end a sentence behind a URL.
const trailing = `.,;:!?'*_~\`

// closing are the brackets that may.
const closing = ")]}"

// trimURL cuts the punctuation that ends a sentence, and brackets that were
// opened before the URL.
func trimURL(s string) string {
	if i := strings.IndexAny(s, "<>\""); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimRight(s, trailing)
	for s != "" {
		i := strings.IndexByte(closing, s[len(s)-1])
		if i < 0 {
			break
		}
		end := len(s) - len(strings.TrimRight(s, closing+trailing))
		surplus := strings.Count(s, closing[i:i+1]) - strings.Count(s, "([{"[i:i+1])
		if surplus <= 0 {
			break
		}
		s = strings.TrimRight(s[:len(s)-min(surplus, end)], trailing)
	}
	return s
}

// bareTLDs are the top-level domains under which a name without a path is
// taken for a link: others are too often a word or a file name.
const bareTLDs = " com net org info biz edu gov xyz online site top shop club vip live app dev store tech " +
	"de uk fr nl ru jp br au ca ch cn eu co.uk com.br com.au co.jp io ly "

// isBareDomain reports whether a token is a host name, maybe with a path,
// that mail programs take for a link.
func isBareDomain(token string) bool {
	host, path := token, ""
	if i := strings.IndexAny(token, "/:?#"); i >= 0 {
		host, path = token[:i], token[i:]
	}
	if len(host) > 253 || strings.IndexByte(host, '.') < 1 {
		return false
	}
	for i := range len(host) {
		if c := host[i] | 0x20; (c < 'a' || c > 'z') && (host[i] < '0' || host[i] > '9') && host[i] != '.' && host[i] != '-' {
			return false
		}
	}
	host = strings.ToLower(host)
	if !isKnownName(host) || isIPv4(host) {
		return false
	}
	if len(path) > 1 && path[0] == '/' {
		return true
	}
	return path == "" && strings.Contains(bareTLDs, " "+host[strings.LastIndexByte(host, '.')+1:]+" ")
}
