package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const mainCf = `compatibility_level = 3.6
queue_directory = %[1]s/spool
data_directory = %[1]s/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.test
mydestination =
mynetworks = 127.0.0.0/8
relay_domains = example.test
relayhost = [127.0.0.1]:%[2]s
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_client_connection_count_limit = 0
smtpd_milters = unix:%[1]s/rspamd/milter.sock
milter_default_action = tempfail
maillog_file = %[1]s/data/maillog
maillog_file_prefixes = %[1]s
alias_maps =
alias_database =
`

const masterCf = `127.0.0.1:%s inet n - n - 100 smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
`

// rspamd measures a private Postfix with rspamd behind it, as a milter on a
// unix socket, with the same load, the same DNS and the same kind of sink.
func (b *bench) rspamd(ctx context.Context) error {
	dir := filepath.Join(b.dir, "peer")
	sink, err := b.sink(ctx, "")
	if err != nil {
		return err
	}
	defer sink.stop()
	scanner, err := b.scanner(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = scanner.Process.Signal(os.Interrupt); _ = scanner.Wait() }()
	addr, stop, err := postfix(ctx, dir, sink.addr)
	if err != nil {
		return err
	}
	defer stop()

	fmt.Fprintf(b.out, "\n## Postfix with rspamd by unix milter\n\n")
	fmt.Fprintln(b.out, "| load | connections | msg/s | CPU-s per 1,000: rspamd | p50/p99 ms |")
	fmt.Fprintln(b.out, "|---|---|---|---|---|")
	for _, conns := range []int{1, 8, 32} {
		before := family(scanner.Process.Pid)
		r, err := b.send(ctx, addr, "mix", conns, client)
		if err != nil {
			return err
		}
		used := family(scanner.Process.Pid) - before
		fmt.Fprintf(b.out, "| mix | %d | %.0f | %.2f | %.2f / %.2f |\n", conns, r.rate, used.Seconds()*1000/float64(r.n), r.p50, r.p99)
	}
	return nil
}

// scanner starts rspamd with Debian's configuration and our DNS.
func (b *bench) scanner(ctx context.Context, dir string) (*exec.Cmd, error) {
	conf, data := filepath.Join(dir, "conf"), filepath.Join(dir, "rspamd")
	if err := b.configure(ctx, dir, conf, data); err != nil {
		return nil, err
	}
	args := []string{"-f", "-u", "_rspamd", "-g", "_rspamd", "-c", filepath.Join(conf, "rspamd.conf")}
	for _, name := range []string{"CONFDIR", "LOCAL_CONFDIR"} {
		args = append(args, "--var="+name+"="+conf)
	}
	for _, name := range []string{"DBDIR", "RUNDIR", "LOGDIR"} {
		args = append(args, "--var="+name+"="+data)
	}
	cmd := exec.CommandContext(ctx, "rspamd", args...)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for range 1200 { // it compiles its expressions first
		if _, err := os.Stat(filepath.Join(data, "milter.sock")); err == nil {
			time.Sleep(5 * time.Second)
			return cmd, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	_ = cmd.Process.Kill()
	return nil, fmt.Errorf("rspamd does not listen; see %s", data)
}

// configure lays out Debian's configuration with our few settings beside it.
func (b *bench) configure(ctx context.Context, dir, conf, data string) error {
	local := map[string]string{
		"worker-proxy.inc":      fmt.Sprintf("bind_socket = \"%s/milter.sock mode=0666\";\nmilter = yes;\ntimeout = 60s;\nupstream \"local\" { default = yes; self_scan = yes; }\ncount = 2;\n", data),
		"worker-normal.inc":     "enabled = false;\n",
		"worker-controller.inc": fmt.Sprintf("bind_socket = %q;\n", free()),
		"worker-fuzzy.inc":      "enabled = false;\n",
		"options.inc":           fmt.Sprintf("dns { nameserver = [%q]; timeout = 1s; retransmits = 1; }\nlocal_addrs = [];\n", b.dns.Addr()),
		"logging.inc":           fmt.Sprintf("type = \"file\"; filename = \"%s/log\"; level = \"warning\";\n", data),
	}
	if err := os.MkdirAll(data, 0o777); err != nil {
		return err
	}
	if err := os.CopyFS(conf, os.DirFS("/etc/rspamd")); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(conf, "local.d"), 0o755); err != nil {
		return err
	}
	for name, text := range local {
		if err := os.WriteFile(filepath.Join(conf, "local.d", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, d := range []string{b.dir, dir} {
		if err := os.Chmod(d, 0o755); err != nil {
			return err
		}
	}
	if text, err := exec.CommandContext(ctx, "chown", "_rspamd", data).CombinedOutput(); err != nil {
		return fmt.Errorf("chown: %s", text)
	}
	return nil
}

// postfix starts a private instance that relays to next.
func postfix(ctx context.Context, dir, next string) (addr string, stop func(), err error) {
	etc := filepath.Join(dir, "etc")
	for _, d := range []string{etc, filepath.Join(dir, "spool"), filepath.Join(dir, "data")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return "", nil, err
		}
	}
	addr = free()
	_, port, _ := strings.Cut(next, ":")
	_, own, _ := strings.Cut(addr, ":")
	for name, text := range map[string]string{"main.cf": fmt.Sprintf(mainCf, dir, port), "master.cf": fmt.Sprintf(masterCf, own)} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644); err != nil {
			return "", nil, err
		}
	}
	if text, err := exec.CommandContext(ctx, "chown", "postfix", filepath.Join(dir, "data")).CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("chown: %s", text)
	}
	for _, verb := range []string{"check", "start"} {
		if text, err := exec.CommandContext(ctx, tool("postfix"), "-c", etc, verb).CombinedOutput(); err != nil && verb == "start" {
			return "", nil, fmt.Errorf("postfix: %w\n%s", err, text)
		}
	}
	time.Sleep(2 * time.Second)
	return addr, func() { _ = exec.Command(tool("postfix"), "-c", etc, "stop").Run() }, nil
}

// family is the processor time of a process and all its children.
func family(pid int) time.Duration {
	sum := cpuOf(pid)
	out, err := exec.Command("pgrep", "-P", fmt.Sprint(pid)).Output()
	if err != nil {
		return sum
	}
	for f := range bytes.FieldsSeq(out) {
		var child int
		if _, err := fmt.Sscan(string(f), &child); err == nil {
			sum += cpuOf(child)
		}
	}
	return sum
}
