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
	var commands []string
	command := verb
	for _, name := range names {
		attr := " " + name + "=" + attribute(name, env)
		if len(command)+len(attr)+2 > maxForward {
			commands = append(commands, command)
			command = verb
		}
		command += attr
	}
	if command != verb {
		commands = append(commands, command)
	}
	return commands
}

func attribute(name string, env *parse.Envelope) string {
	value := ""
	switch name {
	case "NAME":
		value = env.RemoteName
	case "ADDR":
		value = forwardAddr(env.Remote)
	case "PORT":
		if env.RemotePort != 0 {
			value = strconv.Itoa(int(env.RemotePort))
		}
	case "PROTO": // SMTP or ESMTP, nothing finer
		switch env.Protocol {
		case "":
		case "SMTP":
			value = "SMTP"
		default:
			value = "ESMTP"
		}
	case "HELO":
		value = env.Helo
	case "LOGIN":
		value = env.Auth
	case "IDENT":
		value = env.ID
	case "SOURCE":
		switch {
		case env.Remote.IsLoopback():
			value = "LOCAL"
		case env.Remote.IsValid():
			value = "REMOTE"
		}
	}
	if value == "" {
		return unavailable
	}
	return xtext(value)
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

// xtext encodes s by RFC 3461 §4, and cuts it at maxForwardValue.
func xtext(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s) && b.Len()+3 <= maxForwardValue; i++ {
		if c := s[i]; c < '!' || c > '~' || c == '+' || c == '=' {
			b.Write([]byte{'+', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
