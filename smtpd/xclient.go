package smtpd

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
)

const (
	xclientNames  = "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"
	xforwardNames = "NAME ADDR PORT PROTO HELO IDENT SOURCE"
	maxAttribute  = 255 // bytes of a value (Postfix XFORWARD_README)
)

// xclient puts another client in the place of the trusted peer, until it does
// so again (Postfix XCLIENT_README).
func (w *wire) xclient(arg string) string {
	next := w.client
	if !next.set(arg, xclientNames) {
		return badArgument
	}
	w.client = next
	w.restart()
	w.greet()
	return ""
}

// xforward tells from whom the next message came (Postfix XFORWARD_README).
// Nothing of the peer itself stands in for what it leaves out.
func (w *wire) xforward(arg string) string {
	var next client
	if w.forwarded != nil {
		next = *w.forwarded
	}
	if !next.set(arg, xforwardNames) {
		return badArgument
	}
	w.forwarded = &next
	return ok
}

// A client is who a message comes from, as far as anybody told.
type client struct {
	addr  netip.Addr
	name  string // verified host name
	helo  string
	told  bool   // helo came by XCLIENT, and outlasts what the peer says for itself
	proto string // as it was told, letters and digits; empty where it is for us to see
	login string
}

// set takes over the attributes of XCLIENT or XFORWARD.
func (c *client) set(arg, names string) bool {
	attributes := strings.Fields(arg)
	for _, a := range attributes {
		name, value, found := strings.Cut(a, "=")
		name = strings.ToUpper(name)
		value, ok := unxtext(value)
		if !found || !ok || !slices.Contains(strings.Fields(names), name) || !c.setOne(name, value) {
			return false
		}
	}
	return len(attributes) > 0
}

func (c *client) setOne(name, value string) bool {
	switch strings.ToUpper(value) {
	case "[UNAVAILABLE]", "[TEMPUNAVAIL]":
		value = ""
	}
	switch name {
	case "NAME":
		c.name = value
	case "HELO":
		c.helo, c.told = value, value != ""
	case "LOGIN":
		c.login = value
	case "PROTO":
		c.proto = strings.ToUpper(value) // SMTP, ESMTP, or another's name
		return !strings.ContainsFunc(c.proto, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
	case "ADDR":
		c.addr = netip.Addr{}
		if value == "" {
			return true
		}
		if len(value) > 5 && strings.EqualFold(value[:5], "IPV6:") {
			value = value[5:]
		}
		addr, err := netip.ParseAddr(value)
		c.addr = addr.Unmap().WithZone("")
		return err == nil
	}
	return true // PORT, IDENT, SOURCE, DESTADDR and DESTPORT tell us nothing
}

// unxtext decodes an attribute value (RFC 3461 §4). Control characters have no
// business in one.
func unxtext(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '+' {
			if i+3 > len(s) {
				return "", false
			}
			pair, err := hex.DecodeString(s[i+1 : i+3])
			if err != nil {
				return "", false
			}
			c, i = pair[0], i+2
		}
		if c < ' ' || c == 0x7f {
			return "", false
		}
		out = append(out, c)
	}
	return string(out), len(out) <= maxAttribute
}
