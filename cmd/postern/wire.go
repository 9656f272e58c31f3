package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"postern/detect"
	"postern/filter"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/roster"
	"postern/scanner"
	"postern/signals"
	"postern/store"
	"postern/store/pebble"
)

const (
	defaultPatience = 8 * time.Second
	minPatience     = 10 * time.Millisecond
	countTime       = time.Second // for counting the quarantine
	maxCount        = 100_000
)

// memory is what Postern remembers by; the zero memory remembers nothing.
type memory struct {
	history store.History
	journal store.Journal
	holding store.Quarantine
	close   func() error
}

// openMemory opens the embedded store.
func openMemory(c pebble.Config, log *slog.Logger) (memory, error) {
	s, err := pebble.Open(c, log)
	if err != nil {
		return memory{}, exit(exitUnavailable, err)
	}
	return memory{s, s, s, s.Close}, nil
}

// roster learns whom we deal with from what is remembered. Where that fails
// our own domains and people are known all the same.
func (m *memory) roster(ctx context.Context, org *signals.Org, log *slog.Logger) *roster.Roster {
	r := roster.New(org)
	if d, ok := m.history.(store.Directory); ok {
		if err := r.Load(ctx, d, time.Now()); err != nil {
			log.Error("partners are not known", slog.Any("err", err))
		}
	}
	return r
}

// failing asks the store for what nobody can have. Any other answer than that
// it does not exist is a failure.
func (m *memory) failing(ctx context.Context) error {
	if m.journal == nil {
		return nil
	}
	if _, err := m.journal.Entry(ctx, "00000000000000000000000000"); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

// held counts what is in quarantine, up to a bound.
func (m *memory) held(ctx context.Context) (n int) {
	if m.holding == nil {
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	for _, err := range m.holding.Holdings(ctx) {
		if n++; err != nil || n > maxCount {
			return n - 1
		}
	}
	return n
}

// newFilter makes the route for c.
func newFilter(c *config, m memory, dns mailauth.Resolver, rules func() *policy.Policy, log *slog.Logger) *filter.Filter {
	lists, err := c.Lists.load()
	if err != nil { // the folder changed since it was checked
		log.Warn("the lists in the binary hold", slog.Any("err", err))
	}
	return &filter.Filter{
		Hostname: c.hostname(), Off: c.Filter.Off, Limits: parse.DefaultLimits, Org: &c.Organization, Hosts: lists.hosts, Words: lists.words,
		Auth:     &mailauth.Verifier{DNS: dns, Trusted: c.Auth.TrustedIDs},
		Scanners: scanner.New(c.Scanners, dns, func(err error) bool { return errors.Is(err, mailauth.ErrNotFound) }),
		History:  m.history, Journal: m.journal, Holding: m.holding,
		Detectors: detect.Heuristics(), Policy: rules, Patience: c.Filter.Patience.Or(defaultPatience), Log: log,
	}
}

// route is the filter in force. A reload puts another in its place, and the
// old one ends once the messages on it are through.
type route struct {
	mu  sync.RWMutex // guards now against a change between reading and entering
	now *running
}

// running is a filter with its writer.
type running struct {
	filter  *filter.Filter
	inside  sync.WaitGroup // messages on their way
	written sync.WaitGroup // the writer
}

// Process implements [smtpd.Handler].
func (r *route) Process(ctx context.Context, m filter.Mail, deliver filter.Deliver) filter.Fate {
	r.mu.RLock()
	now := r.now
	now.inside.Add(1)
	r.mu.RUnlock()
	defer now.inside.Done()
	return now.filter.Process(ctx, m, deliver)
}

// use puts f in force, and answers how to end what was before.
func (r *route) use(ctx context.Context, f *filter.Filter) (end func()) {
	next := &running{filter: f}
	if f.Journal != nil {
		f.Start()
		ctx = context.WithoutCancel(ctx) // what is queued is written, also once serving ends
		next.written.Go(func() { f.Run(ctx) })
	}
	r.mu.Lock()
	old := r.now
	r.now = next
	r.mu.Unlock()
	return func() {
		if old != nil {
			old.end()
		}
	}
}

// end waits for the messages on their way, and until all is written.
func (r *running) end() {
	r.inside.Wait()
	if r.filter.Journal != nil {
		r.filter.Stop()
	}
	r.written.Wait()
}
