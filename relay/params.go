package relay

import "strings"

// fit rewrites the argument of MAIL or RCPT for a next hop that offers only
// offers. A parameter that it does not know may be left out where its RFC
// says so; else the command is refused, and refusal is not zero.
func fit(arg string, offers Extensions) (out string, refusal Reply) {
	for i := range len(arg) {
		if arg[i] < ' ' || arg[i] == 0x7f {
			return "", Reply{501, [3]int{5, 5, 2}, "Control character in command"}
		}
		if arg[i] > 0x7f && !offers.Has("SMTPUTF8") {
			return "", noUTF8
		}
	}
	path, params := cutPath(arg)
	out = path
	for param := range strings.FieldsSeq(params) {
		keep, refusal := fitParam(param, offers)
		if refusal.Code != 0 {
			return "", refusal
		}
		if keep {
			out += " " + param
		}
	}
	return out, Reply{}
}

// cutPath splits "<path> parameters". A quoted local part may hold a '>'.
func cutPath(arg string) (path, params string) {
	quoted := false
	for i := 0; i < len(arg); i++ {
		switch c := arg[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == '>' && !quoted:
			return arg[:i+1], arg[i+1:]
		}
	}
	return arg, ""
}

var (
	// RFC 6531 §3.5.
	noUTF8 = Reply{550, [3]int{5, 6, 7}, "Next hop takes no internationalized mail"}
	// RFC 8689 §4.2.1: what cannot go on with the protection that was asked for comes back.
	noTLS = Reply{550, [3]int{5, 7, 30}, "REQUIRETLS support required"}
	// RFC 5321 §4.1.1.11.
	noParam = Reply{555, [3]int{5, 5, 4}, "Parameter not supported by the next hop"}
	// RFC 6152 §3 leaves a client only conversion, which breaks signatures, or failure.
	no8bit = Reply{554, [3]int{5, 6, 3}, "Next hop takes no 8-bit content"}
)

func fitParam(param string, offers Extensions) (keep bool, refusal Reply) {
	name, value, _ := strings.Cut(strings.ToUpper(param), "=")
	switch name {
	case "SIZE", "AUTH": // may be left out (RFC 1870 §6.1, RFC 4954 §5)
		return offers.Has(name), Reply{}
	case "BODY":
		if value == "BINARYMIME" { // needs BDAT (RFC 3030 §3), which we do not send
			return false, noParam
		}
		return offers.Has("8BITMIME"), Reply{} // where not, Send looks at the content
	case "RET", "ENVID", "ORCPT": // are not issued then (RFC 3461 §5.2.2)
		return offers.Has("DSN"), Reply{}
	case "NOTIFY":
		// We would owe the sender a "relayed" notification (RFC 3461 §5.2.2),
		// and send none.
		if !offers.Has("DSN") && strings.Contains(value, "SUCCESS") {
			return false, noParam
		}
		return offers.Has("DSN"), Reply{}
	case "SMTPUTF8":
		if !offers.Has(name) {
			return false, noUTF8
		}
	case "REQUIRETLS":
		if !offers.Has(name) {
			return false, noTLS
		}
	case "BY": // RFC 2852 §4
		name = "DELIVERBY"
		fallthrough
	default:
		if !offers.Has(name) {
			return false, noParam
		}
	}
	return true, Reply{}
}
