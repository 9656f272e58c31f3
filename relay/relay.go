// Package relay hands messages to the next hop, by SMTP or LMTP over TCP or a
// unix socket, or into a Maildir. It changes no byte, and it never sends a
// message twice: what became of it is always told.
package relay

import (
	"context"
	"errors"

	"postern/parse"
)

// A Reply is what the next hop said.
type Reply struct {
	Code     int
	Enhanced [3]int // zero where it gave none
	Text     string // printable ASCII, one line, bounded
}

// OK tells whether the reply is positive.
func (r Reply) OK() bool { return r.Code/100 == 2 }

// Extensions are the EHLO keywords that a next hop offers, in upper case, with
// their parameters: "SIZE": "26214400". They are read-only.
type Extensions map[string]string

// Has tells whether the next hop offers keyword.
func (e Extensions) Has(keyword string) bool {
	_, ok := e[keyword]
	return ok
}

// A Hop is the next hop. It is safe for concurrent use.
type Hop interface {
	// Begin opens a transaction for the client in env. mail is the argument
	// of MAIL as received: "<a@example.com> SIZE=1000 BODY=8BITMIME". Without
	// an error and with a Reply that is not OK there is no Transaction. An
	// error says that the next hop could not be asked.
	Begin(ctx context.Context, env *parse.Envelope, mail string) (Transaction, Reply, error)
	// Offers tells what the next hop last offered. It is asked only where it
	// never was, and an error says that it could not be.
	Offers(ctx context.Context) (Extensions, error)
	Close() error
}

// A Transaction is one message on its way. It must end in Send or Abort; Abort
// after Send does nothing. It is used by one goroutine.
type Transaction interface {
	// Rcpt passes on one recipient: "<b@example.org> NOTIFY=NEVER".
	Rcpt(ctx context.Context, rcpt string) (Reply, error)
	// Send hands over the message, in order. It answers with one reply, or,
	// by LMTP, with one for each recipient that was accepted; with an error
	// come the replies that arrived before it. The next hop has nothing of
	// the message, unless errors.Is(err, ErrUncertain): then nobody knows.
	Send(ctx context.Context, message [][]byte) ([]Reply, error)
	// Abort gives the message up. The next hop keeps nothing of it.
	Abort()
}

// ErrUncertain says that the connection ended after the last byte of a
// message and before the reply: SMTP itself cannot tell what became of it
// (RFC 1047).
var ErrUncertain = errors.New("relay: next hop was lost before its reply")
