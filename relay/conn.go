package relay

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
)

// A conn is one connection to the next hop. After an error it is broken and
// only good for closing.
type conn struct {
	net.Conn          // encrypted, once it is
	raw      net.Conn // as dialled
	r        *bufio.Reader
	offers   Extensions
	forward  []string // the XFORWARD attributes to send
	client   []string // the XCLIENT attributes to send

	broken  bool
	spent   bool // speaks for one client, and cannot be made to speak for the next
	owed    int  // replies still to come to commands that nobody waited for
	uses    int  // transactions begun
	strikes int  // refusals since the last message that was taken
	idle    time.Time
	expiry  *time.Timer
}

var (
	errClosing   = errors.New("next hop closes the connection")
	errHandshake = errors.New("TLS handshake")
)

func newConn(c net.Conn) *conn {
	return &conn{Conn: c, raw: c, r: bufio.NewReaderSize(c, maxReplyLine)}
}

// during makes ctx interrupt what conn waits for until stop is called.
func (c *conn) during(ctx context.Context) (stop func()) {
	undo := context.AfterFunc(ctx, func() { _ = c.raw.SetDeadline(time.Unix(1, 0)) })
	return func() {
		if !undo() {
			c.broken = true // its deadline has passed
		}
	}
}

// arm sets the deadline: timeout from now, and not after that of ctx.
func (c *conn) arm(ctx context.Context, timeout time.Duration) error {
	t := time.Now().Add(timeout)
	if end, ok := ctx.Deadline(); ok && end.Before(t) {
		t = end
	}
	if err := c.SetDeadline(t); err != nil {
		return err
	}
	return ctx.Err() // during may have set its own before
}

// send writes command lines at one go.
func (c *conn) send(lines ...string) error {
	size := 0
	for _, line := range lines {
		size += len(line) + 2
	}
	buf := make([]byte, 0, size)
	for _, line := range lines {
		buf = append(append(buf, line...), '\r', '\n')
	}
	_, err := c.Write(buf)
	c.broken = c.broken || err != nil
	return err
}

// settle reads the replies that are owed; they have mostly come long ago.
func (c *conn) settle(ctx context.Context, timeout time.Duration) error {
	for ; c.owed > 0; c.owed-- {
		if err := c.arm(ctx, timeout); err != nil {
			c.broken = true
			return err
		}
		if r, err := c.reply(nil); err != nil || !r.OK() {
			c.broken = true
			return errors.Join(errClosing, err)
		}
	}
	return nil
}

// reply reads one reply.
func (c *conn) reply(each func(string)) (Reply, error) {
	r, err := readReply(c.r, each)
	switch {
	case err != nil:
		c.broken = true
		if errors.Is(err, io.EOF) {
			err = errClosing
		}
	case r.Code == 421:
		c.broken = true
	case r.Code/100 > 3:
		c.strikes++
	}
	return r, err
}

// ask sends one command and waits for its reply.
func (c *conn) ask(ctx context.Context, timeout time.Duration, line string, each func(string)) (Reply, error) {
	if c.broken {
		return Reply{}, errClosing
	}
	if err := c.arm(ctx, timeout); err != nil {
		c.broken = true
		return Reply{}, err
	}
	if err := c.send(line); err != nil {
		return Reply{}, err
	}
	return c.reply(each)
}

// command is ask for what is answered with success or failure only.
func (c *conn) command(ctx context.Context, timeout time.Duration, line string) (Reply, error) {
	r, err := c.ask(ctx, timeout, line, nil)
	return c.verdict(r, err)
}

func (c *conn) verdict(r Reply, err error) (Reply, error) {
	if err == nil && r.Code/100 == 3 {
		c.broken = true
		return Reply{}, errMalformed
	}
	return r, err
}

// hello introduces us by name and learns what the next hop offers.
func (h *hop) hello(ctx context.Context, c *conn, name string) error {
	verb := "EHLO "
	if h.target.lmtp {
		verb = "LHLO "
	}
	offers := Extensions{}
	first := true
	r, err := c.ask(ctx, h.connectTimeout, verb+name, func(text string) {
		keyword, params, _ := strings.Cut(text, " ")
		if !first && len(offers) < maxReplyLines {
			offers[strings.ToUpper(keyword)] = params
		}
		first = false
	})
	if err == nil && r.Code/100 == 5 && !h.target.lmtp { // RFC 5321 §3.2
		clear(offers)
		r, err = c.ask(ctx, h.connectTimeout, "HELO "+name, nil)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", strings.TrimSpace(verb), err)
	}
	if !r.OK() {
		return fmt.Errorf("%s is answered %d %s", strings.TrimSpace(verb), r.Code, r.Text)
	}
	c.offers = offers
	c.forward, c.client = nil, nil
	if h.xforward {
		c.forward = supported(xforwardNames, offers["XFORWARD"])
	}
	if h.xclient && len(c.forward) == 0 {
		c.client = supported(xclientNames, offers["XCLIENT"])
	}
	return nil
}

// open connects, encrypts where it is to, and says hello.
func (h *hop) open(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, h.connectTimeout)
	defer cancel()
	c, err := h.connect(ctx, h.tls)
	if errors.Is(err, errHandshake) && h.tls.InsecureSkipVerify {
		c, err = h.connect(ctx, nil) // opportunistic: better plain than not at all
	}
	if err != nil {
		return nil, fmt.Errorf("relay: connect to %s: %w", h.target.address, err)
	}
	return c, nil
}

func (h *hop) connect(ctx context.Context, config *tls.Config) (*conn, error) {
	dialled, err := h.dial(ctx, h.target.network, h.target.address)
	if err != nil {
		return nil, err
	}
	c := newConn(dialled)
	stop := c.during(ctx)
	err = h.greet(ctx, c, config)
	stop()
	if err == nil && c.broken {
		err = errClosing
	}
	if err != nil {
		_ = c.raw.Close()
		return nil, err
	}
	offers := c.offers
	h.offers.Store(&offers)
	return c, nil
}

func (h *hop) greet(ctx context.Context, c *conn, config *tls.Config) error {
	if err := c.arm(ctx, h.connectTimeout); err != nil {
		return err
	}
	r, err := c.reply(nil)
	if err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	if r.Code != 220 {
		return fmt.Errorf("greeting is %d %s", r.Code, r.Text)
	}
	if err := h.hello(ctx, c, h.helo); err != nil {
		return err
	}
	if config == nil {
		return nil
	}
	if !c.offers.Has("STARTTLS") {
		if config.InsecureSkipVerify {
			return nil
		}
		return errors.New("TLS is required and not offered")
	}
	if err := h.startTLS(ctx, c, config); err != nil {
		return err
	}
	return h.hello(ctx, c, h.helo) // what was offered before does not count (RFC 3207 §4.2)
}

func (h *hop) startTLS(ctx context.Context, c *conn, config *tls.Config) error {
	r, err := c.ask(ctx, h.connectTimeout, "STARTTLS", nil)
	if err != nil {
		return fmt.Errorf("%w: %w", errHandshake, err)
	}
	if r.Code != 220 {
		return fmt.Errorf("%w: STARTTLS is answered %d %s", errHandshake, r.Code, r.Text)
	}
	if c.r.Buffered() > 0 { // sent before the handshake, to be believed after it
		return errors.New("plain text after the reply to STARTTLS")
	}
	encrypted := tls.Client(c.raw, config)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("%w: %w", errHandshake, err)
	}
	c.Conn = encrypted
	c.r.Reset(encrypted)
	return nil
}

// shortIdle is how long a connection is taken to be alive without a look. Where
// it is not, MAIL fails and is said again on a fresh one.
const shortIdle = time.Second

// alive tells whether an idle connection is still of use. Whatever can be read
// from it is a last reply or its end.
func (c *conn) alive() bool {
	if c.r.Buffered() > 0 && c.owed == 0 {
		return false
	}
	socket, ok := c.raw.(syscall.Conn)
	if !ok || c.owed > 0 || time.Since(c.idle) < shortIdle {
		return true
	}
	rc, err := socket.SyscallConn()
	if err != nil || c.SetDeadline(time.Time{}) != nil {
		return false
	}
	quiet := false
	err = rc.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && quiet
}

// quit takes leave, without waiting for the answer.
func (c *conn) quit() {
	if !c.broken && c.SetDeadline(time.Now().Add(time.Second)) == nil {
		_ = c.send("QUIT")
	}
	_ = c.Close()
}
