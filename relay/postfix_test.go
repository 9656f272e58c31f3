//go:build integration

package relay

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"postern/internal/postfix"
	"postern/parse"
)

func TestPostfixAsNextHop(t *testing.T) {
	t.Parallel()
	p := postfix.Start(t, postfix.Options{Mailboxes: []string{"ann@example.com", "bob@example.com"}})
	for name, c := range map[string]Config{"xforward": {}, "xclient": {XForward: "off"}, "neither": {XForward: "off", XClient: "off"}} {
		c.Address = p.Back
		h := newTestHop(t, c)
		for _, ip := range []string{"192.0.2.7", "2001:db8::7"} {
			env := *testEnv
			env.ID, env.Helo, env.Remote = "ID-"+name, "helo."+name+".example", netip.MustParseAddr(ip)
			sendToPostfix(t, h, &env)
		}
		switch name {
		case "xforward":
			p.AwaitLog(": client=unknown[127.0.0.1], orig_queue_id=ID-xforward, orig_client=out.example.net[192.0.2.7]")
			p.AwaitLog(": client=unknown[127.0.0.1], orig_queue_id=ID-xforward, orig_client=out.example.net[2001:db8::7]")
		case "xclient":
			p.AwaitLog(": client=out.example.net[192.0.2.7]")
			p.AwaitLog(": client=out.example.net[2001:db8::7]")
		}
	}
	for _, mail := range append(p.Mail("ann@example.com", 6), p.Mail("bob@example.com", 6)...) {
		if !strings.Contains(mail, "\n\nhello\n.\n..two\n") {
			t.Errorf("%q", mail)
		}
	}
	// Two transactions for each of two clients: XCLIENT takes a connection for each.
	if n := strings.Count(p.Log(), ": connect from unknown[127.0.0.1]"); n != 1+4+1 {
		t.Errorf("%d connections", n)
	}
}

// sendToPostfix sends one message to two people who exist and one who does
// not, and gives up another.
func sendToPostfix(t *testing.T, h Hop, env *parse.Envelope) {
	t.Helper()
	for _, give := range []bool{true, false} {
		tx, r, err := h.Begin(t.Context(), env, "<a@example.net> SIZE=100 BODY=8BITMIME RET=HDRS")
		if err != nil || !r.OK() {
			t.Fatal(r, err)
		}
		for rcpt, want := range map[string]int{
			"<ann@example.com> NOTIFY=NEVER": 250, `<"bob"@example.com>`: 250, "<nobody@example.com>": 550, "<x@example.org>": 554,
		} {
			if r, err := tx.Rcpt(t.Context(), rcpt); err != nil || r.Code != want {
				t.Error(rcpt, r, err)
			}
		}
		if !give {
			tx.Abort()
			return
		}
		replies, err := tx.Send(t.Context(), [][]byte{[]byte("X-Postern-Verdict: accept\r\n"), []byte(letter)})
		if err != nil || len(replies) != 1 || !strings.Contains(replies[0].Text, "queued as") {
			t.Error(replies, err)
		}
	}
}

func TestPostfixThatStops(t *testing.T) {
	t.Parallel()
	p := postfix.Start(t, postfix.Options{Mailboxes: []string{"ann@example.com"}})
	h := newTestHop(t, Config{Address: p.Back})
	if _, err := transfer(t.Context(), h, letter, "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	p.Stop()
	if _, err := transfer(t.Context(), h, letter, "ann@example.com"); err == nil || errors.Is(err, ErrUncertain) {
		t.Error(err)
	}
	p.Restart()
	if _, err := transfer(t.Context(), h, letter, "ann@example.com"); err != nil {
		t.Error(err)
	}
	p.Mail("ann@example.com", 2)
}

func TestPostfixByTLS(t *testing.T) {
	t.Parallel()
	_, ca := testCA(t, "next.example.com")
	p := postfix.Start(t, postfix.Options{Mailboxes: []string{"ann@example.com"}, Main: []string{
		"smtpd_tls_security_level = may", "smtpd_tls_chain_files = " + ca, "smtpd_tls_loglevel = 1",
	}})
	h := newTestHop(t, Config{Address: p.Back, TLS: "required", CAFile: ca, ServerName: "next.example.com"})
	for range 3 { // the connection stays of use
		if _, err := transfer(t.Context(), h, letter, "ann@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	p.Mail("ann@example.com", 3)
	p.AwaitLog("TLS connection established from unknown[127.0.0.1]")
	if n := strings.Count(p.Log(), ": connect from unknown[127.0.0.1]"); n != 1 {
		t.Errorf("%d connections", n)
	}
}
