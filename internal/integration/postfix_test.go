//go:build integration

package integration

import (
	"fmt"
	"strings"
	"testing"

	"postern/internal/postfix"
)

// mailboxes are the people who exist behind every gate.
var mailboxes = []string{"ann@example.com", "bob@example.com", "load@example.com"}

// enforce refuses one sender, and holds another.
const enforce = `
[policy]
mode = "enforce"

[[policy.deny]]
from = ["mallory@example.net"]
note = "never wanted"

[[policy.deny]]
from = ["hold@example.net"]
then = "quarantine"
`

func TestBeforeQueueProxy(t *testing.T) {
	t.Parallel()
	for _, speedAdjust := range []bool{false, true} {
		t.Run(fmt.Sprintf("speed_adjust=%v", speedAdjust), func(t *testing.T) {
			t.Parallel()
			keys := newSigner(t)
			back := postfix.FreeAddress(t)
			g := startGate(t, back, keys.zone(), enforce)
			p := postfix.Start(t, postfix.Options{
				Mailboxes: mailboxes, Back: back, ProxyFilter: g.Addr, SpeedAdjust: speedAdjust,
				FrontOptions: []string{"smtpd_reject_unlisted_recipient=no"}, // to be refused behind the gate
			})
			deliverSigned(t, p, p.Front, keys)
			refuseAndHold(t, p, p.Front)
			refuseUnknown(t, p, p.Front)
			smtpSource(t, p.Front, "load@example.com", "50")
			p.Mail("load@example.com", 50)
			forwarded(t, g, p, "orig_client=mail.example.net[198.51.100.7]")
		})
	}
}

func TestFacingTheNetwork(t *testing.T) {
	t.Parallel()
	keys := newSigner(t)
	back := postfix.FreeAddress(t)
	g := startGate(t, back, keys.zone(), "xforward = \"off\"\n"+enforce)
	p := postfix.Start(t, postfix.Options{Mailboxes: mailboxes, Back: back})
	deliverSigned(t, p, g.Addr, keys)
	refuseAndHold(t, p, g.Addr)
	refuseUnknown(t, p, g.Addr)
	smtpSource(t, g.Addr, "load@example.com", "50")
	p.Mail("load@example.com", 50)
	forwarded(t, g, p, ": client=mail.example.net[198.51.100.7]")
}

func TestAfterQueueContentFilter(t *testing.T) {
	t.Parallel()
	keys := newSigner(t)
	back := postfix.FreeAddress(t)
	g := startGate(t, back, keys.zone(), enforce)
	p := postfix.Start(t, postfix.Options{Mailboxes: mailboxes, Back: back, ContentFilter: g.Addr})
	deliverSigned(t, p, p.Front, keys)
	if out, ok := swaks(t, p.Front, letter, "--from", "hold@example.net", "--to", "ann@example.com"); !ok {
		t.Error(out)
	}
	p.AwaitLog("status=sent (250 2.0.0 Accepted as")
	smtpSource(t, p.Front, "load@example.com", "50")
	p.Mail("load@example.com", 50)
	p.Mail("ann@example.com", 1)
	forwarded(t, g, p, "orig_client=mail.example.net[198.51.100.7]")
}

// deliverSigned sends one signed message to two people. It comes out judged,
// whole, and with its signatures valid.
func deliverSigned(t *testing.T, p *postfix.Instance, server string, keys *signer) {
	t.Helper()
	out, ok := swaks(t, server, keys.sign(t, letter), "--from", "carol@example.net", "--to", "ann@example.com,bob@example.com")
	if !ok {
		t.Fatalf("swaks: %s", out)
	}
	for _, address := range []string{"ann@example.com", "bob@example.com"} {
		mail := p.Mail(address, 1)[0]
		keys.verify(t, mail)
		if body(mail) != body(letter) {
			t.Errorf("body changed: %q", body(mail))
		}
		for _, want := range []string{
			"\nX-Postern-Verdict: accept\n", "\nX-Postern-Id: ", "\nAuthentication-Results: gate.example.com;",
			"spf=pass", "dkim=pass", "[198.51.100.7]",
		} {
			if !strings.Contains(mail, want) {
				t.Errorf("%s got no %q:\n%s", address, want, mail)
			}
		}
	}
}

// refuseAndHold: what policy refuses the client hears of, and what it holds
// looks accepted. Neither is delivered.
func refuseAndHold(t *testing.T, p *postfix.Instance, server string) {
	t.Helper()
	out, ok := swaks(t, server, letter, "--from", "mallory@example.net", "--to", "ann@example.com")
	if ok || !strings.Contains(out, "550 5.7.1 Message refused (ref ") {
		t.Errorf("the client did not hear of the refusal:\n%s", out)
	}
	out, ok = swaks(t, server, letter, "--from", "hold@example.net", "--to", "ann@example.com")
	if !ok || !strings.Contains(out, "250 2.0.0 Accepted as ") {
		t.Errorf("held mail:\n%s", out)
	}
	if n := len(p.Delivered("ann@example.com")); n != 1 {
		t.Errorf("%d messages for ann, want 1", n)
	}
}

// refuseUnknown: a recipient whom only the server behind the gate knows not
// to exist is refused while the client listens.
func refuseUnknown(t *testing.T, p *postfix.Instance, server string) {
	t.Helper()
	out, ok := swaks(t, server, letter, "--from", "carol@example.net", "--to", "nobody@example.com")
	if ok || !strings.Contains(out, "550 5.1.1 <nobody@example.com>") {
		t.Errorf("unknown user:\n%s", out)
	}
	if n := p.Queued(); n != 0 {
		t.Errorf("%d messages queued: a bounce", n)
	}
}

// forwarded looks into the logs on both sides for the client's address.
func forwarded(t *testing.T, g *gate, p *postfix.Instance, back string) {
	t.Helper()
	p.AwaitLog(back)
	g.Stop()
	if log := g.Log(); !strings.Contains(log, "remote=198.51.100.7") {
		t.Errorf("the gate did not see the client:\n%s", log)
	}
}
