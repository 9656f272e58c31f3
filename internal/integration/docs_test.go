//go:build integration

package integration

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
