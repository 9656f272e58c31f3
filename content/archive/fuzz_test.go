package archive

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"postern/content"
	"postern/internal/decoding"
)

func decode(body []byte, name string, passwords ...string) (*content.Found, content.Budget) {
	b := content.DefaultBudget
	return content.Guard(content.Archive, func(f *content.Found) { Decode(f, body, name, passwords, &b, func(string, []byte) {}) }), b
}

func zipped(tb testing.TB, files ...string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// FuzzDecode: the decoder keeps to what every decoder must, and names are on
// one line.
func FuzzDecode(f *testing.F) {
	f.Add(zipped(f, "a.txt", "a", "b.zip", string(zipped(f, "c.exe", "MZ"))))
	for _, seed := range []string{
		"7z\xbc\xaf\x27\x1c\x00\x04", "Rar!\x1a\x07\x01\x00\x00\x00\x00\x00\x05\x02\x00a", "Rar!\x1a\x07\x00\x00\x00\x74\x00\x00\x20\x00",
		"MSCF\x00\x00\x00\x00", "\x1f\x8b\x08\x00", "BZh9", "conectix", "a\x00-lh5-",
	} {
		f.Add([]byte(seed))
	}
	for _, name := range []string{"plain.7z", "aes.zip", "lzma.zip", "five.rar", "four.rar", "files.arj", "files.cab", "files.tgz", "fat.img", "ntfs.img", "files.tar.xz"} {
		f.Add(sample(f, "testdata/"+name+".gz"))
	}
	read := func(found *content.Found, body []byte, b *content.Budget) {
		Decode(found, body, "a.gz", []string{"secret", "1234"}, b, func(string, []byte) {})
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		decoding.Check(t, read, body)
		b, found := content.DefaultBudget, content.Found{}
		read(&found, body, &b)
		for _, name := range found.Names {
			if strings.ContainsAny(name, "\r\n\x00") {
				t.Errorf("name %q", name)
			}
		}
	})
}

// TestBombs lists archives made to cost much; what is spent is the budget's.
func TestBombs(t *testing.T) {
	t.Parallel()
	zeros := string(make([]byte, 12<<20))
	many := make([]string, 0, 4000)
	for i := range 2000 {
		many = append(many, fmt.Sprintf("%d.zip", i), "x")
	}
	inner := string(zipped(t, "0.txt", zeros))
	layers := string(zipped(t, "a.zip", inner, "b.zip", inner, "c.zip", inner, "d.zip", inner))
	for name, test := range map[string]struct {
		body []byte
		want content.Flags
	}{
		"layers of archives":   {zipped(t, "1.zip", layers, "2.zip", layers, "3.zip", layers), 0},
		"archives of 12 MB":    {zipped(t, "1.zip", zeros, "2.zip", zeros, "3.zip", zeros), content.OverBudget},
		"thousands of entries": {zipped(t, many...), content.OverBudget},
	} {
		f, b := decode(test.body, "a.zip")
		if !f.Flags.Has(test.want) || b.Bytes < 0 || len(f.Names) > content.MaxNames {
			t.Errorf("%s: %s, %d names, %d bytes left", name, f.Flags, len(f.Names), b.Bytes)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	body := zipped(b, "a.txt", "a", "b.zip", string(zipped(b, "c.exe", "MZ")))
	for b.Loop() {
		decode(body, "a.zip")
	}
}
