package filter

import (
	"context"
	"fmt"

	"postern/mailauth"
	"postern/parse"
	"postern/roster"
	"postern/signals"
)

// A Trace finds in a past message what a door and the verifier would have
// known: the envelope, and what is still known of its authentication, nil
// where that is nothing.
type Trace func(*parse.Message) (*parse.Envelope, *mailauth.Results, error)

// Unfold begins with a past message: all that can be done in any order, for
// many messages at once. An error says that it is no message to learn from.
func (f *Filter) Unfold(raw []byte, trace Trace) (*Record, error) {
	rec := &Record{Facts: &signals.Facts{Org: f.Org, Hosts: f.Hosts, Words: f.Words, Size: len(raw)}, Fate: Relayed}
	err := guard(func() (err error) {
		var auth *mailauth.Results
		rec.Facts.Msg = parse.Read(raw, f.Limits)
		rec.Facts.Ready()
		rec.Facts.Env, auth, err = trace(rec.Facts.Msg)
		if auth == nil {
			rec.Facts.Missing = append(rec.Facts.Missing, "auth")
		} else {
			rec.Facts.Auth = *auth
		}
		if err == nil {
			rec.asked()
		}
		return err
	})
	if err == nil && f.Model != nil {
		_ = guard(func() error { rec.text = f.Model.Read(rec.Facts); return nil }) // else it is read again, and what breaks is noted
	}
	return rec, err
}

// Recall ends with a past message: it is judged by what history knew when it
// came, and then remembered, as if it came now. So messages must be recalled in
// the order of their time, one after the other. An error is the store's.
func (f *Filter) Recall(ctx context.Context, rec *Record) error {
	var err error
	if rec.Facts.History, err = f.History.Lookup(ctx, rec.asked()); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	f.liken(ctx, rec.Facts)
	if err := guard(func() error { f.decide(rec); return nil }); err != nil {
		rec.Verdict = f.Policy().Blind("route broke")
	}
	s := sighting(rec)
	if err := f.History.Record(ctx, s); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	if f.Roster != nil {
		return f.Roster.Learn(ctx, roster.LessonOf(rec.Facts, s), f.History)
	}
	return nil
}
