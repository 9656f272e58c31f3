package pebble

import (
	"errors"
	"fmt"
	"time"

	"postern/internal/quantity"
)

// A Config says where the store is and what it may use. The zero Config is
// good for a small server.
type Config struct {
	Path         string            `toml:"path"`          // directory; ./var by default
	Cache        quantity.Bytes    `toml:"cache"`         // for blocks read from disk, in memory, and a quarter more for records in use, 4MiB at least; 16MiB by default
	WriteBuffer  quantity.Bytes    `toml:"write_buffer"`  // for what is not yet sorted, in memory, up to three times; 4MiB by default
	MinFree      quantity.Bytes    `toml:"min_free"`      // disk space that is left to others: below it nothing is written; 32MiB by default
	Budget       quantity.Bytes    `toml:"budget"`        // disk space for all but the quarantine: beyond it what is worth least is forgotten; 0: as much as there is
	KeepHistory  quantity.Duration `toml:"keep_history"`  // entities that were not heard of for so long are forgotten; 730d by default
	KeepSighting quantity.Duration `toml:"keep_sighting"` // how long a message can be told from its retry, or labelled anew; 90d by default
	KeepJournal  quantity.Duration `toml:"keep_journal"`  // decisions; 90d by default
	KeepHeld     quantity.Duration `toml:"keep_held"`     // messages in quarantine; 30d by default
}

const day = 24 * time.Hour

// withDefaults is c with each unset key at its default.
func (c Config) withDefaults() Config {
	if c.Path == "" {
		c.Path = "var"
	}
	c.Cache = quantity.Bytes(c.Cache.Or(16 << 20))
	c.WriteBuffer = quantity.Bytes(c.WriteBuffer.Or(4 << 20))
	c.MinFree = quantity.Bytes(c.MinFree.Or(32 << 20))
	c.KeepHistory = quantity.Duration(c.KeepHistory.Or(730 * day))
	c.KeepSighting = quantity.Duration(c.KeepSighting.Or(90 * day))
	c.KeepJournal = quantity.Duration(c.KeepJournal.Or(90 * day))
	c.KeepHeld = quantity.Duration(c.KeepHeld.Or(30 * day))
	return c
}

// records is how many bytes of memory decoded records may take, beside blocks.
func (c Config) records() int { return max(int(c.Cache)/4, 4<<20) }

// Check reports every setting that cannot be meant.
func (c Config) Check() error {
	c = c.withDefaults()
	var errs []error
	atLeast := func(key string, v, least quantity.Bytes) {
		if v < least {
			text, _ := least.MarshalText()
			errs = append(errs, fmt.Errorf("%s: at least %s", key, text))
		}
	}
	atLeast("cache", c.Cache, 1<<20)
	atLeast("write_buffer", c.WriteBuffer, 1<<20)
	atLeast("min_free", c.MinFree, 1<<20)
	if c.Budget != 0 {
		atLeast("budget", c.Budget, 64<<20)
	}
	if c.WriteBuffer > 1<<30 {
		errs = append(errs, errors.New("write_buffer: at most 1GiB"))
	}
	for _, keep := range []struct {
		key string
		d   quantity.Duration
	}{
		{"keep_history", c.KeepHistory},
		{"keep_sighting", c.KeepSighting},
		{"keep_journal", c.KeepJournal},
		{"keep_held", c.KeepHeld},
	} {
		if time.Duration(keep.d) < time.Hour {
			errs = append(errs, fmt.Errorf("%s: at least an hour", keep.key))
		}
	}
	return errors.Join(errs...)
}
