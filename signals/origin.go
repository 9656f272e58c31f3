package signals

import (
	"net/netip"
	"strings"

	"postern/parse"
)

// maxTrace bounds the bytes of a Received field that are looked at.
const maxTrace = 512

// origin is the network of the author's own device, as the first server that
// took the message says: the client that the lowest Received field names, or
// X-Originating-IP. It is "" where that is no public address.
func origin(m *parse.Message) string {
	value := ""
	for i := range m.Header {
		switch h := &m.Header[i]; {
		case strings.EqualFold(h.Name, "X-Originating-IP"):
			return firstNetwork(h.Value)
		case strings.EqualFold(h.Name, "Received"):
			value = h.Value
		}
	}
	from, _, _ := strings.Cut(value[:min(len(value), maxTrace)], " by ")
	return firstNetwork(from)
}

// firstNetwork is the network of the first public address in text.
func firstNetwork(text string) string {
	text = text[:min(len(text), maxTrace)]
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n()[]<>,;=", r) }) {
		if len(word) > 5 && strings.EqualFold(word[:5], "IPv6:") {
			word = word[5:]
		}
		a, err := netip.ParseAddr(word)
		if err == nil && a.IsGlobalUnicast() && !a.IsPrivate() {
			return network(a.WithZone(""))
		}
	}
	return ""
}
