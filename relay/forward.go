package relay

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"postern/parse"
)

// Limits of Postfix's XFORWARD and XCLIENT.
const (
	maxForward      = 512 // octets of one command with its CRLF
	maxForwardValue = 255 // octets of one value
	unavailable     = "[UNAVAILABLE]"
)

// Attributes by verb, in the order sent. The address comes last: it is what a
// server takes up for good.
var (
	xforwardNames = []string{"NAME", "PROTO", "HELO", "SOURCE", "IDENT", "PORT", "ADDR"}
	xclientNames  = []string{"HELO", "PROTO", "NAME", "LOGIN", "PORT", "ADDR"}
)

// supported are those of names that the next hop offers for its verb.
func supported(names []string, offered string) []string {
	words := strings.Fields(strings.ToUpper(offered))
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(words, name) })
}

// forward gives the XFORWARD or XCLIENT commands that tell of the client in env.
func forward(verb string, names []string, env *parse.Envelope) []string {
	if len(names) == 0 {
		return nil
	}
	var commands []string
	command := append(make([]byte, 0, maxForward), verb...)
	for _, name := range names {
		start := len(command)
		command = append(append(append(command, ' '), name...), '=')
		if value := attribute(name, env); value != "" {
			command = xtext(command, value)
		} else {
			command = append(command, unavailable...)
		}
		if len(command)+2 > maxForward {
			commands = append(commands, string(command[:start]))
			command = append(command[:len(verb)], command[start:]...)
		}
	}
	return append(commands, string(command))
}

// attribute is a value as it is, empty where nobody knows it.
func attribute(name string, env *parse.Envelope) string {
	switch name {
	case "NAME":
		return env.RemoteName
	case "ADDR":
		return forwardAddr(env.Remote)
	case "PORT":
		if env.RemotePort != 0 {
			return strconv.Itoa(int(env.RemotePort))
		}
	case "PROTO": // SMTP or ESMTP, nothing finer
		if env.Protocol == "" || env.Protocol == "SMTP" {
			return env.Protocol
		}
		return "ESMTP"
	case "HELO":
		return env.Helo
	case "LOGIN":
		return env.Auth
	case "IDENT":
		return env.ID
	case "SOURCE":
		switch {
		case env.Remote.IsLoopback():
			return "LOCAL"
		case env.Remote.IsValid():
			return "REMOTE"
		}
	}
	return ""
}

func forwardAddr(addr netip.Addr) string {
	switch addr = addr.Unmap().WithZone(""); {
	case !addr.IsValid():
		return ""
	case addr.Is6():
		return "IPV6:" + addr.String()
	}
	return addr.String()
}

// xtext appends s, encoded by RFC 3461 §4 and cut at maxForwardValue.
func xtext(to []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	end := len(to) + maxForwardValue - 2
	for i := 0; i < len(s) && len(to) < end; i++ {
		if c := s[i]; plain(c) {
			to = append(to, c)
		} else {
			to = append(to, '+', hex[c>>4], hex[c&15])
		}
	}
	return to
}

// plain tells whether c stands for itself in xtext.
func plain(c byte) bool { return c >= '!' && c <= '~' && c != '+' && c != '=' }
