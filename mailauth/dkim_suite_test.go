package mailauth

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"hash"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"postern/internal/shared"
)

// keyZone is a resolver of TXT records alone. A record "SERVFAIL" is a
// temporary failure.
type keyZone map[string][]string

func (z keyZone) LookupTXT(ctx context.Context, name string) ([]string, error) {
	records := z[strings.TrimSuffix(name, ".")]
	switch {
	case ctx.Err() != nil, len(records) == 1 && records[0] == "SERVFAIL":
		return nil, ErrTemporary
	case records == nil:
		return nil, ErrNotFound
	}
	return records, nil
}

func (keyZone) LookupAddr(context.Context, string, bool) ([]netip.Addr, error) {
	return nil, ErrNotFound
}
func (keyZone) LookupMX(context.Context, string) ([]string, error)      { return nil, ErrNotFound }
func (keyZone) LookupPTR(context.Context, netip.Addr) ([]string, error) { return nil, ErrNotFound }

var suiteTime = time.Date(2023, 6, 1, 0, 0, 0, 0, time.UTC)

func readCase(t *testing.T, dir, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func resultsOf(checks []DKIM) []Result {
	results := make([]Result, len(checks))
	for i, c := range checks {
		results[i] = c.Result
	}
	return results
}

// signed is raw, in CRLF, below the signature that the oracle makes.
func signed(tb testing.TB, raw []byte, o dkim.SignOptions) []byte {
	tb.Helper()
	raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, crlf, []byte("\n")), []byte("\n"), crlf)
	var out bytes.Buffer
	if err := dkim.Sign(&out, bytes.NewReader(raw), &o); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

type mailDKIM struct {
	DNS   map[string]string
	Cases []struct {
		File, Result, Today string
		Skipped             bool `json:"skipped_upstream"` // signed by a first draft
	}
}

func readMailDKIM(t *testing.T, dir string) (mailDKIM, keyZone) {
	t.Helper()
	var suite mailDKIM
	if err := json.Unmarshal(readCase(t, dir, "cases.json"), &suite); err != nil {
		t.Fatal(err)
	}
	zone := keyZone{}
	for name, record := range suite.DNS {
		switch {
		case record == "NXDOMAIN":
		case strings.HasPrefix(record, "~~"):
			zone[name] = []string{"SERVFAIL"}
		default:
			zone[name] = []string{strings.Trim(record, `"`)}
		}
	}
	return suite, zone
}

// The suite is unsure about these two. They are signatures of a draft, with
// q=dns and without v=, which RFC 6376 §3.5 refuses.
var unsureToday = []string{"mine_ietf01_3.txt", "mine_ietf01_4.txt"}

func TestDKIMMailDKIM(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/dkim-mail-dkim")
	suite, zone := readMailDKIM(t, dir)
	passed := 0
	for _, c := range suite.Cases {
		name := filepath.Base(c.File)
		got := resultsOf(verifyDKIM(t.Context(), zone, readCase(t, dir, c.File), suiteTime))
		var ok bool
		switch c.Today {
		case "pass":
			ok = slices.Equal(got, []Result{Pass})
		case "fail", "invalid", "not-pass (RFC 8301)":
			ok = !slices.Contains(got, Pass)
		default:
			ok = slices.Contains(unsureToday, name) && slices.Equal(got, []Result{PermError})
		}
		if !ok {
			t.Errorf("%s: %v, want %s", name, got, c.Today)
			continue
		}
		passed++
	}
	t.Logf("dkim-mail-dkim: passed %d of %d", passed, len(suite.Cases))
}

// Most of that suite is signed by rsa-sha1 or with short keys, and is refused
// today before anything is computed. Here the canonical forms of its messages
// are judged as they were in their time.
func TestDKIMMailDKIMInItsTime(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/dkim-mail-dkim")
	suite, zone := readMailDKIM(t, dir)
	passed, total := 0, 0
	for _, c := range suite.Cases {
		m := readSigned(readCase(t, dir, c.File))
		if c.Skipped || c.Result == "invalid" || len(m.named["dkim-signature"]) == 0 {
			continue
		}
		total++
		got := "fail"
		for _, index := range m.named["dkim-signature"] {
			s, _ := m.readDKIM(index)
			if s.names != nil && verifiedOnce(t, m, s, zone) {
				got = "pass"
			}
		}
		if got != c.Result {
			t.Errorf("%s: %s, want %s", c.File, got, c.Result)
			continue
		}
		passed++
	}
	t.Logf("dkim-mail-dkim, with SHA-1 and short keys: passed %d of %d", passed, total)
}

// verifiedOnce verifies without the limits of RFC 8301.
func verifiedOnce(t *testing.T, m *signedMessage, s *signature, zone keyZone) bool {
	t.Helper()
	kind, sum := crypto.SHA256, sha256.New
	if s.algorithm == "rsa-sha1" {
		kind, sum = crypto.SHA1, sha1.New
	}
	hashed := func(write func(hash.Hash)) []byte {
		h := sum()
		write(h)
		return h.Sum(nil)
	}
	body := hashed(func(h hash.Hash) {
		canonicalBody(m.body, s.relaxedBody, func(run []byte) { h.Write(run) })
	})
	if !bytes.Equal(body, s.bodySum) {
		return false
	}
	header := hashed(func(h hash.Hash) {
		h.Write(s.appendSelf(m.appendSigned(nil, s.names, s.relaxedHeader, s.index), s.relaxedHeader))
	})
	record := strings.Join(zone[s.selector+"._domainkey."+s.domain], "")
	toSHA256 := strings.NewReplacer("sha1", "sha256")
	key, _ := parseKey(toSHA256.Replace(record), toSHA256.Replace(s.algorithm))
	if key.rsa == nil {
		return key.ed25519 != nil && key.verifies(header, s.sig)
	}
	// The standard library refuses short keys.
	n := new(big.Int).Exp(new(big.Int).SetBytes(s.sig), big.NewInt(int64(key.rsa.E)), key.rsa.N)
	prefix := map[crypto.Hash]string{
		crypto.SHA1:   "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
		crypto.SHA256: "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
	}[kind]
	return bytes.HasSuffix(n.Bytes(), append([]byte("\xff\x00"+prefix), header...))
}

func TestDKIMStalwart(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/dkim-stalwart")
	files, _ := filepath.Glob(filepath.Join(dir, "0*.txt"))
	passed := 0
	for _, file := range files {
		records, raw, _ := bytes.Cut(readCase(t, dir, filepath.Base(file)), []byte("\n\n"))
		zone := keyZone{}
		for line := range strings.Lines(string(records)) {
			name, record, _ := strings.Cut(strings.TrimSpace(line), " ")
			zone[name] = []string{record}
		}
		now := time.Unix(1667929000, 0) // one of them expires an hour later
		got := verifyDKIM(t.Context(), zone, raw, now)
		if len(got) == 0 || slices.ContainsFunc(got, func(c DKIM) bool { return c.Result != Pass }) {
			t.Errorf("%s: %+v", filepath.Base(file), got)
			continue
		}
		passed++
	}
	t.Logf("dkim-stalwart: passed %d of %d", passed, len(files))
}

// Keys of the example in RFC 8463 §A.2.
var football = keyZone{
	"brisbane._domainkey.football.example.com": {"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
	"test._domainkey.football.example.com": {"v=DKIM1; k=rsa; " +
		"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b" +
		"yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"},
}

func readRSA(t *testing.T, dir, name string) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode(readCase(t, dir, name))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// readPub makes a key record of a PEM file.
func readPub(t *testing.T, dir, name string) string {
	t.Helper()
	text := string(readCase(t, dir, name))
	text = strings.NewReplacer("-----BEGIN PUBLIC KEY-----", "", "-----END PUBLIC KEY-----", "").Replace(text)
	return "v=DKIM1; p=" + trimFWS(text)
}

// A suiteCase is one file, or one use of it, and what must come of it.
type suiteCase struct {
	file string
	raw  []byte
	zone keyZone
	want []Result
}

func runSuite(t *testing.T, name string, cases []suiteCase) {
	t.Helper()
	passed := 0
	files := map[string]bool{}
	for _, c := range cases {
		files[c.file] = true
		if got := verifyDKIM(t.Context(), c.zone, c.raw, suiteTime); !slices.Equal(resultsOf(got), c.want) {
			t.Errorf("%s: %+v, want %v", c.file, got, c.want)
			continue
		}
		passed++
	}
	t.Logf("%s: passed %d of %d, made of %d files", name, passed, len(cases), len(files))
}

func TestDKIMDkimpy(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/dkim-dkimpy/data")
	read := func(name string) []byte { return readCase(t, dir, name) }
	zone := func(file string) keyZone { return keyZone{"test._domainkey.example.com": {string(read(file))}} }
	gmail := keyZone{"20120113._domainkey.gmail.com": {readPub(t, shared.Dir(t, "suites/dkim-mimekit"), "gmail.pub")}}
	seed := func(name string) ed25519.PrivateKey {
		b, err := base64.StdEncoding.DecodeString(trimFWS(string(read(name))))
		if err != nil {
			t.Fatal(err)
		}
		return ed25519.NewKeyFromSeed(b)
	}
	o := dkim.SignOptions{Domain: "example.com", Selector: "test", Signer: readRSA(t, dir, "test.private")}
	sign := func(file string) []byte { return signed(t, read(file), o) }
	ed := dkim.SignOptions{Domain: "example.com", Selector: "test", Signer: seed("ed25519test.key")}
	rfc8032 := dkim.SignOptions{Domain: "football.example.com", Selector: "brisbane", Signer: seed("rfc8032_7_1.key")}
	second := o
	second.Signer = readRSA(t, dir, "test2.private")

	runSuite(t, "dkim-dkimpy", []suiteCase{
		{"rfc6376.signed.msg", read("rfc6376.signed.msg"), football, []Result{Pass, Pass}},
		{"ed25519test2.msg", read("ed25519test2.msg"), keyZone{"sed._domainkey.test.ex": {string(read("eximtest.dns"))}}, []Result{Pass}},
		{"eximtest.dns", bytes.Replace(read("ed25519test2.msg"), []byte("content"), []byte("contents"), 1), keyZone{"sed._domainkey.test.ex": {string(read("eximtest.dns"))}}, []Result{Fail}},
		{"test2.message", read("test2.message"), gmail, []Result{Pass}},
		{"rfc6376.msg", read("rfc6376.msg"), football, []Result{}},
		{"rfc8032_7_1.key", signed(t, read("rfc6376.msg"), rfc8032), football, []Result{Pass}},
		{"test.message", sign("test.message"), zone("test.txt"), []Result{Pass}},
		{"test.message", append(sign("test.message"), "foo"...), zone("test.txt"), []Result{Fail}},
		{"test_extra.message", sign("test_extra.message"), zone("test.txt"), []Result{Pass}},
		{"message.mbox", sign("message.mbox"), zone("test.txt"), []Result{Pass, PermError}}, // the other key is not there
		{"test.txt", sign("test.message"), zone("test.txt"), []Result{Pass}},
		{"test.private", sign("test.message"), zone("test.txt"), []Result{Pass}},
		{"test2.txt", sign("test.message"), zone("test2.txt"), []Result{Pass}},
		{"test2.private", signed(t, read("test.message"), second), zone("test2.txt"), []Result{Pass}},
		{"test_bad.txt", sign("test.message"), zone("test_bad.txt"), []Result{PermError}},
		{"test_tlsrpt.txt", sign("test.message"), zone("test_tlsrpt.txt"), []Result{PermError}},
		{"badk.txt", sign("test.message"), zone("badk.txt"), []Result{PermError}},
		{"badversion.txt", sign("test.message"), zone("badversion.txt"), []Result{PermError}},
		{"ed25519test.msg", signed(t, read("ed25519test.msg"), ed), zone("ed25519test.dns"), []Result{Pass}},
		{"ed25519test.key", signed(t, read("ed25519test.msg"), ed), zone("test.txt"), []Result{PermError}},
		{"ed25519test.dns", sign("ed25519test.msg"), zone("ed25519test.dns"), []Result{PermError}},
		{"test_nofrom.message", bytes.Replace(sign("test.message"), []byte("From: "), []byte("X-From: "), 1), zone("test.txt"), []Result{Fail}},
	})
}

func TestDKIMMimeKit(t *testing.T) {
	t.Parallel()
	dir := shared.Dir(t, "suites/dkim-mimekit")
	read := func(name string) []byte { return readCase(t, dir, name) }
	gmail := keyZone{"20120113._domainkey.gmail.com": {readPub(t, dir, "gmail.pub")}}
	const name = "1433868189.example._domainkey.example.com"
	bind := strings.Split(string(read("example.bind9")), `"`)
	tiny := strings.Split(strings.Trim(trimFWS(string(read("example.tinydns"))), "'"), ":")
	sign := signed(t, read("related.msg"), dkim.SignOptions{
		Domain: "example.com", Selector: "1433868189.example", Signer: readRSA(t, dir, "example.pem"),
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationSimple,
		HeaderKeys: []string{"From", "Subject", "Date"},
	})
	zone := func(record string) keyZone { return keyZone{name: {record}} }
	runSuite(t, "dkim-mimekit", []suiteCase{
		{"gmail.msg", read("gmail.msg"), gmail, []Result{Pass}},
		{"gmail.pub", bytes.Replace(read("gmail.msg"), []byte("Subject: "), []byte("Subject: Re: "), 1), gmail, []Result{Fail}},
		{"related.msg", read("related.msg"), gmail, []Result{Pass}},
		{"multipart-no-end-boundary.msg", read("multipart-no-end-boundary.msg"), gmail, []Result{Pass}},
		{"rfc8463-example.msg", read("rfc8463-example.msg"), football, []Result{Pass, Pass}},
		{"example.pem", sign, zone(readPub(t, dir, "example.pub")), []Result{Pass, PermError}},
		{"example.pub", sign, zone(readPub(t, dir, "gmail.pub")), []Result{Fail, PermError}},
		{"example.bind9", sign, zone(bind[1] + bind[3] + bind[5] + bind[7]), []Result{Pass, PermError}},
		{"example.tinydns", sign, zone(tiny[1]), []Result{Pass, PermError}},
	})
}
