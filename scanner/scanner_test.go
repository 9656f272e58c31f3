package scanner_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"postern/mailauth"
	"postern/parse"
	"postern/scanner"
)

// A clamd answers INSTREAM as a script says, and keeps what it was sent.
type clamd struct {
	address string
	reply   string // empty: it hangs up
	streams chan []byte
}

func startClamd(t *testing.T, reply string) *clamd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c")
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	d := &clamd{"unix:" + path, reply, make(chan []byte, 100)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			d.serve(conn)
		}
	}()
	return d
}

func (d *clamd) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	if command, err := r.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		return
	}
	var stream []byte
	for {
		var n uint32
		if err := binary.Read(r, binary.BigEndian, &n); err != nil {
			return
		}
		if n == 0 {
			break
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(r, chunk); err != nil {
			return
		}
		stream = append(stream, chunk...)
	}
	d.streams <- stream
	_, _ = io.WriteString(conn, d.reply)
}

func missing(err error) bool { return errors.Is(err, mailauth.ErrNotFound) }

const mail = "From: a@shop.example\r\nTo: b@example.com\r\nSubject: x\r\n\r\nhttps://www.shop.example/ https://203.0.113.77/ https://cdn.bad.test/x\r\n"

func ask(t *testing.T, c scanner.Config, dns scanner.Resolver, raw string) scanner.Results {
	t.Helper()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	env := &parse.Envelope{Remote: netip.MustParseAddr("2001:db8::5"), Helo: "mail.shop.example"}
	return scanner.New(c, dns, missing).Ask(t.Context(), env, parse.Read([]byte(raw), parse.DefaultLimits), []byte(raw))
}

func TestClamAV(t *testing.T) {
	t.Parallel()
	long := mail + strings.Repeat("0123456789abcde\n", 10_000) // more than one chunk
	for _, tc := range []struct {
		reply string
		want  scanner.Virus
		known bool
	}{
		{"stream: OK\x00", scanner.Virus{Known: true}, true},
		{"stream: Win.Test-1 FOUND\x00", scanner.Virus{Known: true, Name: "Win.Test-1"}, true},
		{"stream: a\x1b[31m\u202eb FOUND\x00", scanner.Virus{Known: true, Name: "a?[31m?b"}, true},
		{"INSTREAM size limit exceeded. ERROR\x00", scanner.Virus{}, false},
		{"stream:  FOUND\x00", scanner.Virus{}, false},
		{strings.Repeat("x", 1<<16), scanner.Virus{}, false},
		{"", scanner.Virus{}, false},
	} {
		d := startClamd(t, tc.reply)
		r := ask(t, scanner.Config{ClamAV: scanner.ClamAVConfig{Address: d.address}}, nil, long)
		if r.ClamAV != tc.want || slices.Contains(r.Missing, "clamav") == tc.known {
			t.Errorf("%.40q gives %+v, missing %q", tc.reply, r.ClamAV, r.Missing)
		}
		if sent := <-d.streams; string(sent) != long {
			t.Errorf("%.40q: clamd had %d of %d bytes", tc.reply, len(sent), len(long))
		}
	}
}

func TestALongMessageIsNotSent(t *testing.T) {
	t.Parallel()
	d := startClamd(t, "stream: OK\x00")
	r := ask(t, scanner.Config{ClamAV: scanner.ClamAVConfig{Address: d.address, MaxBytes: 10}}, nil, mail)
	if r.ClamAV.Known || len(d.streams) > 0 {
		t.Errorf("a long message gives %+v, clamd had %d", r.ClamAV, len(d.streams))
	}
}

// TestABrokenScannerIsLeftAlone: after three failures nobody asks, until the
// rest is over; then one message tries.
func TestABrokenScannerIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dns := &failing{}
		s := scanner.New(scanner.Config{Lists: []scanner.ListConfig{{Zone: "bl.example.org", Of: scanner.Client}}}, dns, missing)
		env, msg := &parse.Envelope{Remote: netip.MustParseAddr("203.0.113.9")}, parse.Read([]byte(mail), parse.DefaultLimits)
		for i := range 10 {
			if r := s.Ask(t.Context(), env, msg, nil); !slices.Equal(r.Missing, []string{"bl.example.org"}) {
				t.Fatalf("message %d: missing %q", i, r.Missing)
			}
		}
		if dns.asked != 3 {
			t.Errorf("asked %d times, want 3", dns.asked)
		}
		time.Sleep(5 * time.Second)
		s.Ask(t.Context(), env, msg, nil)
		s.Ask(t.Context(), env, msg, nil)
		if dns.asked != 4 {
			t.Errorf("asked %d times after a rest, want 4", dns.asked)
		}
		dns.works = true
		time.Sleep(10 * time.Second)
		for range 2 {
			if r := s.Ask(t.Context(), env, msg, nil); len(r.Missing) > 0 || len(r.Lists) != 1 {
				t.Errorf("a list that works again gives %+v", r)
			}
		}
	})
}
