// Package smtpd is the SMTP and LMTP door (RFC 5321, RFC 2033): it receives a
// message, has it judged, and answers with what became of it. The protocol's
// grammar and order are those of an SMTP library; what is delicate, the bytes
// of messages above all, is handled on the wire in front of it. The package
// knows nothing of how a verdict comes about.
package smtpd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"

	"postern/filter"
	"postern/parse"
	"postern/relay"
)

// A Handler judges, delivers and records one message; [filter.Filter] is one.
// It keeps nothing of Mail.Raw.
type Handler interface {
	Process(context.Context, filter.Mail, filter.Deliver) filter.Fate
}

// Deps are what the door stands on.
type Deps struct {
	Hostname string // in the greeting and the Received field
	Handler  Handler
	Hop      relay.Hop
	Group    func(parse.Address) int // recipients of one group are under one policy; nil: all are
	Now      func() time.Time        // the time of messages; nil: the clock
	Log      *slog.Logger
}

// A Server is the door. It is safe for concurrent use.
type Server struct {
	hostname string
	handler  Handler
	hop      relay.Hop
	group    func(parse.Address) int
	now      func() time.Time
	log      *slog.Logger

	listen    []string
	listeners []*listener
	settings  atomic.Pointer[settings]
	draining  atomic.Bool
	stats     counters
	budget    budget

	ctx    context.Context // that of all messages; ends when they must
	cancel context.CancelFunc

	mu    sync.Mutex
	open  map[*wire]struct{}
	seats map[netip.Prefix]int // connections of each client that is not trusted
	empty sync.WaitGroup       // waits for all that are in open
}

// New makes a door that does not listen yet. All messages are processed under
// ctx; who cancels it ends them at once.
func New(ctx context.Context, cfg Config, deps Deps) (*Server, error) {
	set, err := cfg.compile()
	if err != nil {
		return nil, err
	}
	srv := &Server{
		hostname: deps.Hostname, handler: deps.Handler, hop: deps.Hop, group: deps.Group, now: deps.Now, log: deps.Log,
		listen: cfg.Listen, open: make(map[*wire]struct{}), seats: make(map[netip.Prefix]int),
	}
	if srv.now == nil {
		srv.now = time.Now
	}
	if srv.group == nil {
		srv.group = func(parse.Address) int { return 0 }
	}
	srv.settings.Store(set)
	srv.ctx, srv.cancel = context.WithCancel(ctx)
	return srv, nil
}

// Reload puts other settings in force, for open sessions from their next
// command on. What to listen on stays as it was.
func (srv *Server) Reload(cfg Config) error {
	set, err := cfg.compile()
	if err != nil {
		return err
	}
	srv.settings.Store(set)
	return nil
}

// Listen opens the listeners.
func (srv *Server) Listen() error {
	for _, text := range srv.listen {
		at, err := parseListen(text)
		if err != nil {
			return err
		}
		if at.network == "unix" {
			if err := removeStale(srv.ctx, at.address); err != nil {
				return err
			}
		}
		var lc net.ListenConfig
		l, err := lc.Listen(srv.ctx, at.network, at.address)
		if err != nil {
			srv.closeListeners()
			return fmt.Errorf("smtpd: %w", err)
		}
		srv.listeners = append(srv.listeners, &listener{Listener: l, srv: srv, at: at})
	}
	return nil
}

// removeStale removes a socket that nobody listens on any more.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return nil //nolint:nilerr // what is not there need not be removed; what is no socket is not ours
	}
	var d net.Dialer
	if c, err := d.DialContext(ctx, "unix", path); err == nil {
		_ = c.Close()
		return fmt.Errorf("smtpd: somebody listens on %s already", path)
	}
	return os.Remove(path)
}

// Addrs are what Listen has opened, in the order of the configuration.
func (srv *Server) Addrs() []net.Addr {
	addrs := make([]net.Addr, 0, len(srv.listeners))
	for _, l := range srv.listeners {
		addrs = append(addrs, l.Addr())
	}
	return addrs
}

// Serve takes connections until Shutdown, or until a listener breaks.
func (srv *Server) Serve() error {
	errs := make(chan error, len(srv.listeners))
	for _, l := range srv.listeners {
		go func() { errs <- srv.library(l.at.lmtp).Serve(l) }()
	}
	var all []error
	for range srv.listeners {
		if err := <-errs; err != nil && !srv.draining.Load() {
			all = append(all, fmt.Errorf("smtpd: %w", err))
			srv.closeListeners()
		}
	}
	return errors.Join(all...)
}

// library is the SMTP library's server. Limits and deadlines are ours.
func (srv *Server) library(lmtp bool) *smtp.Server {
	lib := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		w, ok := c.Conn().(*wire)
		if !ok {
			return nil, errSaid
		}
		return w.s, nil
	}))
	lib.LMTP = lmtp
	lib.Domain = srv.hostname
	lib.MaxLineLength = 0
	lib.EnableSMTPUTF8 = true
	lib.EnableDSN = true
	lib.ErrorLog = libraryLog{srv.log}
	return lib
}

// Shutdown stops taking connections, tells clients that stand between commands
// to go, and lets those inside a message finish. What is not done when ctx
// ends is cut off.
func (srv *Server) Shutdown(ctx context.Context) error {
	srv.draining.Store(true)
	srv.closeListeners()
	srv.each((*wire).hurry)
	done := make(chan struct{})
	go func() {
		srv.empty.Wait()
		close(done)
	}()
	defer srv.cancel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	srv.cancel()
	srv.each((*wire).drop)
	<-done
	return ctx.Err()
}

func (srv *Server) closeListeners() {
	for _, l := range srv.listeners {
		_ = l.Close()
	}
}

func (srv *Server) each(do func(*wire)) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	for w := range srv.open {
		do(w)
	}
}

// libraryLog takes what the SMTP library has to say: panics in a session, and
// connections that failed.
type libraryLog struct{ log *slog.Logger }

func (l libraryLog) Printf(format string, v ...any) {
	detail := slog.String("detail", fmt.Sprintf(format, v...))
	if strings.HasPrefix(format, "panic") {
		l.log.Error("panic in session", detail)
		return
	}
	if strings.HasPrefix(format, "accept") {
		l.log.Warn("accept failed", detail)
		return
	}
	l.log.Debug("connection failed", detail)
}

func (l libraryLog) Println(v ...any) { l.Printf("%s", fmt.Sprintln(v...)) }
