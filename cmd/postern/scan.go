package main

import (
	"context"
	"net/netip"
	"runtime"

	"postern/filter"
	"postern/mailauth"
	"postern/model"
	"postern/policy"
	"postern/roster"
)

type scanCommand struct {
	Config   string     `type:"path" placeholder:"FILE" help:"The configuration file; without it, defaults and no memory."`
	IP       netip.Addr `placeholder:"ADDRESS" help:"The client; by default that of the topmost Received field by a host of ours."`
	From     *string    `placeholder:"ADDRESS" help:"The envelope sender; by default Return-Path."`
	Rcpt     []string   `placeholder:"ADDRESS" help:"An envelope recipient; by default Delivered-To, or else To and Cc."`
	Helo     string     `placeholder:"NAME" help:"The client's greeting."`
	JSON     bool       `help:"Print one JSON object a line and a message."`
	MIME     bool       `name:"mime" help:"Print the message with our header fields."`
	Offline  bool       `help:"Ask no DNS: of authentication only what a server of yours noted counts."`
	Remember bool       `help:"Write journal and history, as serving does."`
	Files    []string   `arg:"" optional:"" name:"file" help:"Messages or mbox files; - or none: standard input."`
}

// Run judges the messages, on all cores, and prints in the order given.
func (c *scanCommand) Run(ctx context.Context, t *terminal) error {
	s, err := c.scanner(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if len(c.Files) == 0 {
		c.Files = []string{"-"}
	}
	jobs, order := make(chan *job), make(chan *job, 2*runtime.GOMAXPROCS(0))
	go func() {
		defer close(order)
		defer close(jobs)
		for _, name := range c.Files {
			eachMessage(name, t.in, func(j *job) {
				order <- j
				jobs <- j
			})
		}
	}()
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for j := range jobs {
				j.done <- s.judge(ctx, j)
			}
		}()
	}
	return c.report(t, order)
}

// report prints the results, and exits by the worst of them.
func (c *scanCommand) report(t *terminal, order <-chan *job) error {
	worst, failed := policy.Accept, false
	for j := range order {
		r := <-j.done
		failed = failed || r.err != nil
		if r.err == nil {
			worst = max(worst, r.record.Verdict.Would)
		}
		if err := c.print(t, &r); err != nil {
			return exit(exitIO, err)
		}
	}
	switch {
	case failed:
		return exit(exitNoInput, nil)
	case worst >= policy.Quarantine:
		return exit(exitAttack, nil)
	case worst == policy.Tag:
		return exit(exitSuspicious, nil)
	}
	return nil
}

// scanning judges without delivering.
type scanning struct {
	command *scanCommand
	config  config
	memory  memory
	roster  *roster.Roster
	dns     mailauth.Resolver
	model   *model.Model
	rules   *policy.Policy
}

func (c *scanCommand) scanner(ctx context.Context) (*scanning, error) {
	cfg, err := loadOrDefaults(c.Config)
	if err != nil {
		return nil, err
	}
	s := &scanning{command: c, config: cfg, memory: memory{history: unasked{}, holding: notHeld{}}, dns: unasked{}}
	if s.model, s.rules, err = cfg.judging(); err != nil {
		return nil, err
	}
	if !c.Offline {
		s.dns = &impatient{dns: mailauth.NewResolver(cfg.DNS)}
	}
	// A scan reads the store that is there, and makes none.
	if c.Config != "" && stored(&cfg) || c.Remember {
		m, err := openMemory(cfg.Store.Config, discarded) //nolint:contextcheck // the store lives until it is closed
		switch {
		case err == nil:
			s.memory.history, s.memory.journal, s.memory.close = m.history, m.journal, m.close
		case c.Remember:
			return nil, err
		}
	}
	s.roster = s.memory.roster(ctx, &s.config.Organization, discarded)
	return s, nil
}

func (s *scanning) close() {
	if s.memory.close != nil {
		_ = s.memory.close()
	}
}

// result is one judged message.
type result struct {
	name   string
	record *filter.Record
	turn   *filter.Turn // nil where none was found
	out    filter.Outgoing
	err    error
}

func (s *scanning) judge(ctx context.Context, j *job) result {
	sender, raw, err := j.load()
	if err != nil {
		return result{name: j.name, err: err}
	}
	env, past, err := s.envelope(raw, sender)
	if err != nil {
		return result{name: j.name, err: err}
	}
	r := result{name: j.name}
	f := newFilter(&s.config, s.memory, s.dns, func() *policy.Policy { return s.rules }, discarded)
	f.Roster = s.roster
	if past != nil {
		f.Auth = mailauth.Known{Results: past}
	}
	f.Model, f.Observe = s.model, func(rec *filter.Record) { r.record = rec }
	if s.command.Remember {
		f.Start()
		defer func() {
			f.Stop()
			f.Run(ctx)
		}()
	}
	f.Process(ctx, filter.Mail{Env: env, Raw: raw}, func(_ context.Context, _ policy.Verdict, out filter.Outgoing) filter.Fate {
		r.out = out
		return filter.Relayed
	})
	if turn, ok := f.Turn(r.record); ok && !s.command.MIME {
		r.turn = &turn
	}
	return r
}
