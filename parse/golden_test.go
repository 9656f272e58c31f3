package parse

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestMessages reads the messages of testdata and compares what was seen in
// them. UPDATE=1 writes what is seen into the files.
func TestMessages(t *testing.T) {
	t.Parallel()
	for _, file := range messageFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			raw := crlf(string(ar.Files[0].Data))
			m := Read(raw, DefaultLimits)
			checkInvariants(t, raw, m, DefaultLimits)
			got := describe(m, "")
			if os.Getenv("UPDATE") != "" {
				ar.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(ar.Files[1].Data); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func messageFiles(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		tb.Fatal("no cases", err)
	}
	return files
}

// describe writes a message as the golden files hold it.
func describe(m *Message, indent string) string {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, indent+format+"\n", args...) }
	for _, list := range []struct {
		name string
		of   []Mailbox
	}{{"from", m.From}, {"reply-to", m.ReplyTo}, {"to", m.To}, {"cc", m.Cc}} {
		for _, box := range list.of {
			line("%s %q <%s> %s", list.name, box.Name, box.Address, box.Group)
		}
	}
	line("subject %q date %s references %q", m.Subject, m.Date.Format("2006-01-02T15:04:05Z07:00"), m.References)
	for _, p := range m.Parts {
		line("part %s%s %q %s %s", strings.Repeat("  ", p.Depth), p.Type, p.Name, p.Disposition, p.Encoding)
	}
	if m.Text.HTML {
		line("text from HTML")
	}
	for _, s := range []struct{ name, text string }{
		{"visible", m.Text.Visible}, {"quoted", m.Text.Quoted}, {"signature", m.Text.Signature}, {"hidden", m.Text.Hidden},
	} {
		for text := range strings.Lines(s.text) {
			line("%s %+q", s.name, strings.TrimSuffix(text, "\n"))
		}
	}
	for _, s := range []struct{ name, text string }{
		{"disclaimer", m.Text.Disclaimer}, {"preheader", m.Text.Preheader}, {"alt", m.Text.Alt},
	} {
		for text := range strings.Lines(s.text) {
			line("%s %+q", s.name, strings.TrimSuffix(text, "\n"))
		}
	}
	if m.Text.Folded != m.Text.Visible {
		line("folded %+q", m.Text.Folded)
	}
	if m.Text.Disguise != (Disguise{}) {
		line("disguise %+v", m.Text.Disguise)
	}
	if m.Text.Blank > 1 {
		line("blank %d, below %d", m.Text.Blank, m.Text.Below)
	}
	for _, f := range m.Text.Forwards {
		line("forward from %q <%s> to %d on %s subject %q said %v attached %v",
			f.From.Name, f.From.Address, len(f.To), f.Date.Format("2006-01-02T15:04:05Z07:00"), f.Subject, f.Said, f.Attached)
	}
	for _, l := range m.Links {
		line("link in %s %+q %s %q text %q image %v", l.Origin, l.URL, l.Scheme, l.Host, l.Text, l.Image)
		if l.Target != "" || l.Inner != "" {
			line("  leads to %+q at %q, names %q, rewritten %v redirected %v", l.Target, l.Leads, l.Inner, l.Rewritten, l.Redirected)
		}
	}
	describeFiles(&b, m.Attachments, indent)
	for _, code := range m.Codes {
		line("code in %s %+q", code.In, code.Text)
	}
	line("defects %s", m.Defects)
	return b.String()
}

func describeFiles(b *bytes.Buffer, list []Attachment, indent string) {
	line := func(format string, args ...any) { fmt.Fprintf(b, indent+format+"\n", args...) }
	for _, a := range list {
		line("attachment %q %s sniffed %s, %d bytes %q encrypted %v", a.Name, a.Declared, a.Sniffed, a.Size, a.Entries, a.Encrypted)
		if f := a.Found; f != nil {
			line("  found %s flags %s title %q author %q by %q, %q names %q codes %q", f.Kind, f.Flags, f.Title, f.Author, f.Program, f.Producer, f.Names, f.Codes)
			line("  found %d pages %d images %d words %dx%d phones %q", f.Pages, f.Images, f.Words, f.Width, f.Height, f.Phones)
			if f.Meeting != nil {
				line("  found meeting %+v", *f.Meeting)
			}
			for text := range strings.Lines(f.Text) {
				line("  found %+q", strings.TrimSuffix(text, "\n"))
			}
		}
		if a.Message != nil {
			b.WriteString(describe(a.Message, indent+"  | "))
		}
		describeFiles(b, a.Inside, indent+"  in ")
	}
}
