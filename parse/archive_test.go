package parse

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// attach is a message with one attachment.
func attach(name string, file []byte) []byte {
	return crlf("From: a@example.com\nContent-Type: application/octet-stream; name=\"" + name +
		"\"\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(file) + "\n")
}

func zipOf(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchives(t *testing.T) {
	t.Parallel()
	inner := zipOf(t, "run.exe", "MZ")
	deep := zipOf(t, "c.zip", string(zipOf(t, "b.zip", string(zipOf(t, "a.zip", string(inner))))))
	encrypted := slices.Clone(inner)
	encrypted[6] |= 1
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	cut := inner[:len(inner)-20]
	tarball := tarOf(t, "d/x.js", "y.txt")
	for _, c := range []struct {
		name      string
		file      []byte
		entries   []string
		encrypted bool
		bad       bool
	}{
		{"one.zip", zipOf(t, "a.txt", "a", "in.zip", string(inner)), []string{"a.txt", "in.zip", "in.zip/run.exe"}, false, false},
		{"deep.zip", deep, []string{"c.zip", "c.zip/b.zip", "c.zip/b.zip/a.zip"}, false, false},
		{"setup.exe", append([]byte("PK code before the archive"), inner...), []string{"run.exe"}, false, false},
		{"locked.zip", encrypted, []string{"run.exe"}, true, false},
		{"cut.zip", cut, []string{"run.exe"}, false, true},
		{"a.tar", tarball, []string{"d/x.js", "y.txt"}, false, false},
		{"a.tar.gz", gzipOf(t, tarball), []string{"d/x.js", "y.txt"}, false, false},
		{"page.html.gz", gzipOf(t, []byte("<html>")), []string{"page.html"}, false, false},
		{"a.zip.gz", gzipOf(t, inner), []string{"a.zip", "a.zip/run.exe"}, false, false},
		{"junk.gz", []byte{0x1f, 0x8b, 1}, nil, false, true},
		{"tarinzip.zip", zipOf(t, "x.tar", string(tarball)), []string{"x.tar", "x.tar/d/x.js", "x.tar/y.txt"}, false, false},
	} {
		raw := attach(c.name, c.file)
		m := Read(raw, DefaultLimits)
		checkInvariants(t, raw, m, DefaultLimits)
		a := m.Attachments[0]
		if !slices.Equal(a.Entries, c.entries) || a.Encrypted != c.encrypted || a.Size != len(c.file) || slices.Contains(m.Defects, BadArchive) != c.bad {
			t.Errorf("%s: %q, encrypted %v, %d bytes, defects %v", c.name, a.Entries, a.Encrypted, a.Size, m.Defects)
		}
	}
}

// TestLimits reads messages over each limit: what is below it is read, and
// the defect tells.
func TestLimits(t *testing.T) {
	t.Parallel()
	many := make([]string, 0, 100)
	for i := range 50 {
		many = append(many, fmt.Sprintf("%d.zip", i), string(zipOf(t, "x.txt", strings.Repeat("x", 9000))))
	}
	for name, raw := range map[string][]byte{
		"header bytes": crlf("A: " + strings.Repeat("a", 3000) + "\nFrom: a@example.com\n\ntext"),
		"fields":       crlf(strings.Repeat("A: b\n", 30) + "\ntext"),
		"parts":        crlf("Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\ntext\n", 30)),
		"depth":        crlf(strings.Repeat("Content-Type: message/rfc822\n\n", 30)),
		"links":        crlf("From: a@example.com\n\n" + strings.Repeat("http://example.com/ ", 30)),
		"attachments":  crlf("Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: image/png\n\nx\n", 8)),
		"addresses":    crlf("To: " + strings.Repeat("a@example.com, ", 30) + "\n\ntext"),
		"entries":      attach("many.zip", zipOf(t, many...)),
		"decoded":      crlf("Content-Transfer-Encoding: base64\n\n" + strings.Repeat("AAAA", 9000)),
		"text":         crlf("From: a@example.com\n\n" + strings.Repeat("text\n", 500)),
		"text cut":     crlf("From: a@example.com\nContent-Type: text/html; charset=utf-8\n\n<p>" + strings.Repeat(".", 15) + strings.Repeat("\u20ac"+strings.Repeat(" ", 29), 500)),
		"bomb":         attach("bomb.gz", gzipOf(t, make([]byte, 1<<20))),
	} {
		m := Read(raw, tight)
		checkInvariants(t, raw, m, tight)
		if !slices.Contains(m.Defects, OverLimit) {
			t.Errorf("%s: defects %v", name, m.Defects)
		}
	}
}

// TestInside opens what archives hold, encrypted ones too where the message
// gives the password, and joins what is found to the message.
func TestInside(t *testing.T) {
	t.Parallel()
	page := `<form action="https://a.example/"><input type=password></form>`
	letter := "From: b@example.net\nSubject: inner\n\nSee https://b.example/x"
	pdf := string(pdfOf("<</Type/Page/Annots[<</A<</URI(https://c.example/)>>>>]>>"))
	inner := zipOf(t, "page.html", page)
	for name, file := range map[string][]byte{
		"a.zip":  zipOf(t, "d/page.html", page, "letter.eml", letter, "x.pdf", pdf),
		"b.zip":  zipOf(t, "letter.eml", letter, "inner.zip", string(inner), "x.pdf", pdf),
		"tar.gz": gzipOf(t, tarFiles(t, "page.html", page, "letter.eml", letter, "x.pdf", pdf)),
	} {
		raw := attach(name, file)
		m := Read(raw, DefaultLimits)
		checkInvariants(t, raw, m, DefaultLimits)
		var names, urls []string
		for a := range m.Files() {
			names = append(names, a.Name)
		}
		for each := range m.All() {
			for _, l := range each.Links {
				urls = append(urls, l.URL)
			}
		}
		slices.Sort(names)
		slices.Sort(urls)
		if want := []string{name, "letter.eml", "page.html", "x.pdf"}; !slices.Equal(names, sorted(want)) {
			t.Errorf("%s: files %q", name, names)
		}
		if want := []string{"https://a.example/", "https://b.example/x", "https://c.example/"}; !slices.Equal(urls, want) {
			t.Errorf("%s: links %q", name, urls)
		}
		if len(m.Text.Forwards) != 1 {
			t.Errorf("%s: forwards %+v", name, m.Text.Forwards)
		}
	}
}

func sorted(list []string) []string { slices.Sort(list); return list }

func tarFiles(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o600, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
