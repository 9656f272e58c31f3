package mailauth

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"postern/parse"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	v := &Verifier{DNS: zone(t,
		"example.com TXT v=spf1 ip4:192.0.2.1 -all",
		"_dmarc.example.com TXT v=DMARC1; p=reject",
	), Trusted: []string{"edge.example.org"}}
	env := &parse.Envelope{Remote: netip.MustParseAddr("192.0.2.1"), From: parse.Address{Local: "ann", Domain: "example.com"}}
	msg := fromMessage("ann@example.com")
	msg.Header = append(msg.Header, header("Authentication-Results: edge.example.org; none").Header...)
	r := v.Verify(t.Context(), env, msg, []byte("From: ann@example.com\r\n\r\nhi\r\n"))
	if r.SPF.Result != Pass || len(r.DKIM) != 0 || r.DMARC.Result != Pass || r.ARC.Result != None || len(r.Trusted) != 1 || !r.Authenticated() {
		t.Errorf("got %+v", r)
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
		const signed = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=AAAA; b=AAAA\r\n"
		r := v.Verify(ctx, env, fromMessage("ann@example.com"), []byte(signed+"From: ann@example.com\r\n\r\nhi\r\n"))
		if r.SPF.Result != TempError || r.DMARC.Result != TempError || r.ARC.Result != None || r.Authenticated() {
			t.Errorf("got %+v", r)
		}
		for _, d := range r.DKIM {
			if d.Result == Pass {
				t.Errorf("got %+v", d)
			}
		}
	})
}
