package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	"postern/web"
)

type explainCommand struct {
	operatorFlags

	ID string `arg:"" help:"The message's X-Postern-Id."`
}

// Run tells why a message was judged as it was.
func (c *explainCommand) Run(ctx context.Context, t *terminal) error {
	desk, err := c.operate(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = desk.close() }()
	return ask(ctx, desk, "GET", "/decisions/"+url.PathEscape(c.ID), nil, func(d web.Decision) error {
		if c.JSON {
			return t.printJSON(d)
		}
		t.explain(&d)
		return nil
	})
}

func (t *terminal) explain(d *web.Decision) {
	t.print("id        %s", d.ID)
	t.print("received  %s by %s from %s, %d bytes", d.At.Local().Format(time.DateTime), d.Door, d.Remote, d.Size)
	t.print("from      %s, envelope <%s>", line(d.From), line(d.MailFrom))
	t.print("to        %s", strings.Join(lines(d.Rcpts), ", "))
	t.print("action    %s by %s; then %s", d.Action, line(d.Rule), d.Fate)
	t.print("class     %s, score %.4f", d.Class, d.Score)
	if d.Label != nil {
		t.print("label     %s, says %s on %s", d.Label.Class, line(d.Label.By), d.Label.At.Local().Format(time.DateTime))
	}
	if len(d.Missing) > 0 {
		t.print("missing   %s", strings.Join(d.Missing, ", "))
	}
	t.reasons(d.Reasons)
	for _, f := range d.Findings {
		t.print("finding   %s: %s %.4f", f.Detector, f.Class, f.Score)
	}
	t.explained(d.Model)
	t.signals(d.Signals)
}

// reasons prints numbered sentences.
func (t *terminal) reasons(list []string) {
	for i, r := range list {
		t.print("%8d. %s.", i+1, sentence(line(r)))
	}
}

// sentence begins with a capital letter.
func sentence(s string) string {
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func (t *terminal) signals(list []web.Value) {
	for _, v := range list {
		t.print("signal    %-32s %g", v.Signal, v.Value)
	}
}

type labelCommand struct {
	operatorFlags

	By    string `help:"Whose word it is; by default whoever runs the command." placeholder:"NAME"`
	ID    string `arg:"" help:"The message's X-Postern-Id."`
	Class string `arg:"" help:"What the message really was: a class of docs/policy.md."`
}

// Run records a label.
func (c *labelCommand) Run(ctx context.Context, t *terminal) error {
	desk, err := c.operate(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = desk.close() }()
	if c.By == "" {
		c.By = whoami()
	}
	return ask(ctx, desk, "POST", "/decisions/"+url.PathEscape(c.ID)+"/label", web.Label{Class: c.Class, By: c.By}, func(l web.Label) error {
		if c.JSON {
			return t.printJSON(l)
		}
		t.print("%s is %s, says %s", c.ID, l.Class, line(l.By))
		return nil
	})
}
