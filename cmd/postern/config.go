package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"postern/internal/quantity"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/relay"
	"postern/scanner"
	"postern/signals"
	"postern/smtpd"
	"postern/store/pebble"
	"postern/web"
)

// config is the configuration file. Each table is one package's; this file
// only assembles them. config.example.toml is the reference.
type config struct {
	Hostname     string             `toml:"hostname"`
	Organization signals.Org        `toml:"organization"`
	SMTP         smtpd.Config       `toml:"smtp"`
	Downstream   relay.Config       `toml:"downstream"`
	DNS          mailauth.DNSConfig `toml:"dns"`
	Auth         authConfig         `toml:"auth"`
	Scanners     scanner.Config     `toml:"scanners"`
	Filter       filterConfig       `toml:"filter"`
	Store        storeConfig        `toml:"store"`
	Policy       policy.Config      `toml:"policy"`
	Model        modelConfig        `toml:"model"`
	Lists        listsConfig        `toml:"lists"`
	Web          web.Config         `toml:"web"`
	Log          logConfig          `toml:"log"`
}

// authConfig is about authentication by others.
type authConfig struct {
	TrustedIDs []string `toml:"trusted_ids"` // authserv-ids of relays before us whose Authentication-Results count
}

// filterConfig is about the route.
type filterConfig struct {
	Off      bool              `toml:"off"`      // hand everything on unjudged
	Patience quantity.Duration `toml:"patience"` // for all of one message's lookups together; 8s
}

// storeConfig is the embedded store's, and what to do without it.
type storeConfig struct {
	pebble.Config

	OnError string `toml:"on_error"` // where the store cannot be opened: "exit", also where empty, or "serve" without memory
}

// modelConfig says which trained model judges.
type modelConfig struct {
	Path string `toml:"path"` // a model file; empty: the one in the binary; "none": heuristics alone
}

// logConfig says how to log, on standard error.
type logConfig struct {
	Format  string `toml:"format"`  // "text", also where empty, or "json"
	Level   string `toml:"level"`   // "debug", "info", also where empty, "warn" or "error"
	Privacy string `toml:"privacy"` // what is logged of addresses: "full", also where empty, "domain" or "none"
}

// defaults is what holds where the file says nothing. Tables that are not here
// have good zero values.
func defaults() config {
	return config{
		SMTP:       smtpd.Config{Listen: []string{"127.0.0.1:10025"}, Trusted: []string{"127.0.0.0/8"}},
		Downstream: relay.Config{Address: "maildir:./var/mail"},
		Store:      storeConfig{Config: pebble.Config{Path: "./var"}},
		Policy:     policy.Config{OnFailure: policy.Default().OnFailure}, // thresholds are the model's
	}
}

// withDefaults is c with each unset key at its default, for people to read.
func (c config) withDefaults() config {
	c.SMTP, c.Downstream = c.SMTP.WithDefaults(), c.Downstream.WithDefaults()
	c.DNS, c.Store.Config = c.DNS.WithDefaults(), c.Store.WithDefaults()
	c.Scanners = c.Scanners.WithDefaults()
	c.Hostname = c.hostname()
	c.Downstream.Helo = cmp.Or(c.Downstream.Helo, c.Hostname)
	c.Filter.Patience = quantity.Duration(c.Filter.Patience.Or(defaultPatience))
	c.Store.OnError = cmp.Or(c.Store.OnError, "exit")
	c.Web.Listen = cmp.Or(c.Web.Listen, web.DefaultListen)
	c.Log.Format, c.Log.Level, c.Log.Privacy = cmp.Or(c.Log.Format, "text"), cmp.Or(c.Log.Level, "info"), cmp.Or(c.Log.Privacy, "full")
	return c
}

// check reports every problem, each with its whole key.
func (c *config) check() []problem {
	var list []problem
	for _, table := range []struct {
		key string
		err error
	}{
		{"", c.checkHostname()},
		{"organization", c.Organization.Check()},
		{"smtp", c.SMTP.Check()},
		{"downstream", c.Downstream.Check()},
		{"dns", c.DNS.Check()},
		{"scanners", c.Scanners.Check()},
		{"filter", c.Filter.check()},
		{"store", c.Store.check()},
		{"policy", c.Policy.Check()},
		{"model", c.Model.check()},
		{"lists", c.Lists.check()},
		{"web", c.Web.Check()},
		{"log", c.Log.check()},
	} {
		for _, err := range each(table.err) {
			list = append(list, problemIn(table.key, err))
		}
	}
	return list
}

// each takes a joined error apart.
func each(err error) []error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		if err == nil {
			return nil
		}
		return []error{err}
	}
	var list []error
	for _, e := range joined.Unwrap() {
		list = append(list, each(e)...)
	}
	return list
}

// checkHostname wants a name that can stand in a greeting. Without one the
// machine's own is taken.
func (c *config) checkHostname() error {
	if c.Hostname == "" {
		return nil
	}
	if a, ok := parse.ParseAddress("postmaster@" + c.Hostname); !ok || a.Domain == "" {
		return fmt.Errorf("hostname: %q is no host name", c.Hostname)
	}
	return nil
}

// hostname is the configured name, or the machine's.
func (c *config) hostname() string {
	if c.Hostname != "" {
		return c.Hostname
	}
	if name, err := os.Hostname(); err == nil && name != "" {
		return strings.ToLower(name)
	}
	return "localhost"
}

func (c *filterConfig) check() error {
	if d := c.Patience; d != 0 && d.Or(0) < minPatience {
		return fmt.Errorf("patience: at least %v", minPatience)
	}
	return nil
}

func (c *storeConfig) check() error {
	return errors.Join(c.Check(), oneOf("on_error", c.OnError, "exit", "serve"))
}

func (c *logConfig) check() error {
	return errors.Join(
		oneOf("format", c.Format, "text", "json"),
		oneOf("level", c.Level, "info", "debug", "warn", "error"),
		oneOf("privacy", c.Privacy, "full", "domain", "none"),
	)
}

// oneOf wants value to be empty or one of names.
func oneOf(key, value string, names ...string) error {
	if value == "" || slices.Contains(names, value) {
		return nil
	}
	return fmt.Errorf("%s: %q is none of %q", key, value, names)
}
