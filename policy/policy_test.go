package policy

import (
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"postern/detect"
	"postern/mailauth"
	"postern/parse"
	"postern/signals"
)

var received = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// letter is a message from ann@example.net, whom nothing proves, to the
// recipients.
func letter(rcpts ...string) *signals.Facts {
	f := &signals.Facts{
		Env: &parse.Envelope{
			Received: received, Remote: netip.MustParseAddr("192.0.2.7"), Helo: "out.example.net",
			From: parse.Address{Local: "bounce", Domain: "mail.example.net"},
		},
		Msg: &parse.Message{
			From: []parse.Mailbox{{Name: "Ann", Address: parse.Address{Local: "Ann", Domain: "example.net"}}}, Subject: "New account",
			Links:       []parse.Link{{Host: "login.example.org"}, {Host: "login.example.org"}},
			Attachments: []parse.Attachment{{Name: "invoice.html", Sniffed: "text/html", Size: 900}},
		},
		Org: &signals.Org{Domains: []string{"example.com"}}, Size: 5000,
	}
	for _, r := range rcpts {
		local, domain, _ := strings.Cut(r, "@")
		f.Env.Rcpts = append(f.Env.Rcpts, parse.Address{Local: local, Domain: domain})
	}
	return f
}

func finding(c detect.Class, score float64, reasons ...string) detect.Finding {
	f := detect.Finding{Detector: "by-" + c.String(), Class: c, Score: score}
	for _, r := range reasons {
		f.Evidence = append(f.Evidence, detect.Evidence{Text: r})
	}
	return f
}

func must(tb testing.TB, c Config) *Policy {
	tb.Helper()
	p, err := New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func TestLadder(t *testing.T) {
	t.Parallel()
	ladder := Thresholds{Ladder: Ladder{Tag: 0.4}, Malware: &Ladder{Reject: 0.8, Quarantine: 0.3, Tag: 0.2}, Spam: &Ladder{Reject: math.Inf(1)}}
	for _, c := range []struct {
		name  string
		given Thresholds
		found []detect.Finding
		want  Action
		rule  string
		class detect.Class
	}{
		{"nothing found", Thresholds{}, nil, Accept, "thresholds", detect.Safe},
		{"below every step", Thresholds{}, []detect.Finding{finding(detect.VendorFraud, 0.49)}, Accept, "thresholds", detect.VendorFraud},
		{"hardly anything", Thresholds{}, []detect.Finding{finding(detect.VendorFraud, 0.1)}, Accept, "thresholds", detect.Safe},
		{"tag", Thresholds{}, []detect.Finding{finding(detect.VendorFraud, 0.5)}, Tag, "threshold tag", detect.VendorFraud},
		{"quarantine", Thresholds{}, []detect.Finding{finding(detect.VendorFraud, 0.9)}, Quarantine, "threshold quarantine", detect.VendorFraud},
		{"reject", Thresholds{}, []detect.Finding{finding(detect.VendorFraud, 0.995)}, Reject, "threshold reject", detect.VendorFraud},
		{"two classes add up", Thresholds{}, []detect.Finding{finding(detect.VendorFraud, 0.7), finding(detect.Extortion, 0.8)}, Quarantine, "threshold quarantine", detect.Extortion},
		{"graymail is wanted", Thresholds{}, []detect.Finding{finding(detect.Graymail, 0.99)}, Accept, "thresholds", detect.Graymail},
		{"a score that is no number", Thresholds{}, []detect.Finding{finding(detect.Spam, math.NaN()), finding(detect.Spam, -3)}, Accept, "thresholds", detect.Safe},
		{"a score above 1", Thresholds{}, []detect.Finding{finding(detect.Spam, 7)}, Reject, "threshold reject", detect.Spam},
		{"own step, others from above", ladder, []detect.Finding{finding(detect.VendorFraud, 0.45)}, Tag, "threshold tag", detect.VendorFraud},
		{"a class by its own ladder", ladder, []detect.Finding{finding(detect.Malware, 0.35)}, Quarantine, "threshold malware.quarantine", detect.Malware},
		{"a class that is never refused", ladder, []detect.Finding{finding(detect.Spam, 0.999)}, Quarantine, "threshold spam.quarantine", detect.Spam},
		{"a class of its own does not push the others", ladder, []detect.Finding{finding(detect.Spam, 0.999), finding(detect.Extortion, 0.3)}, Quarantine, "threshold spam.quarantine", detect.Spam},
	} {
		v := must(t, Config{Mode: Enforce, Thresholds: c.given}).Decide(letter("bo@example.com"), signals.Vector{}, c.found)
		if v.Action != c.want || v.Would != c.want || v.Rule != c.rule || v.Class != c.class {
			t.Errorf("%s: %v by %q as %v, want %v by %q as %v", c.name, v.Action, v.Rule, v.Class, c.want, c.rule, c.class)
		}
	}
}

func TestScoreIsTheProbabilityOfAnyUnwantedClass(t *testing.T) {
	t.Parallel()
	v := must(t, Config{}).Decide(letter(), signals.Vector{}, []detect.Finding{
		finding(detect.Spam, 0.5), finding(detect.Spam, 0.5), finding(detect.Malware, 0.5), finding(detect.Graymail, 0.9),
	})
	for got, want := range map[float64]float64{v.Scores[detect.Spam]: 0.75, v.Scores[detect.Malware]: 0.5, v.Score: 0.875} {
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func TestReasonsAreStrongestFirstAndOnce(t *testing.T) {
	t.Parallel()
	v := must(t, Config{}).Decide(letter(), signals.Vector{}, []detect.Finding{
		finding(detect.Spam, 0.2, "weak", "both"), finding(detect.Malware, 0.9, "strong", "both", "3", "4", "5", "6", "7", "8", "9"),
	})
	got := make([]string, 0, maxReasons)
	for _, r := range v.Reasons {
		got = append(got, r.Text)
	}
	if want := []string{"strong", "both", "3", "4", "5", "6", "7", "8"}; !reflect.DeepEqual(got, want) {
		t.Errorf("reasons are %q, want %q", got, want)
	}
}

func TestModesLimitWhatIsCarriedOut(t *testing.T) {
	t.Parallel()
	bad := []detect.Finding{finding(detect.Malware, 0.999)}
	for mode, want := range map[Mode]Action{Observe: Accept, TagOnly: Tag, Enforce: Reject} {
		v := must(t, Config{Mode: mode, SubjectTag: "[suspicious]"}).Decide(letter(), signals.Vector{}, bad)
		if v.Action != want || v.Would != Reject || (v.SubjectTag != "") != (want == Tag) {
			t.Errorf("%v: %v, would %v, tag %q", mode, v.Action, v.Would, v.SubjectTag)
		}
	}
}

func TestBlindDefersUnlessTheOperatorChoseToAccept(t *testing.T) {
	t.Parallel()
	for choice, want := range map[string]Action{"": Defer, "defer": Defer, "accept": Accept} {
		if v := must(t, Config{OnFailure: choice}).Blind("route broke"); v.Action != want || v.Rule != "on_failure: route broke" {
			t.Errorf("%q: %+v", choice, v)
		}
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	proven := func(f *signals.Facts) { f.Auth.DMARC.Result = mailauth.Pass }
	signed := func(d mailauth.DKIM) func(*signals.Facts) {
		return func(f *signals.Facts) { f.Auth.DKIM = []mailauth.DKIM{d} }
	}
	good := mailauth.DKIM{Result: mailauth.Pass, Domain: "mail.example.net"}
	partial, test := good, good
	partial.Unsigned, test.Testing = 10, true
	unwanted, malware := finding(detect.Spam, 0.95), finding(detect.Malware, 0.6)
	allow, deny := func(e Entry) Config { return Config{Allow: []Entry{e}} }, func(e Entry) Config { return Config{Deny: []Entry{e}} }
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, time.UTC) }

	for _, c := range []struct {
		name   string
		config Config
		facts  func(*signals.Facts)
		found  detect.Finding
		want   Action
	}{
		{"allowed and proven", allow(Entry{From: []string{"ann@example.net"}}), proven, unwanted, Accept},
		{"allowed by domain", allow(Entry{From: []string{"NET", "example.net"}}), proven, unwanted, Accept},
		{"allowed but only claimed", allow(Entry{From: []string{"example.net"}}), nil, unwanted, Quarantine},
		{"another sender", allow(Entry{From: []string{"bob@example.net", "ample.net"}}), proven, unwanted, Quarantine},
		{"two authors", allow(Entry{From: []string{"example.net"}}), func(f *signals.Facts) {
			proven(f)
			f.Msg.From = append(f.Msg.From, f.Msg.From[0])
		}, unwanted, Quarantine},
		{"allowed sender, malware", allow(Entry{From: []string{"example.net"}}), proven, malware, Tag},
		{"signed", allow(Entry{DKIM: "example.net"}), signed(good), unwanted, Accept},
		{"signed in part", allow(Entry{DKIM: "example.net"}), signed(partial), unwanted, Quarantine},
		{"signed with a test key", allow(Entry{DKIM: "example.net"}), signed(test), unwanted, Quarantine},
		{"signed by another", allow(Entry{DKIM: "net.example"}), signed(good), unwanted, Quarantine},
		{"from a network", allow(Entry{Client: []string{"192.0.2.0/24"}}), nil, unwanted, Accept},
		{"from a network, under a name", allow(Entry{Client: []string{"192.0.2.7"}, From: []string{"example.net"}}), nil, unwanted, Accept},
		{"from another network", allow(Entry{Client: []string{"198.51.100.0/24"}, From: []string{"example.net"}}), proven, unwanted, Quarantine},
		{"last day", allow(Entry{From: []string{"example.net"}, Until: day(22, 0, 0)}), proven, unwanted, Accept},
		{"expired", allow(Entry{From: []string{"example.net"}, Until: day(21, 0, 0)}), proven, unwanted, Quarantine},
		{"expired this minute", allow(Entry{From: []string{"example.net"}, Until: day(22, 9, 30)}), proven, unwanted, Quarantine},
		{"denied", deny(Entry{From: []string{"example.net"}}), nil, detect.Finding{}, Reject},
		{"denied mildly", deny(Entry{From: []string{"example.net"}, Then: "tag"}), nil, detect.Finding{}, Tag},
		{"denied by envelope", deny(Entry{From: []string{"bounce@mail.example.net"}}), nil, detect.Finding{}, Reject},
		{"not denied", deny(Entry{From: []string{"example.org"}}), nil, detect.Finding{}, Accept},
		{"denied and allowed", Config{Deny: []Entry{{From: []string{"example.net"}}}, Allow: []Entry{{From: []string{"example.net"}}}}, proven, detect.Finding{}, Reject},
	} {
		c.config.Mode = Enforce
		f := letter("bo@example.com")
		if c.facts != nil {
			c.facts(f)
		}
		if v := must(t, c.config).Decide(f, signals.Vector{}, []detect.Finding{c.found}); v.Action != c.want {
			t.Errorf("%s: %v by %q, want %v", c.name, v.Action, v.Rule, c.want)
		}
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	enforce, observe := Enforce, Observe
	p := must(t, Config{
		Mode: TagOnly, Rules: []Rule{{Name: "general", When: `subject == "New account"`, Then: "quarantine"}},
		For: []Override{
			{Recipients: []string{"finance@example.com", "example.org"}, Mode: &enforce, Rules: []Rule{{Name: "finance", When: `not authenticated`, Then: "reject"}}},
			{Recipients: []string{"lab.example.org"}, Mode: &observe},
			{Recipients: []string{"vip@example.com"}, Mode: &enforce},
		},
	})
	for rcpt, want := range map[string]int{
		"finance@example.com": 1, "Finance@example.com": 1, "a@example.org": 1, "a@x.example.org": 1, "a@lab.example.org": 2, "bo@example.com": 0, "": 0,
	} {
		local, domain, _ := strings.Cut(rcpt, "@")
		if got := p.Group(parse.Address{Local: local, Domain: domain}); got != want {
			t.Errorf("%s is in group %d, want %d", rcpt, got, want)
		}
	}
	for _, c := range []struct {
		rcpts         string
		action, would Action
		rule          string
	}{
		{"", Tag, Quarantine, "rule general"},
		{"bo@example.com", Tag, Quarantine, "rule general"},
		{"finance@example.com a@example.org", Reject, Reject, "rule finance"},
		{"vip@example.com", Quarantine, Quarantine, "rule general"},
		{"a@lab.example.org", Accept, Quarantine, "rule general"},
		{"bo@example.com vip@example.com", Quarantine, Quarantine, "rule general"},
		{"bo@example.com finance@example.com", Quarantine, Quarantine, "rule finance"},
	} {
		v := p.Decide(letter(strings.Fields(c.rcpts)...), signals.Vector{}, nil)
		if v.Action != c.action || v.Would != c.would || v.Rule != c.rule {
			t.Errorf("%q: %v, would %v, by %q; want %v, %v, %q", c.rcpts, v.Action, v.Would, v.Rule, c.action, c.would, c.rule)
		}
	}
}

func TestEveryUnwantedClassCanHaveItsLadder(t *testing.T) {
	t.Parallel()
	var th Thresholds
	fields := reflect.ValueOf(&th).Elem()
	for c := range detect.Class(numUnwanted) {
		for i := range fields.NumField() {
			if fields.Type().Field(i).Tag.Get("toml") == c.String() {
				fields.Field(i).Set(reflect.ValueOf(&Ladder{Tag: float64(c)}))
			}
		}
	}
	for c, l := range th.own() {
		if l == nil || l.Tag != float64(c) {
			t.Errorf("%v: %v", detect.Class(c), l)
		}
	}
}

func TestOpenStepsGiveWay(t *testing.T) {
	t.Parallel()
	base, never := Ladder{Tag: 0.5, Quarantine: 0.9, Reject: 0.99}, math.Inf(1)
	for _, c := range []struct{ given, want Ladder }{
		{Ladder{}, base},
		{Ladder{Tag: 0.95}, Ladder{0.95, 0.95, 0.99}},
		{Ladder{Tag: 0.995}, Ladder{0.995, 0.995, 0.995}},
		{Ladder{Quarantine: 0.4}, Ladder{0.4, 0.4, 0.99}},
		{Ladder{Reject: 0.3}, Ladder{0.3, 0.3, 0.3}},
		{Ladder{Tag: 0.2, Reject: 0.8}, Ladder{0.2, 0.8, 0.8}},
		{Ladder{Tag: never}, Ladder{never, 0.9, 0.99}},
		{Ladder{Reject: never}, Ladder{0.5, 0.9, never}},
	} {
		if got := c.given.over(base); got != c.want {
			t.Errorf("%v over %v is %v, want %v", c.given, base, got, c.want)
		}
	}
}
