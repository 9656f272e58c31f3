package train

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/detect"
	"postern/lexis"
	"postern/parse"
)

// A twin has the words of the attack, and comes from the brand with links to
// the brand.
func TestATwinIsTheBrandsOwn(t *testing.T) {
	t.Parallel()
	brand := lexis.Builtin().Brands()[0]
	dir := filepath.Join(t.TempDir(), "phish", "test")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	raw := crlf(fmt.Sprintf(`From: "%s" <service@mail.example.net>
Reply-To: <desk@example.org>
Subject: Your account
MIME-Version: 1.0
Content-Type: text/html

<p>Confirm your <a href="https://login.example.com/a?b=1">password</a>.
`, brand.Words[0]))
	for i := range 20 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.eml", i)), []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mail, err := Corpus(filepath.Dir(filepath.Dir(dir)))
	if err != nil {
		t.Fatal(err)
	}
	twins, err := Twins(mail)
	if err != nil || len(twins) == 0 || len(twins) == len(mail) {
		t.Fatalf("%d twins of %d: %v", len(twins), len(mail), err)
	}
	w := twins[0]
	if w.Class != detect.Safe || w.collector() != "test" || w.Campaign+"+twin" != w.Path {
		t.Errorf("%+v", w)
	}
	own := brand.Domains[0]
	m := parse.Read(normalise([]byte(raw), ann, w.swaps), parse.DefaultLimits)
	if m.From[0].Address.Domain != own || m.ReplyTo[0].Address.Domain != own || m.Links[0].Host != own {
		t.Errorf("from %v, answers to %v, links %v", m.From, m.ReplyTo, m.Links)
	}
	if !strings.Contains(m.Text.Visible, "Confirm your password") {
		t.Errorf("text %q", m.Text.Visible)
	}
}
