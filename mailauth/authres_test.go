package mailauth

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"postern/parse"
)

func TestHeader(t *testing.T) {
	t.Parallel()
	env := &parse.Envelope{Helo: `mx"\ evil;`, From: parse.Address{Local: "ann", Domain: "example.com"}}
	full := Results{
		SPF: SPF{Result: Pass, Domain: "example.com"},
		DKIM: []DKIM{
			{Result: Pass, Domain: "example.com", Selector: "s1", Algorithm: "rsa-sha256", Sig: "ab/+cdEF"},
			{Result: Fail, Domain: "x.example;dkim=pass header.d=bank.example", Selector: "s\r\n2", Reason: "body hash differs"},
		},
		DMARC: DMARC{Result: Fail, Domain: "example.com", Policy: "reject", Testing: true},
		ARC:   ARC{Result: Pass, Instance: 2, OldestPass: 1},
	}
	bounce := Results{SPF: SPF{Result: None, Helo: true}, DMARC: DMARC{Result: None}, ARC: ARC{Result: None}}
	quotedLocal := &parse.Envelope{From: parse.Address{Local: `a"; spf=pass`, Domain: "example.com"}}
	for _, c := range []struct {
		name string
		r    Results
		env  *parse.Envelope
		want string
	}{
		{"everything", full, env, `mx.example.org; spf=pass smtp.mailfrom=ann@example.com` +
			`; dkim=pass header.d=example.com header.s=s1 header.a=rsa-sha256 header.b="ab/+cdEF"` +
			`; dkim=fail reason="body hash differs" header.d="x.example;dkim=pass header.d=bank.example" header.s="s??2"` +
			`; dmarc=fail header.from=example.com policy.dmarc=quarantine; arc=pass header.oldest-pass=1`},
		{"null path, no signature", bounce, env, `mx.example.org; spf=none smtp.helo="mx\"\\ evil;"; dkim=none; dmarc=none; arc=none`},
		{"a local part to quote", bounce, quotedLocal, `mx.example.org; spf=none; dkim=none; dmarc=none; arc=none`},
		{"nothing checked", Results{}, env, `mx.example.org; none`},
	} {
		if got := c.r.Header("mx.example.org", c.env); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
	full.SPF.Helo = false
	if got := full.Header("mx.example.org", quotedLocal); !strings.Contains(got, " smtp.mailfrom=example.com;") {
		t.Errorf("a local part to quote: %s", got)
	}
}

func TestManySignaturesHideNothing(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(`"`, 1000)
	r := Results{
		SPF:   SPF{Result: Pass, Helo: true},
		DKIM:  slices.Repeat([]DKIM{{Result: Pass, Domain: long, Selector: long, Algorithm: long, Sig: long, Reason: long}}, 10),
		DMARC: DMARC{Result: Fail, Domain: long, Policy: "reject"},
		ARC:   ARC{Result: None},
	}
	got := r.Header("mx.example.org", &parse.Envelope{Helo: long})
	if up, ok := parseAuthRes(got); !ok || len(got) > 4096 || !strings.Contains(got, "; dmarc=fail") {
		t.Errorf("%d bytes: %+v, %v", len(got), up, ok)
	}
}

func TestParseAuthRes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value string
		want  Upstream
		bad   bool
	}{
		{value: "example.com; none", want: Upstream{ID: "example.com"}},
		{value: "example.com 1; none", want: Upstream{ID: "example.com"}},
		{value: "example.com", want: Upstream{ID: "example.com"}},
		{value: "example.com;", want: Upstream{ID: "example.com"}},
		{
			value: `(we) "example.com" (say; so) 1 ; SPF = Pass (a (nested\) one)) smtp.mailfrom=a@example.net reason="it \"is\"" ; dkim/1=fail header.d = "x y"`,
			want: Upstream{"example.com", []MethodResult{
				{"spf", "pass", map[string]string{"smtp.mailfrom": "a@example.net", "reason": `it "is"`}},
				{"dkim", "fail", map[string]string{"header.d": "x y"}},
			}},
		},
		{
			value: `example.com; spf=pass smtp.mailfrom="a;b"@example.net smtp.mailfrom=second@example.net`,
			want:  Upstream{"example.com", []MethodResult{{"spf", "pass", map[string]string{"smtp.mailfrom": "a;b@example.net"}}}},
		},
		{
			value: "example.com; auth=pass smtp.auth=a smtp.mailfrom= (unknown)",
			want:  Upstream{"example.com", []MethodResult{{"auth", "pass", map[string]string{"smtp.mailfrom": "", "smtp.auth": "a"}}}},
		},
		{value: "spf=pass smtp.mailfrom=example.com; dkim=none", want: Upstream{ID: "spf=pass"}, bad: true}, // Exchange Online: no id
		{value: "", bad: true},
		{value: "; none", bad: true},
		{value: "(example.com", bad: true},
		{value: `"example.com`, bad: true},
		{value: "example.com; spf", want: Upstream{ID: "example.com"}, bad: true},
		{value: "example.com; spf=", want: Upstream{ID: "example.com"}, bad: true},
		{value: `example.com; spf=""`, want: Upstream{ID: "example.com"}, bad: true},
		{value: `example.com; ""=pass`, want: Upstream{ID: "example.com"}, bad: true},
		{value: "example.com; spf=pass x", want: Upstream{ID: "example.com"}, bad: true},
		{value: "example.com; spf=pass (x", want: Upstream{ID: "example.com"}, bad: true},
		{value: "example.com a b; none", want: Upstream{ID: "example.com"}, bad: true},
	} {
		got, ok := parseAuthRes(c.value)
		if ok == c.bad || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q:\ngot  %+v, %v\nwant %+v", c.value, got, ok, c.want)
		}
	}
}

// header is a message with these fields.
func header(fields ...string) *parse.Message {
	msg := &parse.Message{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ":")
		msg.Header = append(msg.Header, parse.Field{Name: name, Value: strings.TrimSpace(value)})
	}
	return msg
}

func TestClaims(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"mx.example.org; spf=pass":                  true,
		"MX.Example.ORG.; spf=pass":                 true,
		`"mx.example.org" 1; spf=pass`:              true,
		"\r\n\t(\") mx.example.org (c); spf=pass":   true,
		"mx.example.org; spf=pass; (":               true, // does not parse
		"( mx.example.org; spf=pass":                true, // nor this
		"\x00mx.example.org; spf=pass":              true,
		"other mx.example.org; spf=pass":            true,
		"mx.example.com; spf=pass":                  false,
		"smx.example.org; spf=pass":                 false,
		"<mx.example.org>; spf=pass":                true, // no token
		"mx.example.com; spf=pass (mx.example.org)": false,
	} {
		if got := Claims(value, "mx.example.org"); got != want {
			t.Errorf("%q: got %v", value, got)
		}
	}
}

func TestTrustedResults(t *testing.T) {
	t.Parallel()
	msg := header(
		"Received: from a",
		"Authentication-Results: Inner.example.org; spf=pass",
		"Authentication-Results: edge.example.org; dmarc=fail",
		"Authentication-Results: foreign.example; dmarc=pass",
		"Authentication-Results: edge.example.org; dmarc=pass",
	)
	ids := []string{"edge.example.org", "inner.example.org"}
	ups := trustedResults(msg, ids)
	got := make([]string, 0, len(ups))
	for _, up := range ups {
		got = append(got, up.ID+" "+up.Results[0].Method+"="+string(up.Results[0].Result))
	}
	if want := []string{"Inner.example.org spf=pass", "edge.example.org dmarc=fail"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if ups := trustedResults(msg, nil); ups != nil {
		t.Errorf("without trust: %v", ups)
	}
	if ups := trustedResults(header(slices.Repeat([]string{"Authentication-Results: edge.example.org; none"}, 50)...), ids); len(ups) != maxUpstreams {
		t.Errorf("%d fields were read", len(ups))
	}
}

// FuzzHeader: whatever a sender calls himself, our field parses, bears our id
// and results and nothing else, and has no byte that ends or leaves its place.
func FuzzHeader(f *testing.F) {
	f.Add("a@b", "example.com", "mx", `s"\`, "pass")
	f.Add("\r\n", "(comment", `"`, ";", "\x00é")
	f.Fuzz(func(t *testing.T, local, domain, helo, selector, reason string) {
		env := &parse.Envelope{Remote: netip.MustParseAddr("192.0.2.1"), Helo: helo, From: parse.Address{Local: local, Domain: domain}}
		r := Results{
			SPF:   SPF{Result: Fail, Domain: domain, Helo: len(helo)%2 == 0},
			DKIM:  []DKIM{{Result: Fail, Domain: domain, Selector: selector, Reason: reason, Sig: selector}},
			DMARC: DMARC{Result: Fail, Domain: domain, Policy: "reject"},
			ARC:   ARC{Result: None},
		}
		got := r.Header("mx.example.org", env)
		for i := range len(got) {
			if got[i] < ' ' || got[i] > '~' {
				t.Fatalf("byte %q in %q", got[i], got)
			}
		}
		up, ok := parseAuthRes(got)
		methods := ""
		for _, m := range up.Results {
			methods += m.Method + "=" + string(m.Result) + " "
		}
		if !ok || up.ID != "mx.example.org" || methods != "spf=fail dkim=fail dmarc=fail arc=none " {
			t.Fatalf("%q reads as %+v, %v", got, up, ok)
		}
	})
}

// FuzzParseAuthRes: limits hold, and a field that begins with our id is always
// found out.
func FuzzParseAuthRes(f *testing.F) {
	f.Add(`example.com (c) 1; spf=pass smtp.mailfrom="a b"@c (d); dkim=fail`)
	f.Add(`((((((((((((((((((((((((;`)
	f.Fuzz(func(t *testing.T, value string) {
		up, ok := parseAuthRes(value)
		if len(up.Results) > maxResults || (ok && up.ID == "") {
			t.Fatalf("%q: %+v", value, up)
		}
		for _, m := range up.Results {
			if len(m.Props) > maxProps || m.Method == "" || m.Result == "" {
				t.Fatalf("%q: %+v", value, m)
			}
		}
		if !Claims("mx.example.org;"+value, "MX.example.org") {
			t.Fatalf("%q is let through", value)
		}
	})
}
