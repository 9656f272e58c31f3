package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	"postern/web"
)

type quarantineCommand struct {
	List    quarantineList    `cmd:"" help:"List what is held, oldest first."`
	Show    quarantineShow    `cmd:"" help:"Show one held message."`
	Release quarantineRelease `cmd:"" help:"Send held messages on with their original envelope."`
	Delete  quarantineDelete  `cmd:"" help:"Delete held messages."`
}

type quarantineList struct {
	operatorFlags
}

// Run lists what is held.
func (c *quarantineList) Run(ctx context.Context, t *terminal) error {
	return c.each(ctx, "GET", []string{"/quarantine"}, func(h web.Held) error {
		if c.JSON {
			return t.printJSON(h)
		}
		t.print("%s  %s  %-22s %.4f  from <%s> to %s", h.ID, h.Received.Local().Format(time.DateTime), h.Class, h.Score,
			line(h.MailFrom), strings.Join(lines(h.Rcpts), ", "))
		return nil
	})
}

// each makes requests, one after the other, and gives fn what is answered.
func (o *operatorFlags) each(ctx context.Context, method string, paths []string, fn func(web.Held) error) error {
	desk, err := o.operate(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = desk.close() }()
	for _, path := range paths {
		if err := ask(ctx, desk, method, path, nil, fn); err != nil {
			return err
		}
	}
	return nil
}

func heldPaths(ids []string, verb string) []string {
	paths := make([]string, len(ids))
	for i, id := range ids {
		paths[i] = "/quarantine/" + url.PathEscape(id) + verb
	}
	return paths
}

type quarantineShow struct {
	operatorFlags

	Raw bool   `help:"Print the message as it would be delivered, byte for byte."`
	ID  string `arg:"" help:"The message's X-Postern-Id."`
}

// Run shows one held message.
func (c *quarantineShow) Run(ctx context.Context, t *terminal) error {
	return c.each(ctx, "GET", heldPaths([]string{c.ID}, ""), func(h web.Held) error {
		switch {
		case c.JSON:
			return t.printJSON(h)
		case c.Raw:
			if _, err := t.out.Write(h.Message); err != nil {
				return exit(exitIO, err)
			}
			return nil
		}
		t.print("id        %s", h.ID)
		t.print("received  %s from %s", h.Received.Local().Format(time.DateTime), h.Remote)
		t.print("from      <%s>", line(h.MailFrom))
		t.print("to        %s", strings.Join(lines(h.Rcpts), ", "))
		t.print("verdict   %s, score %.4f", h.Class, h.Score)
		t.reasons(h.Reasons)
		t.print("")
		t.print("%s", strings.ReplaceAll(string(h.Message), "\r\n", "\n"))
		return nil
	})
}

type quarantineRelease struct {
	operatorFlags

	IDs []string `arg:"" name:"id" help:"X-Postern-Id of the messages."`
}

// Run releases messages. What the next hop does not take stays held.
func (c *quarantineRelease) Run(ctx context.Context, t *terminal) error {
	return c.each(ctx, "POST", heldPaths(c.IDs, "/release"), func(h web.Held) error {
		if c.JSON {
			return t.printJSON(h)
		}
		t.print("%s released to %s", h.ID, strings.Join(lines(h.Rcpts), ", "))
		return nil
	})
}

type quarantineDelete struct {
	operatorFlags

	IDs []string `arg:"" name:"id" help:"X-Postern-Id of the messages."`
}

// Run deletes messages.
func (c *quarantineDelete) Run(ctx context.Context, t *terminal) error {
	return c.each(ctx, "DELETE", heldPaths(c.IDs, ""), func(h web.Held) error {
		if c.JSON {
			return t.printJSON(h)
		}
		t.print("%s deleted", h.ID)
		return nil
	})
}
