package mailauth

import (
	"context"
	"slices"
	"strings"
	"testing"

	"postern/parse"
)

// fromMessage is a message with one From field of these addresses.
func fromMessage(addresses ...string) *parse.Message {
	msg := &parse.Message{Header: []parse.Field{{Name: "From"}}}
	for _, a := range addresses {
		local, domain, _ := strings.Cut(a, "@")
		msg.From = append(msg.From, parse.Mailbox{Address: parse.Address{Local: local, Domain: domain}})
	}
	return msg
}

// asking notes the TXT questions put to a resolver.
type asking struct {
	Resolver
	names []string
}

func (a *asking) LookupTXT(ctx context.Context, name string) ([]string, error) {
	a.names = append(a.names, name)
	return a.Resolver.LookupTXT(ctx, name)
}

// dmarcCase is a message as SPF and DKIM left it: what passed, or is named with
// another result.
type dmarcCase struct {
	name string
	zone []string
	from string
	spf  string // domain, or domain=result
	dkim []string
	want DMARC
}

func (c *dmarcCase) run(t *testing.T) DMARC {
	t.Helper()
	domain, result := authenticated(c.spf)
	sigs := make([]DKIM, len(c.dkim))
	for i, s := range c.dkim {
		sigs[i].Domain, sigs[i].Result = authenticated(s)
	}
	return checkDMARC(t.Context(), zone(t, c.zone...), fromMessage("a@"+c.from), SPF{Result: result, Domain: domain}, sigs)
}

func authenticated(s string) (domain string, r Result) {
	domain, result, ok := strings.Cut(s, "=")
	switch {
	case s == "":
		return "", None
	case !ok:
		return domain, Pass
	}
	return domain, Result(result)
}

// pass is the outcome of an aligned message.
func outcome(r Result, from, at, policy, aligned string) DMARC {
	return DMARC{
		Result: r, Domain: from, PolicyDomain: at, Policy: policy,
		SPFAligned: strings.Contains(aligned, "spf"), DKIMAligned: strings.Contains(aligned, "dkim"),
	}
}

func TestDMARC(t *testing.T) {
	t.Parallel()
	example := []string{"_dmarc.example.com TXT v=DMARC1; p=reject; sp=quarantine; np=none", "example.com A 192.0.2.1", "sub.example.com A 192.0.2.1"}
	strict := []string{"_dmarc.example.com TXT v=DMARC1; p=reject; adkim=s; aspf=s", "sub.example.com A 192.0.2.1"}
	bank := []string{ // RFC 9989 B.4.3
		"_dmarc.bank.example TXT v=DMARC1; p=reject; psd=y; np=reject; sp=none", "_dmarc.giant.bank.example TXT v=DMARC1; p=quarantine",
		"mail.mega.bank.example A 192.0.2.1",
	}
	const deep = "a.b.c.d.e.f.g.h.i.j.k.example.com"
	for _, c := range []dmarcCase{
		{"spf, same domain", example, "example.com", "example.com", nil, outcome(Pass, "example.com", "example.com", "reject", "spf")},
		{"spf, subdomain", example, "example.com", "sub.example.com", nil, outcome(Pass, "example.com", "example.com", "reject", "spf")},
		{"spf, other domain", example, "example.com", "example.net", nil, outcome(Fail, "example.com", "example.com", "reject", "")},
		{"spf, a name that ends alike", example, "example.com", "badexample.com", nil, outcome(Fail, "example.com", "example.com", "reject", "")},
		{"spf failed", example, "example.com", "example.com=fail", nil, outcome(Fail, "example.com", "example.com", "reject", "")},
		{"dkim, parent domain", example, "sub.example.com", "", []string{"example.com"}, outcome(Pass, "sub.example.com", "example.com", "quarantine", "dkim")},
		{"dkim, second signature", example, "example.com", "", []string{"example.net", "example.com"}, outcome(Pass, "example.com", "example.com", "reject", "dkim")},
		{"dkim failed", example, "example.com", "", []string{"example.com=fail", "example.net"}, outcome(Fail, "example.com", "example.com", "reject", "")},
		{"strict, same domain", strict, "example.com", "example.com", []string{"example.com"}, outcome(Pass, "example.com", "example.com", "reject", "spf dkim")},
		{"strict, subdomain", strict, "example.com", "sub.example.com", []string{"sub.example.com"}, outcome(Fail, "example.com", "example.com", "reject", "")},
		{"sp for a subdomain that exists", example, "sub.example.com", "", nil, outcome(Fail, "sub.example.com", "example.com", "quarantine", "")},
		{"np for one that does not", example, "nowhere.example.com", "", nil, outcome(Fail, "nowhere.example.com", "example.com", "none", "")},
		{"np, temporary failure", append(example, "slow.example.com TIMEOUT"), "slow.example.com", "", nil, outcome(Fail, "slow.example.com", "example.com", "quarantine", "")},
		{"p for a subdomain without sp", strict, "sub.example.com", "", nil, outcome(Fail, "sub.example.com", "example.com", "reject", "")},
		{"simple walk, B.4.1", append(example, "_dmarc.signing.example.com TXT v=DMARC1; p=none"), "example.com", "example.com", []string{"signing.example.com"}, outcome(Pass, "example.com", "example.com", "reject", "spf dkim")},
		{"deep walk, B.4.2", append(example, "_dmarc.signing.example.com TXT v=DMARC1; p=none"), deep, "example.com", []string{"signing.example.com"}, outcome(Pass, deep, "example.com", "none", "spf dkim")},
		{"psd, B.4.3", bank, "giant.bank.example", "mail.giant.bank.example", []string{"mail.mega.bank.example"}, outcome(Pass, "giant.bank.example", "giant.bank.example", "quarantine", "spf")},
		{"psd speaks for who has no record", bank, "mail.mega.bank.example", "giant.bank.example", nil, outcome(Fail, "mail.mega.bank.example", "bank.example", "none", "")},
		{"psd, np", bank, "new.bank.example", "", nil, outcome(Fail, "new.bank.example", "bank.example", "reject", "")},
		{"psd aligns within one name only", bank, "mail.mega.bank.example", "mega.bank.example", nil, outcome(Pass, "mail.mega.bank.example", "bank.example", "none", "spf")},
		{"the suffix itself", bank, "bank.example", "bank.example", nil, outcome(Pass, "bank.example", "bank.example", "reject", "spf")},
		{
			"psd=n parts a subdomain off",
			[]string{"_dmarc.example.com TXT v=DMARC1; p=reject", "_dmarc.lab.example.com TXT v=DMARC1; p=none; psd=n"},
			"lab.example.com", "example.com",
			[]string{"x.lab.example.com"},
			outcome(Pass, "lab.example.com", "lab.example.com", "none", "dkim"),
		},
		{
			"a record in between is passed over",
			[]string{"_dmarc.example.com TXT v=DMARC1; p=reject", "_dmarc.mid.example.com TXT v=DMARC1; p=none"},
			"a.mid.example.com", "", nil, outcome(Fail, "a.mid.example.com", "example.com", "reject", ""),
		},
		{"no record", nil, "example.com", "example.com", nil, outcome(None, "example.com", "", "", "spf")},
		{"two records", []string{"_dmarc.example.com TXT v=DMARC1; p=reject", "_dmarc.example.com TXT v=DMARC1; p=none"}, "example.com", "", nil, outcome(None, "example.com", "", "", "")},
		{"other texts beside", []string{"_dmarc.example.com TXT v=spf1 -all", "_dmarc.example.com TXT v=DMARC1; p=none"}, "example.com", "", nil, outcome(Fail, "example.com", "example.com", "none", "")},
		{"no policy", []string{"_dmarc.example.com TXT v=DMARC1"}, "example.com", "", nil, outcome(Fail, "example.com", "example.com", "none", "")},
		{"wrong policy", []string{"_dmarc.example.com TXT v=DMARC1; p=rejekt"}, "example.com", "", nil, outcome(None, "example.com", "", "", "")},
		{"wrong policy, reports", []string{"_dmarc.example.com TXT v=DMARC1; p=reject; sp=x; rua=mailto:a@example.com"}, "example.com", "", nil, outcome(Fail, "example.com", "example.com", "none", "")},
		{"spf without an answer", example, "example.com", "example.com=temperror", []string{"example.net"}, outcome(TempError, "example.com", "example.com", "reject", "")},
		{"spf of another without an answer", example, "example.com", "example.net=temperror", nil, outcome(Fail, "example.com", "example.com", "reject", "")},
		{"spf without an answer, dkim passed", example, "example.com", "example.com=temperror", []string{"example.com"}, outcome(Pass, "example.com", "example.com", "reject", "dkim")},
		{"DNS fails", []string{"_dmarc.example.com TIMEOUT"}, "example.com", "example.com", nil, outcome(TempError, "example.com", "", "", "spf")},
		{"DNS fails above, same domain", []string{"_dmarc.example.com TXT v=DMARC1; p=reject", "_dmarc.com TIMEOUT"}, "example.com", "example.com", nil, outcome(Pass, "example.com", "example.com", "reject", "spf")},
		{"DNS fails above, subdomain", []string{"_dmarc.example.com TXT v=DMARC1; p=reject", "_dmarc.com TIMEOUT"}, "example.com", "sub.example.com", nil, outcome(TempError, "example.com", "example.com", "reject", "")},
		{"DNS fails above, nothing passed", []string{"_dmarc.example.com TXT v=DMARC1; p=reject", "_dmarc.com TIMEOUT"}, "example.com", "", nil, outcome(Fail, "example.com", "example.com", "reject", "")},
		{"address literal", nil, "[192.0.2.1]", "", nil, DMARC{Result: None}},
	} {
		if got := c.run(t); got != c.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

func TestDMARCWalk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from string
		zone       []string
		want       string
	}{
		{
			"eight queries at most (RFC 9989 §4.10)", "a.b.c.d.e.f.g.h.i.j.mail.example.com", nil,
			"a.b.c.d.e.f.g.h.i.j.mail.example.com g.h.i.j.mail.example.com h.i.j.mail.example.com i.j.mail.example.com " +
				"j.mail.example.com mail.example.com example.com com",
		},
		{
			"eight labels are walked one by one", "a.b.c.d.e.mail.example.com", nil,
			"a.b.c.d.e.mail.example.com b.c.d.e.mail.example.com c.d.e.mail.example.com d.e.mail.example.com " +
				"e.mail.example.com mail.example.com example.com com",
		},
		{"psd stops", "mail.giant.bank.example", []string{"_dmarc.bank.example TXT v=DMARC1; p=reject; psd=y"}, "mail.giant.bank.example giant.bank.example bank.example"},
		{"psd=n stops", "a.example.com", []string{"_dmarc.a.example.com TXT v=DMARC1; psd=n"}, "a.example.com"},
		{"a failure stops", "a.example.com", []string{"_dmarc.example.com TIMEOUT"}, "a.example.com example.com"},
	} {
		dns := &asking{Resolver: zone(t, c.zone...)}
		walkTree(t.Context(), dns, c.from)
		if got := strings.ReplaceAll(strings.Join(dns.names, " "), "_dmarc.", ""); got != c.want {
			t.Errorf("%s:\nasked %s\nwant  %s", c.name, got, c.want)
		}
	}
}

func TestDMARCAsksNothingForStrangers(t *testing.T) {
	t.Parallel()
	dns := &asking{Resolver: zone(t, "_dmarc.example.com TXT v=DMARC1; p=reject")}
	sigs := slices.Repeat([]DKIM{{Result: Pass, Domain: "many.labels.of.example.net"}}, 10)
	checkDMARC(t.Context(), dns, fromMessage("a@example.com"), SPF{Result: Pass, Domain: "example.org"}, sigs)
	if want := []string{"_dmarc.example.com", "_dmarc.com"}; !slices.Equal(dns.names, want) {
		t.Errorf("asked %q, want %q", dns.names, want)
	}
}

func TestDMARCNeedsOneAuthor(t *testing.T) {
	t.Parallel()
	z := zone(t, "_dmarc.example.com TXT v=DMARC1; p=reject")
	spf := SPF{Result: Pass, Domain: "example.com"}
	twice := fromMessage("a@example.com")
	twice.Header = append(twice.Header, parse.Field{Name: "from"})
	for _, c := range []struct {
		name string
		msg  *parse.Message
		want Result
	}{
		{"two people of one domain", fromMessage("a@example.com", "b@example.com"), Pass},
		{"two domains", fromMessage("a@example.com", "b@example.net"), PermError},
		{"one that does not parse", fromMessage("", "a@example.com"), PermError},
		{"two fields", twice, PermError},
		{"nobody", fromMessage(), None},
	} {
		got := checkDMARC(t.Context(), z, c.msg, spf, nil)
		if got.Result != c.want || (c.want != Pass && got != DMARC{Result: c.want}) {
			t.Errorf("%s: got %+v, want %s", c.name, got, c.want)
		}
	}
}

func TestDMARCRecord(t *testing.T) {
	t.Parallel()
	ok := dmarcRecord{p: "none", psd: 'u', applicable: true}
	with := func(change func(*dmarcRecord)) dmarcRecord {
		r := ok
		change(&r)
		return r
	}
	for text, want := range map[string]dmarcRecord{
		"v=DMARC1":                   ok,
		" v = DMARC1 ; ; p = NONE ;": ok,
		"V=DMARC1; P=Reject; SP=none; np=quarantine":    with(func(r *dmarcRecord) { r.p, r.sp, r.np = "reject", "none", "quarantine" }),
		"v=DMARC1; t=y; psd=y; adkim=s; aspf=s":         with(func(r *dmarcRecord) { r.testing, r.psd, r.strictDKIM, r.strictSPF = true, 'y', true, true }),
		"v=DMARC1; t=x; psd=x; adkim=x; aspf=x; pct=50": ok,
		"v=DMARC1; p=reject; p=none":                    with(func(r *dmarcRecord) { r.p = "reject" }),
		"v=DMARC1; p=":                                  {p: "none", psd: 'u', policyError: true},
		"v=DMARC1; p=reject; np=x; rua=mailto:a@b":      {p: "none", psd: 'u', policyError: true, applicable: true},
		"v=DMARC1; p=x; rua=nowhere":                    {p: "none", psd: 'u', policyError: true},
	} {
		if got, isDMARC := parseDMARC(text); !isDMARC || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", text, got, isDMARC, want)
		}
	}
	for _, text := range []string{"", "v=DMARC", "v=DMARC12", "v=dmarc1", "p=none; v=DMARC1", "v=DMARC1 p=none"} {
		if _, isDMARC := parseDMARC(text); isDMARC {
			t.Errorf("%q is taken for a record", text)
		}
	}
}

func TestDisposition(t *testing.T) {
	t.Parallel()
	for policy, testing := range map[string]string{"reject": "quarantine", "quarantine": "none", "none": "none", "": ""} {
		if got := (&DMARC{Policy: policy}).Disposition(); got != policy {
			t.Errorf("%q becomes %q", policy, got)
		}
		if got := (&DMARC{Policy: policy, Testing: true}).Disposition(); got != testing {
			t.Errorf("%q with t=y becomes %q", policy, got)
		}
	}
}

// FuzzDMARCRecord: whatever stands in the record, the policy is one of three,
// and writing the record's meaning out and reading it gives the same.
func FuzzDMARCRecord(f *testing.F) {
	f.Add("v=DMARC1; p=reject; sp=none; np=quarantine; psd=n; t=y; adkim=s; aspf=r; rua=mailto:a@example.com!10m,https://example.com")
	f.Add("v = DMARC1;;;p==;=;v=DMARC1;p=none;P=reject")
	f.Fuzz(func(t *testing.T, text string) {
		r, ok := parseDMARC(text)
		if !ok {
			return
		}
		policies := []string{"none", "quarantine", "reject"}
		if !slices.Contains(policies, r.subdomainPolicy(true)) || !slices.Contains(policies, r.subdomainPolicy(false)) || !slices.Contains(policies, r.p) {
			t.Fatalf("%q: %+v", text, r)
		}
		again, ok := parseDMARC(r.write())
		again.applicable, again.policyError = r.applicable, r.policyError
		if !ok || again != r {
			t.Fatalf("%q: %+v is written as %q", text, r, r.write())
		}
	})
}

// write is the record in its plainest form.
func (r *dmarcRecord) write() string {
	text := "v=DMARC1; p=" + r.p + "; psd=" + string(r.psd)
	for _, tag := range []struct {
		name, value string
		set         bool
	}{{"sp", r.sp, r.sp != ""}, {"np", r.np, r.np != ""}, {"t", "y", r.testing}, {"adkim", "s", r.strictDKIM}, {"aspf", "s", r.strictSPF}} {
		if tag.set {
			text += "; " + tag.name + "=" + tag.value
		}
	}
	return text
}

// FuzzTreeWalk: the walk ends within its bound, every name asked is the start
// or above it, and the Organizational Domain is one of these.
func FuzzTreeWalk(f *testing.F) {
	f.Add("a.b.c.d.e.f.g.h.example.com", uint16(0b1010), uint16(1))
	f.Add("example.com", uint16(1), uint16(0))
	f.Fuzz(func(t *testing.T, domain string, published, psd uint16) {
		domain, ok := lookupName(domain)
		if !ok {
			return
		}
		z := mapZone{}
		for i, name := 0, domain; name != "" && i < 16; i++ {
			if published>>i&1 == 1 {
				text := "v=DMARC1; p=none"
				if psd>>i&1 == 1 {
					text += "; psd=y"
				}
				z["_dmarc."+name] = []zoneRecord{{Type: "TXT", Values: []string{text}}}
			}
			_, name, _ = strings.Cut(name, ".")
		}
		dns := &asking{Resolver: z}
		w := walkTree(t.Context(), dns, domain)
		if len(dns.names) > maxWalk {
			t.Fatalf("%d queries", len(dns.names))
		}
		for _, name := range append(dns.names, "_dmarc."+w.organization()) {
			if name = strings.TrimPrefix(name, "_dmarc."); name != domain && !strings.HasSuffix(domain, "."+name) {
				t.Fatalf("%q is not above %q", name, domain)
			}
		}
	})
}

// TestPartialProof: a signature with l= aligns, and DMARC passes, but what was
// added behind it may be anybody's.
func TestPartialProof(t *testing.T) {
	t.Parallel()
	dns := zone(t, "_dmarc.example.com TXT v=DMARC1; p=reject")
	open := DKIM{Result: Pass, Domain: "example.com", Unsigned: 400}
	whole := DKIM{Result: Pass, Domain: "example.com"}
	foreign := DKIM{Result: Pass, Domain: "example.net"}
	for _, c := range []struct {
		name string
		spf  string
		dkim []DKIM
		want bool
	}{
		{"only a part is signed", "", []DKIM{open}, false},
		{"another domain signed all", "example.net", []DKIM{open, foreign}, false},
		{"a second signature is whole", "", []DKIM{open, whole}, true},
		{"the client proves it", "example.com", []DKIM{open}, true},
		{"a whole signature", "", []DKIM{whole}, true},
	} {
		domain, result := authenticated(c.spf)
		r := Results{DMARC: checkDMARC(t.Context(), dns, fromMessage("a@example.com"), SPF{Result: result, Domain: domain}, c.dkim)}
		if r.DMARC.Result != Pass || r.Authenticated() != c.want {
			t.Errorf("%s: %+v", c.name, r.DMARC)
		}
	}
}
