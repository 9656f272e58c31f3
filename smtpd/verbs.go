package smtpd

import (
	"bytes"
	"strings"
)

// maxHelo bounds the name that a client gives itself (RFC 5321 §4.5.3.1.2).
const maxHelo = 255

// obey handles one command line. What the library is to see of it is in feed
// afterwards; everything else has been answered.
func (w *wire) obey(line []byte) {
	text, ok := commandText(line)
	if !ok {
		w.say(bareLineEnd)
		return
	}
	verb, arg, _ := strings.Cut(text, " ")
	if reply := w.handle(strings.ToUpper(verb), strings.Trim(arg, " ")); reply != "" {
		w.say(reply)
	}
}

// commandText is a command line without its end, if it has the right one and
// holds nothing but text.
func commandText(line []byte) (string, bool) {
	text, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok || bytes.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return "", false
	}
	return string(text), true
}

// handle answers a command, or passes it to the library and says nothing.
func (w *wire) handle(verb, arg string) string {
	switch verb {
	case "EHLO", "HELO", "LHLO":
		return w.hello(verb, arg)
	case "MAIL":
		return w.mail(arg)
	case "RCPT":
		return w.rcpt(arg)
	case "DATA":
		if !w.hailed {
			return helloFirst
		}
		if w.s.chunked {
			return badSequence // RFC 3030 §2
		}
		return w.pass(verb, arg)
	case "BDAT":
		return w.bdat(arg)
	case "STARTTLS":
		return w.startTLS(arg)
	case "XCLIENT", "XFORWARD":
		if !w.trusted {
			return unknownCommand
		}
		if w.s.env != nil {
			return badSequence
		}
		if verb == "XCLIENT" {
			return w.xclient(arg)
		}
		return w.xforward(arg)
	case "RSET", "NOOP", "VRFY", "QUIT":
		return w.pass(verb, arg)
	case "AUTH", "EXPN", "HELP", "ETRN":
		return notImplemented
	}
	return unknownCommand
}

// pass gives a command to the library.
func (w *wire) pass(verb, arg string) string {
	w.verb = verb
	if arg != "" {
		arg = " " + arg
	}
	w.feed = append(w.feed[:0], verb+arg+"\r\n"...)
	return ""
}

func (w *wire) hello(verb, arg string) string {
	if w.lmtp != (verb == "LHLO") {
		return unknownCommand // RFC 2033 §4.1
	}
	name, _, _ := strings.Cut(arg, " ")
	if name == "" || len(name) > maxHelo || !isASCII(name) {
		return badArgument
	}
	w.helloName = name
	return w.pass(verb, name)
}

func isHello(verb string) bool { return verb == "EHLO" || verb == "HELO" || verb == "LHLO" }

// greeted is the answer to a hello that the library has taken.
func (w *wire) greeted() string {
	w.hailed = true
	w.esmtp = w.verb != "HELO"
	if !w.client.told {
		w.client.helo = w.helloName
	}
	if !w.esmtp {
		return "250 " + w.srv.hostname
	}
	var b strings.Builder
	line := w.srv.hostname
	for _, keyword := range w.keywords() {
		b.WriteString("250-" + line + "\n")
		line = keyword
	}
	return b.String() + "250 " + line
}

// mail checks what the library does not, and hands it the reverse-path.
func (w *wire) mail(arg string) string {
	if !w.hailed {
		return helloFirst
	}
	if w.s.env != nil {
		return badSequence
	}
	p, ok := parsePath(arg, "FROM:")
	if !ok {
		return badArgument
	}
	if size, ok := p.size(); !ok {
		return badArgument
	} else if size > w.set.maxBytes {
		return tooBig
	} else if w.srv.budget.used.Load()+size > w.set.inflight {
		return tooMuchInFlight
	}
	if reply := p.resolve(true, p.has("SMTPUTF8")); reply != "" {
		return reply
	}
	w.path = p
	return w.pass("MAIL", "FROM:"+p.String())
}

func (w *wire) rcpt(arg string) string {
	if !w.hailed {
		return helloFirst
	}
	if w.s.env == nil || w.s.chunked {
		return badSequence
	}
	p, ok := parsePath(arg, "TO:")
	if !ok {
		return badArgument
	}
	if len(w.s.rcpts) >= w.set.maxRcpts {
		return tooManyRecipients
	}
	if reply := p.resolve(false, w.s.env.UTF8); reply != "" {
		return reply
	}
	w.path = p
	if p.addr.Domain == "" { // <postmaster> (RFC 5321 §4.5.1); the library wants a domain
		p.text = "<postmaster@" + w.srv.hostname + ">"
	}
	return w.pass("RCPT", "TO:"+p.String())
}
