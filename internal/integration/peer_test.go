//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// A peer is one SMTP connection to the gate.
type peer struct {
	conn net.Conn
	r    *bufio.Reader
	tick func() // is told of every step
}

// dial connects and says hello.
func dial(addr string, tick func()) (*peer, error) {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	p := &peer{conn, bufio.NewReader(conn), tick}
	code, text, err := p.reply()
	if err == nil && code == 220 {
		code, text, err = p.say("EHLO out.example.net")
	}
	if err == nil && code != 250 {
		err = fmt.Errorf("no hello: %d %s", code, text)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return p, nil
}

// reply reads one reply, whose last line is text.
func (p *peer) reply() (code int, text string, err error) {
	defer p.tick()
	if err := p.conn.SetDeadline(time.Now().Add(2 * patience)); err != nil {
		return 0, "", err
	}
	for {
		line, err := p.r.ReadString('\n')
		if err != nil {
			return 0, "", err
		}
		line = strings.TrimSuffix(line, "\r\n")
		if len(line) < 4 {
			return 0, "", fmt.Errorf("the gate says %q", line)
		}
		if line[3] == ' ' {
			code, err := strconv.Atoi(line[:3])
			return code, line[4:], err
		}
	}
}

func (p *peer) say(line string) (code int, text string, err error) {
	if _, err := p.conn.Write([]byte(line + "\r\n")); err != nil {
		return 0, "", err
	}
	return p.reply()
}

// An attempt is what became of sending a message once.
type attempt struct {
	code  int    // of the reply that ended it; 0 where the connection was lost
	text  string // of that reply
	stage string // the command that it answered; "." for the end of the data
	err   error
}

// blockSize is how much of
const blockSize = 16 << 10

// send sends one message.
func (p *peer) send(from, to string, message []byte) attempt {
	a := attempt{}
	for _, line := range []string{"MAIL FROM:<" + from + ">", "RCPT TO:<" + to + ">", "DATA"} {
		a.stage = line[:4]
		a.code, a.text, a.err = p.say(line)
		if a.err != nil || a.code/100 > 3 {
			return a
		}
	}
	stuffed := bytes.ReplaceAll(message, []byte("\r\n."), []byte("\r\n.."))
	if stuffed[0] == '.' {
		stuffed = append([]byte("."), stuffed...)
	}
	for len(stuffed) > 0 {
		n := min(len(stuffed), blockSize)
		if _, a.err = p.conn.Write(stuffed[:n]); a.err != nil {
			a.code = 0
			return a
		}
		stuffed = stuffed[n:]
		p.tick()
	}
	a.stage = "."
	a.code, a.text, a.err = p.say(".")
	return a
}
