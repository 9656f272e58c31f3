// Package dialog plays SMTP transcripts against the real door, with a next hop
// that does what its recipients' names say.
package dialog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"postern/parse"
	"postern/relay"
)

// A Hop is a next hop in memory. It refuses recipients called nobody, asks to
// come back for those called later, and by LMTP has no room for those called
// full. What it sees is in its log, and what it takes in Messages.
type Hop struct {
	LMTP    bool  // one reply for each recipient
	Down    bool  // cannot be asked
	SendErr error // what each Send ends with

	mu       sync.Mutex
	log      []string
	messages []string
}

var errDown = errors.New("next hop is down")

// Offers what the door passes on.
func (h *Hop) Offers(context.Context) (relay.Extensions, error) {
	if h.Down {
		return nil, errDown
	}
	return relay.Extensions{"8BITMIME": "", "SMTPUTF8": "", "DSN": "", "SIZE": ""}, nil
}

// Begin takes every sender but one called blocked.
func (h *Hop) Begin(_ context.Context, env *parse.Envelope, mail string) (relay.Transaction, relay.Reply, error) {
	if h.Down {
		return nil, relay.Reply{}, errDown
	}
	client := ""
	if env.Remote.IsValid() && !env.Remote.IsLoopback() {
		client = fmt.Sprintf(" for %s [%s] helo %s", env.RemoteName, env.Remote, env.Helo)
	}
	h.note("MAIL %s%s", mail, client)
	if strings.HasPrefix(mail, "<blocked@") {
		return nil, relay.Reply{Code: 550, Enhanced: [3]int{5, 7, 1}, Text: "Sender refused"}, nil
	}
	return &transaction{hop: h}, relay.Reply{Code: 250, Enhanced: [3]int{2, 1, 0}, Text: "Ok"}, nil
}

// Close does nothing.
func (h *Hop) Close() error { return nil }

// Log returns what happened since it was last asked.
func (h *Hop) Log() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	log := h.log
	h.log = nil
	return log
}

// Messages are those that were taken, in order.
func (h *Hop) Messages() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.messages...)
}

func (h *Hop) note(format string, v ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log = append(h.log, fmt.Sprintf(format, v...))
}

type transaction struct {
	hop   *Hop
	rcpts []string
	done  bool
}

func (t *transaction) Rcpt(_ context.Context, rcpt string) (relay.Reply, error) {
	t.hop.note("RCPT %s", rcpt)
	switch {
	case strings.HasPrefix(rcpt, "<nobody@"):
		return relay.Reply{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "User unknown"}, nil
	case strings.HasPrefix(rcpt, "<later@"):
		return relay.Reply{Code: 450, Enhanced: [3]int{4, 2, 0}, Text: "Greylisted"}, nil
	}
	t.rcpts = append(t.rcpts, rcpt)
	return relay.Reply{Code: 250, Enhanced: [3]int{2, 1, 5}, Text: "Ok"}, nil
}

func (t *transaction) Send(_ context.Context, message [][]byte) ([]relay.Reply, error) {
	t.done = true
	all := string(bytes.Join(message, nil))
	if t.hop.SendErr != nil {
		t.hop.note("DATA of %d bytes, lost", len(all))
		return nil, t.hop.SendErr
	}
	t.hop.mu.Lock()
	t.hop.messages = append(t.hop.messages, all)
	n := len(t.hop.messages)
	t.hop.mu.Unlock()
	t.hop.note("DATA of %d bytes, taken", len(all))
	taken := relay.Reply{Code: 250, Enhanced: [3]int{2, 0, 0}, Text: fmt.Sprintf("Ok: queued as Q%d", n)}
	if !t.hop.LMTP {
		return []relay.Reply{taken}, nil
	}
	var replies []relay.Reply
	for _, r := range t.rcpts {
		if strings.HasPrefix(r, "<full@") {
			replies = append(replies, relay.Reply{Code: 452, Enhanced: [3]int{4, 2, 2}, Text: "Mailbox full"})
			continue
		}
		replies = append(replies, taken)
	}
	return replies, nil
}

func (t *transaction) Abort() {
	if !t.done {
		t.done = true
		t.hop.note("aborted")
	}
}
