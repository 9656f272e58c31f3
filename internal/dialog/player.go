package dialog

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// A player plays the client of a transcript. Its lines are
//
//	C: EHLO out.example.net     sent with CRLF; then the reply is awaited
//	R: "BDAT 3 LAST\r\nabc"     sent as the Go string says; then the reply is awaited
//	C+ RSET, R+ "RSET\r\n"      sent in one piece with the next line
//	D:                          the server begins to shut down
//	W:                          the server speaks unasked
//	# words                     kept
//
// and what happens is told in S: lines, what the server said, and N: lines,
// what the next hop saw before that.
type player struct {
	hop      *Hop
	lmtp     bool
	shutdown func()

	conn    net.Conn
	r       *bufio.Reader
	got     strings.Builder
	inData  bool
	held    string   // bytes to be sent with the next line
	pending []string // commands in them
	rcpts   int
}

func (p *player) play(addr, script string) error {
	var d net.Dialer
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	p.conn, p.r = conn, bufio.NewReader(conn)
	if err := p.replies("greeting"); err != nil {
		return err
	}
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) < 2 || line[0] == 'S' || line[0] == 'N' {
			continue
		}
		fmt.Fprintln(&p.got, line)
		if err := p.line(line[:2], strings.TrimPrefix(line[2:], " ")); err != nil {
			return fmt.Errorf("at %q: %w", line, err)
		}
	}
	return nil
}

func (p *player) line(kind, text string) error {
	switch kind {
	case "D:":
		p.shutdown()
		return p.replies("shutdown")
	case "W:":
		return p.replies("nothing")
	case "R:", "R+":
		raw, err := strconv.Unquote(text)
		if err != nil {
			return err
		}
		return p.send(raw, kind == "R+")
	case "C:", "C+":
		return p.send(text+"\r\n", kind == "C+")
	}
	return nil
}

// send sends bytes, and waits for the replies unless there is more to come.
func (p *player) send(raw string, more bool) error {
	p.held += raw
	switch {
	case !p.inData:
		p.pending = append(p.pending, raw)
	case raw == ".\r\n" || strings.HasSuffix(raw, "\r\n.\r\n"):
		p.inData = false
		p.pending = append(p.pending, ".")
	}
	if more {
		return nil
	}
	if _, err := io.WriteString(p.conn, p.held); err != nil {
		return err
	}
	pending := p.pending
	p.held, p.pending = "", nil
	return p.replies(pending...)
}

// replies reads those to commands that were sent.
func (p *player) replies(commands ...string) error {
	for _, c := range commands {
		n := 1
		if p.lmtp && (c == "." || strings.HasSuffix(strings.SplitN(c, "\r\n", 2)[0], " LAST")) {
			n, p.rcpts = p.rcpts, 0
		}
		for range n {
			code, err := p.reply()
			if err != nil {
				return err
			}
			p.inData = code == "354"
			if code == "250" && strings.HasPrefix(c, "RCPT") {
				p.rcpts++
			}
		}
	}
	return nil
}

func (p *player) reply() (code string, err error) {
	var lines []string
	for {
		line, err := p.r.ReadString('\n')
		if err != nil {
			p.seen()
			fmt.Fprintln(&p.got, "S: (closed)")
			return "", nil //nolint:nilerr // it is part of the transcript
		}
		lines = append(lines, "S: "+strings.TrimRight(line, "\r\n"))
		if len(line) > 3 && line[3] == ' ' {
			code = line[:3]
			break
		}
	}
	if code == "221" || code == "421" { // all is over once the connection is closed
		if rest, err := io.ReadAll(p.r); len(rest) > 0 || err != nil {
			return "", fmt.Errorf("after the last reply: %q, %w", rest, err)
		}
	}
	p.seen()
	fmt.Fprintln(&p.got, strings.Join(lines, "\n"))
	return code, nil
}

// seen tells what the next hop has seen by now.
func (p *player) seen() {
	for _, line := range p.hop.Log() {
		fmt.Fprintln(&p.got, "N: "+line)
	}
}
