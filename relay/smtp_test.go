package relay

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/internal/quantity"
)

const letter = "From: a@example.net\r\n\r\nhello\r\n.\r\n..two\r\n"

func TestMessageArrivesByteForByte(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{ehlo: "PIPELINING,8BITMIME"})
	h := newTestHop(t, Config{Address: f.addr()})
	for range 3 {
		replies, err := transfer(t.Context(), h, letter, "b@example.org")
		if err != nil || len(replies) != 1 || replies[0] != (Reply{250, [3]int{2, 0, 0}, "Ok: queued as 4B5C"}) {
			t.Fatal(replies, err)
		}
	}
	want := "X-Postern-Verdict: accept\r\n" + letter
	if got := f.got(); len(got) != 3 || got[0] != want || got[2] != want {
		t.Errorf("got %q", got)
	}
	if f.conns != 1 {
		t.Errorf("%d connections for three messages one after the other", f.conns)
	}
	want = "EHLO gate.example.com|MAIL FROM:<a@example.net>|RCPT TO:<b@example.org>|DATA"
	if got := strings.Join(f.heard()[:4], "|"); got != want {
		t.Errorf("heard %s", got)
	}
}

func TestRefusalsPassThrough(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{answer: func(_ *fakeConn, line string) string {
		switch {
		case strings.Contains(line, "nobody@"):
			return "550-5.1.1 no\r\n550 5.1.1 such user"
		case strings.Contains(line, "later@"):
			return "421 4.3.2 going down"
		}
		return ""
	}})
	h := newTestHop(t, Config{Address: f.addr()})
	replies, err := transfer(t.Context(), h, letter, "nobody@example.org")
	if err != nil || replies[0] != (Reply{550, [3]int{5, 1, 1}, "no such user"}) {
		t.Error(replies, err)
	}
	replies, err = transfer(t.Context(), h, letter, "later@example.org")
	if err != nil || replies[0] != (Reply{451, [3]int{4, 3, 2}, "going down"}) {
		t.Error(replies, err)
	}
	if got := f.got(); len(got) != 0 {
		t.Errorf("a message went through: %q", got)
	}
}

// TestNextHopDiesAnywhere: whatever step the next hop dies at, the client
// hears of it, and only after the final dot is the outcome uncertain.
func TestNextHopDiesAnywhere(t *testing.T) {
	t.Parallel()
	for _, how := range []string{hangUp, stall, "421 4.3.2 bye", "junk", "250-never\r\n251 agrees", "999 what"} {
		for _, step := range []string{"greeting", "EHLO", "XFORWARD", "MAIL", "RCPT", "DATA", "."} {
			t.Run(how+" at "+step, func(t *testing.T) {
				t.Parallel()
				f := startFake(t, &fake{ehlo: "PIPELINING,XFORWARD NAME ADDR", answer: func(_ *fakeConn, line string) string {
					if strings.HasPrefix(line, step) {
						return how
					}
					return ""
				}})
				wait := quantity.Duration(10 * time.Second)
				if how == stall {
					wait = quantity.Duration(300 * time.Millisecond)
				}
				h := newTestHop(t, Config{Address: f.addr(), ConnectTimeout: wait, CommandTimeout: wait, DataTimeout: wait})
				replies, err := transfer(within(t, 20*time.Second), h, letter, "b@example.org")
				if err == nil && (how[:3] != "421" || replies[0].Code != 451) {
					t.Errorf("no error: %v", replies)
				}
				if uncertain := step == "." && how[:3] != "421"; errors.Is(err, ErrUncertain) != uncertain {
					t.Errorf("uncertain must be %v: %v", uncertain, err)
				}
				if len(h.warm) != 0 {
					t.Error("the broken connection was kept")
				}
			})
		}
	}
}

func TestStaleConnectionIsReplacedUnnoticed(t *testing.T) {
	t.Parallel()
	for _, how := range []string{hangUp, "421 4.4.2 idle too long"} {
		f := startFake(t, &fake{ehlo: "PIPELINING", answer: func(c *fakeConn, line string) string {
			if c.n == 1 && strings.Contains(line, "<second@") {
				return how
			}
			return ""
		}})
		h := newTestHop(t, Config{Address: f.addr()})
		for _, from := range []string{"<first@example.net>", "<second@example.net>"} {
			tx, r, err := h.Begin(t.Context(), testEnv, from)
			if err != nil || !r.OK() {
				t.Fatal(how, from, r, err)
			}
			tx.Abort()
		}
		if f.conns != 2 {
			t.Errorf("%s: %d connections", how, f.conns)
		}
	}
}

func TestIdleConnectionThatWasClosedIsNotUsed(t *testing.T) {
	t.Parallel()
	quit := make(chan struct{})
	f := startFake(t, &fake{answer: func(c *fakeConn, line string) string {
		if line == "." && c.n == 1 {
			defer close(quit)
			c.Write([]byte("250 2.0.0 Ok\r\n421 4.3.2 and that is it\r\n"))
			return hangUp
		}
		return ""
	}})
	h := newTestHop(t, Config{Address: f.addr()})
	for range 2 {
		if _, err := transfer(t.Context(), h, letter, "b@example.org"); err != nil {
			t.Fatal(err)
		}
		<-quit
	}
	if n := strings.Count(strings.Join(f.heard(), "|"), "MAIL"); f.conns != 2 || n != 2 {
		t.Errorf("%d connections, %d MAIL commands", f.conns, n)
	}
}

func TestAbortedTransactionIsReset(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{ehlo: "PIPELINING"})
	h := newTestHop(t, Config{Address: f.addr()})
	tx, _, err := h.Begin(t.Context(), testEnv, "<a@example.net>")
	if err != nil {
		t.Fatal(err)
	}
	tx.Abort()
	tx.Abort()
	if _, err := tx.Send(t.Context(), nil); err == nil {
		t.Error("Send after Abort")
	}
	if _, err := transfer(t.Context(), h, letter, "b@example.org"); err != nil {
		t.Fatal(err)
	}
	want := "EHLO gate.example.com|MAIL FROM:<a@example.net>|RSET|MAIL FROM:<a@example.net>|RCPT TO:<b@example.org>|DATA"
	if got := strings.Join(f.heard(), "|"); got != want || f.conns != 1 {
		t.Errorf("%d connections, heard %s", f.conns, got)
	}
}

func TestConnectionIsGivenUpAfterManyRefusals(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{ehlo: "PIPELINING"})
	h := newTestHop(t, Config{Address: f.addr()})
	for range maxStrikes + 1 {
		tx, _, err := h.Begin(t.Context(), testEnv, "<a@example.net>")
		if err != nil {
			t.Fatal(err)
		}
		tx.Abort()
	}
	if f.conns != 2 {
		t.Errorf("%d connections", f.conns)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{})
	h := newTestHop(t, Config{Address: f.addr(), Connections: 2, ConnectTimeout: quantity.Duration(30 * time.Millisecond)})
	var open [2]Transaction
	for i := range open {
		tx, _, err := h.Begin(t.Context(), testEnv, "<a@example.net>")
		if err != nil {
			t.Fatal(err)
		}
		open[i] = tx
	}
	if _, _, err := h.Begin(t.Context(), testEnv, "<a@example.net>"); err == nil {
		t.Error("a third connection")
	}
	open[0].Abort()
	tx, _, err := h.Begin(t.Context(), testEnv, "<a@example.net>")
	if err != nil || f.conns != 2 {
		t.Fatal(f.conns, err)
	}
	tx.Abort()
	open[1].Abort()
}

func TestCancelledContextInterrupts(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"greeting", "MAIL", "DATA", "."} {
		ctx, cancel := context.WithCancel(t.Context())
		f := startFake(t, &fake{answer: func(_ *fakeConn, line string) string {
			if strings.HasPrefix(line, step) {
				cancel()
				return stall
			}
			return ""
		}})
		h := newTestHop(t, Config{Address: f.addr()})
		_, err := transfer(ctx, h, letter, "b@example.org")
		if err == nil || errors.Is(err, ErrUncertain) != (step == ".") {
			t.Errorf("%s: %v", step, err)
		}
		if len(h.warm) != 0 {
			t.Errorf("%s: the connection was kept", step)
		}
	}
}

func TestLineEndsAreTheLastLineOfDefence(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{})
	h := newTestHop(t, Config{Address: f.addr()})
	for _, bad := range []string{"a\nb\r\n", "a\rb\r\n", "a\r\n.\n\r\n", "a\r\n\r.\r\n", "a\x00\r\n", "a\r"} {
		if _, err := transfer(t.Context(), h, bad, "b@example.org"); !errors.Is(err, errLineEnds) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if slices.Contains(f.heard(), "DATA") {
		t.Error("DATA was said")
	}
}

func TestLMTPAnswersForEachRecipient(t *testing.T) {
	t.Parallel()
	n := 0
	f := &fake{lmtp: true, ehlo: "PIPELINING", answer: func(_ *fakeConn, line string) string {
		if line == "." {
			n++
			if n%2 == 0 {
				return "452 4.2.2 mailbox full"
			}
		}
		return ""
	}}
	h := newTestHop(t, Config{Address: "lmtp:unix:" + unixFake(t, f)})
	replies, err := transfer(t.Context(), h, letter, "b@example.org", "full@example.org", "c@example.org")
	if err != nil || len(replies) != 3 || replies[0].Code != 250 || replies[1].Code != 452 || replies[2].Code != 250 {
		t.Error(replies, err)
	}
	if f.heard()[0] != "LHLO gate.example.com" {
		t.Error(f.heard()[0])
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{ehlo: "PIPELINING,size 1000,8bitmime,XFORWARD NAME ADDR"})
	h := newTestHop(t, Config{Address: f.addr()})
	for range 2 {
		offers, err := h.Offers(t.Context())
		if err != nil || len(offers) != 4 || offers["SIZE"] != "1000" || !offers.Has("8BITMIME") || offers.Has("DSN") {
			t.Error(offers, err)
		}
	}
	if f.conns != 1 {
		t.Errorf("%d connections", f.conns)
	}
}

func TestServerWithoutESMTP(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{answer: func(_ *fakeConn, line string) string {
		if strings.HasPrefix(line, "EHLO") {
			return "502 what"
		}
		return ""
	}})
	h := newTestHop(t, Config{Address: f.addr()})
	if _, err := transfer(t.Context(), h, letter, "b@example.org"); err != nil {
		t.Error(err)
	}
	if offers, _ := h.Offers(t.Context()); len(offers) != 0 {
		t.Error(offers)
	}
}
