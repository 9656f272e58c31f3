package archive

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/content"
)

// TestSamples lists archives and disk images that other programs made of the
// same three files (7z, zip, xz, gcab, arj, genisoimage, xorriso, mkfs.fat,
// mkfs.ntfs, qemu-img; the RAR ones by hand), each gzipped once more.
// UPDATE=1 writes what is seen.
func TestSamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.gz")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	var got strings.Builder
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".gz")
		b := content.DefaultBudget
		var opened []string
		open := func(path string, data []byte) { opened = append(opened, fmt.Sprintf("%s (%d bytes)", path, len(data))) }
		f := content.Guard(content.Archive, func(f *content.Found) { Decode(f, sample(t, file), name, []string{"wrong", "secret"}, &b, open) })
		fmt.Fprintf(&got, "%s: %s, flags: %s\n", name, f.Format, f.Flags)
		for _, n := range f.Names {
			fmt.Fprintf(&got, "    %s\n", n)
		}
		for _, n := range opened {
			fmt.Fprintf(&got, "    opened %s\n", n)
		}
	}
	const golden = "testdata/samples.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want, _ := os.ReadFile(golden); got.String() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}

func sample(tb testing.TB, file string) []byte {
	tb.Helper()
	packed, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		tb.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return body
}
