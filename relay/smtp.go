package relay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"postern/parse"
)

// dataBlock is how much of a message is written at once, and how often its
// deadline is renewed.
const dataBlock = 64 << 10

var errEnded = errors.New("relay: the transaction has ended")

// Begin opens a transaction. A warm connection that turns out to be closed is
// replaced by a fresh one, once: MAIL alone can be said twice without harm.
func (h *hop) Begin(ctx context.Context, env *parse.Envelope, mail string) (Transaction, Reply, error) {
	for first := true; ; first = false {
		c, warm, err := h.take(ctx)
		if err != nil {
			return nil, Reply{}, err
		}
		t := &transaction{hop: h, conn: c}
		stop := c.during(ctx)
		r, err := t.begin(ctx, env, mail)
		stop()
		if err == nil && r.OK() && !c.broken {
			return t, r, nil
		}
		h.give(c)
		switch {
		case first && warm && c.broken && ctx.Err() == nil && !isTimeout(err):
			h.drop()
		case err != nil || r.OK():
			return nil, Reply{}, fmt.Errorf("relay: MAIL: %w", errors.Join(err, ctx.Err()))
		default:
			return nil, r.temporary(), nil
		}
	}
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// A transaction is one message on its way by SMTP or LMTP.
type transaction struct {
	hop   *hop
	conn  *conn
	rcpts int  // accepted
	only7 bool // 8-bit content was announced, and the next hop takes none
	ended bool
}

func (t *transaction) begin(ctx context.Context, env *parse.Envelope, mail string) (Reply, error) {
	c, h := t.conn, t.hop
	c.uses++
	if err := c.settle(ctx, h.commandTimeout); err != nil {
		return Reply{}, err
	}
	if r, err := h.impersonate(ctx, c, env); err != nil || r.Code != 0 {
		return r, err
	}
	arg, refusal := fit(mail, c.offers)
	if refusal.Code != 0 {
		return refusal, nil
	}
	t.only7 = !c.offers.Has("8BITMIME") && strings.Contains(strings.ToUpper(mail), " BODY=8BITMIME")
	lines := append(forward("XFORWARD", c.forward, env), "MAIL FROM:"+arg)
	if !c.offers.Has("PIPELINING") {
		for _, line := range lines[:len(lines)-1] {
			// A refused XFORWARD costs the next hop's log a line, not the sender the mail.
			if _, err := c.command(ctx, h.commandTimeout, line); err != nil {
				return Reply{}, err
			}
		}
		return c.command(ctx, h.commandTimeout, lines[len(lines)-1])
	}
	if err := c.arm(ctx, h.commandTimeout); err != nil {
		c.broken = true
		return Reply{}, err
	}
	if err := c.send(lines...); err != nil {
		return Reply{}, err
	}
	for range len(lines) - 1 {
		if r, err := c.reply(nil); err != nil || r.Code == 421 {
			return r, err
		}
	}
	return c.verdict(c.reply(nil))
}

// impersonate makes the next hop see the client in place of us, by XCLIENT,
// where that is to be. The session starts over, in the client's name.
func (h *hop) impersonate(ctx context.Context, c *conn, env *parse.Envelope) (Reply, error) {
	commands := forward("XCLIENT", c.client, env)
	for _, line := range commands {
		r, err := c.ask(ctx, h.commandTimeout, line, nil)
		switch {
		case err != nil:
			return Reply{}, err
		case r.Code == 554 || r.Code == 421: // the greeting that this client gets
			c.broken = true
			return r, nil
		case r.Code != 220:
			c.broken = true
			return Reply{}, fmt.Errorf("XCLIENT is answered %d %s", r.Code, r.Text)
		}
	}
	if len(commands) == 0 {
		return Reply{}, nil
	}
	name := env.Helo
	if name == "" || len(name) > maxForwardValue || string(xtext(nil, name)) != name {
		name = h.helo
	}
	err := h.hello(ctx, c, name)
	// Postfix believes XCLIENT of the client that it now sees, which seldom
	// may say it: then this connection is of no use to others.
	c.spent = err != nil || len(c.client) == 0
	return Reply{}, err
}

// Rcpt passes on one recipient.
func (t *transaction) Rcpt(ctx context.Context, rcpt string) (Reply, error) {
	if t.ended {
		return Reply{}, errEnded
	}
	c := t.conn
	arg, refusal := fit(rcpt, c.offers)
	if refusal.Code != 0 {
		return refusal, nil
	}
	stop := c.during(ctx)
	r, err := c.command(ctx, t.hop.commandTimeout, "RCPT TO:"+arg)
	stop()
	if err != nil {
		return Reply{}, fmt.Errorf("relay: RCPT: %w", err)
	}
	if r.OK() {
		t.rcpts++
	}
	return r.temporary(), nil
}

// Abort gives the transaction up. RSET goes out at once, so that the next hop
// need not keep it; its reply is read when the connection is used again.
func (t *transaction) Abort() {
	if t.ended {
		return
	}
	t.ended = true
	t.reset()
	t.hop.give(t.conn)
}

func (t *transaction) reset() {
	c := t.conn
	c.strikes++
	if c.broken {
		return
	}
	if err := c.SetDeadline(time.Now().Add(time.Second)); err != nil {
		c.broken = true
		return
	}
	if c.send("RSET") == nil {
		c.owed++
	}
}

// Send hands over the message.
func (t *transaction) Send(ctx context.Context, message [][]byte) ([]Reply, error) {
	if t.ended {
		return nil, errEnded
	}
	t.ended = true
	c := t.conn
	defer func() { t.hop.give(c) }()
	dots, err := checkLines(message)
	if err != nil {
		t.reset()
		return nil, err
	}
	if t.only7 && !is7bit(message) {
		t.reset()
		return t.each(no8bit), nil
	}
	stop := c.during(ctx)
	defer stop()
	r, err := c.ask(ctx, t.hop.commandTimeout, "DATA", nil)
	if err == nil && r.OK() {
		err, c.broken = errMalformed, true
	}
	if err != nil {
		return nil, fmt.Errorf("relay: DATA: %w", err)
	}
	if r.Code != 354 {
		t.reset()
		return t.each(r.temporary()), nil
	}
	if err := t.write(ctx, message, dots); err != nil {
		c.broken = true // the end of the data was not sent, and never will be
		return nil, fmt.Errorf("relay: message data: %w", err)
	}
	return t.replies(ctx)
}

// each is one reply for all recipients, as often as Send has to give it.
func (t *transaction) each(r Reply) []Reply {
	replies := []Reply{r}
	for t.hop.target.lmtp && len(replies) < t.rcpts {
		replies = append(replies, r)
	}
	return replies
}

// replies reads what became of the message: by LMTP one reply for each
// recipient (RFC 2033 §4.2).
func (t *transaction) replies(ctx context.Context) ([]Reply, error) {
	n := 1
	if t.hop.target.lmtp {
		n = t.rcpts
	}
	c := t.conn
	replies := make([]Reply, 0, n)
	for range n {
		err := c.arm(ctx, t.hop.dataTimeout)
		var r Reply
		if err == nil {
			r, err = c.verdict(c.reply(nil))
		}
		if err != nil {
			c.broken = true
			return replies, fmt.Errorf("%w: %w", ErrUncertain, err)
		}
		if r.OK() {
			c.strikes = 0
		}
		replies = append(replies, r.temporary())
	}
	return replies, nil
}

var writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, dataBlock) }}

func (t *transaction) write(ctx context.Context, message [][]byte, dots bool) error {
	w, _ := writers.Get().(*bufio.Writer)
	w.Reset(&rolling{ctx, t.conn, t.hop.dataTimeout})
	defer func() {
		w.Reset(nil)
		writers.Put(w)
	}()
	if err := writeData(w, message, dots); err != nil {
		return err
	}
	return w.Flush()
}

// rolling writes block by block, each with its own deadline.
type rolling struct {
	ctx     context.Context
	conn    *conn
	timeout time.Duration
}

func (w *rolling) Write(b []byte) (written int, err error) {
	for written < len(b) {
		if err := w.conn.arm(w.ctx, w.timeout); err != nil {
			return written, err
		}
		n, err := w.conn.Write(b[written:min(len(b), written+dataBlock)])
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}
