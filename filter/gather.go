package filter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"postern/parse"
	"postern/signals"
	"postern/store"
)

var errNoQuarantine = errors.New("filter: no quarantine is configured")

// gather is the only I/O before the verdict, and has one deadline for all of
// it. What is late or broken is named in Facts.Missing; it is never an error,
// because a verdict is still owed.
func (f *Filter) gather(ctx context.Context, facts *signals.Facts, raw []byte) {
	ctx, cancel := context.WithTimeout(ctx, f.Patience)
	defer cancel()

	f.try(facts, "content", func() error {
		facts.Msg = parse.Read(raw, f.Limits)
		return nil
	})

	var history, scanned error
	var wg sync.WaitGroup
	if f.History != nil {
		wg.Go(func() {
			history = guard(func() (err error) {
				facts.History, err = f.History.Lookup(ctx, query(facts))
				return err
			})
		})
	}
	if f.Scanners != nil {
		wg.Go(func() {
			scanned = guard(func() error {
				facts.Scanned = f.Scanners.Ask(ctx, facts.Env, facts.Msg, raw)
				return nil
			})
		})
	}
	auth := guard(func() error { // here, since it needs the most stack
		facts.Auth = f.Auth.Verify(ctx, facts.Env, facts.Msg, raw)
		return nil
	})
	wg.Wait()
	f.miss(facts, "auth", auth)
	f.miss(facts, "history", history)
	f.miss(facts, "scanners", scanned)
	for _, name := range facts.Scanned.Missing {
		facts.Missing = append(facts.Missing, "scanners/"+name)
	}
}

// query asks about the first author, since that is whose name is shown.
func query(facts *signals.Facts) store.Query {
	q := store.Query{From: facts.Env.From, Rcpts: facts.Env.Rcpts, AsOf: facts.Env.Received}
	if len(facts.Msg.From) > 0 {
		q.From, q.Name = facts.Msg.From[0].Address, facts.Msg.From[0].Name
	}
	return q
}

// try runs one stage, and notes it as missing where it breaks.
func (f *Filter) try(facts *signals.Facts, stage string, fn func() error) {
	f.miss(facts, stage, guard(fn))
}

func (f *Filter) miss(facts *signals.Facts, stage string, err error) {
	if err == nil {
		return
	}
	facts.Miss(stage, err)
	f.Log.Error("stage failed", slog.String("id", facts.Env.ID), slog.String("stage", stage), slog.Any("err", err))
}

// guard turns a panic into an error. A panic does not cross goroutines, so
// every goroutine on the route runs inside one.
func guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}
