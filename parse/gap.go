package parse

import "strings"

// promised are the words behind which, and a colon, the name of a site stands.
const promised = " website site web www url link address webpage homepage "

// Limits of the search for names with a gap.
const (
	maxColons = 64
	maxGap    = 4 // blanks
)

// gappedLinks finds names of sites that are written with a gap, which their
// reader is to close: "Website: example .net". No mail program makes a link of
// them.
func (c *content) gappedLinks(text string) {
	for range maxColons {
		before, after, ok := strings.Cut(text, ":")
		if !ok {
			return
		}
		text = after
		before = strings.TrimRight(before[max(0, len(before)-16):], " \t\u00a0")
		word := before[strings.LastIndexAny(before, " \t\n\u00a0")+1:]
		if word == "" || !strings.Contains(promised, " "+strings.ToLower(word)+" ") {
			continue
		}
		if host := gapped(strings.TrimLeft(after, " \t\u00a0")); host != "" && !c.addBare(host, InText) {
			return
		}
	}
}

// gapped is the host name, of two or three labels, that s begins with, if
// there is a gap beside one of its dots, or "".
func gapped(s string) string {
	host, gap := "", false
	for range 3 {
		n := 0
		for n < len(s) && (isAlphanumeric(s[n]) || s[n] == '-') {
			n++
		}
		if n == 0 {
			return ""
		}
		host += strings.ToLower(s[:n])
		rest := strings.TrimLeft(s[n:], " \t")
		if len(rest) == 0 || rest[0] != '.' || len(s)-n-len(rest) > maxGap {
			break
		}
		name := strings.TrimLeft(rest[1:], " \t")
		if name == "" || !isAlphanumeric(name[0]) || len(rest)-1-len(name) > maxGap {
			break
		}
		gap = gap || len(rest) < len(s)-n || len(name) < len(rest)-1
		host, s = host+".", name
	}
	if !gap || !isBareDomain(host) {
		return ""
	}
	return host
}
