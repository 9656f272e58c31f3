package mailauth

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

var (
	testRSA = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
	testEd = ed25519.NewKeyFromSeed([]byte("a seed of thirty-two octets long"))
)

// testZone has the keys "rsa" and "ed" of example.com.
func testZone() keyZone {
	der, _ := x509.MarshalPKIXPublicKey(&testRSA().PublicKey)
	pub, _ := testEd.Public().(ed25519.PublicKey)
	return keyZone{
		"rsa._domainkey.example.com": {"v=DKIM1; p=" + base64.StdEncoding.EncodeToString(der)},
		"ed._domainkey.example.com":  {"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub)},
	}
}

func byRSA() dkim.SignOptions {
	return dkim.SignOptions{
		Domain: "example.com", Selector: "rsa", Signer: testRSA(), HeaderKeys: []string{"From", "Subject"},
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	}
}

func byEd() dkim.SignOptions {
	o := byRSA()
	o.Selector, o.Signer = "ed", testEd
	return o
}

const letter = "From: Ann <ann@example.com>\r\nSubject: Tea\r\nTo: bob@example.net\r\n\r\nAt four?\r\n"

func verify(tb testing.TB, zone keyZone, raw []byte) []DKIM {
	tb.Helper()
	return verifyDKIM(tb.Context(), zone, raw, suiteTime)
}

func verifyOne(tb testing.TB, zone keyZone, raw []byte) DKIM {
	tb.Helper()
	got := verify(tb, zone, raw)
	if len(got) != 1 {
		tb.Fatalf("%d signatures, want 1", len(got))
	}
	return got[0]
}

// The examples of RFC 6376 §3.4.5, and what they leave open.
func TestCanonicalHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ raw, relaxed, simple string }{
		{"A: X\r\n", "a:X\r\n", "A: X\r\n"},
		{"B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n", "B : Y\t\r\n\tZ  \r\n"},
		{"Lone: a\n b\n", "lone:a b\r\n", "Lone: a\r\n b\r\n"},
		{"Empty:\r\n", "empty:\r\n", "Empty:\r\n"},
		{"Blank: \r\n \r\n", "blank:\r\n", "Blank: \r\n \r\n"},
		{"Cut: off", "cut:off\r\n", "Cut: off\r\n"},
		{"CR: a\rb\r\n", "cr:a\rb\r\n", "CR: a\rb\r\n"},
	} {
		f := headerField{[]byte(c.raw), strings.IndexByte(c.raw, ':')}
		if got := string(f.appendTo(nil, true)); got != c.relaxed {
			t.Errorf("relaxed %q: %q, want %q", c.raw, got, c.relaxed)
		}
		if got := string(f.appendTo(nil, false)); got != c.simple {
			t.Errorf("simple %q: %q, want %q", c.raw, got, c.simple)
		}
	}
}

func TestCanonicalBody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ raw, relaxed, simple string }{
		{" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n", " C \r\nD \t E\r\n"},
		{"", "", "\r\n"},
		{"\r\n\r\n", "", "\r\n"},
		{" \t\r\n\r\n", "", " \t\r\n"},
		{"a", "a\r\n", "a\r\n"},
		{"a\n\n b \n\n", "a\r\n\r\n b\r\n", "a\r\n\r\n b \r\n"},
		{"a\r", "a\r\r\n", "a\r\r\n"},
		{"a \rb\r\r\n", "a \rb\r\r\n", "a \rb\r\r\n"},
		{"a\tb  c\r\n  ", "a b c\r\n", "a\tb  c\r\n  \r\n"},
		{"\na\n", "\r\na\r\n", "\r\na\r\n"},
		{"\r\nQUJD\r\nREVG\r\na  b\r\nR0hJ\n\r\nSktM \r\n", "\r\nQUJD\r\nREVG\r\na b\r\nR0hJ\r\n\r\nSktM\r\n", "\r\nQUJD\r\nREVG\r\na  b\r\nR0hJ\r\n\r\nSktM \r\n"},
	} {
		for relaxed, want := range map[bool]string{true: c.relaxed, false: c.simple} {
			var got []byte
			canonicalBody([]byte(c.raw), relaxed, func(run []byte) { got = append(got, run...) })
			if string(got) != want {
				t.Errorf("relaxed %v %q: %q, want %q", relaxed, c.raw, got, want)
			}
		}
	}
}

func TestDKIMFacts(t *testing.T) {
	t.Parallel()
	zone := testZone()
	raw := signed(t, signed(t, []byte(letter), byRSA()), byEd())
	got := verify(t, zone, raw)
	for i, want := range []DKIM{
		{Result: Pass, Domain: "example.com", Selector: "ed", Algorithm: "ed25519-sha256", KeyBits: 256},
		{Result: Pass, Domain: "example.com", Selector: "rsa", Algorithm: "rsa-sha256", KeyBits: 2048},
	} {
		if len(got[i].Sig) != 8 || !bytes.Contains(raw, []byte(got[i].Sig)) {
			t.Errorf("Sig %q is not of the message", got[i].Sig)
		}
		got[i].Sig = ""
		if got[i] != want {
			t.Errorf("%+v, want %+v", got[i], want)
		}
	}
}

// Each change of a good message or its key has one outcome.
func TestDKIMOutcome(t *testing.T) {
	t.Parallel()
	good := string(signed(t, []byte(letter), byEd()))
	record := testZone()["ed._domainkey.example.com"][0]
	short, _ := rsa.GenerateKey(rand.Reader, 1024)
	der := x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: short.N.Rsh(short.N, 100), E: 65537})
	shortRecord := "p=" + base64.StdEncoding.EncodeToString(der)
	for _, c := range []struct {
		name   string
		change []string // old and new, in the message
		record string
		want   *fault
	}{
		{"nothing", nil, record, nil},
		{"unsigned field added", []string{"To: ", "Cc: ann@example.net\r\nTo: "}, record, nil},
		{"signed field", []string{"Tea", "Coffee"}, record, headerChanged},
		{"From below the signed one", []string{"To: ", "From: eve@example.net\r\nTo: "}, record, headerChanged},
		{"body", []string{"four", "five"}, record, bodyChanged},
		{"white space in the body", []string{"At four?", "At  four?  "}, record, nil},
		{"version", []string{"v=1", "v=2"}, record, badVersion},
		{"no version", []string{"v=1", "w=1"}, record, badVersion},
		{"repeated tag", []string{"v=1", "v=1; v=1"}, record, badTags},
		{"empty tag", []string{"v=1;", "v=1;;"}, record, badTags},
		{"algorithm", []string{"a=ed25519-sha256", "a=ed25519-sha512"}, record, badAlgorithm},
		{"sha-1", []string{"a=ed25519-sha256", "a=rsa-sha1"}, record, weakHash},
		{"another algorithm than the key's", []string{"a=ed25519-sha256", "a=rsa-sha256"}, record, wrongKey},
		{"domain that forges a result", []string{"d=example.com", "d=example.com\r\n\tx"}, record, badDomain},
		{"no domain", []string{"d=example.com", "d="}, record, badDomain},
		{"another domain", []string{"d=example.com", "d=example.net"}, record, noKey},
		{"selector", []string{"s=ed", "s=e..d"}, record, badSelector},
		{"From not signed", []string{"h=From:Subject", "h=Subject"}, record, fromUnsigned},
		{"too many signed fields", []string{"h=From:", "h=From" + strings.Repeat(":x", maxSignedFields) + ":"}, record, badNames},
		{"canonicalization", []string{"c=relaxed/relaxed", "c=relaxed/nofws"}, record, badCanonicalization},
		{"query", []string{"v=1;", "v=1; q=http/xkms;"}, record, badQuery},
		{"expired", []string{"t=", "x=1600000000; u="}, record, expired},
		{"expiry before signing", []string{"t=", "x=1000; t="}, record, badTime},
		{"time", []string{"t=", "t=-"}, record, badTime},
		{"length", []string{"v=1;", "v=1; l=1e3;"}, record, badLength},
		{"length beyond the body", []string{"v=1;", "v=1; l=99999999999999999999;"}, record, shortBody},
		{"body hash", []string{"bh=", "bh=!"}, record, badBodyHash},
		{"identity", []string{"v=1;", "v=1; i=@notexample.com;"}, record, badIdentity},
		{"identity in a subdomain", []string{"v=1;", "v=1; i=@sub.Example.com;"}, record, headerChanged},
		{"strict key, identity in a subdomain", []string{"v=1;", "v=1; i=@sub.example.com;"}, record + "; t=s", strictIdentity},
		{"strict key", nil, record + "; t=y:s", nil},
		{"revoked key", nil, "v=DKIM1; p=", revokedKey},
		{"key for another service", nil, record + "; s=tlsrpt", wrongKey},
		{"key for another hash", nil, record + "; h=sha1", wrongKey},
		{"key of another version", nil, strings.Replace(record, "DKIM1", "DKIM2", 1), badKey},
		{"version not first", nil, strings.TrimPrefix(record, "v=DKIM1; ") + "; v=DKIM1", nil},
		{"record that is not a key", nil, "v=spf1 -all", badKey},
		{"long record", nil, record + "; n=" + strings.Repeat("x", maxKeyRecord), badKey},
		{"short key", []string{"a=ed25519-sha256", "a=rsa-sha256"}, shortRecord, shortKey},
		{"no answer", nil, "SERVFAIL", keyUnavailable},
	} {
		raw := good
		for i := 0; i+1 < len(c.change); i += 2 {
			raw = strings.Replace(raw, c.change[i], c.change[i+1], 1)
			if raw == good {
				t.Fatalf("%s: nothing to change in %q", c.name, good)
			}
		}
		got := verifyOne(t, keyZone{"ed._domainkey.example.com": {c.record}}, []byte(raw))
		want := fault{Pass, ""}
		if c.want != nil {
			want = *c.want
		}
		if (fault{got.Result, got.Reason}) != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
		if strings.ContainsAny(got.Domain+got.Selector+got.Algorithm+got.Sig, " \t\r\n;=\"()") {
			t.Errorf("%s: %+v is not safe to print", c.name, got)
		}
	}
}

func TestDKIMTestingKey(t *testing.T) {
	t.Parallel()
	zone := testZone()
	zone["ed._domainkey.example.com"][0] += "; t=y"
	if got := verifyOne(t, zone, signed(t, []byte(letter), byEd())); got.Result != Pass || !got.Testing {
		t.Errorf("%+v", got)
	}
}

func TestDKIMFirstUsableKey(t *testing.T) {
	t.Parallel()
	zone := testZone()
	records := zone["ed._domainkey.example.com"]
	zone["ed._domainkey.example.com"] = append([]string{"v=spf1 -all", "v=DKIM1; p="}, records...)
	raw := signed(t, []byte(letter), byEd())
	if got := verifyOne(t, zone, raw); got.Result != Pass {
		t.Errorf("%+v", got)
	}
	zone["ed._domainkey.example.com"] = append(slices.Repeat([]string{"x"}, maxKeyRecords), records...)
	if got := verifyOne(t, zone, raw); got.Reason != badKey.reason {
		t.Errorf("%+v", got)
	}
}

func TestDKIMAtMostTen(t *testing.T) {
	t.Parallel()
	raw := signed(t, []byte(letter), byEd())
	header := raw[:len(raw)-len(letter)]
	raw = append(bytes.Repeat(header, 12), raw...)
	if got := verify(t, testZone(), raw); len(got) != maxSignatures || got[9].Result != Pass {
		t.Errorf("%d signatures: %+v", len(got), got)
	}
}

func TestDKIMContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	raw := signed(t, []byte(letter), byEd())
	if got := verifyDKIM(ctx, testZone(), raw, suiteTime); len(got) != 1 || got[0].Result != TempError {
		t.Errorf("%+v", got)
	}
}

// A length leaves the rest of the body to anyone (RFC 6376 §8.2): that is
// told as a fact. The signatures are made by our own core, as the oracle
// refuses l=.
func TestDKIMLength(t *testing.T) {
	t.Parallel()
	body := "At four?\r\n"
	for _, limit := range []int64{0, 3, int64(len(body))} {
		raw := []byte(signWith(t, fmt.Sprintf("l=%d", limit), letter[:strings.Index(letter, "At ")]+body))
		for _, added := range []string{"", "Send money.\r\n"} {
			got := verifyOne(t, testZone(), append(raw, added...))
			if want := int64(len(body)+len(added)) - limit; got.Result != Pass || got.Unsigned != want {
				t.Errorf("l=%d and %q: %+v, want %d unsigned", limit, added, got, want)
			}
		}
		if got := verifyOne(t, testZone(), bytes.Replace(raw, []byte("At"), []byte("On"), 1)); limit > 0 && got.Result != Fail {
			t.Errorf("l=%d, changed: %+v", limit, got)
		}
	}
}

// signWith signs raw by the test key with one tag more.
func signWith(t *testing.T, extra, raw string) string {
	t.Helper()
	head := "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=ed; h=from:subject; " + extra
	m := readSigned([]byte(head + "; bh=AAAA; b=AAAA\r\n" + raw))
	s, f := m.readDKIM(0)
	if f != nil {
		t.Fatal(f.reason)
	}
	sum := m.bodyHash(true).upTo(s.limit)
	head += "; bh=" + base64.StdEncoding.EncodeToString(sum) + "; b="
	m = readSigned([]byte(head + "AAAA\r\n" + raw))
	if s, f = m.readDKIM(0); f != nil {
		t.Fatal(f.reason)
	}
	sig := ed25519.Sign(testEd, s.digest(m))
	return head + base64.StdEncoding.EncodeToString(sig) + "\r\n" + raw
}

func TestDKIMInternationalDomain(t *testing.T) {
	t.Parallel()
	zone := keyZone{"ed._domainkey.xn--bcher-kva.example": testZone()["ed._domainkey.example.com"]}
	raw := strings.Replace(string(signed(t, []byte(letter), byEd())), "d=example.com", "d=bücher.example", 1)
	if got := verifyOne(t, zone, []byte(raw)); got.Domain != "xn--bcher-kva.example" || got.Reason != headerChanged.reason {
		t.Errorf("%+v", got)
	}
}

// The Kelvin sign is a k to Unicode, not to RFC 5322 §2.2.
func TestDKIMFieldNameIsASCII(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(string(signed(t, []byte(letter), byEd())), "DKIM-", "D\u212aIM-", 1)
	if got := verify(t, testZone(), []byte(raw)); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestDKIMTimeFarOff(t *testing.T) {
	t.Parallel()
	raw := signWith(t, "x=99999999999999999999", letter)
	if got := verifyDKIM(t.Context(), testZone(), []byte(raw), time.Unix(1<<40, 0)); got[0].Result != Pass {
		t.Errorf("%+v", got)
	}
}

func BenchmarkDKIM20KB(b *testing.B) {
	line := "A line of text as people write it, with  two spaces\tand a tab.\r\n"
	raw := signed(b, []byte(letter+strings.Repeat(line, 20<<10/len(line))), byRSA())
	zone := testZone()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if got := verifyDKIM(b.Context(), zone, raw, suiteTime); got[0].Result != Pass {
			b.Fatal(got)
		}
	}
}
