package signals_test

import (
	"net/netip"
	"strings"
	"testing"

	"postern/parse"
	"postern/signals"
)

func TestBorrowed(t *testing.T) {
	t.Parallel()
	org := &signals.Org{VIPs: []signals.Person{
		{Name: "Dana Reed", Address: "dana.reed@northwind.test", Addresses: []string{"dana@example.org"}},
		{Name: "José María Núñez", Address: "jm@northwind.test"},
		{Name: "Cher", Address: "cher@northwind.test"},
	}}
	for shown, want := range map[string]string{
		"Dana Reed":                    "Dana Reed",
		"DANA REED":                    "Dana Reed",
		"Reed, Dana":                   "Dana Reed",
		"Dr. Dana Reed (CEO)":          "Dana Reed",
		"Dana M. Reed":                 "Dana Reed",
		"Dána Rèed":                    "Dana Reed",
		"Dаnа Rееd":                    "Dana Reed", // Cyrillic
		"Ｄａｎａ Ｒｅｅｄ":                    "Dana Reed", // full-width
		"Dana\u200b Reed":              "Dana Reed",
		"Dana Reed via Sign":           "Dana Reed",
		"Dana.Reed":                    "Dana Reed",
		"Jose Maria Nunez":             "José María Núñez",
		"cher":                         "Cher",
		"Lena Reed":                    "",
		"Dana":                         "",
		"Dana Reed Smith":              "",
		"Cher Miller":                  "",
		"C.":                           "",
		"":                             "",
		"CEO":                          "",
		"Northwind Service Department": "",
	} {
		p, ok := org.Borrowed(parse.Mailbox{Name: shown, Address: parse.Address{Local: "x", Domain: "forger.test"}})
		if p.Name != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", shown, p.Name, want)
		}
	}
	for _, own := range []string{"dana.reed@northwind.test", "Dana@example.org"} {
		a, _ := parse.ParseAddress(own)
		if _, ok := org.Borrowed(parse.Mailbox{Name: "Dana Reed", Address: a}); ok {
			t.Errorf("%s is her own", own)
		}
	}
}

func TestOwns(t *testing.T) {
	t.Parallel()
	org := &signals.Org{Domains: []string{"example.com"}}
	for domain, want := range map[string]bool{
		"example.com": true, "mail.example.com": true, "badexample.com": false, "example.com.test": false, "com": false, "": false,
	} {
		if org.Owns(domain) != want {
			t.Errorf("Owns(%q) = %v", domain, !want)
		}
	}
	if (*signals.Org)(nil).Owns("example.com") {
		t.Error("the nil Org owns something")
	}
}

func TestDirection(t *testing.T) {
	t.Parallel()
	org := &signals.Org{Domains: []string{"example.com"}, Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
	for _, c := range []struct {
		from, user, client, to string
		want                   signals.Direction
	}{
		{"ann@example.com", "", "203.0.113.9", "bob@example.com", signals.Inbound}, // a mere claim
		{"ann@example.com", "ann", "203.0.113.9", "bob@example.com", signals.Internal},
		{"ann@example.com", "", "192.0.2.5", "bob@example.com", signals.Internal},
		{"ann@example.com", "", "::ffff:192.0.2.5", "kim@example.net", signals.Outbound},
		{"ann@example.com", "ann", "203.0.113.9", "bob@example.com kim@example.net", signals.Outbound},
		{"kim@example.net", "", "192.0.2.5", "bob@example.com", signals.Inbound},
		{"kim@example.net", "", "203.0.113.9", "bob@example.com", signals.Inbound},
	} {
		f := &signals.Facts{Org: org, Env: &parse.Envelope{Auth: c.user, Remote: netip.MustParseAddr(c.client)}, Msg: &parse.Message{}}
		f.Env.From, _ = parse.ParseAddress(c.from)
		for to := range strings.FieldsSeq(c.to) {
			a, _ := parse.ParseAddress(to)
			f.Env.Rcpts = append(f.Env.Rcpts, a)
		}
		if got := f.Direction(); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
}

func TestOrgCheck(t *testing.T) {
	t.Parallel()
	good := signals.Org{
		Domains: []string{"example.com"}, VIPs: []signals.Person{{Name: "Dana Reed"}},
		Networks: []netip.Prefix{netip.MustParsePrefix("2001:db8::/32")},
	}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	bad := signals.Org{
		Domains:  []string{"Example.com", "com", "", "@", "bücher.test"},
		VIPs:     []signals.Person{{Name: "CEO", Address: "nobody"}},
		Networks: []netip.Prefix{{}},
	}
	err := bad.Check()
	if err == nil {
		t.Fatal("all is well")
	}
	if n := len(strings.Split(err.Error(), "\n")); n != 8 {
		t.Errorf("%d mistakes, want 8:\n%v", n, err)
	}
}
