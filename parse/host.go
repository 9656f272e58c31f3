package parse

import (
	"net/netip"
	"strconv"
	"strings"
)

// cutPort cuts the port from a host. The colons in brackets are an address's.
func cutPort(s string) (host, port string) {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']') + 1
		_, port, _ = strings.Cut(s[end:], ":")
		return s[:end], port
	}
	host, port, _ = strings.Cut(s, ":")
	return host, port
}

// hostOf is a host decoded, in lower case and A-label form; empty where it
// cannot be one.
func hostOf(s string) string {
	if s == "" {
		return ""
	}
	if s[0] == '[' {
		return ipv6(s)
	}
	if len(s) > 1024 {
		return ""
	}
	if !isHostName(s) {
		s = toASCII(toUTF8(percentDecode(s)))
		if hasControl(s) || strings.ContainsAny(s, " <>\"@/\\#?:[]%") {
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

// ipv6 is a bracketed address in one spelling (RFC 5952); one that maps an
// IPv4 address is that.
func ipv6(s string) string {
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return ""
	}
	if a = a.WithZone("").Unmap(); a.Is4() {
		return a.String()
	}
	return "[" + a.String() + "]"
}

// ipv4 reads an address as browsers do (WHATWG URL §3.5): parts in decimal,
// octal or hex, the last one filling the bytes that are left. What is none
// stays as it is.
func ipv4(s string) string {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return s
	}
	var sum uint64
	for i, part := range parts {
		n, ok := ipv4Part(part)
		limit := uint64(256)
		if i == len(parts)-1 {
			limit = 1 << (8 * (5 - len(parts)))
		}
		if !ok || n >= limit {
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

// ipv4Part reads one part: 0x for hex, 0 for octal.
func ipv4Part(s string) (uint64, bool) {
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		if digits == "" {
			return 0, true
		}
		n, err := strconv.ParseUint(digits, 16, 64)
		return n, err == nil
	}
	if len(s) > 1 && s[0] == '0' {
		if n, err := strconv.ParseUint(s, 8, 64); err == nil {
			return n, true
		}
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}
