package mailauth

import (
	"net/netip"
	"strconv"
	"strings"
)

// An spfRecord is a record that was read to its end (RFC 7208 §4.6): one error
// anywhere makes it useless.
type spfRecord struct {
	directives []spfDirective
	redirect   macro // nil without the modifier
}

// An spfDirective is a mechanism with its qualifier (RFC 7208 §4.6.2).
type spfDirective struct {
	result  Result // where it matches
	name    string
	domain  macro        // nil: the current domain
	network netip.Prefix // of ip4 and ip6
	bits4   int          // prefix lengths of a and mx
	bits6   int
}

// asksDNS tells whether the term counts towards the limit (RFC 7208 §4.6.4).
func (d *spfDirective) asksDNS() bool {
	switch d.name {
	case "all", "ip4", "ip6":
		return false
	}
	return true
}

// contains tells whether ip is in the network around one of the addresses.
func (d *spfDirective) contains(ip netip.Addr, addrs []netip.Addr) bool {
	bits := d.bits4
	if ip.Is6() {
		bits = d.bits6
	}
	for _, a := range addrs {
		if p, err := a.Prefix(bits); err == nil && p.Contains(ip) {
			return true
		}
	}
	return false
}

var qualifiers = map[byte]Result{'+': Pass, '-': Fail, '~': SoftFail, '?': Neutral}

// parseSPF reads what follows the version.
func parseSPF(text string) (rec spfRecord, ok bool) {
	seen := map[string]bool{}
	for term := range strings.SplitSeq(text, " ") {
		if term == "" {
			continue
		}
		if name, value, isModifier := cutModifier(term); isModifier {
			if !rec.modify(name, value, seen) {
				return rec, false
			}
			continue
		}
		d, ok := parseDirective(term)
		if !ok {
			return rec, false
		}
		rec.directives = append(rec.directives, d)
	}
	return rec, true
}

// cutModifier splits name=value (RFC 7208 §4.6.1).
func cutModifier(term string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(term, "=")
	if !ok || name == "" || !isAlpha(name[0]) {
		return "", "", false
	}
	for i := range len(name) {
		if c := name[i]; !isAlpha(c) && !isDigit(c) && c != '-' && c != '_' && c != '.' {
			return "", "", false
		}
	}
	return asciiLower(name), value, true
}

// modify takes in a modifier. An explanation is checked but never fetched;
// unknown modifiers need only be well-formed (RFC 7208 §6).
func (rec *spfRecord) modify(name, value string, seen map[string]bool) bool {
	if name != "redirect" && name != "exp" {
		_, ok := parseMacro(value)
		return ok
	}
	if seen[name] {
		return false
	}
	seen[name] = true
	domain, ok := parseDomainSpec(value)
	if name == "redirect" {
		rec.redirect = domain
	}
	return ok
}

func parseDirective(term string) (d spfDirective, ok bool) {
	d = spfDirective{result: Pass, bits4: 32, bits6: 128}
	if r, ok := qualifiers[term[0]]; ok {
		d.result, term = r, term[1:]
	}
	end := strings.IndexAny(term, ":/")
	if end < 0 {
		end = len(term)
	}
	rest := term[end:]
	d.name = asciiLower(term[:end])
	value, hasValue := strings.CutPrefix(rest, ":")
	switch d.name {
	case "all":
		return d, rest == ""
	case "ip4", "ip6":
		d.network, ok = parseNetwork(value, d.name == "ip6")
		return d, ok && hasValue
	case "include", "exists":
		d.domain, ok = parseDomainSpec(value)
		return d, ok && hasValue
	case "ptr":
		if rest == "" {
			return d, true
		}
		d.domain, ok = parseDomainSpec(value)
		return d, ok && hasValue
	case "a", "mx":
		spec, ok := d.cutBits(rest)
		if !ok || spec == "" {
			return d, ok
		}
		value, hasValue = strings.CutPrefix(spec, ":")
		d.domain, ok = parseDomainSpec(value)
		return d, ok && hasValue
	}
	return d, false
}

// cutBits takes the prefix lengths off the end: "/24", "//64" or "/24//64"
// (RFC 7208 §5.6, dual-cidr-length).
func (d *spfDirective) cutBits(s string) (rest string, ok bool) {
	if i := strings.LastIndex(s, "//"); i >= 0 && allDigits(s[i+2:]) {
		if d.bits6, ok = parseBits(s[i+2:], 128); !ok {
			return "", false
		}
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '/'); i >= 0 && allDigits(s[i+1:]) {
		if d.bits4, ok = parseBits(s[i+1:], 32); !ok {
			return "", false
		}
		s = s[:i]
	}
	return s, true
}

func allDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// parseBits reads a number without leading zeros.
func parseBits(s string, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && allDigits(s) && n <= most && (s[0] != '0' || s == "0")
}

func parseNetwork(s string, want6 bool) (netip.Prefix, bool) {
	text, length, hasLength := strings.Cut(s, "/")
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Is6() != want6 || addr.Zone() != "" {
		return netip.Prefix{}, false
	}
	bits, ok := addr.BitLen(), true
	if hasLength {
		bits, ok = parseBits(length, bits)
	}
	if !ok {
		return netip.Prefix{}, false
	}
	p, err := addr.Prefix(bits)
	return p, err == nil
}
