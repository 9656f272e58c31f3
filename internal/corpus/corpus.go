// Package corpus reads the labelled mail that is kept outside the repository,
// straight from its archives.
package corpus

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"postern/internal/shared"
)

// Each calls fn with every message of an archive ("dev", "dev2"), at most
// limit of them where limit is not zero, in the order of the archive. Line
// ends are CRLF and an mbox "From " line is cut off: as a client would send
// it.
func Each(tb testing.TB, archive string, limit int, fn func(name string, raw []byte)) int {
	tb.Helper()
	return Files(tb, archive, ".eml", limit, func(name string, raw []byte) { fn(name, wire(raw)) })
}

// Files calls fn with every file of an archive that has a suffix, at most
// limit of them where limit is not zero, as they are.
func Files(tb testing.TB, archive, suffix string, limit int, fn func(name string, raw []byte)) int {
	tb.Helper()
	path := filepath.Join(shared.Dir(tb, "corpus"), archive+".tar.xz")
	xz := exec.CommandContext(tb.Context(), "xz", "-dc", path)
	out, err := xz.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := xz.Start(); err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = xz.Process.Kill(); _ = xz.Wait() }()
	n := 0
	for r := tar.NewReader(out); limit == 0 || n < limit; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			tb.Fatal(err)
		}
		if !strings.HasSuffix(h.Name, suffix) {
			continue
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			tb.Fatal(err)
		}
		fn(strings.TrimPrefix(h.Name, "./"), raw)
		n++
	}
	return n
}

// wire gives a message the line ends of SMTP (RFC 5321 §2.3.8).
func wire(raw []byte) []byte {
	if bytes.HasPrefix(raw, []byte("From ")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	raw = bytes.ReplaceAll(raw, []byte("\x00"), nil)
	raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		raw = append(raw, "\r\n"...)
	}
	return raw
}
