package relay

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func files(t *testing.T, dir string) []string {
	t.Helper()
	got, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func openTestMaildir(t *testing.T) (Hop, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mail")
	h, err := New(Config{Address: "maildir:" + path, Helo: "gate.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h, path
}

func TestMaildir(t *testing.T) {
	t.Parallel()
	h, path := openTestMaildir(t)
	replies, err := transfer(t.Context(), h, letter, "b@example.org", "c@example.org")
	if err != nil || len(replies) != 1 || !replies[0].OK() {
		t.Fatal(replies, err)
	}
	got := files(t, path+"/new")
	if len(got) != 1 || len(files(t, path+"/tmp")) != 0 {
		t.Fatal(got)
	}
	text, _ := os.ReadFile(got[0])
	want := "Return-Path: <a@example.net>\r\nDelivered-To: b@example.org\r\nDelivered-To: c@example.org\r\nX-Postern-Verdict: accept\r\n" + letter
	if string(text) != want {
		t.Errorf("%q", text)
	}
	if info, _ := os.Stat(got[0]); info.Mode() != 0o600 {
		t.Error(info.Mode())
	}
	if !strings.HasSuffix(got[0], ".gate.example.com") || !strings.Contains(replies[0].Text, filepath.Base(got[0])) {
		t.Error(got[0], replies[0].Text)
	}
}

func TestMaildirTakesManyAtOnce(t *testing.T) {
	t.Parallel()
	h, path := openTestMaildir(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := transfer(t.Context(), h, letter, "b@example.org"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(files(t, path+"/new")); n != 20 {
		t.Error(n)
	}
}

func TestMaildirAbortLeavesNothing(t *testing.T) {
	t.Parallel()
	h, path := openTestMaildir(t)
	tx, _, _ := h.Begin(t.Context(), testEnv, "<>")
	tx.Rcpt(t.Context(), "<b@example.org>")
	tx.Abort()
	if _, err := tx.Send(t.Context(), [][]byte{[]byte(letter)}); err == nil {
		t.Error("Send after Abort")
	}
	if got := append(files(t, path+"/new"), files(t, path+"/tmp")...); len(got) != 0 {
		t.Error(got)
	}
}

// TestMaildirOnAFullDisk bounds the size of files, which fails a write half
// way just as a full disk does. Not parallel: the bound is the process's.
func TestMaildirOnAFullDisk(t *testing.T) { //nolint:paralleltest // RLIMIT_FSIZE
	h, path := openTestMaildir(t)
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4096, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	replies, err := transfer(t.Context(), h, strings.Repeat(letter, 1000), "b@example.org")
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err != nil || len(replies) != 1 || replies[0] != diskFull {
		t.Error(replies, err)
	}
	if got := append(files(t, path+"/new"), files(t, path+"/tmp")...); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
	if _, err := transfer(t.Context(), h, letter, "b@example.org"); err != nil {
		t.Error("after the disk was emptied:", err)
	}
}
