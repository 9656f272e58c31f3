//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A sink is a next hop that keeps every message before it says 250. It reads
// strictly: lines end in CRLF, and the data ends in CRLF.CRLF.
type sink struct {
	t    *testing.T
	addr string
	keep func(*copied) // takes what else is put in kept; may be nil

	mu    sync.Mutex
	l     net.Listener // nil while it is dead
	conns map[net.Conn]struct{}
	kept  []*copied
	wire  bytes.Buffer // all that came in, where tap is set
	tap   bool
	died  func() // is told of each death, with mu held
	doom  doom
	wg    sync.WaitGroup
}

// A copied is one message as the next hop has it.
type copied struct {
	name string // what the next hop calls it, in its reply
	from string
	data []byte
}

// A point is where a sink can die.
type point int

const (
	inGreeting point = iota
	inMail
	inRcpt
	inData  // between two lines of a message
	inDot   // the last dot has come, and nothing is kept
	keptAll // the message is kept, and nothing has been said
	replied // 250 has been written
	points
	never = points
)

var pointNames = [...]string{"greeting", "MAIL", "RCPT", "data", "dot, not kept", "kept, no reply", "reply written", "never"}

// A doom is where a sink dies next: when it has passed a point so often.
type doom struct {
	at    point
	after int
	reset bool // connections end with RST and not with FIN
}

// errDead ends the sessions of a sink that has died.
var errDead = errors.New("sink: dead")

// startSink runs a sink until the test ends.
func startSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{t: t, addr: freeAddress(t), doom: doom{at: never}}
	s.revive(s.doom)
	t.Cleanup(func() {
		s.mu.Lock()
		s.die()
		s.mu.Unlock()
		s.wg.Wait()
	})
	return s
}

// revive listens again, until doom comes.
func (s *sink) revive(d doom) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		s.t.Error(err)
		return
	}
	s.l, s.doom, s.conns = l, d, map[net.Conn]struct{}{}
	s.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			alive := s.l == l
			if alive {
				s.conns[c] = struct{}{}
				s.wg.Go(func() { s.serve(l, c) })
			}
			s.mu.Unlock()
			if !alive {
				c.Close()
			}
		}
	})
}

// die cuts every connection where it stands.
func (s *sink) die() {
	if s.l == nil {
		return
	}
	s.l.Close()
	for c := range s.conns {
		if tcp, ok := c.(*net.TCPConn); ok && s.doom.reset {
			tcp.SetLinger(0)
		}
		c.Close()
	}
	s.l, s.conns = nil, nil
	if s.died != nil {
		s.died()
	}
}

// pass tells that a session of l has come to a point, which may be the last.
// With it, do is done at the last moment that the sink lives.
func (s *sink) pass(l net.Listener, p point, do func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.l != l {
		return errDead
	}
	if do != nil {
		do()
	}
	if p == s.doom.at && p != never {
		if s.doom.after--; s.doom.after < 0 {
			s.die()
			return errDead
		}
	}
	return nil
}

func (s *sink) serve(l net.Listener, c net.Conn) {
	defer func() {
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	r := bufio.NewReader(c)
	if s.tap {
		r = bufio.NewReader(tapped{c, s})
	}
	say := func(line string) error {
		_, err := c.Write([]byte(line + "\r\n"))
		return err
	}
	if s.pass(l, inGreeting, nil) != nil || say("220 sink.example.com ESMTP") != nil {
		return
	}
	from := ""
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb, arg, _ := strings.Cut(strings.TrimSuffix(line, "\r\n"), " ")
		answer, at := "250 2.0.0 Ok", never
		switch strings.ToUpper(verb) {
		case "EHLO":
			answer = "250-sink.example.com\r\n250-PIPELINING\r\n250-SIZE 100000000\r\n250-SMTPUTF8\r\n250 8BITMIME"
		case "MAIL":
			at, from = inMail, path(arg)
		case "RCPT":
			at = inRcpt
		case "DATA":
			if answer, err = s.data(l, r, say, from); err != nil {
				return
			}
		case "RSET", "NOOP":
		case "QUIT":
			_ = say("221 2.0.0 Bye")
			return
		default:
			answer = "500 5.5.2 Unknown"
			s.t.Errorf("the next hop is told %q", line)
		}
		if s.pass(l, at, nil) != nil || say(answer) != nil {
			return
		}
		if verb == "DATA" && s.pass(l, replied, nil) != nil {
			return
		}
	}
}

// path is what stands in the angle brackets.
func path(arg string) string {
	_, arg, _ = strings.Cut(arg, "<")
	arg, _, _ = strings.Cut(arg, ">")
	return arg
}

// data receives and keeps a message, and says what to answer.
func (s *sink) data(l net.Listener, r *bufio.Reader, say func(string) error, from string) (string, error) {
	if err := say("354 Go on"); err != nil {
		return "", err
	}
	c := &copied{from: from}
	for fresh := true; ; {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return "", err
		}
		at := inData
		if fresh && bytes.Equal(line, []byte(".\r\n")) {
			at = inDot
		}
		if err := s.pass(l, at, nil); err != nil {
			return "", err
		}
		if at == inDot {
			break
		}
		if fresh {
			line = bytes.TrimPrefix(line, []byte("."))
		}
		fresh = bytes.HasSuffix(line, []byte("\r\n"))
		c.data = append(c.data, line...)
	}
	err := s.pass(l, keptAll, func() {
		c.name = "queued as " + strconv.Itoa(len(s.kept)) + "Q"
		if s.keep != nil {
			s.keep(c)
			return
		}
		s.kept = append(s.kept, c)
	})
	return "250 2.0.0 Ok: " + c.name, err
}

// copies are the messages kept so far.
func (s *sink) copies() []*copied {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*copied(nil), s.kept...)
}

// heard is all that came in.
func (s *sink) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wire.String()
}

// A tapped connection keeps what comes in.
type tapped struct {
	net.Conn
	sink *sink
}

// Read implements [io.Reader].
func (c tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.sink.mu.Lock()
	c.sink.wire.Write(p[:n])
	c.sink.mu.Unlock()
	return n, err
}
