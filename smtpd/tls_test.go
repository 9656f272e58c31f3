package smtpd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate writes a key pair and returns its files.
func certificate(tb testing.TB, name string) (cert, key string) {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		tb.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der},
		key:  {Type: "PRIVATE KEY", Bytes: pkcs8},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return cert, key
}

// encrypted is the conversation after STARTTLS, and the name in the certificate.
func encrypted(tb testing.TB, c net.Conn) (*talk, string) {
	tb.Helper()
	conn := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	if err := conn.Handshake(); err != nil {
		tb.Fatal(err)
	}
	return newTalk(tb, conn), conn.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func TestStartTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t, "old.example.com")
	cfg := Config{TLSCert: cert, TLSKey: key}
	srv, hop := start(t, cfg, Deps{})
	plain := dial(t, srv)
	if hello := plain.hello(); !strings.Contains(hello, "250-STARTTLS\r\n") {
		t.Fatalf("not offered: %q", hello)
	}
	plain.envelope()
	plain.say("STARTTLS now", "501")
	plain.say("STARTTLS", "220")
	talk, name := encrypted(t, plain.Conn)
	if name != "old.example.com" {
		t.Errorf("certificate of %s", name)
	}
	talk.say("RCPT TO:<dan@example.com>", "503") // all that was said before is forgotten (RFC 3207 §4.2)
	talk.say("DATA", "503")
	if hello := talk.say("EHLO out.example.net", "250"); strings.Contains(hello, "STARTTLS") {
		t.Errorf("offered again: %q", hello)
	}
	talk.say("STARTTLS", "503")
	talk.data()
	talk.send(testMessage(1000) + ".\r\n")
	talk.want("250 2.0.0 Ok: queued")

	cfg.TLSCert, cfg.TLSKey = certificate(t, "new.example.com")
	if err := srv.Reload(cfg); err != nil {
		t.Fatal(err)
	}
	talk.data()
	talk.send(testMessage(1) + ".\r\n")
	talk.want("250 2.0.0 Ok: queued") // the old session goes on
	talk.say("QUIT", "221")
	if got := hop.Messages(); len(got) != 2 || got[0] != testMessage(1000) {
		t.Errorf("%d messages, or not as sent", len(got))
	}
	next := dial(t, srv)
	next.hello()
	next.say("STARTTLS", "220")
	if _, name := encrypted(t, next.Conn); name != "new.example.com" {
		t.Errorf("certificate of %s after the reload", name)
	}
}

// TestCommandInjectionBeforeTLS sends a command in the clear behind STARTTLS:
// it must not be obeyed as if it had come encrypted (CVE-2011-0411).
func TestCommandInjectionBeforeTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t, "mx.example.com")
	srv, _ := start(t, Config{TLSCert: cert, TLSKey: key}, Deps{})
	talk := dial(t, srv)
	talk.hello()
	talk.send("STARTTLS\r\nMAIL FROM:<eve@example.net>\r\n")
	talk.want("503")
	if got := talk.reply(); got != "closed" {
		t.Errorf("reply %q", got)
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t, "mx.example.com")
	srv, _ := start(t, Config{Listen: []string{"tls:127.0.0.1:0"}, TLSCert: cert, TLSKey: key}, Deps{})
	talk, _ := encrypted(t, dial(t, srv).Conn)
	talk.hello()
	talk.say("QUIT", "221")

	plain := dial(t, srv)
	plain.send("EHLO out.example.net\r\n")
	if got := plain.reply(); strings.HasPrefix(got, "2") {
		t.Errorf("reply %q in the clear", got)
	}
}
