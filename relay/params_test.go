package relay

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"postern/parse"
)

func TestFit(t *testing.T) {
	t.Parallel()
	all := Extensions{"SIZE": "", "8BITMIME": "", "AUTH": "", "DSN": "", "SMTPUTF8": "", "REQUIRETLS": "", "DELIVERBY": "", "MT-PRIORITY": ""}
	const rich = "<a@example.net> SIZE=1000 body=8BITMIME AUTH=<> RET=HDRS ENVID=QQ SMTPUTF8 REQUIRETLS BY=120;R MT-PRIORITY=3"
	for _, test := range []struct {
		arg    string
		offers Extensions
		want   string
		code   int
		detail [3]int
	}{
		{"<>", nil, "<>", 0, [3]int{}},
		{"<postmaster>", nil, "<postmaster>", 0, [3]int{}},
		{rich, all, rich, 0, [3]int{}},
		{"<a@example.net> SIZE=1000 BODY=8BITMIME AUTH=<> RET=HDRS ENVID=QQ", nil, "<a@example.net>", 0, [3]int{}},
		{"<a@example.net> BODY=7BIT", nil, "<a@example.net>", 0, [3]int{}},
		{"<a@example.net> BODY=BINARYMIME", all, "", 555, [3]int{5, 5, 4}},
		{"<a@example.net> SMTPUTF8", nil, "", 550, [3]int{5, 6, 7}},
		{"<\u00e4@example.net>", nil, "", 550, [3]int{5, 6, 7}},
		{"<\u00e4@example.net> SMTPUTF8", all, "<\u00e4@example.net> SMTPUTF8", 0, [3]int{}},
		{"<a@example.net> REQUIRETLS", nil, "", 550, [3]int{5, 7, 30}},
		{"<a@example.net> BY=120;R", nil, "", 555, [3]int{5, 5, 4}},
		{"<a@example.net> X-WHAT", nil, "", 555, [3]int{5, 5, 4}},
		{"<b@example.org> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b@example.org", nil, "<b@example.org>", 0, [3]int{}},
		{"<b@example.org> NOTIFY=NEVER", nil, "<b@example.org>", 0, [3]int{}},
		{"<b@example.org> NOTIFY=SUCCESS,FAILURE", nil, "", 555, [3]int{5, 5, 4}},
		{"<b@example.org> NOTIFY=SUCCESS", all, "<b@example.org> NOTIFY=SUCCESS", 0, [3]int{}},
		{`<"a> SIZE=1 \"b"@example.net> SIZE=2`, all, `<"a> SIZE=1 \"b"@example.net> SIZE=2`, 0, [3]int{}},
		{`<"a> X b"@example.net>`, nil, `<"a> X b"@example.net>`, 0, [3]int{}},
		{"<a@example.net>\r\nRCPT TO:<b@example.org>", all, "", 501, [3]int{5, 5, 2}},
		{"<a\x00@example.net>", all, "", 501, [3]int{5, 5, 2}},
	} {
		got, refusal := fit(test.arg, test.offers)
		if got != test.want || refusal.Code != test.code || refusal.Enhanced != test.detail {
			t.Errorf("%q: %q, %v; want %q, %d %v", test.arg, got, refusal, test.want, test.code, test.detail)
		}
	}
}

func TestEightBitContentNeedsTheOffer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		ehlo, mail, text string
		code             int
	}{
		{"8BITMIME", "<a@example.net> BODY=8BITMIME", "gr\u00fc\u00dfe\r\n", 250},
		{"", "<a@example.net> BODY=8BITMIME", "gruesse\r\n", 250},
		{"", "<a@example.net> BODY=8BITMIME", "gr\u00fc\u00dfe\r\n", 554},
		{"", "<a@example.net>", "gr\u00fc\u00dfe\r\n", 250}, // nobody announced it: passed as it came
	} {
		f := startFake(t, &fake{ehlo: test.ehlo})
		h := newTestHop(t, Config{Address: f.addr()})
		tx, r, err := h.Begin(t.Context(), testEnv, test.mail)
		if err != nil || !r.OK() {
			t.Fatal(r, err)
		}
		tx.Rcpt(t.Context(), "<b@example.org>")
		replies, err := tx.Send(t.Context(), [][]byte{[]byte("\r\n"), []byte(test.text)})
		if err != nil || replies[0].Code != test.code {
			t.Errorf("%+v: %v %v", test, replies, err)
		}
	}
}

func TestForward(t *testing.T) {
	t.Parallel()
	six := &parse.Envelope{Remote: netip.MustParseAddr("2001:db8::7"), Helo: "a b+c=d\r\nQUIT", Protocol: "SMTP"}
	long := &parse.Envelope{Remote: netip.MustParseAddr("::ffff:192.0.2.1"), Helo: strings.Repeat("=", 300), RemoteName: strings.Repeat("n", 300)}
	for _, test := range []struct {
		name    string
		env     *parse.Envelope
		offered string
		want    []string
	}{
		{"all", testEnv, "NAME ADDR PROTO HELO SOURCE PORT IDENT", []string{"XFORWARD NAME=out.example.net PROTO=ESMTP HELO=out.example.net SOURCE=REMOTE IDENT=01JTEST PORT=4711 ADDR=192.0.2.7"}},
		{"some", testEnv, "addr name", []string{"XFORWARD NAME=out.example.net ADDR=192.0.2.7"}},
		{"none", testEnv, "", nil},
		{"nothing known", &parse.Envelope{}, "NAME ADDR PROTO HELO SOURCE", []string{"XFORWARD NAME=[UNAVAILABLE] PROTO=[UNAVAILABLE] HELO=[UNAVAILABLE] SOURCE=[UNAVAILABLE] ADDR=[UNAVAILABLE]"}},
		{"IPv6 and hostile HELO", six, "ADDR PROTO HELO", []string{"XFORWARD PROTO=SMTP HELO=a+20b+2Bc+3Dd+0D+0AQUIT ADDR=IPV6:2001:db8::7"}},
		{"long", long, "ADDR NAME HELO", []string{
			"XFORWARD NAME=" + strings.Repeat("n", 253),
			"XFORWARD HELO=" + strings.Repeat("+3D", 85) + " ADDR=192.0.2.1",
		}},
		{"loopback", &parse.Envelope{Remote: netip.MustParseAddr("127.0.0.1")}, "SOURCE", []string{"XFORWARD SOURCE=LOCAL"}},
	} {
		got := forward("XFORWARD", supported(xforwardNames, test.offered), test.env)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		for _, line := range got {
			if len(line)+2 > maxForward {
				t.Errorf("%s: a command of %d octets", test.name, len(line)+2)
			}
		}
	}
}

func TestForwardModes(t *testing.T) {
	t.Parallel()
	const hello, both = "EHLO gate.example.com", "XFORWARD ADDR,XCLIENT ADDR"
	for _, test := range []struct {
		ehlo   string
		config Config
		want   string
	}{
		{both, Config{}, hello + "|XFORWARD ADDR=192.0.2.7|MAIL"},
		{both + ",PIPELINING", Config{}, hello + "|XFORWARD ADDR=192.0.2.7|MAIL"},
		{both, Config{XForward: "off"}, hello + "|XCLIENT ADDR=192.0.2.7|EHLO out.example.net|MAIL"},
		{"XCLIENT ADDR", Config{}, hello + "|XCLIENT ADDR=192.0.2.7|EHLO out.example.net|MAIL"},
		{both, Config{XForward: "off", XClient: "off"}, hello + "|MAIL"},
	} {
		f := startFake(t, &fake{ehlo: test.ehlo})
		test.config.Address = f.addr()
		h := newTestHop(t, test.config)
		tx, _, err := h.Begin(t.Context(), testEnv, "")
		if err != nil {
			t.Fatal(err)
		}
		tx.Abort()
		if got := strings.ReplaceAll(strings.Join(f.heard(), "|"), "MAIL FROM:", "MAIL"); !strings.HasPrefix(got, test.want) {
			t.Errorf("%+v: %s, want %s", test.config, got, test.want)
		}
	}
}

func TestXCLIENTForEveryClient(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{true, false} { // whether XCLIENT is offered after XCLIENT
		f := startFake(t, &fake{ehlo: "XCLIENT ADDR", answer: func(_ *fakeConn, line string) string {
			switch line {
			case "EHLO vm.example":
				if !again {
					return "250 fake.example"
				}
			case "XCLIENT ADDR=192.0.2.66":
				return "554 5.7.1 not you"
			case "XCLIENT ADDR=192.0.2.67":
				return "550 5.7.1 insufficient authorization"
			}
			return ""
		}})
		h := newTestHop(t, Config{Address: f.addr()})
		for addr, want := range map[string]int{"192.0.2.1": 250, "192.0.2.2": 250, "192.0.2.66": 554, "192.0.2.67": 0} {
			tx, r, err := h.Begin(t.Context(), &parse.Envelope{Remote: netip.MustParseAddr(addr), Helo: "vm.example"}, "<>")
			if r.Code != want || (err != nil) != (want == 0) {
				t.Errorf("%s: %v %v", addr, r, err)
			}
			if tx != nil {
				tx.Abort()
			}
			if !slices.Contains(f.heard(), "XCLIENT ADDR="+addr) {
				t.Errorf("%s was not told", addr)
			}
		}
		if offers, _ := h.Offers(t.Context()); !offers.Has("XCLIENT") {
			t.Error("what one client is offered is taken for all")
		}
	}
}
