package pebble

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/parse"
	"postern/store"
)

// TestFilesTellNothing looks for anybody's name in the files of a store.
func TestFilesTellNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	from := parse.Address{Local: "xylophone", Domain: "marzipan.example"}
	rcpt := parse.Address{Local: "kumquat", Domain: "example.com"}
	sg := store.Sighting{
		Query: store.Query{From: from, Name: "Zebedee Quagmire", Rcpts: []parse.Address{rcpt}},
		ID:    "<tamarillo@marzipan.example>", Verified: true, Outbound: true, Label: store.Good,
	}
	reason := "links to https://rhubarb.example/ in Subject: Pomegranate"
	for range 3 {
		err := errors.Join(
			s.Record(t.Context(), sg),
			s.Append(t.Context(), store.Entry{
				ID: "tamarillo", Sighting: sg, From: from.String(), MailFrom: from.String(), Rcpts: []string{rcpt.String()},
				Reasons: []string{reason}, Findings: []store.Finding{{Evidence: []string{reason}}},
			}),
			s.Hold(t.Context(), store.Held{
				Envelope: parse.Envelope{ID: "tamarillo", From: from, Rcpts: []parse.Address{rcpt}},
				Message:  bytes.Repeat([]byte("Subject: Pomegranate\r\n\r\nhttps://rhubarb.example/\r\n"), 20_000), Reasons: []string{reason},
			}),
			s.SetLabel(t.Context(), "tamarillo", store.Verdict{By: from.String()}),
			s.db.Flush(), // so that there are logs and tables
		)
		if err != nil {
			t.Fatal(err)
		}
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // Pebble clears up behind itself
			return nil
		}
		files++
		for _, word := range []string{"xylophone", "marzipan", "kumquat", "example", "zebedee", "quagmire", "tamarillo", "rhubarb", "pomegranate", "cloudberry", "2025550143", "gb33bukb", "20201555555555"} {
			if strings.Contains(strings.ToLower(string(raw)), word) {
				t.Errorf("%s tells %q", path, word)
			}
		}
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("%d files, %v", files, err)
	}
	for path, want := range map[string]fs.FileMode{"site.key": 0o600, "db": 0o700 | fs.ModeDir} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// TestSealsAreBoundToTheirPlace moves one entry's text under another's key.
func TestSealsAreBoundToTheirPlace(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for _, id := range []string{"m1", "m2"} {
		if err := s.Append(t.Context(), store.Entry{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	j := s.journal()
	one, err := j.find(s.db, j.digest("m1"))
	two, err2 := j.find(s.db, j.digest("m2"))
	box, err3 := s.get(s.db, one)
	if err := errors.Join(err, err2, err3, s.db.Set(two, box, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Entry(t.Context(), "m2"); !errors.Is(err, errDamaged) {
		t.Errorf("entry: %v", err)
	}
}
