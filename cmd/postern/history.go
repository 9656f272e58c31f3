package main

import (
	"context"
	"fmt"
	"net/url"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"postern/store"
	"postern/store/pebble"
	"postern/web"
)

type historyCommand struct {
	Show   historyShow   `cmd:"" help:"What is known of an address or a domain."`
	Stats  historyStats  `cmd:"" help:"How much is remembered."`
	Forget historyForget `cmd:"" help:"Remove what is known of an address or a domain."`
	Export historyExport `cmd:"" help:"Write history into a new file, for another store with the same site key."`
	Import historyImport `cmd:"" help:"Add the history of another store, once."`
}

// careTime bounds a request that goes through the whole store.
const careTime = 24 * time.Hour

// care makes one request that may take long, until it is interrupted.
func care[T any](ctx context.Context, o *operatorFlags, method, path string, body any, fn func(T)) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	desk, err := o.operate(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = desk.close() }()
	desk.patience = careTime
	return ask(ctx, desk, method, path, body, func(v T) error {
		fn(v)
		return nil
	})
}

type historyShow struct {
	operatorFlags

	Sender string `arg:"" help:"Address or domain."`
}

// Run tells what is known of a sender.
func (c *historyShow) Run(ctx context.Context, t *terminal) (err error) {
	asked := care(ctx, &c.operatorFlags, "GET", "/history/"+url.PathEscape(c.Sender), nil, func(h web.History) {
		if c.JSON {
			err = t.printJSON(h)
			return
		}
		t.known(&h)
	})
	if asked != nil {
		return asked
	}
	return err
}

type historyStats struct {
	operatorFlags
}

// Run counts what is remembered.
func (c *historyStats) Run(ctx context.Context, t *terminal) (err error) {
	asked := care(ctx, &c.operatorFlags, "GET", "/stats", nil, func(s store.Stats) {
		if c.JSON {
			err = t.printJSON(s)
			return
		}
		for _, of := range s.Classes {
			t.print("%-29s %9d, %s, %d bytes each", of.Class, of.Entities, size(of.Bytes), of.Bytes/of.Entities)
		}
		t.print("%-29s %9d", "entities in all", s.Entities)
		t.print("%-29s %9d", "partner domains", s.Partners)
		t.print("%-29s %9d", "people of ours", s.People)
		t.print("%-29s %9d, to tell retries and to be labelled anew", "messages", s.Sightings)
		t.print("%-29s %9d", "decisions in the journal", s.Decisions)
		t.print("%-29s %9d", "messages in quarantine", s.Held)
		if !s.First.IsZero() {
			t.print("%-29s %s to %s", "legitimate mail from", date(s.First), date(s.Last))
		}
		t.print("%-29s %9s", "on disk", size(s.Bytes))
		if s.Unread > 0 {
			t.print("%-29s %9d", "damaged records", s.Unread)
		}
	})
	if asked != nil {
		return asked
	}
	return err
}

type historyForget struct {
	operatorFlags

	Journal bool   `help:"Remove the decisions about its messages as well."`
	Sender  string `arg:"" help:"Address or domain."`
}

// Run removes what is known of a sender.
func (c *historyForget) Run(ctx context.Context, t *terminal) (err error) {
	path := "/history/" + url.PathEscape(c.Sender)
	if c.Journal {
		path += "?journal"
	}
	asked := care(ctx, &c.operatorFlags, "DELETE", path, nil, func(f store.Forgotten) {
		if c.JSON {
			err = t.printJSON(f)
			return
		}
		t.print("removed of %s: %d records, %d messages, %d decisions; taken off %d lists of names and accounts",
			line(c.Sender), f.Entities, f.Sightings, f.Decisions, f.Names)
		t.print("What it added to the counts of others stays and fades: of recipients, threads, links, campaigns and all mail.")
		if !c.Journal {
			t.print("Decisions stay until they are old; --journal removes them.")
		}
	})
	if asked != nil {
		return asked
	}
	return err
}

type historyExport struct {
	operatorFlags

	File string `arg:"" type:"path" help:"A file that is not there yet."`
}

// Run writes history into a file.
func (c *historyExport) Run(ctx context.Context, t *terminal) (err error) {
	asked := care(ctx, &c.operatorFlags, "POST", "/export", web.File{Path: c.File}, func(tr store.Transfer) {
		err = t.transferred(c.JSON, "wrote", tr)
	})
	if asked != nil {
		return asked
	}
	return err
}

type historyImport struct {
	operatorFlags

	SiteKey string `type:"path" placeholder:"FILE" help:"The site.key that the file was written with, for a store that is not there yet."`
	File    string `arg:"" type:"path" help:"A file that export wrote."`
}

// Run adds the history in a file.
func (c *historyImport) Run(ctx context.Context, t *terminal) (err error) {
	if c.SiteKey != "" {
		cfg, err := loadOrDefaults(c.Config)
		if err != nil {
			return err
		}
		if err := pebble.AdoptKey(cfg.Store.Config, c.SiteKey); err != nil {
			return exit(exitData, err)
		}
		c.mayMake = true
	}
	asked := care(ctx, &c.operatorFlags, "POST", "/import", web.File{Path: c.File}, func(tr store.Transfer) {
		err = t.transferred(c.JSON, "took", tr)
	})
	if asked != nil {
		return asked
	}
	return err
}

func (t *terminal) transferred(asJSON bool, did string, tr store.Transfer) error {
	if asJSON {
		return t.printJSON(tr)
	}
	t.print("%s %d entities and %d messages, %s; export %s", did, tr.Entities, tr.Sightings, size(tr.Bytes), tr.ID)
	return nil
}

type backupCommand struct {
	operatorFlags

	Dir string `arg:"" type:"path" help:"A folder that is not there yet, or empty."`
}

// Run copies the store.
func (c *backupCommand) Run(ctx context.Context, t *terminal) (err error) {
	asked := care(ctx, &c.operatorFlags, "POST", "/backup", web.File{Path: c.Dir}, func(f web.File) {
		if c.JSON {
			err = t.printJSON(f)
			return
		}
		t.print("the store and its site key are in %s; keep it as safe as the store", f.Path)
	})
	if asked != nil {
		return asked
	}
	return err
}

type restoreCommand struct {
	Config  string `required:"" type:"path" placeholder:"FILE" help:"The configuration file."`
	JSON    bool   `help:"Print JSON."`
	Replace bool   `help:"Move a store that is there aside."`
	Dir     string `arg:"" type:"path" help:"What backup wrote."`
}

// Run puts a backup in the place of the store.
func (c *restoreCommand) Run(ctx context.Context, t *terminal) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	cfg, err := loadFile(c.Config)
	if err != nil {
		return err
	}
	n, aside, err := pebble.Restore(ctx, filepath.Clean(c.Dir), cfg.Store.Config, c.Replace, discarded)
	if err != nil {
		return exit(exitUnavailable, err)
	}
	if c.JSON {
		return t.printJSON(restored{n, cfg.Store.Path, aside})
	}
	t.print("restored %d records to %s", n, cfg.Store.Path)
	if aside != "" {
		t.print("what was there is in %s; remove it once all is well", aside)
	}
	return nil
}

// restored is what restore --json prints.
type restored struct {
	Records int64  `json:"records"`
	Path    string `json:"path"`
	Aside   string `json:"aside,omitempty"` // where what was there is now
}

func date(at time.Time) string { return at.Local().Format(time.DateOnly) }

// size writes bytes for people.
func size(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%.0f GiB", float64(n)/(1<<30))
	case n >= 10<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	case n >= 10<<10:
		return fmt.Sprintf("%.0f KiB", float64(n)/(1<<10))
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
