package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"postern/internal/enterprise"
	"postern/model/train"
)

type trainGenerateCommand struct {
	Seeds    []uint64 `default:"101,102,103,104" placeholder:"N" help:"One world each; worlds of other seeds are for evaluation."`
	Days     int      `default:"30" help:"Days of mail in each world."`
	People   int      `default:"60" help:"People of each organisation."`
	Overlays float64  `default:"2" help:"Stories of each kind of attack and of twin a working day."`
	Dir      string   `arg:"" type:"path" help:"An empty folder."`
}

// firstDay is the first day of generated worlds, a Monday.
var firstDay = time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)

// Run writes the mail of simulated organisations as labelled streams.
func (c *trainGenerateCommand) Run(ctx context.Context, t *terminal) error {
	if list, err := os.ReadDir(c.Dir); err == nil && len(list) > 0 {
		return exit(exitIO, fmt.Errorf("%s is not empty", c.Dir))
	}
	w, err := train.NewStreamWriter(c.Dir)
	if err != nil {
		return exit(exitIO, err)
	}
	m := t.meter("writing", 0)
	for _, seed := range c.Seeds {
		world := enterprise.New(seed, enterprise.Size{People: c.People, Overlays: c.Overlays})
		name := fmt.Sprint(seed)
		w.Begin(name, world.Org())
		for msg := range world.Stream(firstDay, c.Days) {
			if err = ctx.Err(); err == nil {
				err = w.Add(name, msg.Truth.Class, msg.Truth.Kind, msg.Truth.Campaign, &train.Passage{Env: msg.Env, Auth: msg.Auth}, msg.Raw)
			}
			if err != nil {
				return exit(exitIO, err)
			}
			m.add()
		}
	}
	m.end()
	return w.Close()
}
