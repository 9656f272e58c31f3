package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"postern/detect"
	"postern/filter"
	"postern/model"
	"postern/model/train"
	"postern/policy"
)

type evalCommand struct {
	Config    string   `type:"path" placeholder:"FILE" help:"The configuration file, for its thresholds and rules; without it, defaults."`
	Model     string   `type:"path" placeholder:"FILE" help:"The model to evaluate; without it, that of the configuration or the binary."`
	Compare   []string `type:"path" placeholder:"FILE" help:"What another scorer says: lines of path, tab, score."`
	Part      string   `enum:"all,earlier,later" default:"all" help:"all, or what came earlier (70% of each source, by campaign) or later."`
	Source    []string `placeholder:"SOURCE" help:"Only these sources, as CLASS/SOURCE."`
	Since     int      `default:"2015" placeholder:"YEAR" help:"Older mail counts by source and year alone."`
	Raw       bool     `help:"As collected: without this, traces of those who collected the mail are taken away first."`
	Auth      bool     `negatable:"" default:"true" help:"With what the receiving servers found out about the senders."`
	Warm      int      `default:"0" placeholder:"DAYS" help:"Of streams, only teach with the first days."`
	Forget    bool     `help:"Judge streams without a memory."`
	Evasions  bool     `help:"Also how many attacks are caught once they are rewritten in many ways."`
	Detectors bool     `help:"Also how often each detector is right."`
	Errors    int      `default:"10" placeholder:"N" help:"How many false alarms and misses are listed; -1: all false alarms."`
	Export    string   `type:"path" placeholder:"DIR" help:"Judge nothing; write the messages as they would be judged, for other scorers."`
	JSON      bool     `name:"json" help:"Print JSON."`
	HTML      string   `name:"html" type:"path" placeholder:"FILE" help:"Write a page with plots, too."`
	Corpus    string   `arg:"" type:"path" help:"Labelled mail: CLASS/SOURCE/*.eml, with manifests."`
}

// share is how much of each source counts as earlier.
const share = 0.7

// Run judges labelled mail and prints how well.
func (c *evalCommand) Run(ctx context.Context, t *terminal) error {
	mail, err := c.mail()
	if err != nil {
		return exit(exitNoInput, err)
	}
	if c.Export != "" {
		return export(c.Export, mail, c.Raw)
	}
	o := train.Options{
		Title: "Evaluation", Since: c.Since, Detectors: c.Detectors, Errors: c.Errors,
		Notes: []string{fmt.Sprintf("Part: %s. As collected: %t. Authentication as noted by the receiving servers: %t.", c.Part, c.Raw, c.Auth)},
	}
	for _, file := range c.Compare {
		s, err := train.ReadScores(file)
		if err != nil {
			return exit(exitNoInput, err)
		}
		o.Against = append(o.Against, s)
	}
	trained, rules, err := c.judging()
	if err != nil {
		return err
	}
	if trained != nil {
		o.Prior = trained.Card.Prior
	}
	route := train.NewRoute(detect.Heuristics(), rules)
	route.Model = trained
	view := train.View{Raw: c.Raw, Auth: c.Auth, Org: true}
	m := t.meter("judging", int64(len(mail)))
	streams, mail := train.Streams(mail)
	judged, err := train.Judge(ctx, route, mail, view, m.add)
	for _, s := range streams {
		if err != nil {
			break
		}
		err = withGate(s, trained, rules, func(gate *filter.Filter) error { //nolint:contextcheck // the store lives until it is closed
			list, err := s.Judge(ctx, gate, c.Warm, c.Forget, m.add)
			judged = append(judged, list...)
			return err
		})
	}
	m.end()
	if err != nil {
		return exit(exitNoInput, err)
	}
	report := train.Evaluate(judged, o)
	if c.Evasions {
		m := t.meter("evading", 0)
		table, err := train.Evade(ctx, route, judged, view, m.add)
		m.end()
		if err != nil {
			return exit(exitNoInput, err)
		}
		report.Tables = append(report.Tables, table)
	}
	return c.print(t, report)
}

// judging is what the configuration and the command line judge by.
func (c *evalCommand) judging() (*model.Model, *policy.Policy, error) {
	cfg, err := loadOrDefaults(c.Config)
	if err != nil {
		return nil, nil, err
	}
	if c.Model != "" {
		cfg.Model.Path = c.Model
	}
	return cfg.judging()
}

// mail is what is to be judged.
func (c *evalCommand) mail() ([]*train.Mail, error) {
	mail, err := train.Corpus(c.Corpus)
	if err != nil {
		return nil, err
	}
	earlier, later := train.Split(mail, share)
	switch c.Part {
	case "earlier":
		mail = earlier
	case "later":
		mail = later
	}
	if len(c.Source) > 0 {
		mail = slices.DeleteFunc(mail, func(m *train.Mail) bool { return !slices.Contains(c.Source, m.Source) })
	}
	return mail, nil
}

// export writes mail as DIR/CLASS/SOURCE/NAME.
func export(dir string, mail []*train.Mail, raw bool) error {
	for _, m := range mail {
		data, err := m.Shown(raw)
		if err != nil {
			return exit(exitNoInput, err)
		}
		path := filepath.Join(dir, filepath.FromSlash(m.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return exit(exitIO, err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return exit(exitIO, err)
		}
	}
	return nil
}

func (c *evalCommand) print(t *terminal, r *train.Report) error {
	if c.HTML != "" {
		if err := writePage(c.HTML, r); err != nil {
			return exit(exitIO, err)
		}
	}
	if c.JSON {
		out := json.NewEncoder(t.out)
		out.SetIndent("", "  ")
		return out.Encode(r)
	}
	var text strings.Builder
	if err := r.Text(&text); err != nil {
		return err
	}
	t.print("%s", text.String())
	return nil
}

func writePage(path string, r *train.Report) (err error) {
	out, err := os.Create(path) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	return r.HTML(out)
}
