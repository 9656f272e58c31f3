package relay

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxUses is how many transactions a connection serves, so that a next
	// hop behind a balancer is spread over its machines in the end.
	maxUses = 1000
	// maxStrikes is how many refusals and resets in a row it survives.
	// Postfix slows a client down after ten (smtpd_soft_error_limit), and the
	// next client to use the connection would pay for the last.
	maxStrikes = 8
)

// A hop is a next hop that speaks SMTP or LMTP, with its warm connections.
type hop struct {
	target   target
	helo     string
	tls      *tls.Config // nil: plain
	xforward bool
	xclient  bool

	idleTimeout, connectTimeout, commandTimeout, dataTimeout time.Duration

	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	offers atomic.Pointer[Extensions] // of the last connection
	slots  chan struct{}              // one for each connection in use

	mu     sync.Mutex
	warm   []*conn // the one used last is last
	closed bool
}

func newHop(c Config, t target, config *tls.Config) *hop {
	c = c.WithDefaults()
	return &hop{
		target:         t,
		helo:           cmp.Or(c.Helo, "localhost"),
		tls:            config,
		xforward:       c.XForward != "off",
		xclient:        c.XClient != "off",
		idleTimeout:    time.Duration(c.IdleTimeout),
		connectTimeout: time.Duration(c.ConnectTimeout),
		commandTimeout: time.Duration(c.CommandTimeout),
		dataTimeout:    time.Duration(c.DataTimeout),
		dial:           new(net.Dialer).DialContext,
		slots:          make(chan struct{}, c.Connections),
	}
}

// Offers tells what the next hop offered on the last connection.
func (h *hop) Offers(ctx context.Context) (Extensions, error) {
	if seen := h.offers.Load(); seen != nil {
		return *seen, nil
	}
	c, _, err := h.take(ctx)
	if err != nil {
		return nil, err
	}
	h.give(c)
	return c.offers, nil
}

// Close closes what is idle now, and the rest as it is given back.
func (h *hop) Close() error {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.drop()
	return nil
}

// take hands out a connection, a warm one where there is any. Connections in
// use and warm ones together never exceed the slots: a new one is opened only
// by the holder of a slot who found none idle.
func (h *hop) take(ctx context.Context) (c *conn, warm bool, err error) {
	if err := h.slot(ctx); err != nil {
		return nil, false, err
	}
	for c := h.pop(); c != nil; c = h.pop() {
		if c.alive() {
			return c, true, nil
		}
		_ = c.Close()
	}
	c, err = h.open(ctx)
	if err != nil {
		<-h.slots
	}
	return c, false, err
}

func (h *hop) slot(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, h.connectTimeout)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errors.New("relay: all connections to the next hop are in use")
	}
}

func (h *hop) pop() *conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	last := len(h.warm) - 1
	if last < 0 {
		return nil
	}
	c := h.warm[last]
	h.warm = h.warm[:last]
	c.expiry.Stop()
	return c
}

// give takes a connection back.
func (h *hop) give(c *conn) {
	defer func() { <-h.slots }()
	if c.broken || c.spent || c.uses >= maxUses || c.strikes >= maxStrikes || !h.keep(c) {
		c.quit()
	}
}

func (h *hop) keep(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	c.idle = time.Now()
	if c.expiry == nil {
		c.expiry = time.AfterFunc(h.idleTimeout, func() { h.expire(c) })
	} else {
		c.expiry.Reset(h.idleTimeout)
	}
	h.warm = append(h.warm, c)
	return true
}

// drop closes all idle connections: one was found dead, and the others came
// from the same server.
func (h *hop) drop() {
	h.mu.Lock()
	idle := h.warm
	h.warm = nil
	h.mu.Unlock()
	for _, c := range idle {
		c.expiry.Stop()
		c.quit()
	}
}

// expire closes c if it has been idle all the while.
func (h *hop) expire(c *conn) {
	h.mu.Lock()
	i := slices.Index(h.warm, c)
	if i < 0 || time.Since(c.idle) < h.idleTimeout {
		h.mu.Unlock()
		return
	}
	h.warm = slices.Delete(h.warm, i, i+1)
	h.mu.Unlock()
	c.quit()
}
