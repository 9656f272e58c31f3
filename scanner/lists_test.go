package scanner_test

import (
	"context"
	"math"
	"net/netip"
	"testing"

	"postern/internal/dnstest"
	"postern/mailauth"
	"postern/parse"
	"postern/scanner"
)

// failing is a resolver that does not answer, until it works.
type failing struct {
	asked int
	works bool
}

func (f *failing) LookupAddr(context.Context, string, bool) ([]netip.Addr, error) {
	f.asked++
	if f.works {
		return []netip.Addr{netip.MustParseAddr("127.0.0.2")}, nil
	}
	return nil, mailauth.ErrTemporary
}

const zone = `
5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.client.example. A 127.0.0.4
shop.example.sender.example. A 127.0.0.2
bad.test.link.example. A 127.0.0.2
77.113.0.203.link.example. A 127.0.0.9
shop.example.blocked.example. A 127.255.255.254
shop.example.elsewhere.example. A 192.0.2.1
shop.example.some.example. A 127.0.0.8
$FAULT shop.example.down.example. servfail
`

func TestLists(t *testing.T) {
	t.Parallel()
	dns := mailauth.NewResolver(mailauth.DNSConfig{Servers: []string{dnstest.Serve(t, zone)}})
	only := []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
	for _, tc := range []struct {
		list    scanner.ListConfig
		want    []string
		unknown bool
	}{
		{scanner.ListConfig{Zone: "client.example", Of: scanner.Client}, []string{"2001:db8::5"}, false},
		{scanner.ListConfig{Zone: "client.example", Of: scanner.Client, Answers: only}, nil, false},
		{scanner.ListConfig{Zone: "sender.example", Of: scanner.Sender, Answers: only}, []string{"shop.example"}, false},
		{scanner.ListConfig{Zone: "link.example.", Of: scanner.Link}, []string{"203.0.113.77", "bad.test"}, false},
		{scanner.ListConfig{Zone: "clean.example", Of: scanner.Link}, nil, false},
		{scanner.ListConfig{Zone: "blocked.example", Of: scanner.Sender}, nil, true},
		{scanner.ListConfig{Zone: "elsewhere.example", Of: scanner.Sender}, nil, true},
		{scanner.ListConfig{Zone: "some.example", Of: scanner.Sender, Answers: only}, nil, false},
		{scanner.ListConfig{Zone: "down.example", Of: scanner.Sender}, nil, true},
	} {
		r := ask(t, scanner.Config{Lists: []scanner.ListConfig{tc.list}}, dns, mail)
		n, known := r.Listed(tc.list.Of)
		if n != len(tc.want) || known == tc.unknown || (len(r.Missing) > 0) != tc.unknown {
			t.Errorf("%s: %d listed, known %t, missing %q: %+v", tc.list.Zone, n, known, r.Missing, r.Lists)
			continue
		}
		for i, l := range r.Lists {
			if l.Subject != tc.want[i] {
				t.Errorf("%s lists %s, want %s", tc.list.Zone, l.Subject, tc.want[i])
			}
		}
	}
}

func TestOpinionsInTheHeader(t *testing.T) {
	t.Parallel()
	var nobody scanner.Opinion
	for _, tc := range []struct {
		field            string
		rspamd, assassin scanner.Opinion
	}{
		{"X-Spamd-Result: default: False [5.30 / 15.00];\r\n BAYES_HAM(-3.00)[99.9%]", scanner.Opinion{Known: true, Score: 5.3, Required: 15}, nobody},
		{"X-Spamd-Result: default: True [-1.5 / 7]", scanner.Opinion{Known: true, Score: -1.5, Required: 7}, nobody},
		{"X-Rspamd-Score: 18.1", scanner.Opinion{Known: true, Score: 18.1, Required: 15}, nobody},
		{"X-Spam-Status: Yes, score=7.2 required=5.0 tests=A,B\r\n\tautolearn=no score=-99", nobody, scanner.Opinion{Known: true, Score: 7.2, Required: 5}},
		{"X-Spam-Status: Yes, score=NaN required=5.0", nobody, nobody},
		{"X-Spam-Status: Yes, score=1e999 required=5.0", nobody, nobody},
		{"X-Spamd-Result: default: False [5.30 / 0]", nobody, nobody},
		{"X-Spamd-Result: [", nobody, nobody},
		{"Subject: y", nobody, nobody},
	} {
		r := ask(t, scanner.Config{Results: scanner.ResultsConfig{Read: true}}, nil, tc.field+"\r\n"+mail)
		if r.Rspamd != tc.rspamd || r.SpamAssassin != tc.assassin {
			t.Errorf("%q gives %+v and %+v", tc.field, r.Rspamd, r.SpamAssassin)
		}
	}
}

func TestWithoutScannersNobodyAsks(t *testing.T) {
	t.Parallel()
	if s := scanner.New(scanner.Config{}, nil, nil); s != nil {
		t.Error("scanners out of nothing")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []scanner.Config{
		{ClamAV: scanner.ClamAVConfig{Address: "clamd"}},
		{ClamAV: scanner.ClamAVConfig{Address: "unix:"}},
		{Lists: []scanner.ListConfig{{Zone: "a b", Of: scanner.Client}}},
		{Lists: []scanner.ListConfig{{Zone: "bl.example", Of: "url"}}},
		{Lists: []scanner.ListConfig{{Zone: "bl.example", Of: scanner.Link, Answers: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}},
		{Lists: make([]scanner.ListConfig, 17)},
	} {
		if c.Check() == nil {
			t.Errorf("%+v passes", c)
		}
	}
	good := scanner.Config{
		ClamAV: scanner.ClamAVConfig{Address: "127.0.0.1:3310"},
		Lists:  []scanner.ListConfig{{Zone: "bl.example.", Of: scanner.Link}},
	}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}

// FuzzOpinion: whatever stands in the header, an opinion is finite and cannot
// be unknown and have a score.
func FuzzOpinion(f *testing.F) {
	f.Add("default: False [5.30 / 15.00]; A(1)[]", "Yes, score=7.2 required=5.0")
	s := scanner.New(scanner.Config{Results: scanner.ResultsConfig{Read: true}}, nil, nil)
	f.Fuzz(func(t *testing.T, rspamd, assassin string) {
		msg := &parse.Message{Header: []parse.Field{{Name: "X-Spamd-Result", Value: rspamd}, {Name: "X-Spam-Status", Value: assassin}}}
		r := s.Ask(t.Context(), &parse.Envelope{}, msg, nil)
		for _, o := range []scanner.Opinion{r.Rspamd, r.SpamAssassin} {
			if excess := o.Score - o.Required; math.IsNaN(excess) || math.IsInf(o.Score, 0) || o.Known != (o.Required > 0) {
				t.Errorf("%+v", o)
			}
		}
	})
}
