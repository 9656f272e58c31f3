package smtpd

import (
	"bytes"
	"net"
	"testing"
	"time"
)

// Who sends without end and reads nothing must wait, and not fill our memory
// with replies, also where each read ends inside a command.
func TestRepliesThatNobodyReadsAreBounded(t *testing.T) {
	t.Parallel()
	srv, _ := build(t, Config{}, Deps{})
	w := &wire{srv: srv, set: srv.settings.Load(), conn: pushy{}, s: &session{}, opened: true}
	longest := 0
	for range 10_000 {
		if err := w.next(); err != nil {
			t.Fatal(err)
		}
		w.feed, w.code = nil, 250
		longest = max(longest, len(w.out))
	}
	if longest > 2*maxLine {
		t.Errorf("%d bytes of replies waited", longest)
	}
}

// A pushy client is always one letter into its next command.
type pushy struct{ net.Conn }

func (pushy) Read(b []byte) (int, error) {
	return copy(b, bytes.Repeat([]byte("OOP\r\nN"), len(b)/6)), nil
}
func (pushy) Write(b []byte) (int, error)      { return len(b), nil }
func (pushy) SetReadDeadline(time.Time) error  { return nil }
func (pushy) SetWriteDeadline(time.Time) error { return nil }
