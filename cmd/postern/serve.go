package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"postern/filter"
	"postern/mailauth"
	"postern/relay"
	"postern/smtpd"
	"postern/web"
)

// drainTime is how long messages under way may take once serving ends. The
// service file allows for a little more.
const drainTime = 100 * time.Second

// ballastBytes are allocated and never touched, so that they take no memory. A
// heap as small as ours would be collected after every few dozen messages; with
// them it is after some hundreds.
const ballastBytes = 40 << 20

type serveCommand struct {
	Config string `required:"" type:"path" placeholder:"FILE" help:"The configuration file."`
}

// Run loads, opens, wires, runs and drains.
func (c *serveCommand) Run(ctx context.Context, t *terminal) error {
	cfg, err := loadFile(c.Config)
	if err != nil {
		return err
	}
	ballast := make([]byte, ballastBytes)
	defer runtime.KeepAlive(ballast)
	g := &gate{file: c.Config, config: cfg}
	g.log = newLog(t.err, cfg.Log, &g.level)
	if err := g.open(); err != nil { //nolint:contextcheck // the store lives until it is closed
		return err
	}
	defer g.close()
	if err := g.wire(ctx); err != nil {
		return err
	}
	err = g.run(ctx)
	g.drain(ctx)
	return err
}

// gate is a running server.
type gate struct {
	file   string
	config config
	level  slog.LevelVar
	log    *slog.Logger

	memory   memory
	hop      relay.Hop
	policy   rules
	dns      atomic.Pointer[mailauth.CachingResolver]
	filter   atomic.Pointer[filter.Filter]
	route    route
	retiring sync.WaitGroup // routes that a reload replaced
	door     *smtpd.Server
	metrics  *web.Metrics
	health   web.Health
	reloads  reloads

	http     sync.WaitGroup // HTTP servers
	stopHTTP context.CancelFunc
}

// open opens what has to be closed: the store and the next hop.
func (g *gate) open() error {
	var err error
	if g.memory, err = openMemory(g.config.Store.Config, g.log); err != nil {
		if g.config.Store.OnError != "serve" {
			return err
		}
		g.log.Error("serving without memory", slog.Any("err", err))
	}
	hop := g.config.Downstream
	if hop.Helo == "" {
		hop.Helo = g.config.hostname()
	}
	if g.hop, err = relay.New(hop); err != nil {
		g.close()
		return exit(exitUnavailable, err)
	}
	return nil
}

// wire connects the parts and begins to listen.
func (g *gate) wire(ctx context.Context) error {
	var err error
	g.metrics = web.NewMetrics(version(), g.numbers(ctx))
	if err = g.apply(ctx, g.config); err != nil {
		return err
	}
	g.door, err = smtpd.New(context.WithoutCancel(ctx), g.config.SMTP, smtpd.Deps{
		Hostname: g.config.hostname(), Handler: &g.route, Hop: g.hop, Group: g.policy.group, Log: g.log,
	})
	if err != nil {
		return exit(exitConfig, err)
	}
	if err := g.door.Listen(); err != nil {
		return exit(exitUnavailable, err)
	}
	for _, addr := range g.door.Addrs() {
		g.log.Info("listening", slog.String("door", "smtp"), slog.String("addr", addr.String()))
	}
	g.health.Ready = g.memory.failing
	return g.listenHTTP(ctx)
}

// run serves until a signal says to end, or the door breaks.
func (g *gate) run(ctx context.Context) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(signals)
	broken := make(chan error, 1)
	go func() { broken <- g.door.Serve() }()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go watchdog(ctx)
	notify(ctx, "READY=1")
	g.log.Info("serving", slog.String("version", version()), slog.Int("pid", os.Getpid()))
	for {
		select {
		case err := <-broken:
			if err != nil {
				return exit(exitUnavailable, err)
			}
			return nil
		case s := <-signals:
			if s != syscall.SIGHUP {
				g.log.Info("draining", slog.String("signal", s.String()))
				return nil
			}
			g.reload(ctx)
		}
	}
}

// drain goes backwards: the door stops taking mail, sessions finish, what is
// queued is written. close does the rest.
func (g *gate) drain(ctx context.Context) {
	signal.Ignore(syscall.SIGHUP) // nothing is read again, and it must not end what is under way
	notify(ctx, "STOPPING=1")
	g.health.Drain()
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := g.door.Shutdown(short); err != nil {
		g.log.Error("sessions cut off", slog.Any("err", err))
	}
	g.route.now.end()
	g.retiring.Wait()
	g.stopHTTP()
	g.http.Wait()
	g.log.Info("drained")
}

// close gives back what open took.
func (g *gate) close() {
	if g.hop != nil {
		if err := g.hop.Close(); err != nil {
			g.log.Error("next hop not closed", slog.Any("err", err))
		}
	}
	if g.memory.close != nil {
		if err := g.memory.close(); err != nil {
			g.log.Error("store not closed", slog.Any("err", fmt.Errorf("%s: %w", g.config.Store.Path, err)))
		}
	}
}
