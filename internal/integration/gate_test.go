//go:build integration

package integration

import (
	"context"
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

// A gate is a running "postern serve".
type gate struct {
	Addr   string // host:port of its door
	config string // its configuration file

	t       *testing.T
	cmd     *exec.Cmd
	logFile string
}

// startGate runs the gate before downstream until the test ends. more is
// added to its configuration; dns are the zone's records.
func startGate(t *testing.T, downstream, dns, more string) *gate {
	t.Helper()
	dir := t.TempDir()
	config := fmt.Sprintf(`
hostname = "gate.example.com"

[organization]
domains = ["example.com"]

[smtp]
listen = ["127.0.0.1:0"]
trusted = ["127.0.0.0/8"]

[web]
listen = "off"

[dns]
servers = [%q]

[store]
path = %q

[downstream]
address = %q
%s`, dnstest.Serve(t, dns), filepath.Join(dir, "var"), downstream, more)
	path := filepath.Join(dir, "postern.toml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	g := &gate{t: t, config: path, logFile: filepath.Join(dir, "log")}
	log, err := os.Create(g.logFile)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	ready := notifySocket(t, dir)
	g.cmd = exec.Command(binary, "serve", "--config", path)
	g.cmd.Stdout, g.cmd.Stderr = log, log
	g.cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+ready.LocalAddr().String())
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		g.Stop()
		if t.Failed() {
			t.Logf("the gate wrote:\n%s", g.Log())
		}
	})
	buf := make([]byte, 1024)
	for {
		n, err := ready.Read(buf)
		if err != nil {
			t.Fatalf("the gate does not get ready: %v\n%s", err, g.Log())
		}
		if strings.Contains(string(buf[:n]), "READY=1") {
			break
		}
	}
	found := regexp.MustCompile(`door=smtp addr=(\S+)`).FindStringSubmatch(g.Log())
	if found == nil {
		t.Fatalf("the gate does not say where it listens:\n%s", g.Log())
	}
	g.Addr = found[1]
	return g
}

// notifySocket is where the gate says that it is ready (sd_notify(3)).
func notifySocket(t *testing.T, dir string) *net.UnixConn {
	t.Helper()
	addr := &net.UnixAddr{Net: "unixgram", Name: filepath.Join(dir, "n")}
	conn, err := net.ListenUnixgram("unixgram", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	return conn
}

// Stop ends the gate as an operator would, after which its log is complete.
func (g *gate) Stop() {
	g.t.Helper()
	if g.cmd.ProcessState != nil {
		return
	}
	g.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(30*time.Second, func() { g.cmd.Process.Kill() })
	defer kill.Stop()
	if err := g.cmd.Wait(); err != nil {
		g.t.Errorf("the gate ended badly: %v", err)
	}
}

func (g *gate) Log() string {
	text, _ := os.ReadFile(g.logFile)
	return string(text)
}

// run runs a program to its end and returns what it printed and whether it
// succeeded.
func run(t *testing.T, program string, args ...string) (out string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	text, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("%s hangs:\n%s", program, text)
	}
	return string(text), err == nil
}
