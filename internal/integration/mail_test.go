//go:build integration

package integration

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"postern/internal/postfix"
)

// A signer signs mail of example.net with two keys, in the strictest
// canonicalization: not a byte may change (RFC 6376 §3.4).
type signer struct {
	rsa     *rsa.PrivateKey
	ed25519 ed25519.PrivateKey
	records map[string]string // TXT, by name
}

func newSigner(t *testing.T) *signer {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&r.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{r, e, map[string]string{
		"r._domainkey.example.net": "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der),
		"e._domainkey.example.net": "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public),
	}}
}

// zone has the signer's keys, and an SPF record that lets 198.51.100.7 send.
func (s *signer) zone() string {
	zone := `example.net. TXT "v=spf1 ip4:198.51.100.7 -all"` + "\n"
	for name, text := range s.records {
		zone += name + ". TXT"
		for len(text) > 0 {
			n := min(len(text), 200)
			zone += ` "` + text[:n] + `"`
			text = text[n:]
		}
		zone += "\n"
	}
	return zone
}

func (s *signer) sign(t *testing.T, message string) string {
	t.Helper()
	for _, options := range []*dkim.SignOptions{
		{Domain: "example.net", Selector: "r", Signer: s.rsa},
		{Domain: "example.net", Selector: "e", Signer: s.ed25519},
	} {
		options.HeaderCanonicalization = dkim.CanonicalizationSimple
		options.BodyCanonicalization = dkim.CanonicalizationSimple
		options.HeaderKeys = []string{"From", "To", "Subject", "Date", "Message-ID"}
		var signed bytes.Buffer
		if err := dkim.Sign(&signed, strings.NewReader(message), options); err != nil {
			t.Fatal(err)
		}
		message = signed.String()
	}
	return message
}

// verify checks both signatures of a delivered message.
func (s *signer) verify(t *testing.T, delivered string) {
	t.Helper()
	message := strings.ReplaceAll(delivered, "\n", "\r\n") // Maildir has LF
	results, err := dkim.VerifyWithOptions(strings.NewReader(message), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) { return []string{s.records[name]}, nil },
	})
	if err != nil || len(results) != 2 {
		t.Fatalf("%d signatures, %v", len(results), err)
	}
	for _, result := range results {
		if result.Err != nil {
			t.Errorf("%v in\n%s", result.Err, delivered)
		}
	}
}

// letter has what tends to get lost on the way: dots, trailing space, 8-bit
// text, empty and long lines.
const letter = "From: Carol <carol@example.net>\r\n" +
	"To: Ann <ann@example.com>,\r\n\tBob <bob@example.com>\r\n" +
	"Subject:  Minutes of   Tuesday \r\n" +
	"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n" +
	"Message-ID: <minutes@example.net>\r\n" +
	"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
	".\r\n..\r\n.one dot\r\nSch\u00f6ne Gr\u00fc\u00dfe \t \r\n\r\n" +
	"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\r\n" +
	"From here on nothing.\r\n\r\n\r\n"

// body is what every path has to keep.
func body(message string) string {
	_, body, _ := strings.Cut(strings.ReplaceAll(message, "\r\n", "\n"), "\n\n")
	return body
}

// client is what every message says of the client that it came from.
var client = []string{"--xclient-addr", "198.51.100.7", "--xclient-name", "mail.example.net", "--helo", "mail.example.net"}

// swaks sends message by the program of that name. It is false where the server refused, and
// then out has what was said.
func swaks(t *testing.T, server, message string, args ...string) (out string, ok bool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "message")
	text := strings.ReplaceAll(message, "\r\n", "\n")
	text = strings.TrimSuffix(text, "\n") // swaks ends the last line itself
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"--server", server, "--data", "@" + file}, args...)
	return run(t, postfix.Program(t, "swaks"), append(args, client...)...)
}

// smtpSource sends n messages over ten connections at a time.
func smtpSource(t *testing.T, server, to string, n string) {
	t.Helper()
	if out, ok := run(t, postfix.Program(t, "smtp-source"), "-s", "10", "-m", n, "-l", "20000", "-f", "load@example.net", "-t", to, server); !ok {
		t.Errorf("smtp-source: %s", out)
	}
}
