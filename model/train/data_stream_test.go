package train

import (
	"net/netip"
	"testing"
	"time"

	"postern/detect"
	"postern/filter"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/signals"
)

func TestStreamsComeBackAsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := NewStreamWriter(dir)
	if err != nil {
		t.Fatal(err)
	}
	w.Begin("7", &signals.Org{Domains: []string{"corp.example"}})
	for i, class := range []string{"safe", "vendor_fraud", "safe"} {
		p := &Passage{
			Env: parse.Envelope{
				ID: "x", Received: noDate.Add(time.Duration(2-i) * time.Hour), Remote: netip.MustParseAddr("192.0.2.7"),
				From: parse.Address{Local: "kim", Domain: "example.net"}, Rcpts: []parse.Address{ann},
			},
			Auth: mailauth.Results{SPF: mailauth.SPF{Result: mailauth.Pass, Domain: "example.net"}},
		}
		if err := w.Add("7", class, "", "", p, []byte(crlf("From: kim@example.net\nSubject: x\n\nHello.\n"))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	mail, err := Corpus(dir)
	if err != nil {
		t.Fatal(err)
	}
	streams, others := Streams(mail)
	if len(streams) != 1 || len(others) != 0 || len(streams[0].Mail) != 3 {
		t.Fatalf("%d streams, %d others", len(streams), len(others))
	}
	s := streams[0]
	if !s.Org.Owns("corp.example") || s.Mail[1].Class != detect.VendorFraud || s.Mail[0].Date.After(s.Mail[1].Date) {
		t.Errorf("%+v", s)
	}
	p := s.Mail[0].passage
	if p.Env.From.Local != "kim" || p.Env.Rcpts[0] != ann || p.Env.Remote.String() != "192.0.2.7" || p.Auth.SPF.Result != mailauth.Pass {
		t.Errorf("%+v", p)
	}
	rules, err := policy.New(policy.Default())
	if err != nil {
		t.Fatal(err)
	}
	rec := forgetful(t.Context(), &filter.Filter{Org: s.Org, Policy: func() *policy.Policy { return rules }}, s.Mail[0], []byte(crlf("From: kim@example.net\n\nHello.\n")))
	if !rec.Facts.Lacks("history") || rec.Facts.Lacks("auth") {
		t.Errorf("missing: %v", rec.Facts.Missing)
	}
}
