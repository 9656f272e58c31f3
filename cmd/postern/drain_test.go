package main

import (
	"context"
	"log/slog"
	"testing"

	"postern/filter"
	"postern/parse"
	"postern/policy"
	"postern/signals"
	"postern/store"
)

// notebook notes what is written while that can still be done.
type notebook struct {
	store.Journal
	store.History
	entries, sightings int
}

func (n *notebook) Append(ctx context.Context, _ store.Entry) error {
	if ctx.Err() == nil {
		n.entries++
	}
	return ctx.Err()
}

func (n *notebook) Record(ctx context.Context, _ store.Sighting) error {
	if ctx.Err() == nil {
		n.sightings++
	}
	return ctx.Err()
}

// What a reload put in force is still there when serving has ended and the last
// messages are on their way.
func TestMessagesAreRememberedWhileDraining(t *testing.T) {
	t.Parallel()
	p, err := policy.New(policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var kept notebook
	f := &filter.Filter{
		Org: &signals.Org{}, Journal: &kept, History: &kept, Policy: func() *policy.Policy { return p }, Log: slog.New(slog.DiscardHandler),
	}
	var r route
	serving, end := context.WithCancel(t.Context())
	r.use(serving, f)()
	end()
	r.Process(t.Context(), filter.Mail{Env: &parse.Envelope{ID: "m1"}}, func(context.Context, policy.Verdict, filter.Outgoing) filter.Fate {
		return filter.Relayed
	})
	r.now.end()
	if kept.entries != 1 || kept.sightings != 1 {
		t.Errorf("%d entries and %d sightings", kept.entries, kept.sightings)
	}
}
