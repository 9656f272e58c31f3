//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"postern/internal/postfix"
)

// TestDocumentedSettings: Postfix itself reads every block of docs/postfix.md,
// knows every option in it, and finds nothing to warn of.
func TestDocumentedSettings(t *testing.T) {
	postconf := postfix.Program(t, "postconf")
	text, err := os.ReadFile("../../docs/postfix.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for block := range strings.SplitSeq(string(text), "\n```") {
		kind, body, _ := strings.Cut(block, "\n")
		if kind != "master.cf" && kind != "main.cf" {
			continue
		}
		blocks++
		dir := t.TempDir()
		for _, name := range []string{"main.cf", "master.cf"} {
			content := "compatibility_level = 3.6\n"
			if name == "master.cf" {
				content = ""
			}
			if name == kind {
				content += body + "\n"
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var complaints bytes.Buffer
		for _, args := range [][]string{{"-n"}, {"-M"}, {"-P"}} {
			cmd := exec.CommandContext(t.Context(), postconf, append([]string{"-c", dir}, args...)...)
			cmd.Stderr = &complaints
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("postconf %s: %v\n%s", args, err, body)
			}
			if args[0] == "-P" {
				compare(t, body, string(out))
			}
		}
		if complaints.Len() > 0 {
			t.Errorf("Postfix complains:\n%s\nof\n%s", complaints.Bytes(), body)
		}
	}
	if blocks < 4 {
		t.Errorf("read %d blocks", blocks)
	}
}

// compare looks for each "-o name=value" of a block in what postconf read.
func compare(t *testing.T, block, read string) {
	t.Helper()
	for line := range strings.Lines(block) {
		option, ok := strings.CutPrefix(strings.TrimSpace(line), "-o ")
		if !ok {
			continue
		}
		name, value, _ := strings.Cut(option, "=")
		if !strings.Contains(read, strings.TrimSpace("/"+name+" = "+value)) {
			t.Errorf("Postfix did not read %q", option)
		}
	}
}

// TestQuickstart runs the README's first command as its reader would, up to
// where it waits for Ctrl-C.
func TestQuickstart(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "make", "-C", "../..", "run")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C goes to all of them
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&shown, lines.Text())
		if strings.HasPrefix(lines.Text(), "Interrupt (Ctrl-C)") {
			if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // make says that it was interrupted
	for _, want := range []string{
		"client hears  250", "accept by thresholds; then relayed", "executive_impersonation", "1. The name \"Dana Reed\"",
		"domain-spoof", "reject by rule our domain, forged; then refused", "; then held", "malware", "Metrics: http://127.0.0.1:",
	} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("make run does not show %q:\n%s", want, shown.String())
		}
	}
}
