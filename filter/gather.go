package filter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"postern/parse"
	"postern/signals"
)

var errNoQuarantine = errors.New("filter: no quarantine is configured")

// authShare is how much of the patience DNS may use up before history is asked.
const authShare = 0.875

// gather is the only I/O before the verdict, and has one deadline for all of
// it. What is late or broken is named in Facts.Missing; it is never an error,
// because a verdict is still owed.
func (f *Filter) gather(ctx context.Context, rec *Record, raw []byte) {
	facts := rec.Facts
	ctx, cancel := context.WithTimeout(ctx, f.Patience)
	defer cancel()

	f.try(facts, "content", func() error {
		facts.Msg = parse.Read(raw, f.Limits)
		return nil
	})

	var scanned error
	var wg sync.WaitGroup
	if f.Scanners != nil {
		wg.Go(func() {
			scanned = guard(func() error {
				facts.Scanned = f.Scanners.Ask(ctx, facts.Env, facts.Msg, raw)
				return nil
			})
		})
	}
	auth := guard(func() error { // here, since it needs the most stack
		ctx, cancel := context.WithTimeout(ctx, time.Duration(float64(f.Patience)*authShare))
		defer cancel()
		facts.Auth = f.Auth.Verify(ctx, facts.Env, facts.Msg, raw)
		return nil
	})
	history := guard(func() (err error) { // behind, since who signed is a habit
		if f.History != nil {
			facts.History, err = f.History.Lookup(ctx, rec.asked())
		}
		return err
	})
	wg.Wait()
	f.miss(facts, "auth", auth)
	f.miss(facts, "history", history)
	f.miss(facts, "scanners", scanned)
	for _, name := range facts.Scanned.Missing {
		facts.Missing = append(facts.Missing, "scanners/"+name)
	}
	f.liken(ctx, facts)
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
