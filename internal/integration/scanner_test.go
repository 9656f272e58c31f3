//go:build integration

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startClamd runs the real clamd with one signature of ours until the test
// ends, and returns its socket.
func startClamd(t *testing.T) (socket string, kill func()) {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		if program = "/usr/sbin/clamd"; !exists(program) {
			t.Skip("no clamd here")
		}
	}
	dir := t.TempDir()
	socket = filepath.Join(dir, "clamd.sock")
	signature := fmt.Sprintf("Postern.Test-1:0:*:%x\n", "marks a harmless test file")
	write(t, filepath.Join(dir, "test.ndb"), signature)
	config := filepath.Join(dir, "clamd.conf")
	write(t, config, fmt.Sprintf("LocalSocket %s\nDatabaseDirectory %s\nTemporaryDirectory %s\nForeground yes\n", socket, dir, dir))
	cmd := exec.CommandContext(t.Context(), program, "-c", config)
	out := &logbook{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	t.Cleanup(kill)
	for end := time.Now().Add(patience); !exists(socket); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("clamd does not listen:\n%s", out.tail(2000))
		}
	}
	return socket, kill
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOtherScanners: a real clamd, a list of links and rspamd's field have
// their say; without clamd mail still flows, and the log tells.
func TestOtherScanners(t *testing.T) {
	t.Parallel()
	socket, kill := startClamd(t)
	dir := filepath.Join(t.TempDir(), "mail")
	g := startGate(t, "maildir:"+dir, "bad.test.bl.example. A 127.0.0.2\n", fmt.Sprintf(`
[scanners.clamav]
address = "unix:%s"

[scanners.results]
read = true

[[scanners.list]]
zone = "bl.example"
of = "link"

[policy]
mode = "tag"

[model]
path = "none"
`, socket))
	send := func(fields, text string) (arrived string) {
		t.Helper()
		message := fields + "From: a@example.net\nTo: ann@example.com\nSubject: x\nDate: Mon, 2 Mar 2026 09:00:00 +0000\nMessage-ID: <1@example.net>\n\n" + text + "\n"
		if out, ok := swaks(t, g.Addr, message, "--from", "a@example.net", "--to", "ann@example.com"); !ok {
			t.Fatal(out)
		}
		files, err := filepath.Glob(filepath.Join(dir, "new", "*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%d files arrived (%v)", len(files), err)
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(files[0]); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(string(data)), " ")
	}
	for _, tc := range []struct{ fields, text, want string }{
		{"", "this line marks a harmless test file, and no more", `ClamAV finds "Postern.Test-1`},
		{"", "see https://www.bad.test/", `which the list "bl.example" lists`},
		{"X-Spamd-Result: default: True [18.2 / 15.0]\n", "hello", "Rspamd would reject it"},
	} {
		if mail := send(tc.fields, tc.text); !strings.Contains(mail, tc.want) {
			t.Errorf("not %q in\n%s", tc.want, mail)
		}
	}
	if mail := send("", "hello"); strings.Contains(mail, "X-Postern-Reasons") {
		t.Errorf("a reason against a harmless letter:\n%s", mail)
	}
	kill()
	from := len(g.Log())
	if mail := send("", "this line marks a harmless test file"); strings.Contains(mail, "ClamAV") {
		t.Error(mail)
	}
	g.Await(from, `scanners/clamav`)
}
