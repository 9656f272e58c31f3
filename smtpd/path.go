package smtpd

import (
	"strconv"
	"strings"

	"postern/parse"
)

// A path is the argument of MAIL or RCPT.
type path struct {
	text   string // with its angle brackets, as received
	params string // as received
	addr   parse.Address
}

// parsePath splits the argument of a command after its prefix. Brackets that
// were left out are put in.
func parsePath(arg, prefix string) (path, bool) {
	if len(arg) < len(prefix) || !strings.EqualFold(arg[:len(prefix)], prefix) {
		return path{}, false
	}
	arg = strings.TrimLeft(arg[len(prefix):], " ")
	if !strings.HasPrefix(arg, "<") {
		text, params, _ := strings.Cut(arg, " ")
		return path{text: "<" + text + ">", params: strings.TrimLeft(params, " ")}, text != "" && !strings.ContainsAny(text, "()<>")
	}
	end := pathEnd(arg)
	if end < 0 || end < len(arg) && arg[end] != ' ' {
		return path{}, false
	}
	return path{text: arg[:end], params: strings.TrimLeft(arg[end:], " ")}, true
}

// pathEnd finds the end of the path that s begins with. A quoted local part
// may hold anything. Outside of it there are no comments (RFC 5321 §4.1.2): the
// next hop might read them otherwise than we do.
func pathEnd(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case '\\':
			if quoted {
				i++
			}
		case '(', ')':
			if !quoted {
				return -1
			}
		case '>':
			if !quoted {
				return i + 1
			}
		}
	}
	return -1
}

// String is what the next hop gets.
func (p path) String() string {
	if p.params == "" {
		return p.text
	}
	return p.text + " " + p.params
}

// resolve reads the address. It returns the reply to one that will not do.
func (p *path) resolve(reverse, utf8 bool) string {
	mailbox := p.text[1 : len(p.text)-1]
	if mailbox == "" && reverse {
		return ""
	}
	var ok bool
	if p.addr, ok = parse.ParseAddress(mailbox); !ok {
		if reverse {
			return badSender
		}
		return badRecipient
	}
	if !utf8 && !isASCII(p.String()) {
		return needsUTF8 // RFC 6531 §3.5
	}
	return ""
}

// param finds a parameter by its keyword in upper case.
func (p path) param(keyword string) (value string, ok bool) {
	for f := range strings.FieldsSeq(p.params) {
		name, value, _ := strings.Cut(f, "=")
		if strings.EqualFold(name, keyword) {
			return value, true
		}
	}
	return "", false
}

func (p path) has(keyword string) bool {
	_, ok := p.param(keyword)
	return ok
}

// size is the declared size, zero where there is none (RFC 1870 §3).
func (p path) size() (n int64, ok bool) {
	value, declared := p.param("SIZE")
	if !declared {
		return 0, true
	}
	if len(value) > 20 || strings.Trim(value, "0123456789") != "" || value == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		n = 1<<63 - 1 // twenty digits are allowed, and too big in any case
	}
	return n, true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > '~' {
			return false
		}
	}
	return true
}
