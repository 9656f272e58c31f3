// Package web speaks HTTP: metrics and health to whoever watches the service,
// on a loopback address, and the operator's requests, on a unix socket. It
// judges nothing and delivers nothing itself.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// Limits of one HTTP request.
const (
	maxHeader    = 16 << 10 // bytes
	maxBody      = 16 << 10 // bytes
	headerTime   = 5 * time.Second
	requestTime  = 2 * time.Minute // a release waits for the next hop
	idleTime     = 60 * time.Second
	shutdownTime = 5 * time.Second
)

// DefaultListen is where metrics and health are served.
const DefaultListen = "127.0.0.1:9876"

// Off is the Listen that serves nothing.
const Off = "off"

// Config says where metrics and health are served.
type Config struct {
	Listen      string `toml:"listen"`       // host:port; 127.0.0.1:9876 by default; "off" for nowhere
	AllowRemote bool   `toml:"allow_remote"` // an address that others can reach: everybody there reads the numbers
}

// Addr is where to listen, and empty where nowhere.
func (c Config) Addr() string {
	switch c.Listen {
	case "":
		return DefaultListen
	case Off:
		return ""
	}
	return c.Listen
}

// Check reports every mistake.
func (c Config) Check() error {
	if c.Addr() == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if c.Listen == "" {
		host, port, err = net.SplitHostPort(DefaultListen)
	}
	if err != nil || port == "" {
		return fmt.Errorf("web: listen: %q is not host:port", c.Listen)
	}
	addr, err := netip.ParseAddr(host)
	if !c.AllowRemote && host != "localhost" && (err != nil || !addr.IsLoopback()) {
		return fmt.Errorf("web: listen: %q can be reached by others; take 127.0.0.1, or set allow_remote = true", c.Listen)
	}
	return nil
}

// Health answers /healthz and /readyz.
type Health struct {
	Ready    func(context.Context) error // nil error: mail can be judged and delivered
	draining atomic.Bool
}

// Drain makes /readyz say no from now on.
func (h *Health) Drain() { h.draining.Store(true) }

var errDraining = errors.New("draining")

func (h *Health) ready(ctx context.Context) error {
	if h.draining.Load() {
		return errDraining
	}
	if h.Ready == nil {
		return nil
	}
	return h.Ready(ctx)
}

// Handler serves /metrics, /healthz and /readyz.
func Handler(m *Metrics, h *Health, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := h.ready(r.Context()); err != nil {
			log.Warn("not ready", slog.Any("err", err))
			answer(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	return mux
}

func answer(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text + "\n"))
}

// Serve answers requests on l until ctx ends, and returns once the last one is
// answered or a few seconds have gone.
func Serve(ctx context.Context, l net.Listener, handler http.Handler, log *slog.Logger) {
	server := &http.Server{
		Handler:           http.MaxBytesHandler(handler, maxBody),
		MaxHeaderBytes:    maxHeader,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       requestTime,
		WriteTimeout:      requestTime,
		IdleTimeout:       idleTime,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		if err := server.Shutdown(short); err != nil {
			_ = server.Close()
		}
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		log.Error("http ended", slog.Any("err", err))
	}
	<-stopped
}
