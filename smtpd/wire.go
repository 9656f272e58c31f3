package smtpd

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	maxLine   = 4096     // bytes of a command line; ample for SMTPUTF8 and DSN (RFC 6531 §3.4, RFC 3461 §4)
	maxErrors = 20       // replies 4xx and 5xx without a message between, after which a client must go
	maxRead   = 64 << 10 // bytes of a message read at once
	minRate   = 500      // bytes per second that a message must come at
)

// A wire stands between the network and the SMTP library. Upward it gives one
// command line at a time, so that the library never reads ahead; of what the
// library writes it takes the code only, and says it in its own words when the
// next line is asked for. Messages pass by the library altogether: see receive.
//
// All of it runs in the library's goroutine of the connection, except for
// hurry, giveWay and drop.
type wire struct {
	srv      *Server
	set      *settings // those in force for the current command
	lmtp     bool
	outbound bool // what comes here is written by our own people
	s        *session

	mu    sync.Mutex // guards what follows
	conn  net.Conn
	inTLS bool
	since time.Time     // waiting for the client; zero where it is not
	inMsg bool          // for a message, not for a command
	holds bool          // and has a transaction open
	stood time.Duration // how long that has waited for the client so far, less what its bytes excuse
	toGo  bool          // for too long: see giveWay

	in   []byte // read from the network; in[r:] is still to be used
	r    int
	out  []byte // replies not sent yet
	feed []byte // what the library reads next

	verb string // the command that the library has
	path path   // its argument, in MAIL and RCPT
	code int    // the library's reply to it, zero for none yet
	said string // our reply to it, in place of any words

	startsTLS bool // TLS from the first byte
	opened    bool
	seat      netip.Prefix // for whom it is counted
	trusted   bool         // may speak XCLIENT and XFORWARD
	client    client       // the peer, or who it said it calls for
	forwarded *client      // whose message comes next, told by XFORWARD
	helloName string
	hailed    bool // a hello has been answered since the last restart
	esmtp     bool

	gone bool // nothing more is read
	mute bool // nothing more is said
	errs int
	once sync.Once
}

// Read gives the library its next command line.
func (w *wire) Read(p []byte) (int, error) {
	for len(w.feed) == 0 {
		if err := w.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.feed)
	w.feed = w.feed[n:]
	return n, nil
}

// Write hears the library's reply.
func (w *wire) Write(p []byte) (int, error) {
	if w.code == 0 && len(p) >= 3 {
		w.code = int(p[0]-'0')*100 + int(p[1]-'0')*10 + int(p[2]-'0')
	}
	return len(p), nil
}

// next answers the last command and handles commands until one is for the
// library.
func (w *wire) next() error {
	if !w.opened {
		w.opened = true
		if err := w.open(); err != nil {
			return err
		}
	}
	w.answer()
	for len(w.feed) == 0 {
		if w.errs > maxErrors {
			w.say(tooManyErrors)
			w.gone = true
		}
		if w.gone {
			return io.EOF
		}
		line, err := w.command()
		if err != nil {
			return w.end(err)
		}
		w.set = w.srv.settings.Load()
		w.obey(line)
	}
	return nil
}

// end says the last words to a client whose next command could not be read.
func (w *wire) end(err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, errLongLine):
		w.say(longLine)
	case w.srv.draining.Load():
		w.say(shuttingDown)
	case errors.As(err, &timeout) && timeout.Timeout():
		w.say(tooLateCommand)
	}
	w.gone = true
	return io.EOF
}

// say queues a reply of one or more lines.
func (w *wire) say(reply string) {
	for line := range strings.Lines(reply) {
		w.out = append(w.out, strings.TrimSuffix(line, "\n")...)
		w.out = append(w.out, "\r\n"...)
	}
	if (reply[0] == '4' || reply[0] == '5') && !w.trusted {
		w.errs++
	}
}

// answer says what there is to say to the command that the library had.
func (w *wire) answer() {
	switch {
	case w.said != "":
		w.say(w.said)
	case w.code == 250 && isHello(w.verb):
		w.say(w.greeted())
	case w.code != 0:
		w.say(words(w.verb, w.code))
	}
	w.code, w.said = 0, ""
}

var errLongLine = errors.New("line too long")

// command reads one line up to and with its LF. The whole line has one
// deadline, so that it cannot be drawn out.
func (w *wire) command() ([]byte, error) {
	if len(w.out) >= maxLine { // who pipelines must read as well
		if err := w.flush(); err != nil {
			return nil, err
		}
	}
	for seen, fresh := 0, true; ; fresh = false {
		if i := bytes.IndexByte(w.in[w.r+seen:], '\n'); i >= 0 {
			line := w.in[w.r : w.r+seen+i+1]
			w.r += len(line)
			if len(line) > maxLine {
				return nil, errLongLine
			}
			return line, nil
		}
		seen = len(w.in) - w.r
		if seen >= maxLine {
			return nil, errLongLine
		}
		w.makeRoom()
		if seen == 0 {
			if err := w.flush(); err != nil {
				return nil, err
			}
		}
		if err := w.arm(fresh); err != nil {
			return nil, err
		}
		n, err := w.conn.Read(w.in[len(w.in):cap(w.in)])
		w.disarm(n)
		w.in = w.in[:len(w.in)+n]
		if n == 0 && err != nil {
			return nil, err
		}
	}
}

// makeRoom moves what is unread to the front of a buffer of the usual size.
func (w *wire) makeRoom() {
	rest := w.in[w.r:]
	if cap(w.in) != maxLine {
		w.in = make([]byte, 0, maxLine)
	}
	w.in = append(w.in[:0], rest...)
	w.r = 0
}

// arm sets the deadline for a command. Nobody waits for a command while the
// server shuts down.
func (w *wire) arm(fresh bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.srv.draining.Load() {
		return net.ErrClosed
	}
	if w.waits(false); w.toGo {
		return os.ErrDeadlineExceeded
	}
	if !fresh {
		return nil
	}
	return w.conn.SetReadDeadline(w.since.Add(w.set.commandTimeout))
}

// armMessage sets the deadline for the next bytes of a message.
func (w *wire) armMessage(at *pace) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits(true); w.toGo {
		return os.ErrDeadlineExceeded
	}
	return at.reading(w.conn, w.set.dataTimeout)
}

func (w *wire) waits(inMsg bool) {
	w.since, w.inMsg, w.holds = time.Now(), inMsg, w.s.env != nil
	if !w.holds {
		w.stood, w.toGo = 0, false
	}
}

// disarm ends a wait that brought n bytes.
func (w *wire) disarm(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stood += time.Since(w.since)
	if w.inMsg {
		w.stood = max(0, w.stood-time.Duration(n)*time.Second/fairRate)
	}
	w.since = time.Time{}
}

// hurry wakes a client whose command is waited for, so that it hears of the
// shutdown. Other goroutines may call it.
func (w *wire) hurry() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.since.IsZero() && !w.inMsg {
		_ = w.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// giveWay sends the client away if it has let its transaction wait for long,
// and with it a connection to the next hop. Other goroutines may call it.
func (w *wire) giveWay() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.since.IsZero() && w.holds && w.stood+time.Since(w.since) >= fairShare {
		w.toGo = true
		_ = w.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// drop cuts the connection. Other goroutines may call it.
func (w *wire) drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.conn.Close()
}

// flush sends the replies that are due.
func (w *wire) flush() error {
	if len(w.out) == 0 {
		return nil
	}
	if w.mute {
		return net.ErrClosed
	}
	_ = w.conn.SetWriteDeadline(time.Now().Add(w.set.commandTimeout))
	_, err := w.conn.Write(w.out)
	w.out = w.out[:0]
	if err != nil {
		w.gone = true
	}
	return err
}

// Close ends the session: it says what is still to be said, and gives up the
// transaction that was open.
func (w *wire) Close() error {
	w.once.Do(func() {
		if w.opened {
			w.answer()
			_ = w.flush()
		}
		w.s.abandon()
		w.srv.left(w) // before the client can see that it may come again
		w.drop()
	})
	w.gone = true
	return nil
}

// swap puts the TLS connection in place of the plain one.
func (w *wire) swap(c *tls.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn, w.inTLS = c, true
}

// LocalAddr is the listener's.
func (w *wire) LocalAddr() net.Addr { return w.conn.LocalAddr() }

// RemoteAddr is the peer's.
func (w *wire) RemoteAddr() net.Addr { return w.conn.RemoteAddr() }

// The library sets no deadlines here: they belong to the wire.

// SetDeadline does nothing.
func (w *wire) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (w *wire) SetWriteDeadline(time.Time) error { return nil }
