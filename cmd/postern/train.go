package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"postern/detect"
	"postern/filter"
	"postern/model"
	"postern/model/train"
	"postern/policy"
)

type trainCommand struct {
	Fit      trainFitCommand      `cmd:"" default:"withargs" help:"Make a model from labelled mail."`
	Leaks    trainLeaksCommand    `cmd:"" help:"Tell how well what a model looks at tells one source of mail from another."`
	Generate trainGenerateCommand `cmd:"" help:"Write the mail of simulated organisations as labelled streams, to learn from."`
}

type trainFitCommand struct {
	Output  string   `short:"o" required:"" type:"path" placeholder:"FILE" help:"Where the model goes."`
	Part    string   `enum:"all,earlier" default:"all" help:"earlier: learn from 70% of each source, by campaign, and leave what came later to postern eval."`
	Without []string `placeholder:"SOURCE" help:"Leave out these sources, as CLASS/SOURCE."`
	Clean   bool     `help:"Leave out sources whose licence is unknown, or forbids commercial use."`
	Report  string   `type:"path" placeholder:"FILE" help:"Write how models made without a source judge it."`
	Corpora []string `arg:"" type:"path" name:"corpus" help:"Labelled mail: CLASS/SOURCE/*.eml, with manifests."`
}

// Run reads mail, fits a model, and writes it.
func (c *trainFitCommand) Run(ctx context.Context, t *terminal) error {
	mail, err := c.mail()
	if err != nil {
		return exit(exitNoInput, err)
	}
	rules, err := policy.New(policy.Default())
	if err != nil {
		return err
	}
	rows, err := c.rows(ctx, t, mail, rules)
	if err != nil {
		return exit(exitNoInput, err)
	}
	result, err := train.Fit(rows, train.Recipe{Stage: t.stage(time.Now())})
	if err != nil {
		return exit(exitData, err)
	}
	result.Describe(rows, "postern "+strings.Join(os.Args[1:], " "), revision())
	if c.Report != "" {
		report := train.Evaluate(result.Unseen.Judged(rows, result.Bundle.Card), train.Options{
			Title: "Mail of sources never seen", Since: since, Errors: 20, Prior: result.Bundle.Card.Prior,
			Notes: []string{
				"Each message is judged by a model made without its campaign, and without all mail of its collector where he collected wanted mail.",
				"Public mail alone: without memory, most attacks of simulated organisations cannot be told from their harmless twins.",
			},
		})
		if err := writeReport(c.Report, report); err != nil {
			return exit(exitIO, err)
		}
	}
	data, err := result.Bundle.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Output, data, 0o644); err != nil { //nolint:gosec // a model is no secret
		return exit(exitIO, err)
	}
	t.warn("%s: %d bytes, thresholds %+v", c.Output, len(data), result.Bundle.Card.Thresholds)
	return nil
}

// rows are the vectors of all mail. Streams pass through a gate with a memory
// of their own each.
func (c *trainFitCommand) rows(ctx context.Context, t *terminal, mail []*train.Mail, rules *policy.Policy) ([]train.Row, error) {
	m := t.meter("reading", int64(len(mail)))
	defer m.end()
	streams, mail := train.Streams(mail)
	rows, err := train.Rows(ctx, mail, train.NewRoute(detect.Heuristics(), rules), m.add)
	if err != nil {
		return nil, err
	}
	parts := make([][]train.Row, len(streams))
	var jobs errgroup.Group
	jobs.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range streams {
		jobs.Go(func() error {
			return withGate(s, nil, rules, func(gate *filter.Filter) (err error) { //nolint:contextcheck // the store lives until it is closed
				parts[i], err = s.Rows(ctx, gate, m.add)
				return err
			})
		})
	}
	if err := jobs.Wait(); err != nil {
		return nil, err
	}
	return train.Join(append([][]train.Row{rows}, parts...)...), nil
}

// withGate calls do with a gate for a stream, whose memory begins empty.
func withGate(s *train.Stream, trained *model.Model, rules *policy.Policy, do func(*filter.Filter) error) (err error) {
	dir, err := os.MkdirTemp("", "postern-train-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg := config{Organization: *s.Org}
	cfg.Store.Path = dir
	mem, err := openMemory(cfg.Store.Config, discarded)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, mem.close()) }()
	gate := newFilter(&cfg, mem, unasked{}, func() *policy.Policy { return rules }, discarded)
	gate.Model = trained
	return do(gate)
}

type trainLeaksCommand struct {
	Corpora []string `arg:"" type:"path" name:"corpus" help:"Labelled mail: CLASS/SOURCE/*.eml, with manifests."`
}

// Run prints a table of sources.
func (c *trainLeaksCommand) Run(ctx context.Context, t *terminal) error {
	fit := trainFitCommand{Corpora: c.Corpora}
	mail, err := fit.mail()
	if err != nil {
		return exit(exitNoInput, err)
	}
	rules, err := policy.New(policy.Default())
	if err != nil {
		return err
	}
	rows, err := fit.rows(ctx, t, mail, rules)
	if err != nil {
		return exit(exitNoInput, err)
	}
	table, err := train.Leaks(rows, t.stage(time.Now()))
	if err != nil {
		return exit(exitData, err)
	}
	var text strings.Builder
	if err := (&train.Report{Title: "Sources", Tables: []train.Table{table}}).Text(&text); err != nil {
		return err
	}
	t.print("%s", text.String())
	return nil
}

// stage tells what is done, and how long it has taken so far.
func (t *terminal) stage(start time.Time) func(string) {
	return func(what string) { t.warn("%6s %s", time.Since(start).Round(time.Second), what) }
}

// mail is what is learned from.
func (c *trainFitCommand) mail() ([]*train.Mail, error) {
	var all []*train.Mail
	for _, dir := range c.Corpora {
		mail, err := train.Corpus(filepath.Clean(dir))
		if err != nil {
			return nil, err
		}
		all = append(all, mail...)
	}
	all = slices.DeleteFunc(all, func(m *train.Mail) bool {
		return slices.Contains(c.Without, m.Source) || c.Clean && !m.Free()
	})
	if c.Part == "earlier" {
		streams, others := train.Streams(all)
		all, _ = train.Split(others, share)
		for _, s := range streams {
			all = append(all, s.Mail...)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("nothing is left to learn from")
	}
	all = train.Sample(all)
	twins, err := train.Twins(all)
	return append(all, twins...), err
}

// since is the year from which mail counts in the headline.
const since = 2015

func writeReport(path string, r *train.Report) error {
	var text strings.Builder
	if err := r.Text(&text); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text.String()), 0o644) //nolint:gosec // figures are no secret
}

// revision is the commit that the binary was built from.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}
