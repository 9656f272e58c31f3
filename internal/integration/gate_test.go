//go:build integration

package integration

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"postern/internal/dnstest"
)

// patience bounds every wait for another process.
const patience = time.Minute

// binary is the gate: POSTERN_BIN, or built once for all tests.
var binary = os.Getenv("POSTERN_BIN")

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "postern")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if binary == "" {
		binary = filepath.Join(dir, "postern")
		if out, err := exec.Command("go", "build", "-o", binary, "postern/cmd/postern").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			os.Exit(1)
		}
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// A gate is "postern serve". It can be killed, and started again at the same
// address.
type gate struct {
	Addr string // host:port of its door

	t      *testing.T
	dir    string
	config string // the file
	cmd    *exec.Cmd
	log    logbook
	ended  chan struct{} // closed when the process has ended
}

// settings are what differs from test to test.
type settings struct {
	downstream string
	zone       string // records that its DNS server knows
	smtp       string // more keys of [smtp]
	store      string // keys of [store]; by default a path of its own
	more       string // more keys of [downstream], then more tables
}

// startGate runs the gate before downstream until the test ends. more is
// added to its configuration; zone are the DNS records.
func startGate(t *testing.T, downstream, zone, more string) *gate {
	t.Helper()
	return start(t, settings{downstream: downstream, zone: zone, more: more})
}

// start runs a gate until the test ends.
func start(t *testing.T, s settings) *gate {
	t.Helper()
	g := &gate{t: t, Addr: freeAddress(t), dir: t.TempDir()}
	if s.store == "" {
		s.store = fmt.Sprintf("path = %q", filepath.Join(g.dir, "var"))
	}
	g.config = filepath.Join(g.dir, "postern.toml")
	g.Configure(fmt.Sprintf(`
hostname = "gate.example.com"

[organization]
domains = ["example.com"]

[smtp]
listen = [%q]
trusted = ["127.0.0.0/8"]
%s
[web]
listen = "off"

[dns]
servers = [%q]

[store]
%s

[downstream]
address = %q
%s`, g.Addr, s.smtp, dnstest.Serve(t, s.zone), s.store, s.downstream, s.more))
	t.Cleanup(func() {
		if g.running() {
			g.Stop()
		}
		if strings.Contains(g.Log(), "panic") {
			t.Error("the gate has panicked")
		}
		if t.Failed() {
			t.Logf("the gate wrote:\n%s", g.log.tail(20_000))
		}
	})
	g.Start()
	return g
}

// freeAddress is a port that nobody listens at. Connections that are made go
// out from 127.0.0.1, so that none takes it meanwhile.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Configure writes the configuration file.
func (g *gate) Configure(text string) {
	g.t.Helper()
	if err := os.WriteFile(g.config, []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

// Start runs the process and waits until it serves.
func (g *gate) Start() {
	g.t.Helper()
	from := g.log.size()
	g.cmd = exec.Command(binary, "serve", "--config", g.config)
	g.cmd.Stdout, g.cmd.Stderr = &g.log, &g.log
	if err := g.cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) {
		_ = cmd.Wait() // ProcessState tells
		close(ended)
	}(g.cmd, g.ended)
	g.Await(from, "msg=serving")
}

func (g *gate) running() bool {
	select {
	case <-g.ended:
		return false
	default:
		return true
	}
}

// Signal sends a signal.
func (g *gate) Signal(s syscall.Signal) {
	g.t.Helper()
	if err := g.cmd.Process.Signal(s); err != nil {
		g.t.Error(err)
	}
}

// Kill ends the process at once.
func (g *gate) Kill() {
	g.t.Helper()
	g.Signal(syscall.SIGKILL)
	<-g.ended
}

// Stop ends the gate as an operator would, after which its log is complete.
func (g *gate) Stop() {
	g.t.Helper()
	if !g.running() {
		return
	}
	g.Signal(syscall.SIGTERM)
	g.AwaitEnd()
	if code := g.cmd.ProcessState.ExitCode(); code != 0 {
		g.t.Errorf("the gate ended with %d", code)
	}
}

// AwaitEnd waits for the process to end, and kills it where it does not.
func (g *gate) AwaitEnd() {
	g.t.Helper()
	timer := time.AfterFunc(patience, func() {
		g.t.Error("the gate does not end")
		g.cmd.Process.Kill()
	})
	defer timer.Stop()
	<-g.ended
}

// Await waits for a log line, among those written since the log had from
// bytes, and returns its submatches.
func (g *gate) Await(from int, pattern string) []string {
	g.t.Helper()
	re := regexp.MustCompile(pattern)
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		text, changed := g.log.since(from)
		if m := re.FindStringSubmatch(text); m != nil {
			return m
		}
		from += strings.LastIndexByte(text, '\n') + 1
		select {
		case <-changed:
		case <-g.ended:
			if text, _ := g.log.since(from); re.MatchString(text) {
				continue
			}
			g.t.Fatalf("the gate has ended and never said %q", pattern)
		case <-timeout.C:
			g.Signal(syscall.SIGQUIT) // tells where it stands
			<-g.ended
			g.t.Fatalf("the gate does not say %q", pattern)
		}
	}
}

// Log is what the gate has written, over all its runs.
func (g *gate) Log() string {
	text, _ := g.log.since(0)
	return text
}

// Command runs one of the operator's commands and returns what it printed.
func (g *gate) Command(args ...string) string {
	g.t.Helper()
	out, ok := run(g.t, binary, append(args, "--config", g.config)...)
	if !ok {
		g.t.Fatalf("postern %s: %s", strings.Join(args, " "), out)
	}
	return out
}

// run runs a program to its end and returns what it printed and whether it
// succeeded.
func run(t *testing.T, program string, args ...string) (out string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	text, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Fatalf("%s hangs:\n%s", program, text)
	}
	return string(text), err == nil
}
