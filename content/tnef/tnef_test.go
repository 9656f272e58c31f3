package tnef

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"postern/internal/shared"
)

// differs are the files that this package opens otherwise, and why.
var differs = map[string]string{
	"MAPI_OBJECT": identifier,
	"winmail":     identifier,
	"christmas":   "an embedded message takes the place of the words that say it is one",
}

const identifier = "an OLE object is kept without the interface identifier before it (MS-OXTNEF §2.1.3.4)"

// TestSuiteMimeKit compares the attachments of other people's files with what
// another program took out of them.
func TestSuiteMimeKit(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/mime-mimekit/tnef")
	files, err := filepath.Glob(dir + "/*.tnef")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	passed, otherwise := 0, 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stem := strings.TrimSuffix(file, ".tnef")
		m := Open(raw, 16<<20)
		if reason := differs[filepath.Base(stem)]; reason != "" {
			otherwise++
			t.Logf("%s: judged differently: %s", filepath.Base(stem), reason)
			continue
		}
		ok := sameNames(t, stem, m)
		contents, _ := filepath.Glob(stem + "/*")
		for _, path := range contents {
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			ok = hasContent(t, path, want, m, raw) && ok
		}
		if ok {
			passed++
		}
	}
	t.Logf("passed %d of %d, %d judged differently", passed, len(files), otherwise)
}

func sameNames(t *testing.T, stem string, m *Message) bool {
	t.Helper()
	list, err := os.ReadFile(stem + ".list")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	got := make([]string, 0, len(m.Files))
	for line := range strings.Lines(string(list)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "body.") {
			want = append(want, line)
		}
	}
	for _, f := range m.Files {
		got = append(got, f.Name)
	}
	if len(want) == 0 { // some lists name only the body
		files, _ := filepath.Glob(stem + "/*")
		for _, path := range files {
			if name := filepath.Base(path); !strings.HasPrefix(name, "message.") {
				want = append(want, name)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("%s: files %q, want %q", filepath.Base(stem), got, want)
		return false
	}
	return true
}

func hasContent(t *testing.T, path string, want []byte, m *Message, raw []byte) bool {
	t.Helper()
	same := func(got []byte) bool { // the line ends of some were changed in that collection
		plain := func(b []byte) string { return strings.TrimRight(strings.ReplaceAll(string(b), "\r", ""), "\x00") }
		return plain(got) == plain(want)
	}
	switch filepath.Base(path) {
	case "message.rtf":
		if got := compressedBody(raw); !same(got) {
			t.Errorf("%s: %d bytes, want %d", path, len(got), len(want))
			return false
		}
		return true
	case "message.html":
		if !same(m.HTML) {
			t.Errorf("%s: %d bytes, want %d", path, len(m.HTML), len(want))
			return false
		}
		return true
	case "message.txt":
		if !same([]byte(m.Text)) {
			t.Errorf("%s: %q", path, m.Text)
			return false
		}
		return true
	}
	for _, f := range m.Files {
		if same(f.Data) {
			return true
		}
	}
	t.Errorf("%s: no file of that content", path)
	return false
}

// compressedBody is the RTF of a file.
func compressedBody(raw []byte) []byte {
	o := opener{m: &Message{}, limit: 16 << 20, page: codePage(1252)}
	for file := raw[6:]; len(file) >= bytesOfAttributes; {
		n := int(binary.LittleEndian.Uint32(file[5:]))
		if 9+n > len(file) {
			break
		}
		o.attribute(file[0], binary.LittleEndian.Uint32(file[1:]), file[9:9+n])
		file = file[min(len(file), 11+n):]
	}
	return o.rtf
}

func TestRTF(t *testing.T) {
	t.Parallel()
	for rtf, want := range map[string]string{
		`{\rtf1\ansi{\fonttbl{\f0 Arial;}}\pard Hello \b world\b0\par caf\'e9 \u8364 ?\~!\par}`: "Hello world\ncafé €\u00a0!",
		`{\rtf1\ansi\ansicpg1251 \'cf\'f0{\*\generator x}\'e8}`:                                 "При",
		`{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 Hi{\*\htmltag72 </p>}}`: "<p>Hi</p>",
		`{\rtf1 \{a\}\\`: `{a}\`,
	} {
		if got, _ := readRTF([]byte(rtf), 1000); got != want {
			t.Errorf("%s: got %q, want %q", rtf, got, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	begin := binary.LittleEndian.AppendUint32(nil, signature)
	f.Add(append(begin, 1, 0, 1, 0x0c, 0x80, 2, 0, 5, 0, 0, 0, 'h', 'e', 'l', 'l', 'o', 0, 0))
	f.Add(append(begin, 1, 0, 1, 3, 0x90, 6, 0, 24, 0, 0, 0, 1, 0, 0, 0, 2, 1, 9, 16, 1, 0, 0, 0, 16, 0, 0, 0))
	f.Add(append(begin, 1, 0, 2, 2, 0x90, 6, 0, 0, 0, 0, 0, 0, 0, 2, 0xf, 0x80, 6, 0, 1, 0, 0, 0, 'x', 0, 0))
	f.Fuzz(func(t *testing.T, raw []byte) {
		const limit = 10000
		m := Open(raw, limit)
		total := 0
		for _, file := range m.Files {
			total += len(file.Data)
			if !utf8.ValidString(file.Name + file.Type + file.ContentID) {
				t.Errorf("unclean names %+v", file)
			}
		}
		if len(m.Files) > maxFiles || total > maxFiles*len(raw) || !utf8.ValidString(m.Text) {
			t.Errorf("%d files of %d bytes from %d", len(m.Files), total, len(raw))
		}
		if len(m.HTML) > len(raw)*4+4*limit {
			t.Errorf("HTML of %d bytes", len(m.HTML))
		}
		if again := Open(raw, limit); again.Text != m.Text || !bytes.Equal(again.HTML, m.HTML) || len(again.Files) != len(m.Files) {
			t.Error("opening twice gives two values")
		}
	})
}

func FuzzRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\u8364 ?}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, _ := readRTF(raw, 1000)
		if !utf8.ValidString(text) || len(text) > 1000+3*len(raw) {
			t.Errorf("%d bytes of text from %d", len(text), len(raw))
		}
		if out := decompress(raw, 1000); len(out) > 1000 {
			t.Errorf("%d bytes decompressed", len(out))
		}
	})
}
