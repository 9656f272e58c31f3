//go:build integration

package integration

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/authres"
	"github.com/emersion/go-msgauth/dkim"
)

// A spoof is one case: a message that shows some server's user a name that its
// sender has no right to.
type spoof struct {
	ID       string
	Helo     string
	MailFrom []byte `json:"mailfrom_b64"`
	RcptTo   string
	Headers  struct {
		From    []byte `json:"from_header"`
		To      []byte `json:"to_header"`
		Subject []byte `json:"subject_header"`
		Other   []byte `json:"other_headers"`
	} `json:"headers_b64"`
	Body []byte `json:"body_b64"`
	DKIM *struct {
		Domain   []byte `json:"d"`
		Selector []byte `json:"s"`
		Header   []byte `json:"sign_header"`
	}
}

// spoofZone is what the attacker publishes, and whom he spoofs. All that is
// his passes SPF, whatever it is called.
const spoofZone = `
attack.com.               TXT "v=spf1 ip4:198.51.100.7 +all"
*.attack.com.             TXT "v=spf1 ip4:198.51.100.7 +all"
_dmarc.attack.com.        TXT "v=DMARC1; p=none"
legitimate.com\(a.attack.com. TXT "v=spf1 +all"
legitimate.com.           TXT "v=spf1 ip4:203.0.113.1 -all"
_dmarc.legitimate.com.    TXT "v=DMARC1; p=reject"
example.com.              TXT "v=spf1 ip4:203.0.113.1 -all"
_dmarc.example.com.       TXT "v=DMARC1; p=reject"
selector._domainkey.attack.com. TXT %[1]s
selector._domainkey.legitimate.com'a.attack.com. TXT %[1]s
selector._domainkey.attack.com.\000.any._domainkey.legitimate.com. TXT "v=DKIM1; p="
`

// spoofKey reads the suite's key, and prints the record for it.
func spoofKey(t *testing.T, dir string) (key crypto.Signer, record string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "dkimkey"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	rsa, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return rsa, fmt.Sprintf("%q", "v=DKIM1; k=rsa; t=y; p="+base64.StdEncoding.EncodeToString(der))
}

// message is what the case sends, signed as it wants.
func (c *spoof) message(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	var signature []byte
	if c.DKIM != nil {
		var out bytes.Buffer
		plain := string(c.DKIM.Header) + "\r\n\r\n" + string(c.Body)
		err := dkim.Sign(&out, strings.NewReader(plain), &dkim.SignOptions{
			Domain: string(c.DKIM.Domain), Selector: string(c.DKIM.Selector), Signer: key, HeaderKeys: []string{"From"},
		})
		if err != nil {
			t.Fatal(err)
		}
		signature = bytes.TrimSuffix(out.Bytes(), []byte(plain))
	}
	return bytes.Join([][]byte{signature, c.Headers.From, c.Headers.To, c.Headers.Subject, c.Headers.Other, c.Body}, nil)
}

// TestEspoofer sends the attacks of "Composition Kills" (USENIX Security 2020)
// to a gate that mends what it can, so that as many as possible get in.
func TestEspoofer(t *testing.T) {
	t.Parallel()
	dir, cases := readCases[*spoof](t, "espoofer")
	key, record := spoofKey(t, dir)
	s := startSink(t)
	g := start(t, settings{downstream: s.addr, zone: fmt.Sprintf(spoofZone, record), smtp: `bare_newline = "normalize"`})
	passed := 0
	for _, c := range cases {
		said, results := c.send(t, g, s, c.message(t, key))
		err := spoofed(results, victimOf(c.ID))
		t.Logf("%s: %s %s", c.ID, said, results)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		passed++
	}
	for _, control := range []struct{ from, want string }{
		{"first@attack.com", "dmarc=pass"},
		{"admin@legitimate.com", "dmarc=fail"},
	} {
		c := *cases[0]
		c.Helo, c.MailFrom = "attack.com", []byte("<any@attack.com>")
		c.Headers.From = []byte("From: <" + control.from + ">\r\n")
		said, results := c.send(t, g, s, c.message(t, key))
		t.Logf("control from %s: %s %s", control.from, said, results)
		if !strings.Contains(results, control.want) {
			t.Errorf("the control from %s wants %s", control.from, control.want)
			continue
		}
		passed++
	}
	t.Logf("espoofer: passed %d of %d", passed, len(cases)+2)
}

// victimOf is whose name the case wants to borrow.
func victimOf(id string) string {
	if strings.HasPrefix(id, "client_") {
		return "example.com"
	}
	return "legitimate.com"
}

var resultsField = regexp.MustCompile(`(?m)^Authentication-Results: (gate\.example\.com;` + fold + `)`)

// send sends message from the attacker's address. It returns the last reply,
// and the gate's word on who wrote it, where it was delivered.
func (c *spoof) send(t *testing.T, g *gate, s *sink, message []byte) (said, results string) {
	t.Helper()
	before := len(s.copies())
	p, err := dial(g.Addr, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer p.conn.Close()
	for _, line := range []string{"XCLIENT ADDR=198.51.100.7 NAME=attack.com", "EHLO " + c.Helo} {
		if code, text, err := p.say(line); err != nil || code/100 != 2 {
			t.Fatalf("%s: %d %s %v", line, code, text, err)
		}
	}
	a := p.send(strings.Trim(string(c.MailFrom), "<>"), strings.Trim(c.RcptTo, "<>"), message)
	if a.err != nil {
		t.Fatalf("%s: %v", c.ID, a.err)
	}
	said = fmt.Sprintf("%s is answered %d %s", a.stage, a.code, a.text)
	came := s.copies()[before:]
	if len(came) == 0 {
		return said, ""
	}
	fields := resultsField.FindAllStringSubmatch(string(came[0].data), -1)
	if len(fields) != 1 {
		t.Fatalf("%d fields with our results:\n%s", len(fields), came[0].data)
	}
	return said, strings.Join(strings.Fields(fields[0][1]), " ")
}

// spoofed tells how results give the attacker what he wants.
func spoofed(results, victim string) error {
	if results == "" {
		return nil
	}
	_, list, err := authres.Parse(results)
	if err != nil || len(list) < 4 {
		return fmt.Errorf("not to be read: %d results, %w", len(list), err)
	}
	for part := range strings.SplitSeq(results, ";") {
		part = strings.TrimSpace(part)
		method, rest, _ := strings.Cut(part, "=")
		if strings.HasPrefix(rest, "pass") && (method == "dmarc" || strings.Contains(rest, victim)) {
			return fmt.Errorf("%s", part)
		}
	}
	return nil
}
