// Command demo shows the gate at work on this machine alone: it starts postern
// with a Maildir as its next hop, sends it a few messages of ours by SMTP,
// prints each verdict with its reasons, and stays up until interrupted.
package main

import (
	"bytes"
	"context"
	"embed"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"postern/internal/dnstest"
)

//go:embed samples/*.eml
var samples embed.FS

// The domains of the samples. What is sent from here comes from 127.0.0.1.
const zone = `
partner.example.        IN A    127.0.0.1
partner.example.        IN TXT  "v=spf1 ip4:127.0.0.1 -all"
_dmarc.partner.example. IN TXT  "v=DMARC1; p=reject"
mailer.example.         IN TXT  "v=spf1 ip4:127.0.0.1 -all"
example.com.            IN TXT  "v=spf1 ip4:192.0.2.1 -all"
_dmarc.example.com.     IN TXT  "v=DMARC1; p=reject"
`

const config = `hostname = "mx.example.com"

[organization]
domains = ["example.com"]
vips    = [{ name = "Dana Reed", address = "dana.reed@example.com" }]

[smtp]
listen  = [%q]
trusted = ["127.0.0.0/8"]

[downstream]
address = "maildir:%s"

[dns]
servers = [%q]

[store]
path = %q

[web]
listen = %q

[policy]
mode = "enforce"

[policy.thresholds.malware]
quarantine = 0.5

[[policy.rule]]
name = "our domain, forged"
when = 'found("domain-spoof") and dmarc == "fail"'
then = "reject"

[log]
level = "warn"
`

func main() {
	binary := flag.String("postern", "bin/postern", "the binary to show")
	once := flag.Bool("once", false, "stop after the samples")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *binary, *once); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// A gate is a running postern and where it can be reached.
type gate struct{ binary, config, smtp, web, mail string }

func run(ctx context.Context, out io.Writer, binary string, once bool) error {
	dir, err := os.MkdirTemp("", "postern-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	dns, err := dnstest.New(zone)
	if err != nil {
		return err
	}
	defer dns.Close()

	g := gate{binary: binary, config: filepath.Join(dir, "postern.toml"), smtp: free(), web: free(), mail: filepath.Join(dir, "mail")}
	text := fmt.Sprintf(config, g.smtp, g.mail, dns.Addr(), filepath.Join(dir, "var"), g.web)
	if err := os.WriteFile(g.config, []byte(text), 0o600); err != nil {
		return err
	}
	serve := exec.CommandContext(ctx, binary, "serve", "--config", g.config)
	serve.Cancel = func() error { return serve.Process.Signal(os.Interrupt) }
	serve.Stdout, serve.Stderr = out, os.Stderr
	if err := serve.Start(); err != nil {
		return err
	}
	defer func() { _ = serve.Process.Signal(os.Interrupt); _ = serve.Wait() }()

	if err := g.ready(ctx); err != nil {
		return err
	}
	if err := g.show(ctx, out); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe gate listens on %s and delivers into %s.\nMetrics: http://%s/metrics  Configuration: %s\n", g.smtp, g.mail, g.web, g.config)
	fmt.Fprintf(out, "What is held: %s quarantine list --config %s\n", g.binary, g.config)
	if once {
		return nil
	}
	fmt.Fprintln(out, "Interrupt (Ctrl-C) to stop.")
	<-ctx.Done()
	return nil
}

// show sends each sample and prints what the gate made of it.
func (g gate) show(ctx context.Context, out io.Writer) error {
	names, err := samples.ReadDir("samples")
	if err != nil {
		return err
	}
	for _, name := range names {
		raw, err := samples.ReadFile(path.Join("samples", name.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\n── %s\n", strings.TrimSuffix(name.Name(), ".eml"))
		reply := g.send(raw)
		fmt.Fprintf(out, "   client hears  %s\n", reply)
		for line := range strings.Lines(g.explain(ctx, g.id(reply))) {
			if !strings.HasPrefix(line, "signal ") {
				fmt.Fprint(out, "   ", line)
			}
		}
	}
	return nil
}

var ulid = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b`)

// id is the message's: from the reply, or else from the file just delivered.
func (g gate) id(reply string) string {
	if id := ulid.FindString(reply); id != "" {
		return id
	}
	files, _ := filepath.Glob(filepath.Join(g.mail, "new", "*"))
	if len(files) == 0 {
		return "none"
	}
	slices.SortFunc(files, func(a, b string) int { return modified(a).Compare(modified(b)) })
	text, _ := os.ReadFile(files[len(files)-1])
	_, after, _ := bytes.Cut(text, []byte("X-Postern-Id: "))
	return string(ulid.Find(after))
}

func modified(name string) time.Time {
	info, err := os.Stat(name)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// explain asks the running gate, which writes its journal off the hot path.
func (g gate) explain(ctx context.Context, id string) string {
	var text []byte
	for range 40 {
		var err error
		if text, err = exec.CommandContext(ctx, g.binary, "explain", "--config", g.config, id).CombinedOutput(); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return string(text)
}

// send hands a message to the gate by SMTP and answers its last word.
func (g gate) send(raw []byte) string {
	c, err := smtp.Dial(g.smtp)
	if err != nil {
		return err.Error()
	}
	defer c.Close()
	if err := c.Hello("demo.example"); err != nil {
		return err.Error()
	}
	for _, step := range []string{"MAIL FROM:<" + from(raw) + ">", "RCPT TO:<ann@example.com>", "DATA"} {
		if err := c.Text.PrintfLine("%s", step); err != nil {
			return err.Error()
		}
		if code, text, err := c.Text.ReadResponse(0); err != nil || code >= 400 {
			return fmt.Sprint(code, " ", text)
		}
	}
	w := c.Text.DotWriter()
	_, _ = w.Write(raw)
	if err := w.Close(); err != nil {
		return err.Error()
	}
	code, text, err := c.Text.ReadResponse(0)
	if err != nil && code == 0 {
		return err.Error()
	}
	return fmt.Sprint(code, " ", text)
}

// from is the envelope sender of a sample, which says it in its first line.
func from(raw []byte) string {
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	_, addr, _ := bytes.Cut(line, []byte("<"))
	addr, _, _ = bytes.Cut(addr, []byte(">"))
	return string(addr)
}

// ready waits until the gate says that it serves.
func (g gate) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+g.web+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the gate is not ready: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
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
