package smtpd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"postern/filter"
	"postern/internal/dialog"
	"postern/policy"
)

// accepting lets every message through as it came.
type accepting struct{}

func (accepting) Process(ctx context.Context, m filter.Mail, deliver filter.Deliver) filter.Fate {
	return deliver(ctx, policy.Verdict{}, filter.Outgoing{m.Raw})
}

// handlerFunc makes a Handler of a function.
type handlerFunc func(context.Context, filter.Mail, filter.Deliver) filter.Fate

func (f handlerFunc) Process(ctx context.Context, m filter.Mail, deliver filter.Deliver) filter.Fate {
	return f(ctx, m, deliver)
}

// start opens a door on loopback, and shuts it when the test ends.
func start(tb testing.TB, cfg Config, deps Deps) (*Server, *dialog.Hop) {
	tb.Helper()
	if len(cfg.Listen) == 0 {
		cfg.Listen = []string{"127.0.0.1:0"}
	}
	srv, hop := build(tb, cfg, deps)
	if err := srv.Listen(); err != nil {
		tb.Fatal(err)
	}
	serve(tb, srv)
	return srv, hop
}

func build(tb testing.TB, cfg Config, deps Deps) (*Server, *dialog.Hop) {
	tb.Helper()
	hop := &dialog.Hop{}
	deps.Hostname, deps.Log = "mx.example.com", slog.New(slog.DiscardHandler)
	if deps.Hop == nil {
		deps.Hop = hop
	}
	if deps.Handler == nil {
		deps.Handler = accepting{}
	}
	srv, err := New(context.Background(), cfg, deps)
	if err != nil {
		tb.Fatal(err)
	}
	return srv, hop
}

func serve(tb testing.TB, srv *Server) {
	tb.Helper()
	served := make(chan error, 1)
	go func() { served <- srv.Serve() }()
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			tb.Error(err)
		}
		if err := <-served; err != nil {
			tb.Error(err)
		}
		if n := srv.Stats().InflightBytes; n != 0 {
			tb.Errorf("%d bytes were never given back", n)
		}
	})
}

// A pipes is a listener without a network, so that synctest can stop the clock.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	from  net.Addr
}

func newPipes(from string) *pipes {
	addr, _ := net.ResolveTCPAddr("tcp", from)
	return &pipes{conns: make(chan net.Conn), done: make(chan struct{}), from: addr}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return p.from }

func (p *pipes) dial(tb testing.TB) *talk {
	tb.Helper()
	ours, theirs := net.Pipe()
	p.conns <- addressed{theirs, p.from}
	return newTalk(tb, ours)
}

type addressed struct {
	net.Conn

	from net.Addr
}

func (a addressed) RemoteAddr() net.Addr { return a.from }

// A talk is a client.
type talk struct {
	net.Conn

	tb testing.TB
	r  *bufio.Reader
}

func newTalk(tb testing.TB, c net.Conn) *talk {
	tb.Helper()
	tb.Cleanup(func() { c.Close() })
	return &talk{c, tb, bufio.NewReader(c)}
}

func dial(tb testing.TB, srv *Server) *talk {
	tb.Helper()
	addr := srv.Addrs()[0]
	c, err := net.DialTimeout(addr.Network(), addr.String(), 5*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		tb.Fatal(err)
	}
	return newTalk(tb, c)
}

// reply reads one reply. It is "closed" where there is none.
func (c *talk) reply() string {
	var all strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return "closed"
		}
		all.WriteString(line)
		if len(line) > 3 && line[3] == ' ' {
			return all.String()
		}
	}
}

// want reads a reply and checks how it begins.
func (c *talk) want(prefix string) string {
	c.tb.Helper()
	got := c.reply()
	if !strings.HasPrefix(got, prefix) {
		c.tb.Fatalf("reply %q, want %q", got, prefix)
	}
	return got
}

// say sends a command and checks its reply.
func (c *talk) say(command, prefix string) string {
	c.tb.Helper()
	c.send(command + "\r\n")
	return c.want(prefix)
}

func (c *talk) send(s string) {
	c.tb.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		c.tb.Fatal(err)
	}
}

// data goes up to the 354.
func (c *talk) data() {
	c.tb.Helper()
	c.envelope()
	c.say("DATA", "354")
}

func (c *talk) envelope() {
	c.tb.Helper()
	c.say("MAIL FROM:<bob@example.net>", "250")
	c.say("RCPT TO:<ann@example.com>", "250")
}

// hello opens the session.
func (c *talk) hello() string {
	c.tb.Helper()
	c.want("220 ")
	return c.say("EHLO out.example.net", "250")
}

func testMessage(lines int) string {
	var b strings.Builder
	b.WriteString("Subject: hello\r\n\r\n")
	for i := range lines {
		fmt.Fprintf(&b, "This is line %d of a message that somebody wrote to somebody.\r\n", i)
	}
	return b.String()
}
