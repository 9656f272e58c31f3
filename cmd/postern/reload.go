package main

import (
	"context"
	"log/slog"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"postern/mailauth"
	"postern/parse"
	"postern/policy"
)

// rules is the policy in force.
type rules struct{ atomic.Pointer[policy.Policy] }

func (r *rules) group(a parse.Address) int { return r.Load().Group(a) }

// reloads tells how the last reload went.
type reloads struct {
	failed atomic.Bool
	last   atomic.Int64 // Unix seconds of the last that did not fail
}

// reload reads the file again. Where it is wrong, what was in force stays.
func (g *gate) reload(ctx context.Context) {
	notify(ctx, "RELOADING=1")
	defer notify(ctx, "READY=1")
	next, err := loadFile(g.file)
	if err == nil {
		err = g.door.Reload(next.SMTP)
	}
	if err == nil {
		err = g.apply(ctx, next)
	}
	g.reloads.failed.Store(err != nil)
	if err != nil {
		g.log.Error("configuration kept, the new one is wrong", slog.String("file", g.file), slog.Any("err", err))
		return
	}
	if fixed := fixedChanges(&g.config, &next); len(fixed) > 0 {
		g.log.Warn("changed, but in force only after a restart", slog.String("keys", strings.Join(fixed, ", ")))
	}
	g.log.Info("configuration reloaded", slog.String("file", g.file))
}

// apply puts in force what may change while serving: policy, model,
// organization, authentication, DNS, the route and the log level.
func (g *gate) apply(ctx context.Context, c config) error {
	m, p, err := c.judging()
	if err != nil {
		return err
	}
	g.policy.Store(p)
	g.level.Set(c.Log.level())
	c.Hostname = g.config.Hostname
	dns := mailauth.NewResolver(c.DNS)
	g.dns.Store(dns) // for its numbers
	f := newFilter(&c, g.memory, dns, g.policy.Load, g.log)
	f.Model, f.Observe = m, g.metrics.Observe
	f.Roster = g.memory.roster(ctx, &c.Organization, g.log)
	g.filter.Store(f)
	g.retiring.Go(g.route.use(ctx, f))
	g.reloads.last.Store(time.Now().Unix())
	return nil
}

// fixedChanges names the keys that differ and need a restart.
func fixedChanges(old, next *config) []string {
	var keys []string
	for _, k := range []struct {
		name      string
		old, next any
	}{
		{"hostname", old.Hostname, next.Hostname},
		{"smtp.listen", old.SMTP.Listen, next.SMTP.Listen},
		{"downstream", old.Downstream, next.Downstream},
		{"store", old.Store, next.Store},
		{"web", old.Web, next.Web},
		{"log.format", old.Log.Format, next.Log.Format},
		{"log.privacy", old.Log.Privacy, next.Log.Privacy},
	} {
		if !reflect.DeepEqual(k.old, k.next) {
			keys = append(keys, k.name)
		}
	}
	return keys
}
