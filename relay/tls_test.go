package relay

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testCA makes a certificate for name, signed by itself, and a PEM file with
// it and its key.
func testCA(t *testing.T, name string) (cert tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	file = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// tlsFake is a fake that answers STARTTLS with reply, and speaks TLS with cert
// where that is positive.
func tlsFake(t *testing.T, cert tls.Certificate, reply string) *fake {
	t.Helper()
	f := &fake{ehlo: "STARTTLS,8BITMIME"}
	f.answer = func(c *fakeConn, line string) string {
		_, encrypted := c.Conn.(*tls.Conn)
		switch {
		case line == "STARTTLS":
			io.WriteString(c, reply)
			if !strings.HasPrefix(reply, "220") {
				return hangUp
			}
			c.Conn = tls.Server(c.Conn, &tls.Config{Certificates: []tls.Certificate{cert}})
			c.r = bufio.NewReader(c.Conn)
			if c.Conn.(*tls.Conn).Handshake() != nil {
				return hangUp
			}
			f.serve(&fakeConn{Conn: skipGreeting{Conn: c.Conn, skip: new(bool)}, n: c.n, r: c.r})
			return hangUp
		case strings.HasPrefix(line, "EHLO") && (encrypted || isSkip(c.Conn)):
			return "250-fake.example\r\n250 PIPELINING"
		}
		return ""
	}
	return startFake(t, f)
}

// skipGreeting drops the first write: after STARTTLS there is no greeting.
type skipGreeting struct {
	net.Conn
	skip *bool
}

func (c skipGreeting) Write(b []byte) (int, error) {
	if !*c.skip {
		*c.skip = true
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func isSkip(c net.Conn) bool {
	_, ok := c.(skipGreeting)
	return ok
}

func TestStartTLS(t *testing.T) {
	t.Parallel()
	cert, ca := testCA(t, "next.example.com")
	_, stranger := testCA(t, "next.example.com")
	const ready = "220 ready\r\n"
	for _, test := range []struct {
		name   string
		reply  string
		config Config
		want   string // "tls", "plain" or "error"
	}{
		{"required", ready, Config{TLS: "required", CAFile: ca, ServerName: "next.example.com"}, "tls"},
		{"another name", ready, Config{TLS: "required", CAFile: ca}, "error"},
		{"another CA", ready, Config{TLS: "required", CAFile: stranger, ServerName: "next.example.com"}, "error"},
		{"required and refused", "454 4.7.0 not now\r\n", Config{TLS: "required", CAFile: ca}, "error"},
		{"opportunistic", ready, Config{}, "tls"},
		{"opportunistic and refused", "454 4.7.0 not now\r\n", Config{}, "plain"},
		{"off", ready, Config{TLS: "off"}, "plain"},
		{"injected reply", ready + "250 PIPELINING\r\n", Config{}, "error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := tlsFake(t, cert, test.reply)
			test.config.Address = f.addr()
			h := newTestHop(t, test.config)
			_, err := transfer(t.Context(), h, letter, "b@example.org")
			got := "plain"
			if err != nil {
				got = "error"
			} else if offers, _ := h.Offers(t.Context()); offers.Has("PIPELINING") {
				got = "tls"
			}
			if got != test.want {
				t.Errorf("%s, want %s: %v", got, test.want, err)
			}
		})
	}
}

func TestTLSRequiredAndNotOffered(t *testing.T) {
	t.Parallel()
	f := startFake(t, &fake{})
	h := newTestHop(t, Config{Address: f.addr(), TLS: "required"})
	if _, err := transfer(t.Context(), h, letter, "b@example.org"); err == nil {
		t.Error("sent in the clear")
	}
	if n := len(f.heard()); n != 1 {
		t.Errorf("%d commands", n)
	}
}
