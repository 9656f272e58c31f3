package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is a program that we started and that listens on addr.
type process struct {
	cmd  *exec.Cmd
	addr string
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// start runs a program and waits until addr answers.
func start(ctx context.Context, addr, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, args...), addr: addr}
	said, err := os.CreateTemp("", "postern-load-*.log") // a file, so that nobody here must read along
	if err != nil {
		return nil, err
	}
	defer os.Remove(said.Name())
	p.cmd.Stdout, p.cmd.Stderr = said, said
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	var d net.Dialer
	for range 200 {
		if c, err := d.DialContext(ctx, "tcp", addr); err == nil {
			return p, c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.stop()
	text, _ := os.ReadFile(said.Name())
	return nil, fmt.Errorf("%s does not listen on %s:\n%s", name, addr, text)
}

func (b *bench) sink(ctx context.Context, keep string) (*process, error) {
	return b.sinkAt(ctx, free(), keep)
}

// sinkAt starts smtp-sink; it keeps each message as a file in keep, where
// there is one.
func (b *bench) sinkAt(ctx context.Context, addr, keep string) (*process, error) {
	args := []string{addr, "1000"}
	if keep != "" {
		args = append([]string{"-d", filepath.Join(keep, "m.")}, args...)
	}
	if os.Getuid() == 0 {
		args = append([]string{"-u", "root"}, args...)
	}
	return start(ctx, addr, tool("smtp-sink"), args...)
}

// tool finds a program that Debian keeps out of an ordinary PATH.
func tool(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return "/usr/sbin/" + name
}

// A gate is a running postern.
type gate struct {
	*process
	web string
}

const gateConfig = `hostname = "mx.example.test"

[organization]
domains = ["example.test"]
vips    = [{ name = "Dana Reed", address = "dana.reed@example.test" }]

[smtp]
listen  = [%q]
trusted = ["127.0.0.0/8"]
max_connections = 4000
max_connections_per_client = 4000

[downstream]
address = %q

[filter]
off = %t

[dns]
servers = [%q]

[store]
path = %q

[web]
listen = %q

[policy]
mode = "observe"

[log]
level = "info"
`

func (b *bench) gate(ctx context.Context, judge bool, next string) (*gate, error) {
	g := &gate{web: free()}
	addr, name := free(), filepath.Join(b.dir, fmt.Sprintf("gate-%t", judge))
	text := fmt.Sprintf(gateConfig, addr, next, !judge, b.dns.Addr(), name+".var", g.web)
	if err := os.WriteFile(name+".toml", []byte(text), 0o600); err != nil {
		return nil, err
	}
	var err error
	g.process, err = start(ctx, addr, *binary, "serve", "--config", name+".toml")
	return g, err
}

// judged is the number of messages that passed the route, by the gate's own
// metrics.
func (g *gate) judged(ctx context.Context) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+g.web+"/metrics", nil)
	if err != nil {
		return -1
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return -1
	}
	defer resp.Body.Close()
	sum := 0.0
	for s := bufio.NewScanner(resp.Body); s.Scan(); {
		if strings.HasPrefix(s.Text(), "postern_messages_total{") {
			v, _ := strconv.ParseFloat(s.Text()[strings.LastIndexByte(s.Text(), ' ')+1:], 64)
			sum += v
		}
	}
	return int(sum)
}

// cpu is the processor time that the process has used (proc(5)).
func (p *process) cpu() time.Duration { return cpuOf(p.cmd.Process.Pid) }

func cpuOf(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	const tick = 10 * time.Millisecond // USER_HZ is 100 on Linux
	return time.Duration(user+system) * tick
}

// rss is the resident memory in bytes.
func (p *process) rss() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// idle opens n connections, greets on each, and tells what one costs in bytes.
func (g *gate) idle(ctx context.Context, n int) (float64, error) {
	before := g.rss()
	var d net.Dialer
	conns := make([]net.Conn, 0, n)
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	for range n {
		c, err := d.DialContext(ctx, "tcp", g.addr)
		if err != nil {
			return 0, err
		}
		conns = append(conns, c)
		r := bufio.NewReader(c)
		if _, err := r.ReadString('\n'); err != nil {
			return 0, err
		}
		if _, err := io.WriteString(c, "EHLO idle.test\r\n"); err != nil {
			return 0, err
		}
		for line := "250-"; strings.HasPrefix(line, "250-"); {
			if line, err = r.ReadString('\n'); err != nil {
				return 0, err
			}
		}
	}
	return float64(g.rss()-before) / float64(n), nil
}

// free is a loopback address that nobody listens on.
func free() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:0"
	}
	defer l.Close()
	return l.Addr().String()
}

// A result is one line of the load generator.
type result struct {
	n              int
	rate, p50, p99 float64 // messages per second; milliseconds per transaction
}

// client is who sends, as the gates are told: SPF passes for it.
const client = "ADDR=203.0.113.5 NAME=mx5.sender.test"

// send loads addr for a while, in the name of xclient where one is given.
func (b *bench) send(ctx context.Context, addr, size string, conns int, xclient string) (result, error) {
	return b.load(ctx, addr, size, conns, "-t", seconds.String(), "-xclient", xclient)
}

func (b *bench) load(ctx context.Context, addr, size string, conns int, more ...string) (result, error) {
	args := append([]string{
		"-addr", addr, "-dir", filepath.Join(*material, "bench", "mail", size), "-c", strconv.Itoa(conns),
	}, more...)
	out, err := exec.CommandContext(ctx, b.loadgen, args...).Output()
	if err != nil {
		return result{}, fmt.Errorf("load generator: %w", err)
	}
	return read(string(out))
}

// read takes the fields that we need from the load generator's line.
func read(line string) (r result, err error) {
	num := func(key string) float64 {
		_, rest, _ := strings.Cut(line, "\t"+key+"=")
		v, e := strconv.ParseFloat(strings.FieldsFunc(rest+" ", func(c rune) bool { return c == '\t' || c == '\n' || c == ' ' })[0], 64)
		err = errors.Join(err, e)
		return v
	}
	r = result{n: int(num("n")), rate: num("msgs/s"), p50: num("tx_p50"), p99: num("tx_p99")}
	if !strings.Contains(line, "errs=map[]") {
		err = errors.Join(err, fmt.Errorf("errors under load: %s", line))
	}
	return r, err
}
