package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"postern/mailauth"
	"postern/parse"
	"postern/relay"
	"postern/store"
)

func TestCleanDisarmsTerminals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Grüße, 世界":           "Grüße, 世界",
		"a\x1b[2Jb\x07\x9b\r": "a·[2Jb···",
		"exe.\u202egpj":       "exe.·gpj",
		"two\nlines\tok":      "two\nlines\tok",
		"\u2028\u2029\xff":    "···",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := line("two\nlines"); got != "two lines" {
		t.Errorf("%q", got)
	}
}

func TestReadHop(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]hop{
		"from a.example (b.example [192.0.2.1]) by mx.example.com with ESMTP; x":    {netip.MustParseAddr("192.0.2.1"), "a.example", "b.example"},
		"from [192.0.2.1] (helo=a.example) by mx.example.com":                       {netip.MustParseAddr("192.0.2.1"), "192.0.2.1", ""},
		"from a.example (2001:db8::1) by mx.example.com (198.51.100.1) with ESMTPS": {netip.MustParseAddr("2001:db8::1"), "a.example", ""},
		"from a.example (unknown [IPv6:2001:db8::2]) by mx.example.com":             {netip.MustParseAddr("2001:db8::2"), "a.example", ""},
		"from a.example ([::ffff:192.0.2.3]) by mx.example.com":                     {netip.MustParseAddr("192.0.2.3"), "a.example", ""},
		"by mx.example.com (Postfix, from userid 0) id 1":                           {},
		"": {}, "from": {}, "(": {},
	} {
		if got := readHop(value); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestLastHopPassesOurOwnHosts(t *testing.T) {
	t.Parallel()
	c := &config{}
	c.SMTP.Trusted = []string{"198.51.100.0/24"}
	m := parse.Read([]byte("Received: from in (in [10.0.0.1]) by box\r\nReceived: from edge (edge [198.51.100.7]) by in\r\n"+
		"Received: from out.example.net ([192.0.2.7]) by edge\r\nReceived: from forged ([203.0.113.1]) by out\r\n\r\n"), parse.DefaultLimits)
	if got := c.lastHop(m); got.helo != "out.example.net" || got.client.String() != "192.0.2.7" {
		t.Errorf("%+v", got)
	}
}

// Who handed a past message in is told by the field at the border, which a
// host of ours wrote, and by nothing beneath it.
func TestFromInside(t *testing.T) {
	t.Parallel()
	const outside = "Received: from out.example.net (out.example.net [192.0.2.7]) by mx.example.com with ESMTPS; x\n"
	const inside = "Received: from pc (pc [10.0.0.7]) by mx.example.com with ESMTP; x\n"
	for _, tc := range []struct {
		name, header string
		want         bool
	}{
		{"from outside", outside, false},
		{"from outside, then through our hosts", inside + outside + inside, false},
		{"from a client that cannot be read", "Received: from unknown by mx.example.com with SMTP; x\n", false},
		{"from outside, with a login", "Received: from pc (pc.example.net [192.0.2.7]) (authenticated) by mx.example.com (Postfix) with ESMTPSA id 1; x\n", true},
		{"a login that the sender claims", outside + "Received: from pc ([192.0.2.8]) by out.example.net with ESMTPSA; x\n", false},
		{"a greeting that claims a login", "Received: from ESMTPSA (x [192.0.2.7]) by mx.example.com with ESMTP; x\n", false},
		{"from our network", inside, true},
		{"from this host", "Received: by mx.example.com (Postfix, from userid 1000); x\n", true},
		{"a copy that was filed", "X-Mailer: m\n", true},
		{"delivered without trace", "Return-Path: <a@example.com>\n", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := &config{}
			m := parse.Read([]byte(strings.ReplaceAll(tc.header+"From: a@example.com\n\n", "\n", "\r\n")), parse.DefaultLimits)
			if got := fromInside(m, c.border(m)); got != tc.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// hops is a next hop that gives the replies it is told to.
type hops struct {
	rcpt    relay.Reply
	unknown string // a recipient who is refused all the same
	replies []relay.Reply
	err     error
	said    []string
}

func (h *hops) Begin(_ context.Context, _ *parse.Envelope, mail string) (relay.Transaction, relay.Reply, error) {
	h.said = append(h.said, mail)
	return h, relay.Reply{Code: 250}, nil
}
func (h *hops) Offers(context.Context) (relay.Extensions, error) { return nil, nil }
func (h *hops) Close() error                                     { return nil }
func (h *hops) Abort()                                           {}
func (h *hops) Rcpt(_ context.Context, rcpt string) (relay.Reply, error) {
	h.said = append(h.said, rcpt)
	if h.unknown != "" && strings.HasPrefix(rcpt, h.unknown) {
		return relay.Reply{Code: 550, Text: "unknown"}, nil
	}
	return h.rcpt, nil
}

func (h *hops) Send(_ context.Context, message [][]byte) ([]relay.Reply, error) {
	h.said = append(h.said, string(message[0]))
	return h.replies, h.err
}

func TestSendUsesTheOriginalEnvelope(t *testing.T) {
	t.Parallel()
	ok, no := relay.Reply{Code: 250}, relay.Reply{Code: 550, Text: "no"}
	held := &store.Held{
		Envelope: parse.Envelope{From: parse.Address{Local: "dana", Domain: "example.net"}, Rcpts: []parse.Address{{Local: "ann", Domain: "example.com"}, {Local: "bo", Domain: "example.com"}}},
		Mail:     "BODY=8BITMIME", Rcpt: []string{"NOTIFY=NEVER", ""}, Message: []byte("x"),
	}
	for _, c := range []struct {
		name    string
		hop     hops
		missing []int
		fails   bool
	}{
		{"SMTP", hops{rcpt: ok, replies: []relay.Reply{ok}}, nil, false},
		{"refused", hops{rcpt: ok, replies: []relay.Reply{no}}, []int{0, 1}, true},
		{"all recipients refused", hops{rcpt: no}, []int{0, 1}, true},
		{"a recipient refused", hops{rcpt: ok, unknown: "<ann@", replies: []relay.Reply{ok}}, []int{0}, true},
		{"a recipient refused, by LMTP the other too", hops{rcpt: ok, unknown: "<bo@", replies: []relay.Reply{no}}, []int{0, 1}, true},
		{"LMTP", hops{rcpt: ok, replies: []relay.Reply{ok, ok}}, nil, false},
		{"LMTP, one refused", hops{rcpt: ok, replies: []relay.Reply{no, ok}}, []int{0}, true},
		{"LMTP, lost after one", hops{rcpt: ok, replies: []relay.Reply{ok}, err: relay.ErrUncertain}, []int{1}, true},
		{"lost", hops{rcpt: ok, err: errors.New("lost")}, []int{0, 1}, true},
	} {
		missing, err := send(t.Context(), &c.hop, held)
		if !reflect.DeepEqual(missing, c.missing) || (err != nil) != c.fails {
			t.Errorf("%s: %v, %v", c.name, missing, err)
		}
		want := []string{"<dana@example.net> BODY=8BITMIME", "<ann@example.com> NOTIFY=NEVER", "<bo@example.com>", "x"}
		if !c.fails && !reflect.DeepEqual(c.hop.said, want) {
			t.Errorf("%s: said %q", c.name, c.hop.said)
		}
	}
}

func TestLogShowsAddressesAsAllowed(t *testing.T) {
	t.Parallel()
	for privacy, want := range map[string]string{"": "ann@example.com", "full": "ann@example.com", "domain": "*@example.com", "none": "*"} {
		var b strings.Builder
		var level slog.LevelVar
		newLog(&b, logConfig{Privacy: privacy, Format: "json"}, &level).Info("x", slog.Any("from", parse.Address{Local: "ann", Domain: "example.com"}))
		if !strings.Contains(b.String(), `"from":"`+want+`"`) {
			t.Errorf("%q: %s", privacy, b.String())
		}
	}
}

func TestNotifyReachesSystemd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	notify(t.Context(), "READY=1")
	buf := make([]byte, 100)
	if n, err := l.Read(buf); err != nil || string(buf[:n]) != "READY=1" {
		t.Errorf("%q, %v", buf[:n], err)
	}
}

// silent is a resolver that nobody answers.
type silent struct {
	unasked

	asked int
}

func (s *silent) LookupTXT(context.Context, string) ([]string, error) {
	s.asked++
	return nil, mailauth.ErrTemporary
}

func TestScanGivesUpOnSilentDNS(t *testing.T) {
	t.Parallel()
	dns := &silent{}
	r := &impatient{dns: dns}
	for range 100 {
		if _, err := r.LookupTXT(t.Context(), "example.com"); !errors.Is(err, mailauth.ErrTemporary) {
			t.Fatal(err)
		}
	}
	if dns.asked != maxSilent {
		t.Errorf("asked %d times, want %d", dns.asked, maxSilent)
	}
}
