package mailauth

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"postern/internal/dnstest"
	"postern/parse"
)

// letterFrom is a signed letter, its envelope, and a resolver that asks a real
// server for all that is needed to verify it.
func letterFrom(tb testing.TB) (*Verifier, *parse.Envelope, []byte) {
	tb.Helper()
	r := NewResolver(DNSConfig{Servers: []string{dnstest.Serve(tb, `
example.com.                TXT "v=spf1 mx -all"
example.com.                MX  10 mx.example.com.
mx.example.com.             A   192.0.2.1
_dmarc.example.com.         TXT "v=DMARC1; p=reject"
ed._domainkey.example.com.  TXT "`+testZone()["ed._domainkey.example.com"][0]+`"
`)}})
	env := &parse.Envelope{
		Received: suiteTime, Remote: netip.MustParseAddr("192.0.2.1"), Helo: "mx.example.com",
		From: parse.Address{Local: "ann", Domain: "example.com"},
	}
	const upstream = "Authentication-Results: edge.example.org; spf=none\r\n"
	return &Verifier{DNS: r, Trusted: []string{"edge.example.org"}}, env, signed(tb, []byte(upstream+letter), byEd())
}

func TestVerify(t *testing.T) {
	t.Parallel()
	v, env, raw := letterFrom(t)
	r := v.Verify(t.Context(), env, parse.Read(raw, parse.DefaultLimits), raw)
	got, want := r.Header("mx.example.org", env), "mx.example.org; spf=pass smtp.mailfrom=ann@example.com; "+
		"dkim=pass header.d=example.com header.s=ed header.a=ed25519-sha256 header.b="
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "; dmarc=pass header.from=example.com policy.dmarc=reject; arc=none") {
		t.Errorf("got %s", got)
	}
	if !r.DMARC.SPFAligned || !r.DMARC.DKIMAligned || !r.Authenticated() || len(r.Trusted) != 1 {
		t.Errorf("got %+v", r)
	}
}

func BenchmarkVerify(b *testing.B) {
	v, env, raw := letterFrom(b)
	msg := parse.Read(raw, parse.DefaultLimits)
	b.ReportAllocs()
	for b.Loop() {
		if r := v.Verify(b.Context(), env, msg, raw); r.DMARC.Result != Pass {
			b.Fatalf("got %+v", r)
		}
	}
}

// brokenDNS panics when asked for the records of SPF and never answers others.
type brokenDNS struct{ mapZone }

func (brokenDNS) LookupTXT(ctx context.Context, name string) ([]string, error) {
	if name == "example.com" {
		panic("a name that nobody thought of")
	}
	<-ctx.Done()
	return nil, ErrTemporary
}

func TestVerifyOutlivesPanicAndDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		v := &Verifier{DNS: brokenDNS{}}
		env := &parse.Envelope{Remote: netip.MustParseAddr("192.0.2.1"), From: parse.Address{Local: "ann", Domain: "example.com"}}
		r := v.Verify(ctx, env, fromMessage("ann@example.com"), signed(t, []byte(letter), byEd()))
		if r.SPF.Result != TempError || r.DKIM[0].Result != TempError || r.DMARC.Result != TempError || r.Authenticated() {
			t.Errorf("got %+v", r)
		}
	})
}
