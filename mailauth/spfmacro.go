package mailauth

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A macro is a parsed macro-string (RFC 7208 §7.1).
type macro []macroPart

// A macroPart is text as it stands where letter is 0, else an expansion.
type macroPart struct {
	text       string
	letter     byte // in lower case
	escape     bool // the letter was written in upper case
	keep       int  // right-hand parts to keep; 0: all
	reverse    bool
	delimiters string
}

// parseMacro reads a macro-string. The letters c, r and t, which only
// explanations may use, are errors.
func parseMacro(s string) (m macro, ok bool) {
	for s != "" {
		n := strings.IndexByte(s, '%')
		if n < 0 {
			n = len(s)
		}
		if !isVisible(s[:n]) {
			return nil, false
		}
		if n > 0 {
			m = append(m, macroPart{text: s[:n]})
		}
		if s = s[n:]; s == "" {
			break
		}
		if len(s) < 2 {
			return nil, false
		}
		switch s[1] {
		case '%':
			m, s = append(m, macroPart{text: "%"}), s[2:]
		case '_':
			m, s = append(m, macroPart{text: " "}), s[2:]
		case '-':
			m, s = append(m, macroPart{text: "%20"}), s[2:]
		case '{':
			body, rest, closed := strings.Cut(s[2:], "}")
			part, ok := parseExpansion(body)
			if !closed || !ok {
				return nil, false
			}
			m, s = append(m, part), rest
		default:
			return nil, false
		}
	}
	return m, true
}

// parseExpansion reads what stands between the braces.
func parseExpansion(s string) (p macroPart, ok bool) {
	if s == "" {
		return p, false
	}
	p.letter, p.escape = s[0]|0x20, s[0]&0x20 == 0
	if !isAlpha(s[0]) || strings.IndexByte("slodiphv", p.letter) < 0 {
		return p, false
	}
	s = s[1:]
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits > 0 {
		for _, c := range s[:min(digits, 4)] {
			p.keep = p.keep*10 + int(c-'0')
		}
		if p.keep == 0 {
			return p, false // §7.1: DIGIT must not be zero
		}
		s = s[digits:]
	}
	if s != "" && s[0]|0x20 == 'r' {
		p.reverse, s = true, s[1:]
	}
	p.delimiters = s
	return p, strings.Trim(s, ".-+,/_=") == ""
}

// parseDomainSpec reads a macro-string that ends in a macro or in a dot and a
// top label (RFC 7208 §7.1, domain-spec).
func parseDomainSpec(s string) (macro, bool) {
	m, ok := parseMacro(s)
	if !ok || len(m) == 0 {
		return nil, false
	}
	last := m[len(m)-1]
	if last.letter != 0 {
		return m, true
	}
	if strings.HasSuffix(s, "%%") || strings.HasSuffix(s, "%_") || strings.HasSuffix(s, "%-") {
		return m, true // these are macro-expands as well
	}
	rest := strings.TrimSuffix(last.text, ".")
	dot := strings.LastIndexByte(rest, '.')
	return m, dot >= 0 && isTopLabel(rest[dot+1:])
}

func isTopLabel(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' || allDigits(s) {
		return false
	}
	for i := range len(s) {
		if !isAlpha(s[i]) && !isDigit(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

func isVisible(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// expand makes a domain name of a macro, for the current domain (RFC 7208
// §7.3). From a name that got too long, labels are taken off the left.
func (c *spfCheck) expand(ctx context.Context, m macro, domain string) string {
	var b strings.Builder
	for i := range m {
		if m[i].letter == 0 {
			b.WriteString(m[i].text)
		} else {
			b.WriteString(m[i].transform(c.macroValue(ctx, m[i].letter, domain)))
		}
	}
	name := asciiLower(strings.TrimSuffix(b.String(), "."))
	for len(name) > 253 {
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			return ""
		}
		name = rest
	}
	return name
}

func (c *spfCheck) macroValue(ctx context.Context, letter byte, domain string) string {
	switch letter {
	case 's':
		return c.local + "@" + c.sender
	case 'l':
		return c.local
	case 'o':
		return c.sender
	case 'd':
		return domain
	case 'h':
		return c.helo
	case 'i':
		return dotted(c.ip)
	case 'p':
		return c.clientName(ctx, domain)
	}
	if c.ip.Is6() {
		return "ip6"
	}
	return "in-addr"
}

// dotted is the address with a dot between octets, or for IPv6 between nibbles.
func dotted(ip netip.Addr) string {
	if ip.Is4() {
		return ip.String()
	}
	hex := fmt.Sprintf("%x", ip.As16())
	return strings.Join(strings.Split(hex, ""), ".")
}

// clientName is the validated name of the client that is nearest to domain.
func (c *spfCheck) clientName(ctx context.Context, domain string) string {
	names := c.validated(ctx)
	if len(names) == 0 {
		return "unknown"
	}
	best := names[0]
	for _, name := range names {
		if name == domain {
			return name
		}
		if strings.HasSuffix(name, "."+domain) && !strings.HasSuffix(best, "."+domain) {
			best = name
		}
	}
	return best
}

// transform splits, reverses, cuts and escapes a value.
func (p *macroPart) transform(value string) string {
	delimiters := p.delimiters
	if delimiters == "" {
		delimiters = "."
	}
	if p.keep > 0 || p.reverse || p.delimiters != "" {
		parts := splitAny(value, delimiters)
		if p.reverse {
			slices.Reverse(parts)
		}
		if p.keep > 0 && p.keep < len(parts) {
			parts = parts[len(parts)-p.keep:]
		}
		value = strings.Join(parts, ".")
	}
	if p.escape {
		value = escapeURI(value)
	}
	return value
}

func splitAny(s, delimiters string) []string {
	var parts []string
	for {
		i := strings.IndexAny(s, delimiters)
		if i < 0 {
			return append(parts, s)
		}
		parts, s = append(parts, s[:i]), s[i+1:]
	}
}

// escapeURI escapes what is not unreserved (RFC 3986 §2.3).
func escapeURI(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isAlpha(c) || isDigit(c) || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
