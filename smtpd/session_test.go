package smtpd

import (
	"fmt"
	"strings"
	"testing"
)

func bdatCommand(chunk string, last bool) string {
	if last {
		return fmt.Sprintf("BDAT %d LAST\r\n", len(chunk))
	}
	return fmt.Sprintf("BDAT %d\r\n", len(chunk))
}

// TestBytesGoOnAsTheyCame sends messages of many sizes by DATA and by BDAT.
func TestBytesGoOnAsTheyCame(t *testing.T) {
	t.Parallel()
	srv, hop := start(t, Config{}, Deps{})
	talk := dial(t, srv)
	talk.hello()
	sizes := []int{0, 1, 60, 500, 600, 2000, 40000}
	want := make([]string, 0, 2*len(sizes))
	for _, lines := range sizes {
		message := testMessage(lines) + ".\r\n..\r\n.x\r\n" + strings.Repeat("y", lines) + "\r\n\r\n"
		want = append(want, message, message)
		talk.data()
		talk.send(strings.TrimPrefix(strings.ReplaceAll("\r\n"+message, "\r\n.", "\r\n.."), "\r\n") + ".\r\n")
		talk.want("250 2.0.0 Ok: queued")
		talk.envelope()
		half := len(message) / 2
		talk.send(bdatCommand(message[:half], false) + message[:half] + bdatCommand(message[half:], true) + message[half:])
		talk.want("250 2.0.0 OK")
		talk.want("250 2.0.0 Ok: queued")
	}
	talk.say("QUIT", "221")
	got := hop.Messages()
	if len(got) != len(want) {
		t.Fatalf("%d messages, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("message %d of %d bytes was changed", i, len(want[i]))
		}
	}
}

// TestClientDiesAtAnyByte cuts the client off after each byte of a session.
// Only a whole message goes on.
func TestClientDiesAtAnyByte(t *testing.T) {
	t.Parallel()
	session := "EHLO out.example.net\r\nMAIL FROM:<bob@example.net>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n" +
		"Subject: hello\r\n\r\nMAIL FROM:<eve@example.net>\r\nRCPT TO:<ann@example.com>\r\n.\r\n" +
		"MAIL FROM:<bob@example.net>\r\nRCPT TO:<ann@example.com>\r\nBDAT 12\r\nSubject: x\r\nBDAT 6 LAST\r\n\r\nQUIT"
	one := strings.Index(session, "\r\n.\r\n") + 5
	for n := range len(session) + 1 {
		srv, hop := start(t, Config{}, Deps{})
		talk := dial(t, srv)
		talk.send(session[:n])
		if tcp, ok := talk.Conn.(interface{ CloseWrite() error }); ok {
			_ = tcp.CloseWrite()
		}
		for talk.reply() != "closed" { // the server has seen the end, and closed as well
			continue
		}
		want := 0
		if n >= one {
			want++
		}
		if n == len(session) {
			want++
		}
		if got := hop.Messages(); len(got) != want {
			t.Fatalf("after %d bytes: %d messages, want %d", n, len(got), want)
		}
	}
}
