package signals_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"postern/mailauth"
	"postern/parse"
	"postern/signals"
	"postern/store"
)

// TestHeralded: what a firm's usual, proven mail names beside its own domain,
// and what may not announce anything.
func TestHeralded(t *testing.T) {
	t.Parallel()
	const letter = "From: Nora Lind <nora@quayside.example>\r\nTo: Ann Lee <ann@example.com>\r\nCc: nora@harbour-group.example, joe@gmail.com\r\n" +
		"Reply-To: nora@quayside.example\r\nSubject: our new name\r\nX-Mailer: Quillpost 3.1\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\n\r\n" +
		"From today on you will reach us at harbour.example (see https://www.quay.example/new).\r\nWe, i.e. all of us, stay the same.\r\n"
	for name, c := range map[string]struct {
		change func(f *signals.Facts, s *store.Standing)
		want   []string
	}{
		"usual":         {func(*signals.Facts, *store.Standing) {}, []string{"harbour-group.example", "harbour.example", "quay.example"}},
		"unproven":      {func(f *signals.Facts, _ *store.Standing) { f.Auth = mailauth.Results{} }, nil},
		"a stranger":    {func(_ *signals.Facts, s *store.Standing) { s.Domain.Days = 1 }, nil},
		"never written": {func(f *signals.Facts, _ *store.Standing) { f.History.OutDomain = store.Tally{} }, nil},
		"blind":         {func(f *signals.Facts, _ *store.Standing) { f.Missing = []string{"history"} }, nil},
		"out of character": {func(f *signals.Facts, s *store.Standing) {
			for i, trait := range f.History.Traits {
				if trait.Kind == 6 || trait.Kind == 8 { // mailer and zone
					s.Habits[i].Address.Seen, s.Habits[i].Domain.Seen = 0, 0
				}
			}
		}, nil},
	} {
		f := &signals.Facts{
			Env: &parse.Envelope{
				From: parse.Address{Local: "nora", Domain: "quayside.example"}, Rcpts: []parse.Address{{Local: "ann", Domain: "example.com"}},
				Received: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Remote: netip.MustParseAddr("203.0.113.9"),
			},
			Msg: parse.Read([]byte(letter), parse.DefaultLimits), Org: &signals.Org{Domains: []string{"example.com"}},
			Auth: mailauth.Results{DMARC: mailauth.DMARC{Result: mailauth.Pass, Domain: "quayside.example", SPFAligned: true}},
		}
		long := f.Env.Received.AddDate(0, -3, 0)
		known := store.Tally{Good: 20, First: long, Last: long, Days: 12}
		f.History = store.Profile{OutDomain: known, Traits: f.Traits()}
		s := &f.History.Verified
		s.Address, s.Domain = known, known
		s.Habits = make([]store.Usage, len(f.History.Traits))
		for i := range s.Habits {
			s.Habits[i] = store.Usage{Address: store.Habit{Seen: 20, Of: 20, Values: 1, Last: long}, Domain: store.Habit{Seen: 20, Of: 20, Values: 1, Last: long}}
		}
		c.change(f, s)
		if got := f.Heralded(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
