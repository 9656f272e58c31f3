package mailbox

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestMbox(t *testing.T) {
	t.Parallel()
	const text = "From a@example.net Sun Nov 22\nSubject: 1\n\n>From me\nFrom not after an empty line\n\n" +
		"From here on it is prose.\n\nFrom b@example.net x\r\nSubject: 2\r\n\r\n>>From you\r\nend"
	var got []string
	var at int64
	for p, err := range Split(strings.NewReader(text), MaxMessage) {
		if err != nil || p.Offset != at || int(p.Length) != len(p.Head) {
			t.Errorf("%+v, %v, want offset %d", p, err, at)
		}
		at += p.Length
		sender, raw := Unpack(p.Head)
		got = append(got, sender, string(raw))
	}
	want := []string{
		"a@example.net", "Subject: 1\r\n\r\nFrom me\r\nFrom not after an empty line\r\n\r\nFrom here on it is prose.\r\n",
		"b@example.net", "Subject: 2\r\n\r\n>From you\r\nend",
	}
	if !reflect.DeepEqual(got, want) || int(at) != len(text) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestSplitKeepsNoMoreThanAsked(t *testing.T) {
	t.Parallel()
	text := "From a@example.net x\nSubject: 1\n\n" + strings.Repeat("x", 200<<10) + "\n\nFrom b@example.net x\n\n\n"
	var got []string
	for p, err := range Split(strings.NewReader(text), 30) {
		got = append(got, fmt.Sprintf("%d+%d %d %v", p.Offset, p.Length, len(p.Head), err))
	}
	first := strings.Index(text, "From b")
	want := []string{fmt.Sprintf("0+%d 30 <nil>", first), fmt.Sprintf("%d+%d 23 <nil>", first, len(text)-first)}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzSplit: the pieces are the file, none is empty, and each but the first
// begins a message.
func FuzzSplit(f *testing.F) {
	f.Add("From a@example.net x\nA: b\n\nc\n\nFrom b@example.net 10:00\n\n>From d\n")
	f.Add("A: b\n\nFrom c@example.net x\n")
	f.Fuzz(func(t *testing.T, text string) {
		whole := ""
		for p, err := range Split(strings.NewReader(text), MaxMessage) {
			if err != nil || p.Length == 0 || int(p.Offset) != len(whole) || whole != "" && !separates(p.Head) {
				t.Fatalf("%+v, %v after %q", p, err, whole)
			}
			whole += string(p.Head)
			if _, raw := Unpack(p.Head); strings.Contains(strings.ReplaceAll(string(raw), "\r\n", ""), "\n") && !strings.Contains(string(p.Head), "\r") {
				t.Fatalf("bare line ends in %q", raw)
			}
		}
		if whole != text {
			t.Fatalf("%q became %q", text, whole)
		}
	})
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWalkFindsMailAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"box": "From a@example.net x\n", "one.eml": "anything", "numbered/1.": "Received: by x\n", "prose.txt": "Dear Ann:\n",
		"Maildir/cur/1:2,S": "A: b\n", "Maildir/new/2": "", "Maildir/tmp/3": "A: b\n", "Maildir/.Sent/cur/4:2,S": "A: b\n",
		"Maildir/dovecot-uidlist": "3 V1 N2\n1 :1\n", "tmp/kept.eml": "",
	})
	var got, bad []string
	absent := filepath.Join(dir, "absent")
	err := Walk(t.Context(), []string{dir, filepath.Join(dir, "prose.txt"), absent},
		func(f File) error { got = append(got, strings.TrimPrefix(f.Path, dir+"/")); return nil },
		func(path string, err error) {
			bad = append(bad, fmt.Sprint(filepath.Base(path), errors.Is(err, ErrNoMail), errors.Is(err, fs.ErrNotExist)))
		})
	want := []string{"Maildir/.Sent/cur/4:2,S", "Maildir/cur/1:2,S", "Maildir/new/2", "box", "numbered/1.", "one.eml", "tmp/kept.eml"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v\nwant %q", got, err, want)
	}
	if want := []string{"prose.txttrue false", "absentfalse true"}; !slices.Equal(bad, want) {
		t.Errorf("%q, want %q", bad, want)
	}
}

func TestNameSurvivesFlags(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/m/new/1.x": "/m/1.x", "/m/cur/1.x:2,RS": "/m/1.x", "/m/x/1:2,S": "/m/x/1:2,S",
	} {
		if got := (&File{Path: path}).Name(); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestLoadFindsAMessageWithOtherFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"cur/1.x:2,S": "A: b\n\nc\n", "new/2": "A: b\n"})
	_, raw, err := Load(filepath.Join(dir, "new", "1.x"), 0, 8)
	if err != nil || string(raw) != "A: b\r\n\r\nc\r\n" {
		t.Errorf("%q, %v", raw, err)
	}
	if _, _, err := Load(filepath.Join(dir, "new", "2"), 0, 8); err == nil {
		t.Error("a file that has shrunk is read")
	}
	if _, _, err := Load(filepath.Join(dir, "new", "2"), 0, MaxMessage+1); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
}

// However small the runs are, the order is the same and complete.
func TestSorter(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	all := make([]Place, 0, 1000)
	for i := range int64(1000) {
		all = append(all, Place{random.Int64N(200) - 100, random.Int64N(10), i, random.Int64()})
	}
	want := slices.SortedFunc(slices.Values(all), Place.before)
	for _, run := range []int{1, 7, 999, 1000, 5000} {
		dir := t.TempDir()
		s := NewSorter(dir, run)
		for _, p := range all {
			if err := s.Add(p); err != nil {
				t.Fatal(err)
			}
			if len(s.run) >= run {
				t.Fatalf("%d places in memory, at most %d are allowed", len(s.run), run)
			}
		}
		path := filepath.Join(dir, "order")
		if err := s.Write(path); err != nil {
			t.Fatal(err)
		}
		for _, skip := range []int{0, 400, 1000} {
			var got []Place
			for p, err := range Ordered(path, int64(skip)) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, p)
			}
			if !slices.Equal(got, want[skip:]) {
				t.Errorf("runs of %d, skipping %d: another order", run, skip)
			}
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("%v are left", left)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "files")
	l, err := NewList(path)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"a", strings.Repeat("b", 3000), "c\nd"}
	at := make([]int64, 0, len(names))
	for _, name := range names {
		n, err := l.Add(name)
		if err != nil {
			t.Fatal(err)
		}
		at = append(at, n)
	}
	if err := errors.Join(l.Flush(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if l, err = OpenList(path); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i, name := range names {
		if got, err := l.Path(at[i]); err != nil || got != name {
			t.Errorf("%q, %v", got, err)
		}
	}
	if got, err := l.Path(1 << 20); err == nil {
		t.Errorf("%q", got)
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"A: b\n\nc\n\n": "A: b\n\n", "A: b\r\n\r\nc": "A: b\r\n\r\n", "A: b\n": "A: b\n", "\nc": "\n", "": "", "A": "A"} {
		if got := string(Header([]byte(text))); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
