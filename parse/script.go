package parse

import "strings"

// Limits of looking into scripts.
const (
	maxScript      = 256 << 10 // bytes of one script that are read
	maxScriptLinks = 32        // links of one script
)

// scriptLinks notes the addresses that a script, or a page in a data: URL,
// holds in its strings: in the clear, escaped, or in base64. A script is not
// run; what it puts together at run time stays unseen.
func (c *content) scriptLinks(script string) {
	script = script[:min(len(script), maxScript)]
	if i := strings.Index(script[:min(len(script), 64)], ";base64,"); i >= 0 {
		script = decode64(percentDecode(script[i+len(";base64,"):]))
	}
	if strings.Contains(script, `\x`) || strings.Contains(script, `\/`) || strings.Contains(script, `\u00`) {
		script = unescapeScript(script)
	}
	if strings.Contains(script, "%2") || strings.Contains(script, "%6") {
		script = percentDecode(script)
	}
	n := 0
	for i := 0; n < maxScriptLinks; n++ {
		at := nextAddress(script[i:])
		if at < 0 {
			return
		}
		i += at
		rest := script[i:]
		url := rest
		if strings.HasPrefix(rest, "aHR0c") {
			url = decode64(rest)
		} else if end := strings.IndexAny(rest, "\"'`<>\\ \r\n\t"); end >= 0 {
			url = rest[:end]
		}
		i += min(len(rest), 5)
		url = toUTF8(trimURL(url))
		if u := ParseURL(url); u.Host != "" && !isNamespace(u.Host) && !c.addLink(url, u, InScript) {
			return
		}
	}
}

// nextAddress is the index of the next address in the clear or in base64.
func nextAddress(s string) int {
	best := -1
	for _, begin := range [...]string{"http://", "https://", "aHR0c"} {
		if i := strings.Index(s, begin); i >= 0 && (best < 0 || i < best) {
			best = i
		}
	}
	return best
}

// isNamespace reports the host of XML namespaces, which nobody visits.
func isNamespace(host string) bool { return host == "www.w3.org" || host == "schemas.microsoft.com" }

// unescapeScript undoes \xXX, \u00XX and \/ of JavaScript's strings.
func unescapeScript(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		rest := s[i:]
		switch {
		case len(rest) >= 4 && rest[0] == '\\' && rest[1] == 'x' && isHex(rest[2]) && isHex(rest[3]):
			out = append(out, unhex(rest[2])<<4|unhex(rest[3]))
			i += 3
		case len(rest) >= 6 && strings.HasPrefix(rest, `\u00`) && isHex(rest[4]) && isHex(rest[5]):
			out = append(out, unhex(rest[4])<<4|unhex(rest[5]))
			i += 5
		case strings.HasPrefix(rest, `\/`):
			out = append(out, '/')
			i++
		default:
			out = append(out, s[i])
		}
	}
	return string(out)
}
