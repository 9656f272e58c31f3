package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"postern/filter"
	"postern/policy"
	"postern/store/pebble"
)

type backfillCommand struct {
	Config string   `required:"" type:"path" placeholder:"FILE" help:"The configuration file."`
	DryRun bool     `help:"Only find and count the messages."`
	Again  bool     `help:"Begin anew: take no heed of earlier runs over the same files."`
	JSON   bool     `help:"Print the summary as JSON."`
	Paths  []string `arg:"" name:"path" type:"path" help:"An mbox, a Maildir, a message, or a folder with some of these."`
}

// Run finds the messages, puts them in the order of their time, and learns
// from one after the other.
func (c *backfillCommand) Run(ctx context.Context, t *terminal) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	b, err := c.open(ctx, t)
	if err != nil {
		return err
	}
	defer b.close()
	debug.SetGCPercent(loadGarbage)
	debug.SetMemoryLimit(loadHeapSize)
	start := time.Now()
	err = b.find(ctx)
	if err == nil && !c.DryRun {
		err = b.learn(ctx)
	}
	switch {
	case errors.Is(err, context.Canceled):
		t.warn("stopped after %d of %d messages; the same command%s goes on from there", b.plan.Done, b.plan.Found.Messages, c.without())
		return exit(exitAgain, nil)
	case err != nil:
		return err
	}
	return b.summary(ctx, time.Since(start))
}

// without says what not to say again.
func (c *backfillCommand) without() string {
	if c.Again {
		return " without --again"
	}
	return ""
}

// More memory may be used to fill the store than to serve.
const (
	loadCache    = 64 << 20
	loadBuffer   = 16 << 20
	loadGarbage  = 400       // percent of what is in use
	loadHeapSize = 384 << 20 // from which on garbage is collected at once
)

// backfill is one run.
type backfill struct {
	command *backfillCommand
	t       *terminal
	config  config
	filter  *filter.Filter // nil where nothing is to be learned
	store   *pebble.Store  // as well
	trusted []string       // authserv-ids whose word counts: those of relays before us, and our own
	plan    plan
}

func (c *backfillCommand) open(ctx context.Context, t *terminal) (*backfill, error) {
	cfg, err := loadFile(c.Config)
	if err != nil {
		return nil, err
	}
	for _, path := range c.Paths { // before anything begins: a slip is not a mailbox that is empty
		if _, err := os.Stat(path); err != nil {
			return nil, exit(exitNoInput, err)
		}
	}
	b := &backfill{command: c, t: t, config: cfg, trusted: cfg.noting()}
	if len(cfg.Organization.Domains) == 0 {
		t.warn("organization.domains is empty: all mail counts as inbound, and nothing is learned of your own people")
	}
	if c.DryRun {
		dir, err := os.MkdirTemp("", "postern-backfill-")
		b.plan = newPlan(dir)
		return b, exitWith(exitIO, err)
	}
	trained, rules, err := cfg.judging()
	if err != nil {
		return nil, err
	}
	stored := cfg.Store.Config
	stored.Cache, stored.WriteBuffer = max(stored.Cache, loadCache), max(stored.WriteBuffer, loadBuffer)
	b.store, err = pebble.Open(stored, discarded) //nolint:contextcheck // the store lives until it is closed
	if errors.Is(err, pebble.ErrLocked) {
		err = fmt.Errorf("%w; backfill needs the store to itself: stop the server first, and start it again afterwards", err)
	}
	if err != nil {
		return nil, exit(exitUnavailable, err)
	}
	m := memory{history: b.store}
	b.filter = newFilter(&b.config, m, unasked{}, func() *policy.Policy { return rules }, discarded)
	b.filter.Model, b.filter.Roster = trained, m.roster(ctx, &b.config.Organization, discarded)
	if b.plan, err = openPlan(filepath.Join(cfg.Store.Path, "backfill"), c.Paths, c.Again); err != nil {
		b.close()
		return nil, exit(exitIO, err)
	}
	return b, nil
}

func (b *backfill) close() {
	if b.store == nil {
		_ = os.RemoveAll(b.plan.dir)
		return
	}
	if err := b.store.Close(); err != nil {
		b.t.warn("postern: %v", err)
	}
}

// exitWith is exit, or nil where there is no error.
func exitWith(code int, err error) error {
	if err == nil {
		return nil
	}
	return exit(code, err)
}
