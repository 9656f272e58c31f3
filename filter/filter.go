// Package filter is the route that every message takes, whichever door it
// came by. It alone knows the order of things.
package filter

import (
	"context"

	"postern/parse"
	"postern/policy"
)

// A Mail is one message as a door hands it over.
type Mail struct {
	Env        *parse.Envelope
	Raw        []byte   // as received: CRLF line ends, dots unstuffed; not changed afterwards
	MailParams string   // the parameters of MAIL, as received
	RcptParams []string // those of each RCPT, in the order of Env.Rcpts
	Received   string   // the value of our own Received field (RFC 5321 §4.4); none where empty
}

// A Fate is what became of a message.
type Fate string

// The fates. A milter never learns the last word of the MTA, hence Unknown.
const (
	Relayed Fate = "relayed" // the next hop said 250
	Held    Fate = "held"    // in quarantine
	Refused Fate = "refused" // 5xx, by verdict or by the next hop
	Delayed Fate = "delayed" // 4xx, by verdict
	Failed  Fate = "failed"  // 4xx, because the next hop or we could not
	Unknown Fate = "unknown"
)

// Outgoing is a message as it goes on: our header fields, then what was
// received without the fields that only we may write.
type Outgoing [][]byte

// Deliver carries out a verdict in the door's own protocol.
type Deliver func(context.Context, policy.Verdict, Outgoing) Fate

// A Filter judges messages. It is safe for concurrent use.
type Filter struct{}

// Process takes one message from envelope to record. It calls deliver exactly
// once, and returns what deliver did.
func (f *Filter) Process(ctx context.Context, m Mail, deliver Deliver) Fate {
	return deliver(ctx, policy.Verdict{}, Outgoing{m.Raw})
}
