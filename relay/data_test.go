package relay

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

// FuzzData holds what we send against a receiver that reads by the letter.
func FuzzData(f *testing.F) {
	for _, seed := range []string{"", ".", "a\r\n", ".\r\n", "a\r\n.\r\nb", "..\r\n...\r\n", "\r\n.", "a\r\n\r\n.b\r\n", "a\n.\n", "a\r.\r", "\r\n.\r\nMAIL FROM:<>\r\n"} {
		f.Add([]byte(seed), uint8(1))
		f.Add([]byte(seed), uint8(3))
	}
	f.Fuzz(func(t *testing.T, message []byte, cut uint8) {
		at := min(int(cut), len(message))
		pieces := [][]byte{message[:at], nil, message[at:]}
		bare := strings.NewReplacer("\r\n", "").Replace(string(message))
		dots, err := checkLines(pieces)
		if (err != nil) != strings.ContainsAny(bare, "\r\n\x00") {
			t.Fatalf("checkLines(%q): %v", message, err)
		}
		if err != nil {
			return
		}
		var sent bytes.Buffer
		if err := writeData(&sent, pieces, dots); err != nil {
			t.Fatal(err)
		}
		if dots != bytes.Contains(append([]byte("\r\n"), message...), []byte("\n.")) {
			t.Fatalf("dots in %q: %v", message, dots)
		}
		end := bytes.Index(append([]byte("\r\n"), sent.Bytes()...), []byte("\r\n.\r\n"))
		if end+3 != sent.Len() {
			t.Fatalf("data ends at %d of %d: %q", end+3, sent.Len(), sent.Bytes())
		}
		got, err := readData(bufio.NewReader(&sent))
		want := string(message)
		if want != "" && !strings.HasSuffix(want, "\r\n") {
			want += "\r\n"
		}
		if err != nil || got != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	})
}

// FuzzReply: whatever a next hop says, what we pass on is printable, bounded
// and a valid code.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "250\r\n", "250-a\r\n251 b\r\n", "550 5.1.1 no\r\n", "550 2.1.1 odd\r\n", "250 a\x00\x1b[31m\r\n", "25x\r\n", "250 a\n", "\r\n", "999 x\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		r, err := readReply(bufio.NewReaderSize(bytes.NewReader(said), maxReplyLine), nil)
		if err != nil {
			if r != (Reply{}) {
				t.Fatalf("%v with %v", r, err)
			}
			return
		}
		if r.Code < 200 || r.Code > 599 || len(r.Text) > maxReplyText || printable([]byte(r.Text)) != r.Text {
			t.Fatalf("%q became %+v", said, r)
		}
		if r.Enhanced != [3]int{} && r.Enhanced[0] != r.Code/100 {
			t.Fatalf("%q became %+v", said, r)
		}
	})
}

func TestReplyLimits(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		"250 " + strings.Repeat("a", maxReplyLine) + "\r\n",
		strings.Repeat("250-a\r\n", maxReplyLines+1) + "250 b\r\n",
		"250 bare\n", "2500 x\r\n", "150 x\r\n", "250-a\r\n550 b\r\n", "25\r\n",
	} {
		if r, err := readReply(bufio.NewReaderSize(strings.NewReader(said), maxReplyLine), nil); !errors.Is(err, errMalformed) {
			t.Errorf("%.30q: %v, %v", said, r, err)
		}
	}
	long := strings.Repeat("250-"+strings.Repeat("x", 100)+"\r\n", 10) + "250 end\r\n"
	r, err := readReply(bufio.NewReaderSize(strings.NewReader(long), maxReplyLine), nil)
	if err != nil || len(r.Text) > maxReplyText {
		t.Error(len(r.Text), err)
	}
}

// BenchmarkSend is one transaction of 27 KB with its commands, over loopback.
func BenchmarkSend(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go sink(l)
	h, err := New(Config{Address: l.Addr().String()})
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	head := []byte("X-Postern-Verdict: accept\r\n")
	body := bytes.Repeat([]byte("an ordinary line of text that has seventy-six octets and goes on and on.\r\n"), 27<<10/76)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		t, _, err := h.Begin(b.Context(), testEnv, "<a@example.net>")
		if err != nil {
			b.Fatal(err)
		}
		t.Rcpt(b.Context(), "<b@example.org>")
		if _, err := t.Send(b.Context(), [][]byte{head, body}); err != nil {
			b.Fatal(err)
		}
	}
}

// sink serves one connection after the other, as fast as it can, and looks at
// little of what comes.
func sink(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		io.WriteString(c, "220 x\r\n")
		buf := make([]byte, 64<<10)
		for n, err := c.Read(buf); err == nil; n, err = c.Read(buf) {
			switch {
			case bytes.HasPrefix(buf[:n], []byte("EHLO")):
				io.WriteString(c, "250-x\r\n250-XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT\r\n250 PIPELINING\r\n")
			case bytes.HasPrefix(buf[:n], []byte("XFORWARD")):
				io.WriteString(c, "250 ok\r\n250 ok\r\n")
			case bytes.HasPrefix(buf[:n], []byte("DATA")):
				io.WriteString(c, "354 go\r\n")
			case bytes.HasPrefix(buf[:n], []byte("MAIL")), bytes.HasPrefix(buf[:n], []byte("RCPT")),
				bytes.HasSuffix(buf[:n], []byte("\r\n.\r\n")):
				io.WriteString(c, "250 ok\r\n")
			}
		}
		c.Close()
	}
}
