package smtpd

import (
	"fmt"
	"strings"

	"postern/relay"
)

// What the door says is fixed. Not a byte of what a client sent comes back to
// it, and no verdict, rule, score or error: those are for the operator's log.
const (
	ok                = "250 2.0.0 OK"
	begin             = "354 End data with <CR><LF>.<CR><LF>"
	cannotVerify      = "252 2.5.0 Cannot verify; try to send"
	closing           = "221 2.0.0 Closing connection"
	shuttingDown      = "421 4.3.2 Shutting down"
	tooLateCommand    = "421 4.4.2 Timeout"
	tooManyErrors     = "421 4.7.0 Too many errors"
	tooManyConns      = "421 4.7.0 Too many connections"
	broken            = "421 4.3.0 Internal error"
	hopDown           = "451 4.4.1 Next hop not available, try again later"
	hopLost           = "451 4.4.2 Next hop was lost, try again later"
	undecided         = "451 4.3.0 Could not process, try again later"
	tooMuchInFlight   = "452 4.3.1 Too much mail at once, try again later"
	tooManyRecipients = "452 4.5.3 Too many recipients"
	otherGroup        = "452 4.5.3 Send to this recipient separately"
	unknownCommand    = "500 5.5.2 Unknown command"
	bareLineEnd       = "500 5.5.2 Lines must end with <CR><LF>, and hold no control characters"
	longLine          = "500 5.5.6 Line too long"
	badArgument       = "501 5.5.4 Syntax error in argument"
	badSender         = "501 5.1.7 Bad sender address syntax"
	badRecipient      = "501 5.1.3 Bad recipient address syntax"
	notImplemented    = "502 5.5.1 Not implemented"
	badSequence       = "503 5.5.1 Bad sequence of commands"
	helloFirst        = "503 5.5.1 Say hello first"
	tooBig            = "552 5.3.4 Message too big"
	needsUTF8         = "553 5.6.7 Address needs SMTPUTF8"
	flawed            = "550 5.6.11 Message has a bare <CR>, a bare <LF> or a NUL"
	earlyTalker       = "554 5.5.1 You spoke before the greeting"
	badParameter      = "555 5.5.4 Unknown or unsupported parameter"
)

// maxReplyText bounds what is passed on of a next hop's words (RFC 5321
// §4.5.3.1.5 allows 512 bytes for the line).
const maxReplyText = 400

// relayed is a reply of the next hop as the client gets it.
func relayed(r relay.Reply) string {
	class := r.Code / 100
	if r.Code == 421 || class != 2 && class != 4 && class != 5 {
		return hopLost // its connection closes, not ours
	}
	if r.Enhanced[0] != class {
		r.Enhanced = [3]int{class, 0, 0}
	}
	text := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, r.Text)
	if len(text) > maxReplyText {
		text = text[:maxReplyText]
	}
	if text == "" {
		text = "From the next hop"
	}
	return fmt.Sprintf("%d %d.%d.%d %s", r.Code, r.Enhanced[0], r.Enhanced[1], r.Enhanced[2], text)
}

// words are ours for a reply of the SMTP library, of which only the code is
// heard: its texts tell the client what the client said.
func words(verb string, code int) string {
	switch code {
	case 221:
		return closing
	case 250:
		return ok
	case 252:
		return cannotVerify
	case 421:
		return broken
	case 451:
		return undecided
	case 501:
		return badArgument
	case 500, 504: // in MAIL and RCPT; an unknown verb never gets there
		return badParameter
	case 502:
		switch verb {
		case "MAIL", "RCPT", "DATA":
			return badSequence
		}
	}
	return notImplemented
}
