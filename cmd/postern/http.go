package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"postern/model"
	"postern/web"
)

// controlSocket is where the operator's commands reach a running server,
// inside the store's folder.
const controlSocket = "control.sock"

// listenHTTP serves metrics and health, and the operator's desk.
func (g *gate) listenHTTP(ctx context.Context) error {
	ctx, g.stopHTTP = context.WithCancel(ctx)
	if addr := g.config.Web.Addr(); addr != "" {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
		if err != nil {
			return exit(exitUnavailable, err)
		}
		g.log.Info("listening", slog.String("door", "web"), slog.String("addr", l.Addr().String()))
		g.serveHTTP(ctx, l, web.Handler(g.metrics, &g.health, g.log))
	}
	if g.memory.journal == nil {
		return nil
	}
	l, err := listenControl(ctx, filepath.Join(g.config.Store.Path, controlSocket))
	if err != nil {
		return exit(exitUnavailable, err)
	}
	desk := newDesk(g.memory, g.hop, g.log)
	desk.Model = func() *model.Model { return g.filter.Load().Model }
	g.serveHTTP(ctx, l, desk.Handler())
	return nil
}

func (g *gate) serveHTTP(ctx context.Context, l net.Listener, handler http.Handler) {
	g.http.Go(func() { web.Serve(ctx, l, handler, g.log) })
}

// listenControl opens the socket for its owner alone. The store is locked by
// us, so that a socket that is there is left from a server that died.
func listenControl(ctx context.Context, path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, err
	}
	return l, nil
}
