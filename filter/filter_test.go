package filter

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/detect"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/signals"
	"postern/store"
)

// noDNS answers that nothing exists.
type noDNS struct{}

func (noDNS) LookupTXT(context.Context, string) ([]string, error) { return nil, mailauth.ErrNotFound }

func (noDNS) LookupMX(context.Context, string) ([]string, error) { return nil, mailauth.ErrNotFound }

func (noDNS) LookupPTR(context.Context, netip.Addr) ([]string, error) {
	return nil, mailauth.ErrNotFound
}

func (noDNS) LookupAddr(context.Context, string, bool) ([]netip.Addr, error) {
	return nil, mailauth.ErrNotFound
}

type brokenHistory struct{ store.History }

func (brokenHistory) Lookup(context.Context, store.Query) (store.Profile, error) {
	panic("index out of range")
}

type lateHistory struct{ store.History }

func (lateHistory) Lookup(ctx context.Context, _ store.Query) (store.Profile, error) {
	<-ctx.Done()
	return store.Profile{}, ctx.Err()
}

type brokenDetector struct{}

func (brokenDetector) Name() string { return "broken" }
func (brokenDetector) Doc() string  { return "Breaks." }

func (brokenDetector) Detect(*signals.Facts, signals.Vector) []detect.Finding { panic("nil map") }

// certain suspects everything of malware.
type certain struct{ brokenDetector }

func (certain) Detect(*signals.Facts, signals.Vector) []detect.Finding {
	return []detect.Finding{{Detector: "certain", Class: detect.Malware, Score: 0.95, Evidence: []detect.Evidence{{Text: "it says so"}}}}
}

// shelf is a quarantine that notes what it holds, or refuses to.
type shelf struct {
	store.Quarantine
	held []store.Held
	err  error
}

func (s *shelf) Hold(_ context.Context, h store.Held) error {
	s.held = append(s.held, h)
	return s.err
}

const message = "From: Nora <nora@partner.example>\r\nTo: ann@example.com\r\nSubject: hello\r\n\r\nHello Ann.\r\n"

func mail(raw string) Mail {
	return Mail{Raw: []byte(raw), Env: &parse.Envelope{
		ID: "01J0", Received: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), Remote: netip.MustParseAddr("192.0.2.1"),
		Helo: "out.partner.example", Protocol: "ESMTP",
		From: parse.Address{Local: "nora", Domain: "partner.example"}, Rcpts: []parse.Address{{Local: "ann", Domain: "example.com"}},
	}}
}

func newFilter(tb testing.TB, cfg policy.Config) *Filter {
	tb.Helper()
	p, err := policy.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return &Filter{
		Hostname: "mx.example.com", Limits: parse.DefaultLimits, Org: &signals.Org{Domains: []string{"example.com"}},
		Auth: &mailauth.Verifier{DNS: noDNS{}}, Policy: func() *policy.Policy { return p }, Patience: time.Second,
		Log: slog.New(slog.DiscardHandler),
	}
}

// send passes one message through f, and tells what the door was asked to do.
func send(t *testing.T, f *Filter, m Mail) (v policy.Verdict, text string, rec Record) {
	t.Helper()
	f.Observe = func(r *Record) { rec = *r }
	asked := 0
	f.Process(t.Context(), m, func(_ context.Context, got policy.Verdict, out Outgoing) Fate {
		asked++
		v, text = got, string(slices.Concat(out...))
		return Relayed
	})
	if asked != 1 || rec.Fate != Relayed {
		t.Fatalf("delivered %d times, fate %q", asked, rec.Fate)
	}
	return v, text, rec
}

func TestVerdictIsAlwaysOwed(t *testing.T) {
	for _, tc := range []struct {
		name, missing string
		breakIt       func(*Filter)
	}{
		{"history panics", "history", func(f *Filter) { f.History = brokenHistory{} }},
		{"history is late", "history", func(f *Filter) { f.History, f.Patience = lateHistory{}, time.Millisecond }},
		{"verifier panics", "auth", func(f *Filter) { f.Auth = nil }},
		{"detector panics", "detect/broken", func(f *Filter) { f.Detectors = []detect.Detector{brokenDetector{}} }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFilter(t, policy.Config{})
			tc.breakIt(f)
			v, text, rec := send(t, f, mail(message))
			if !slices.Contains(rec.Facts.Missing, tc.missing) {
				t.Errorf("missing = %q, want %q among them", rec.Facts.Missing, tc.missing)
			}
			if v.Action != policy.Accept || !strings.HasSuffix(text, message) {
				t.Errorf("%v: %q", v.Action, text)
			}
		})
	}
}

func TestOnFailureAnswersWhereTheRouteBreaks(t *testing.T) {
	f := newFilter(t, policy.Config{})
	p := f.Policy()
	asked := 0
	f.Policy = func() *policy.Policy {
		if asked++; asked == 1 {
			panic("no policy")
		}
		return p
	}
	if v, _, _ := send(t, f, mail(message)); v.Action != policy.Defer {
		t.Errorf("%v, want defer", v.Action)
	}
}

func TestOneBrokenDetectorDoesNotSilenceTheOthers(t *testing.T) {
	f := newFilter(t, policy.Config{})
	f.Detectors = []detect.Detector{brokenDetector{}, certain{}}
	if v, text, _ := send(t, f, mail(message)); v.Class != detect.Malware || !strings.Contains(text, "X-Postern-Reasons: 1. It says so.\r\n") {
		t.Errorf("%v: %s", v.Class, text)
	}
}

func TestQuarantineIsDurableBeforeTheDoorAnswers(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		want policy.Action
	}{{"kept", nil, policy.Quarantine}, {"disk full", errors.New("no space left"), policy.Defer}} {
		t.Run(tc.name, func(t *testing.T) {
			q := &shelf{err: tc.err}
			f := newFilter(t, policy.Config{Mode: policy.Enforce})
			f.Detectors, f.Holding = []detect.Detector{certain{}}, q
			v, text, _ := send(t, f, mail(message))
			if v.Action != tc.want || len(q.held) != 1 || string(q.held[0].Message) != text {
				t.Errorf("%v, held %d", v.Action, len(q.held))
			}
		})
	}
	t.Run("none configured", func(t *testing.T) {
		f := newFilter(t, policy.Config{Mode: policy.Enforce})
		f.Detectors = []detect.Detector{certain{}}
		if v, _, _ := send(t, f, mail(message)); v.Action != policy.Defer {
			t.Errorf("%v, want defer", v.Action)
		}
	})
}

func TestJudgingSwitchedOff(t *testing.T) {
	f := newFilter(t, policy.Config{})
	f.Off, f.Detectors = true, []detect.Detector{brokenDetector{}}
	v, text, _ := send(t, f, mail("X-Postern-Verdict: accept\r\n"+message))
	if v.Action != policy.Accept || strings.Count(text, "X-Postern-Verdict:") != 1 {
		t.Errorf("%v: %s", v.Action, text)
	}
}

// A retry has another transaction and the same sighting.
func TestSightingSurvivesARetry(t *testing.T) {
	first, again, other := mail(message), mail(message), mail(strings.Replace(message, "hello", "goodbye", 1))
	again.Env.ID, again.Env.Received = "01J1", again.Env.Received.Add(time.Hour)
	id := func(m Mail) string {
		return sightingID(&signals.Facts{Env: m.Env, Msg: parse.Read(m.Raw, parse.DefaultLimits)})
	}
	if id(first) != id(again) || id(first) == id(other) {
		t.Errorf("first %s, again %s, other %s", id(first), id(again), id(other))
	}
}

func TestAFullQueueIsCountedAndHoldsUpNobody(t *testing.T) {
	f := newFilter(t, policy.Config{})
	f.Start()
	for range queueLength + 3 {
		f.settle(t.Context(), &Record{Facts: &signals.Facts{Env: mail("").Env, Msg: &parse.Message{}, Org: f.Org}})
	}
	if f.Dropped() != 3 {
		t.Errorf("dropped %d, want 3", f.Dropped())
	}
}
