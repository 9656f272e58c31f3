package policy

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"postern/detect"
	"postern/signals"
)

func TestRulesSeeTheMessage(t *testing.T) {
	t.Parallel()
	found := []detect.Finding{finding(detect.VendorFraud, 0.95), finding(detect.Spam, 0.2)}
	found[0].Detector = "domain-spoof"
	f := letter("bo@example.com", "cy@example.org")
	f.Missing = []string{"history"}
	f.Msg.Links = append(f.Msg.Links, f.Msg.Links...)
	vector := signals.All().Compute(f)
	for _, when := range []string{
		`class == "vendor_fraud" && score > 0.9`,
		`p("vendor_fraud") > 0.9 and p("spam") < 0.3`,
		`class in ["vendor_fraud", "malware"]`,
		`from == "ann@example.net" and from_domain == "example.net" and from_name == "Ann"`,
		`mail_from == "bounce@mail.example.net" and mail_from_domain endsWith ".example.net"`,
		`"cy@example.org" in rcpts and "example.com" in rcpt_domains and len(rcpts) == 2`,
		`subject contains "account" and lower(subject) matches "^new"`,
		`client == "192.0.2.7" and client_name == "" and helo startsWith "out." and not tls`,
		`size == 5000 and hour == 9 and direction == "inbound"`,
		`spf == "none" and dkim == "none" and dmarc == "none" and arc != "pass" and not authenticated`,
		`missing("history") and not first_contact and not missing("auth")`,
		`any(attachments, .type == "text/html" and .name endsWith ".html" and .size < 1000 and not .encrypted)`,
		`link_hosts == ["login.example.org"]`,
		`found("domain-spoof") and not found("extortion-demand")`,
		`len(reply_to) == 0`,
	} {
		p := must(t, Config{Mode: Enforce, Rules: []Rule{{Name: "x", When: when, Then: "defer"}}})
		if v := p.Decide(f, vector, found); v.Rule != "rule x" || v.Action != Defer {
			t.Errorf("%s: does not hold", when)
		}
	}
}

func TestUnknownSignalsCompareFalse(t *testing.T) {
	t.Parallel()
	name := signals.All().Names()[0]
	for _, comparison := range []string{"> 0", "< 1", ">= 0", "<= 1", "== 0"} {
		p := must(t, Config{Rules: []Rule{{Name: "x", When: `signal("` + name + `") ` + comparison, Then: "reject"}}})
		if v := p.Decide(letter(), signals.Vector{}, nil); v.Would != Accept {
			t.Errorf("an unknown signal is %s", comparison)
		}
	}
	p := must(t, Config{Rules: []Rule{{Name: "x", When: `not known("` + name + `")`, Then: "tag"}}})
	if v := p.Decide(letter(), signals.Vector{}, nil); v.Would != Tag {
		t.Error("an unknown signal is known")
	}
}

func TestARuleThatBreaksDoesNotHold(t *testing.T) {
	t.Parallel()
	p := must(t, Config{Rules: []Rule{
		{Name: "broken", When: `reply_to[7] == "a@example.net"`, Then: "reject"}, {Name: "next", When: `true`, Then: "tag"},
	}})
	if v := p.Decide(letter(), signals.Vector{}, nil); v.Rule != "rule next" {
		t.Errorf("decided by %q", v.Rule)
	}
}

func TestMistakesAreAllTold(t *testing.T) {
	t.Parallel()
	_, err := New(Config{
		OnFailure: "defre", SubjectTag: "a\r\nb",
		Thresholds: Thresholds{Ladder: Ladder{Tag: 0.95, Quarantine: 0.9}, Spam: &Ladder{Reject: math.NaN()}},
		Deny:       []Entry{{}, {From: []string{"a b"}, Then: "rejct"}},
		Allow:      []Entry{{From: []string{"example.net"}, Then: "tag"}, {DKIM: "a@b", Client: []string{"192.0.2.0/99"}}},
		Rules: []Rule{
			{Name: "a", When: `scor > 0.9`, Then: "tag"},
			{Name: "b", When: "class ==\n  'vendor_fruad'", Then: "tag"},
			{Name: "b", When: `size > "big"`, Then: "hold"},
			{When: `size`},
			{Name: "c", When: `signal("link.nothing") > 0 && p(subject) > 0`, Then: "tag"},
			{Name: "d", When: `any(1..1000000, true)`, Then: "tag"},
			{Name: "e", When: `now().Year() > 2026`, Then: "tag"},
			{Name: "f", When: `size >`, Then: "tag"},
			{Name: "g", When: ``, Then: "tag"},
			{Name: "h", When: `any(attachments, .naame == "x")`, Then: "tag"},
		},
		For: []Override{{}, {Recipients: []string{"@", "example.com", "example.com"}, Thresholds: Thresholds{Ladder: Ladder{Tag: -1}}}},
	})
	want := strings.Split(strings.TrimSpace(`
policy: on_failure: "defre" is neither defer nor accept; did you mean "defer"?
policy: deny[0]: names nobody; give from, dkim or client
policy: deny[1].then: "rejct" is no action; take one of ["accept" "tag" "quarantine" "defer" "reject"]; did you mean "reject"?
policy: deny[1].from[0]: "a b" is neither an address nor a domain
policy: allow[0].then: an allow entry accepts; leave this out
policy: allow[1].dkim: "a@b" is no domain
policy: allow[1].client[0]: "192.0.2.0/99" is neither a network such as 192.0.2.0/24 nor an address
policy: subject_tag: "a\r\nb" is not up to 64 characters of printable ASCII
policy: rule[0].when: rule "a", 1:1: unknown name scor; did you mean "score"?
policy: rule[1].when: rule "b", 2:3: there is no "vendor_fruad"; did you mean "vendor_fraud"?
policy: rule[2].name: "b" is not a name of its own; verdicts and logs show it
policy: rule[2].then: "hold" is no action; take one of ["accept" "tag" "quarantine" "defer" "reject"]
policy: rule[2].when: rule "b", 1:6: invalid operation: > (mismatched types int and string)
policy: rule[3].name: "" is not a name of its own; verdicts and logs show it
policy: rule[3].then: is missing; take one of ["accept" "tag" "quarantine" "defer" "reject"]
policy: rule[3].when: rule "", 1:1: expected bool, but got int
policy: rule[4].when: rule "c", 1:8: there is no "link.nothing"; did you mean "link.domains"?
policy: rule[5].when: rule "d", 1:6: ranges are not for rules
policy: rule[6].when: rule "e", 1:1: unknown name now
policy: rule[7].when: rule "f", 1:6: unexpected token EOF
policy: rule[8].when: rule "g", 1:1: unexpected token EOF
policy: rule[9].when: rule "h", 1:19: an attachment has no field naame; did you mean "name"?
policy: thresholds: a stricter action has a lower threshold: tag 0.95, quarantine 0.9, reject 0.99
policy: thresholds.spam: a threshold is a probability, or inf for never; NaN is not
policy: for[0].recipients: names nobody; give addresses or domains
policy: for[1].recipients[0]: "@" is neither an address nor a domain
policy: for[1].recipients[2]: "example.com" is named twice
policy: for[1].thresholds: a threshold is a probability, or inf for never; -1 is not
`), "\n")
	got := strings.Split(err.Error(), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("line %d:\n got %q\nwant %q\n\n%s", i+1, got[min(i, len(got)-1)], want[min(i, len(want)-1)], err)
		}
	}
}

// FuzzRule: what compiles never panics, and decides the same twice.
func FuzzRule(f *testing.F) {
	for _, when := range []string{
		`class == "vendor_fraud" && score > 0.9`, `any(attachments, .name matches "(a+)+$")`, `rcpts[99] == from`,
		`let x = subject; x + x + x == x`, `count(link_hosts, len(#) > 3) > size / 0`, `"\xff" in rcpts`, `split(subject, "")[1] != ""`,
		`-score ** 999 > 1`, `first(rcpts) == last(reply_to)`, `size % 0 == 1`, `not known("link.count")`, `p("spam") + "a" > 2`,
	} {
		f.Add(when, 0.5)
	}
	f.Fuzz(func(t *testing.T, when string, score float64) {
		if len(when) > 500 {
			return
		}
		p, err := New(Config{Rules: []Rule{{Name: "x", When: when, Then: "reject"}}})
		if err != nil {
			return
		}
		facts, found := letter("bo@example.com"), []detect.Finding{finding(detect.Spam, score)}
		once := p.Decide(facts, signals.Vector{}, found)
		if twice := p.Decide(facts, signals.Vector{}, found); !reflect.DeepEqual(once, twice) {
			t.Errorf("%+v, then %+v", once, twice)
		}
		if once.Score < 0 || once.Score > 1 || math.IsNaN(once.Score) {
			t.Errorf("score %v", once.Score)
		}
	})
}
