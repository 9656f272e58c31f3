// Package postfix runs private instances of the real Postfix for tests. It
// touches no instance of the system, and sends nothing beyond loopback.
package postfix

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Options shape an instance.
type Options struct {
	// Mailboxes are the addresses that exist. Their domains are local; any
	// other recipient is refused.
	Mailboxes []string
	// ProxyFilter is the host:port that the front smtpd proxies mail through
	// before it is queued (smtpd_proxy_filter); SpeedAdjust makes it receive
	// the whole message first.
	ProxyFilter string
	SpeedAdjust bool
	// ContentFilter is the host:port that queued mail is sent through.
	ContentFilter string
	// Front and Back are the host:port to listen at; by default free ones.
	Front, Back string
	// FrontOptions are more settings of the front smtpd alone, "name=value".
	FrontOptions []string
	// Main holds more lines for main.cf, "name = value".
	Main []string
}

// An Instance is a running Postfix.
type Instance struct {
	Front string // host:port of the smtpd that faces clients
	Back  string // host:port of the smtpd behind the filter, which believes XFORWARD and XCLIENT

	tb      testing.TB
	dir     string
	program string
	running bool
}

// Missing skips the test because name is not there to test with; where
// POSTERN_MUST_INTEGRATE is 1 it fails.
func Missing(tb testing.TB, name string) {
	tb.Helper()
	if os.Getenv("POSTERN_MUST_INTEGRATE") == "1" {
		tb.Fatalf("%s is missing, and POSTERN_MUST_INTEGRATE is set", name)
	}
	tb.Skipf("%s is missing", name)
}

// Program finds name, or says that it is Missing.
func Program(tb testing.TB, name string) string {
	tb.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin") {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	Missing(tb, name)
	return ""
}

// FreeAddress is a loopback host:port that nothing listened at a moment ago.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Start runs an instance until the test ends.
func Start(tb testing.TB, o Options) *Instance {
	tb.Helper()
	program := Program(tb, "postfix")
	if os.Getuid() != 0 {
		Missing(tb, "root, which Postfix needs,")
	}
	p := &Instance{Front: o.Front, Back: o.Back, tb: tb, dir: publicDir(tb)}
	if p.Front == "" {
		p.Front = FreeAddress(tb)
	}
	if p.Back == "" {
		p.Back = FreeAddress(tb)
	}
	p.configure(o)
	p.program = program
	tb.Cleanup(func() {
		p.Stop()
		if tb.Failed() {
			lines := strings.SplitAfter(p.Log(), "\n")
			tb.Logf("Postfix wrote, in the end:\n%s", strings.Join(lines[max(0, len(lines)-60):], ""))
		}
	})
	p.Restart()
	return p
}

// Stop ends the instance, and does nothing where it has ended.
func (p *Instance) Stop() {
	p.tb.Helper()
	if p.running {
		p.running = false
		p.run(context.WithoutCancel(p.tb.Context()), "stop")
	}
}

// Restart starts the instance again after Stop.
func (p *Instance) Restart() {
	p.tb.Helper()
	p.running = true
	p.run(p.tb.Context(), "start")
}

func (p *Instance) run(ctx context.Context, verb string) {
	p.tb.Helper()
	out, err := exec.CommandContext(ctx, p.program, "-c", p.path("etc"), verb).CombinedOutput()
	if err != nil {
		p.tb.Fatalf("postfix %s: %v\n%s%s", verb, err, out, p.Log())
	}
}

func (p *Instance) path(elem ...string) string {
	return filepath.Join(append([]string{p.dir}, elem...)...)
}

// publicDir is a directory of the test that Postfix's own users can reach.
func publicDir(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

func (p *Instance) configure(o Options) {
	p.tb.Helper()
	owner, err := user.Lookup("postfix")
	if err != nil {
		p.tb.Fatal(err)
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	for _, dir := range []string{"etc", "queue", "data", "mail"} {
		if err := os.Mkdir(p.path(dir), 0o755); err != nil {
			p.tb.Fatal(err)
		}
	}
	for _, dir := range []string{"data", "mail"} {
		if err := os.Chown(p.path(dir), uid, gid); err != nil {
			p.tb.Fatal(err)
		}
	}
	domains := make([]string, 0, len(o.Mailboxes))
	boxes := make([]string, 0, len(o.Mailboxes))
	for _, address := range o.Mailboxes {
		_, domain, _ := strings.Cut(address, "@")
		domains = append(domains, domain)
		boxes = append(boxes, address+" "+address+"/")
	}
	slices.Sort(domains)
	main := fmt.Sprintf(mainCF, p.dir, strings.Join(slices.Compact(domains), " "), uid, gid) +
		strings.Join(o.Main, "\n") + "\n"
	for name, text := range map[string]string{
		"main.cf": main, "master.cf": p.master(o), "mailboxes": strings.Join(boxes, "\n") + "\n",
	} {
		if err := os.WriteFile(p.path("etc", name), []byte(text), 0o644); err != nil {
			p.tb.Fatal(err)
		}
	}
}

// master is master.cf: the front, the back, and what every Postfix has.
func (p *Instance) master(o Options) string {
	options := []string{p.Front + " inet n - n - - smtpd"}
	if o.ProxyFilter != "" {
		options = append(options, "smtpd_proxy_filter="+o.ProxyFilter)
	}
	if o.SpeedAdjust {
		options = append(options, "smtpd_proxy_options=speed_adjust")
	}
	if o.ContentFilter != "" {
		host, port, _ := net.SplitHostPort(o.ContentFilter)
		options = append(options, "content_filter=postern:["+host+"]:"+port)
	}
	front := strings.Join(append(options, o.FrontOptions...), "\n  -o ")
	return front + "\n" + fmt.Sprintf(masterCF, p.Back)
}

// Log is what the instance has logged so far.
func (p *Instance) Log() string {
	text, _ := os.ReadFile(p.path("mail.log"))
	return string(text)
}

// AwaitLog waits until a line of the log holds all of words, and returns it.
func (p *Instance) AwaitLog(words ...string) string {
	p.tb.Helper()
	var found string
	p.await("a log line with "+strings.Join(words, ", "), func() bool {
		for line := range strings.Lines(p.Log()) {
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
				found = line
				return true
			}
		}
		return false
	})
	return found
}

// Mail waits until n messages are in the mailbox of address, and returns them
// as delivered, with line ends of LF. More than n are an error.
func (p *Instance) Mail(address string, n int) []string {
	p.tb.Helper()
	var mail []string
	p.await(fmt.Sprintf("%d messages for %s", n, address), func() bool {
		mail = p.Delivered(address)
		return len(mail) >= n
	})
	if len(mail) > n {
		p.tb.Errorf("%d messages for %s, want %d", len(mail), address, n)
	}
	return mail
}

// Delivered is what the mailbox of address holds now.
func (p *Instance) Delivered(address string) []string {
	p.tb.Helper()
	files, _ := filepath.Glob(p.path("mail", address, "new", "*"))
	mail := make([]string, 0, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			p.tb.Fatal(err)
		}
		mail = append(mail, string(text))
	}
	return mail
}

// Queued is how many messages the instance still has to deliver.
func (p *Instance) Queued() int {
	p.tb.Helper()
	out, err := exec.CommandContext(p.tb.Context(), Program(p.tb, "postqueue"), "-c", p.path("etc"), "-j").Output()
	if err != nil {
		p.tb.Fatalf("postqueue: %v", err)
	}
	return bytes.Count(out, []byte("\n"))
}

// patience is how long a delivery may take on a busy machine.
const patience = 30 * time.Second

// await looks until found is true. Postfix is another program: nothing but
// its files tells when it is done.
func (p *Instance) await(what string, found func() bool) {
	p.tb.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if found() {
			return
		}
	}
	p.tb.Fatalf("still waiting for %s", what)
}
