//go:build integration

package integration

import (
	"strings"
	"testing"

	"postern/internal/postfix"
)

// TestHeldMailIsReleased: what policy held reaches its reader when an operator
// releases it, and only then.
func TestHeldMailIsReleased(t *testing.T) {
	t.Parallel()
	keys := newSigner(t)
	back := postfix.FreeAddress(t)
	g := startGate(t, back, keys.zone(), enforce)
	p := postfix.Start(t, postfix.Options{Mailboxes: mailboxes, Back: back})
	out, ok := swaks(t, g.Addr, keys.sign(t, letter), "--from", "hold@example.net", "--to", "ann@example.com,bob@example.com")
	if !ok {
		t.Fatal(out)
	}
	_, id, _ := strings.Cut(out, "Accepted as ")
	id, _, _ = strings.Cut(id, "\n")
	if out, ok := run(t, binary, "quarantine", "list", "--config", g.config); !ok || !strings.Contains(out, strings.TrimSpace(id)) {
		t.Errorf("%q is not in the list:\n%s", id, out)
	}
	if out, ok := run(t, binary, "quarantine", "release", "--config", g.config, strings.TrimSpace(id)); !ok {
		t.Fatal(out)
	}
	for _, address := range []string{"ann@example.com", "bob@example.com"} {
		mail := p.Mail(address, 1)[0]
		keys.verify(t, mail)
		if !strings.Contains(mail, "Return-Path: <hold@example.net>") {
			t.Error(mail)
		}
	}
}
