package relay

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"postern/parse"
)

// A fake is a next hop on loopback that says what the test wants and writes
// down what it heard.
type fake struct {
	listener net.Listener
	ehlo     string // lines after the first, "PIPELINING,8BITMIME"
	lmtp     bool
	// answer, where set, may answer a command otherwise, "" for as usual.
	answer func(c *fakeConn, line string) string

	mu       sync.Mutex
	conns    int
	lines    []string
	messages []string
}

type fakeConn struct {
	net.Conn
	n     int // which connection this is, from 1
	r     *bufio.Reader
	rcpts int
}

// Answers that are not sent.
const (
	hangUp = "hang up"
	stall  = "stall" // until the client gives up
)

func startFake(t *testing.T, f *fake) *fake {
	t.Helper()
	if f.listener == nil {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		f.listener = l
	}
	var sessions sync.WaitGroup
	sessions.Go(func() {
		for {
			c, err := f.listener.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.conns++
			n := f.conns
			f.mu.Unlock()
			sessions.Go(func() { f.serve(&fakeConn{Conn: c, n: n, r: bufio.NewReader(c)}) })
		}
	})
	t.Cleanup(func() { f.listener.Close(); sessions.Wait() })
	return f
}

func unixFake(t *testing.T, f *fake) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	f.listener = l
	startFake(t, f)
	return path
}

func (f *fake) addr() string { return f.listener.Addr().String() }

func (f *fake) heard() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.lines...)
}

func (f *fake) got() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.messages...)
}

func (f *fake) serve(c *fakeConn) {
	defer c.Close()
	if !f.say(c, "greeting", "220 fake.example ESMTP") {
		return
	}
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		f.mu.Lock()
		f.lines = append(f.lines, line)
		f.mu.Unlock()
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		usual := f.usual(c, verb)
		if !f.say(c, line, usual) {
			return
		}
		if verb == "RCPT" {
			c.rcpts++
		}
	}
}

func (f *fake) usual(c *fakeConn, verb string) string {
	switch verb {
	case "EHLO", "LHLO":
		usual := "250-fake.example"
		for keyword := range strings.SplitSeq(f.ehlo, ",") {
			usual += "\r\n250-" + keyword
		}
		i := strings.LastIndex(usual, "250-")
		return usual[:i] + "250 " + usual[i+4:]
	case "MAIL", "RSET":
		c.rcpts = 0
		return "250 2.1.0 Ok"
	case "XCLIENT":
		return "220 fake.example ESMTP"
	case "DATA":
		return "354 go on"
	case "QUIT":
		return "221 bye"
	}
	return "250 2.0.0 Ok"
}

// say answers line, and takes the message after a 354. It is false when the
// connection is over.
func (f *fake) say(c *fakeConn, line, usual string) bool {
	if f.answer != nil {
		if s := f.answer(c, line); s != "" {
			usual = s
		}
	}
	switch usual {
	case hangUp:
		return false
	case stall:
		io.Copy(io.Discard, c)
		return false
	}
	if _, err := io.WriteString(c, usual+"\r\n"); err != nil {
		return false
	}
	if strings.HasPrefix(usual, "421") {
		return false
	}
	if line != "DATA" || usual[0] != '3' {
		return true
	}
	raw, err := readData(c.r)
	if err != nil {
		return false
	}
	n := 1
	if f.lmtp {
		n = c.rcpts
	}
	f.mu.Lock()
	f.messages = append(f.messages, raw)
	f.mu.Unlock()
	for range n {
		if !f.say(c, ".", "250 2.0.0 Ok: queued as 4B5C") {
			return false
		}
	}
	return true
}

// readData reads up to CRLF.CRLF, byte by byte as the RFC has it, and undoes
// dot-stuffing: the oracle for what we send.
func readData(r *bufio.Reader) (string, error) {
	var raw strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		if !strings.HasSuffix(line, "\r\n") || strings.Count(line, "\r") > 1 {
			return "", errors.New("bare line end")
		}
		if line == ".\r\n" {
			return raw.String(), nil
		}
		raw.WriteString(strings.TrimPrefix(line, "."))
	}
}

func newTestHop(t *testing.T, c Config) *hop {
	t.Helper()
	c.Helo = "gate.example.com"
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	smtp, _ := h.(*hop)
	return smtp
}

var testEnv = &parse.Envelope{
	ID: "01JTEST", Remote: netip.MustParseAddr("192.0.2.7"), RemotePort: 4711,
	RemoteName: "out.example.net", Helo: "out.example.net", Protocol: "ESMTPS",
}

// transfer sends one message from a@example.net to the recipients given.
func transfer(ctx context.Context, h Hop, message string, rcpts ...string) ([]Reply, error) {
	t, r, err := h.Begin(ctx, testEnv, "<a@example.net>")
	if err != nil || !r.OK() {
		return []Reply{r}, err
	}
	defer t.Abort()
	for _, rcpt := range rcpts {
		if r, err := t.Rcpt(ctx, "<"+rcpt+">"); err != nil || !r.OK() {
			return []Reply{r}, err
		}
	}
	return t.Send(ctx, [][]byte{[]byte("X-Postern-Verdict: accept\r\n"), []byte(message)})
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
