// Command load measures the gate beside the direct path: the same load sent
// straight to smtp-sink and through postern to that sink, in one run, since
// only ratios can be trusted on a shared machine. It checks at the sink that
// what came out was judged. It prints the tables of docs/performance.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"postern/internal/dnstest"
)

var (
	binary   = flag.String("postern", env("POSTERN_BIN", "bin/postern"), "the binary to measure")
	material = flag.String("shared", env("POSTERN_SHARED", "../shared"), "where bench/ is")
	seconds  = flag.Duration("t", 4*time.Second, "how long each run lasts")
	sizes    = flag.String("sizes", "s2,s20,s200,mix", "which messages")
	counts   = flag.String("conns", "1,8,32", "how many connections")
	stick    = flag.String("yardstick", "", "be the yardstick in front of this sink, on the address that follows")
	beside   = flag.Bool("rspamd", false, "also measure Postfix with rspamd by milter (needs both installed, and root)")
)

func env(name, def string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return def
}

func main() {
	flag.Parse()
	if *stick != "" {
		fmt.Fprintln(os.Stderr, serveYardstick(flag.Arg(0), *stick))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// A bench is what all runs share.
type bench struct {
	dir, loadgen string
	dns          *dnstest.Server
	out          io.Writer
}

func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "postern-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, loadgen: filepath.Join(dir, "loadgen"), out: out}
	build := exec.CommandContext(ctx, "go", "build", "-o", b.loadgen, ".")
	build.Dir = filepath.Join(*material, "bench", "loadgen")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the load generator: %w\n%s", err, text)
	}
	if b.dns, err = b.zone(); err != nil {
		return err
	}
	defer b.dns.Close()
	if err := b.yardstick(ctx); err != nil {
		return err
	}
	for _, judge := range []bool{false, true} {
		if err := b.table(ctx, judge); err != nil {
			return err
		}
	}
	if *beside {
		return b.rspamd(ctx)
	}
	return nil
}

// zone serves the domain of the messages: SPF for the client that XCLIENT
// names, the DKIM key, and a strict DMARC policy.
func (b *bench) zone() (*dnstest.Server, error) {
	key, err := os.ReadFile(filepath.Join(*material, "bench", "mail", "dkim-key.txt"))
	if err != nil {
		return nil, err
	}
	return dnstest.New("$ORIGIN sender.test.\n$TTL 3600\n" + string(key) + `
sender.test.        IN TXT "v=spf1 ip4:203.0.113.0/24 -all"
_dmarc.sender.test. IN TXT "v=DMARC1; p=reject"
sender.test.        IN MX  10 mx5.sender.test.
mx5.sender.test.    IN A   203.0.113.5
`)
}

// table measures one gate at each size and number of connections.
func (b *bench) table(ctx context.Context, judge bool) error {
	sink, err := b.sink(ctx, "")
	if err != nil {
		return err
	}
	gate, err := b.gate(ctx, judge, sink.addr)
	if err != nil {
		return err
	}
	defer gate.stop()
	fmt.Fprintf(b.out, "\n## %s\n\n", map[bool]string{true: "everything on", false: "judging off"}[judge])
	idle := gate.rss()
	fmt.Fprintln(b.out, "| load | connections | direct msg/s | gate msg/s | ratio | CPU-s per 1,000 | direct p50/p99 ms | gate p50/p99 ms | added p50 ms | RSS MiB |")
	fmt.Fprintln(b.out, "|---|---|---|---|---|---|---|---|---|---|")
	for size := range strings.SplitSeq(*sizes, ",") {
		for count := range strings.SplitSeq(*counts, ",") {
			conns, err := strconv.Atoi(count)
			if err != nil {
				return err
			}
			direct, err := b.send(ctx, sink.addr, size, conns, "")
			if err != nil {
				return err
			}
			cpu, judged := gate.cpu(), gate.judged(ctx)
			through, err := b.send(ctx, gate.addr, size, conns, client)
			if err != nil {
				return err
			}
			used := gate.cpu() - cpu
			if n := gate.judged(ctx) - judged; n != through.n {
				return fmt.Errorf("%d messages were sent and %d passed the route", through.n, n)
			}
			fmt.Fprintf(b.out, "| %s | %d | %.0f | %.0f | %.2f | %.2f | %.2f / %.2f | %.2f / %.2f | %.2f | %.0f |\n", size, conns,
				direct.rate, through.rate, through.rate/direct.rate, used.Seconds()*1000/float64(through.n),
				direct.p50, direct.p99, through.p50, through.p99, through.p50-direct.p50, mib(gate.rss()))
		}
	}
	sink.stop()
	if err := b.verify(ctx, gate, sink.addr, judge); err != nil {
		return err
	}
	perConn, err := gate.idle(ctx, 1000)
	fmt.Fprintf(b.out, "\nRSS at start %.0f MiB; an idle connection costs %.0f KiB.\n", mib(idle), perConn/1024)
	return err
}

// verify sends a hundred messages to a sink that keeps them, and looks at
// every one.
func (b *bench) verify(ctx context.Context, g *gate, addr string, judge bool) error {
	keep := filepath.Join(b.dir, "kept-"+fmt.Sprint(judge))
	if err := os.Mkdir(keep, 0o700); err != nil {
		return err
	}
	sink, err := b.sinkAt(ctx, addr, keep)
	if err != nil {
		return err
	}
	defer sink.stop()
	if _, err := b.load(ctx, g.addr, "mix", 4, "-n", "100", "-xclient", client); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(keep, "*"))
	if err != nil {
		return err
	}
	want := []string{"X-Postern-Verdict: "}
	if judge {
		want = append(want, "spf=pass", "dkim=pass", "dmarc=pass", "X-Postern-Score: ")
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, w := range want {
			if !strings.Contains(string(text), w) {
				return fmt.Errorf("a message at the sink lacks %q:\n%.1500s", w, text)
			}
		}
	}
	if len(files) != 100 {
		return fmt.Errorf("the sink kept %d messages of 100", len(files))
	}
	fmt.Fprintf(b.out, "\nOf 100 messages kept at the sink, 100 bear %s.\n", strings.Join(want, ", "))
	return nil
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
