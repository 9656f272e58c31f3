//go:build integration

package postfix

import (
	"os/exec"
	"strings"
	"testing"
)

func TestInstanceDeliversAndRefuses(t *testing.T) {
	t.Parallel()
	p := Start(t, Options{Mailboxes: []string{"ann@example.com", "bob@example.com"}})
	swaks := Program(t, "swaks")
	out, err := exec.CommandContext(t.Context(), swaks, "--server", p.Front, "--from", "a@example.net", "--to", "ann@example.com,bob@example.com").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, address := range []string{"ann@example.com", "bob@example.com"} {
		if mail := p.Mail(address, 1); !strings.Contains(mail[0], "This is a test mailing") {
			t.Error(mail)
		}
	}
	for _, address := range []string{"nobody@example.com", "x@example.org"} {
		out, err = exec.CommandContext(t.Context(), swaks, "--server", p.Back, "--from", "a@example.net", "--to", address).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "<** 55") {
			t.Errorf("%s: %v\n%s", address, err, out)
		}
	}
	if n := p.Queued(); n != 0 {
		t.Errorf("%d still queued", n)
	}
}
