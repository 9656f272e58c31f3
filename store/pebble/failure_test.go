package pebble

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

// TestMain is also the program that TestKill kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv("POSTERN_TEST_LOAD"); dir != "" {
		load(dir)
	}
	os.Exit(m.Run())
}

// load records and holds until it is killed, and prints the ID of each message
// that is held.
func load(dir string) {
	s, err := Open(Config{Path: dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(1)
	}
	ctx := context.Background()
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				sg := store.Sighting{Query: store.Query{From: parse.Address{Local: "a", Domain: "example.net"}}, ID: id}
				err := errors.Join(
					s.Record(ctx, sg),
					s.Append(ctx, store.Entry{ID: id, At: time.Now()}),
					s.Hold(ctx, store.Held{Envelope: parse.Envelope{ID: id, Received: time.Now()}, Message: body(id)}),
				)
				if err != nil {
					fmt.Println("load:", err)
					os.Exit(1)
				}
				fmt.Println(id)
			}
		}()
	}
	select {}
}

// body is the message that is held under an ID: every tenth takes several
// pieces.
func body(id string) []byte {
	n := 40
	if strings.HasSuffix(id, "7") {
		n = 40_000
	}
	return bytes.Repeat([]byte(id+"\r\n"), n)
}

func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var held []string
	for round := range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "POSTERN_TEST_LOAD="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if !strings.Contains(lines.Text(), "-") {
				t.Fatal(lines.Text())
			}
			held = append(held, lines.Text())
			if n == 50*(round+1) {
				cmd.Process.Kill() // what it printed before counts
			}
		}
		cmd.Wait()

		s, err := Open(Config{Path: dir}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range held {
			h, err := s.Held(t.Context(), id)
			if err != nil || !bytes.Equal(h.Message, body(id)) {
				t.Errorf("%s: %d bytes, %v", id, len(h.Message), err)
			}
		}
		// The process died, not the machine: what was recorded before is here too.
		if e, err := s.Entry(t.Context(), held[len(held)-1]); err != nil {
			t.Errorf("entry: %v, %v", e, err)
		}
		p, err := s.Lookup(t.Context(), store.Query{From: parse.Address{Local: "a", Domain: "example.net"}})
		if got := p.Claimed.Address.Attempts; err != nil || got < 0.99*float64(len(held)) {
			t.Errorf("%v attempts for %d messages (%v)", got, len(held), err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d messages held, none lost", len(held))
}

func TestLockedByAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "POSTERN_TEST_LOAD="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	bufio.NewScanner(out).Scan() // it is open once it has printed
	if _, err := Open(Config{Path: dir}, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrLocked) {
		t.Errorf("open: %v", err)
	}
}

func TestOpenTellsTheRemedy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage func(dir string) error
		remedy string
	}{
		"key lost":    {func(dir string) error { return os.Remove(filepath.Join(dir, keyFile)) }, "restore it from a backup"},
		"key damaged": {overwrite(keyFile, "beef"), "64 hexadecimal digits"},
		"another key": {overwrite(keyFile, strings.Repeat("be", 32)), "that was made with this store"},
		"newer format": {func(dir string) error {
			s, err := Open(Config{Path: dir}, slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			return errors.Join(s.db.Set(formatKey, []byte{format + 1}, nil), s.Close())
		}, "install that version"},
		"manifest damaged":   {overwrite("db/MANIFEST-*", strings.Repeat("x", 100)), "restore a backup"},
		"newer Pebble":       {renameMarker, "install that version"},
		"path is no folder":  {func(dir string) error { return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)) }, "not a directory"},
		"setting is foolish": {nil, "at least 1MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "store")
			first, err := Open(Config{Path: dir}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			config := Config{Path: dir}
			if c.damage != nil {
				if err := c.damage(dir); err != nil {
					t.Fatal(err)
				}
			} else {
				config.Cache = 1
			}
			s, err := Open(config, slog.New(slog.DiscardHandler))
			if err == nil {
				s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.remedy) {
				t.Errorf("%v; want %q in it", err, c.remedy)
			}
			t.Log(err)
		})
	}
}

func overwrite(pattern, text string) func(string) error {
	return func(dir string) error {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if len(files) == 0 {
			return errors.Join(err, fs.ErrNotExist)
		}
		for _, file := range files {
			err = errors.Join(err, os.WriteFile(file, []byte(text), 0o600))
		}
		return err
	}
}

func renameMarker(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "db", "marker.format-version.*"))
	if len(files) != 1 {
		return errors.Join(err, fs.ErrNotExist)
	}
	return os.Rename(files[0], filepath.Join(dir, "db", "marker.format-version.000999.999"))
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := store.Held{Envelope: parse.Envelope{ID: "m1"}}
	s, err := Open(Config{Path: dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Hold(t.Context(), h), s.Close()); err != nil {
		t.Fatal(err)
	}
	s = openConfig(t, Config{Path: dir, MinFree: 1 << 60})
	for what, err := range map[string]error{
		"hold":   s.Hold(t.Context(), h),
		"append": s.Append(t.Context(), store.Entry{}),
		"record": s.Record(t.Context(), store.Sighting{ID: "m1"}),
	} {
		if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "free some space") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Remove(t.Context(), "m1"); err != nil {
		t.Errorf("remove makes room: %v", err)
	}
}

// TestFault lets Pebble meet its end, after which the store fails and the
// process lives.
func TestFault(t *testing.T) {
	t.Parallel()
	s, err := Open(Config{Path: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	go logger{s}.Fatalf("log: %s", "no space left on device")
	<-s.fault.met
	for what, err := range map[string]error{
		"hold":   s.Hold(t.Context(), store.Held{}),
		"record": s.Record(t.Context(), store.Sighting{ID: "m1"}),
		"close":  s.Close(),
	} {
		if err == nil || !strings.Contains(err.Error(), "free some space and restart") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Lookup(t.Context(), store.Query{}); err == nil {
		t.Error("lookup works")
	}
}

// TestADamagedTableIsTold: who reads is told, while Pebble would end the
// process.
func TestADamagedTableIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := store.Held{Envelope: parse.Envelope{ID: "m1"}, Message: bytes.Repeat([]byte("words "), 100_000)}
	s, err := Open(Config{Path: dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Hold(t.Context(), h), s.Close()); err != nil {
		t.Fatal(err)
	}
	// The next to open it makes a table of the log.
	if s, err = Open(Config{Path: dir}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(dir, "db", "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("%d tables: %v", len(tables), err)
	}
	for _, table := range tables {
		data, err := os.ReadFile(table)
		if err != nil {
			t.Fatal(err)
		}
		clear(data[len(data)/2 : len(data)/10*9])
		if err := os.WriteFile(table, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = openConfig(t, Config{Path: dir})
	if _, err := s.Held(t.Context(), "m1"); err == nil || !strings.Contains(err.Error(), "restore a backup") {
		t.Errorf("got %v", err)
	}
}
