package mailauth

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// sealed adds set i to raw, signed by the test key.
func sealed(t *testing.T, raw string, i int) string {
	t.Helper()
	cv := "pass"
	if i == 1 {
		cv = "none"
	}
	tags := fmt.Sprintf("i=%d; a=ed25519-sha256; d=example.com; s=ed; ", i)
	sign := func(digest []byte) string {
		return base64.StdEncoding.EncodeToString(ed25519.Sign(testEd, digest)) + "\r\n"
	}

	raw = fmt.Sprintf("ARC-Authentication-Results: i=%d; mx.example.net; none\r\n", i) + raw
	sum := readSigned([]byte(raw)).bodyHash(true).upTo(-1)
	ams := "ARC-Message-Signature: " + tags + "h=from:subject; bh=" + base64.StdEncoding.EncodeToString(sum) + "; b="
	m := readSigned([]byte(ams + "AAAA\r\n" + raw))
	s, f := m.readMessageSignature(0, "relaxed/relaxed")
	if f != nil {
		t.Fatal(f.reason)
	}
	raw = ams + sign(s.digest(m)) + raw

	as := "ARC-Seal: " + tags + "cv=" + cv + "; b="
	m = readSigned([]byte(as + "AAAA\r\n" + raw))
	var chain []byte
	for n := range i {
		for _, name := range []string{"arc-authentication-results", "arc-message-signature", "arc-seal"} {
			if at := m.named[name]; n < i-1 || name != "arc-seal" {
				chain = m.fields[at[len(at)-1-n]].appendTo(chain, true)
			}
		}
	}
	if s, f = m.readSignature(0); f != nil {
		t.Fatal(f.reason)
	}
	digest := sha256.Sum256(s.appendSelf(chain, true))
	return as + sign(digest[:]) + raw
}

// chain is the letter with n sets.
func chain(t *testing.T, n int) string {
	t.Helper()
	raw := letter
	for i := range n {
		raw = sealed(t, raw, i+1)
	}
	return raw
}

func TestARC(t *testing.T) {
	t.Parallel()
	three := chain(t, 3)
	forwarded := strings.Replace(chain(t, 1), "Subject: Tea", "Subject: [list] Tea", 1)
	relabelled := sealed(t, sealed(t, forwarded, 2), 3)
	sealers := slices.Repeat([]string{"example.com"}, 50)
	for _, c := range []struct {
		name, raw string
		want      ARC
	}{
		{"no chain", letter, ARC{Result: None}},
		{"one set", chain(t, 1), ARC{Result: Pass, Instance: 1, Sealers: sealers[:1]}},
		{"three sets", three, ARC{Result: Pass, Instance: 3, Sealers: sealers[:3]}},
		{"fifty sets", chain(t, 50), ARC{Result: Pass, Instance: 50, Sealers: sealers}},
		{"fifty-one seals", strings.Repeat("ARC-Seal: i=1\r\n", 51) + letter, ARC{Result: Fail, Reason: tooLong.reason}},
		{"changed on the way", relabelled, ARC{Result: Pass, Instance: 3, Sealers: sealers[:3], OldestPass: 2}},
		{
			"changed after the last", strings.Replace(three, "Tea", "Coffee", 1),
			ARC{Result: Fail, Instance: 3, Sealers: sealers[:3], Reason: headerChanged.reason},
		},
		{
			"results changed", strings.Replace(three, "i=1; mx.example.net; none", "i=1; mx.example.net; spf=pass", 1),
			ARC{Result: Fail, Instance: 3, Sealers: sealers[:3], Reason: headerChanged.reason},
		},
		{
			"a set is gone", three[strings.Index(three, "ARC-Seal: i=2"):],
			ARC{Result: Pass, Instance: 2, Sealers: sealers[:2]}, // nobody can tell
		},
		{
			"first set is gone", three[:strings.Index(three, "ARC-Seal: i=1")] + letter,
			ARC{Result: Fail, Instance: 2, Reason: brokenChain.reason},
		},
		{"seal is gone", three[strings.Index(three, "ARC-Message"):], ARC{Result: Fail, Instance: 3, Reason: brokenChain.reason}},
		{"it had failed", strings.Replace(three, "cv=pass", "cv=fail", 1), ARC{Result: Fail, Instance: 3, Sealers: nil, Reason: failedChain.reason}},
		{"status out of place", strings.Replace(three, "cv=none", "cv=pass", 1), ARC{Result: Fail, Instance: 3, Reason: badStatus.reason}},
		{
			"an old signature is not understood", strings.Replace(three, "Message-Signature: i=1; a=ed25519", "Message-Signature: i=1; a=ed448", 1),
			ARC{Result: Fail, Instance: 3, Sealers: sealers[:3], Reason: headerChanged.reason}, // the seals cover it
		},
	} {
		got := verifyARC(t.Context(), testZone(), []byte(c.raw), suiteTime)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

// All failures are permanent, those of DNS as well (RFC 8617 §5.2.1).
func TestARCWithoutAnswer(t *testing.T) {
	t.Parallel()
	zone := keyZone{"ed._domainkey.example.com": {"SERVFAIL"}}
	got := verifyARC(t.Context(), zone, []byte(chain(t, 1)), suiteTime)
	if got.Result != Fail || got.Reason != keyUnavailable.reason {
		t.Errorf("%+v", got)
	}
}
