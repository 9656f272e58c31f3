package filter

import (
	"context"

	"postern/parse"
	"postern/signals"
	"postern/store"
)

// liken finds out whom the names of the message are like. Where it bears the
// name of one of ours, history is asked whom that person writes to.
func (f *Filter) liken(ctx context.Context, facts *signals.Facts) {
	if f.Roster == nil {
		return
	}
	f.try(facts, "likeness", func() error {
		facts.Like = f.Roster.See(facts)
		if facts.Like.Bearer == nil || f.History == nil || facts.Lacks("history") {
			return nil
		}
		author, ok := parse.ParseAddress(facts.Like.Bearer.Address)
		if !ok { // the operator named none
			return nil
		}
		theirs, err := f.History.Lookup(ctx, store.Query{From: author, Rcpts: facts.Env.Rcpts, AsOf: facts.Env.Received})
		facts.Like.Writes = theirs.In
		return err
	})
}
