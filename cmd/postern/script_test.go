package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"postern/detect"
	"postern/model"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"postern": main}) }

// TestScripts runs the binary as its users do.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "serve": serve, "signal": sendSignal, "logged": logged, "stopped": stopped, "send": sendMail, "get": get, "id": setID, "until": until,
			"model": writeModel,
		},
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}

// exits runs a command that must end with a code: exits 78 postern config check.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s ended with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// writeModel writes a model file that suspects messages with two links or more.
func writeModel(ts *testscript.TestScript, _ bool, args []string) {
	odds := func(x float64) int32 { return int32(model.ToFixed(x)) }
	data, err := (&model.Bundle{
		Card: model.Card{Name: "two links", Version: "7", Thresholds: model.Thresholds{Tag: 0.6}},
		Trees: &model.Trees{
			Inputs: []string{"link.count"}, Heat: 1,
			Unwanted: model.Forest{Roots: []uint32{0}, Nodes: []model.Node{{At: 1, Next: 1, Value: odds(-1)}, {Value: odds(-3)}, {Value: odds(1)}}},
			Kinds:    []model.Kind{{Class: detect.CredentialPhishing}},
		},
	}).Encode()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// server is a running gate and what it has logged.
type server struct {
	cmd  *exec.Cmd
	mu   sync.Mutex
	more *sync.Cond
	log  []string
	read int // lines that logged has passed
	done bool
}

var servers sync.Map // by script name

// patience bounds every wait for another process.
const waiting = 20 * time.Second

func serverOf(ts *testscript.TestScript) *server {
	v, ok := servers.Load(ts.Name())
	if !ok {
		ts.Fatalf("no server; say serve first")
	}
	return v.(*server)
}

// serve starts the gate and waits until it serves: serve postern.toml. It sets
// SMTP and WEB to its addresses.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("postern", "serve", "--config", args[0])
	if path, err := lookPath(ts, "postern"); err == nil {
		cmd.Path, cmd.Err = path, nil
	}
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "PATH="+ts.Getenv("PATH"), "NOTIFY_SOCKET="+ts.Getenv("NOTIFY_SOCKET"))
	pipe, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	s := &server{cmd: cmd}
	s.more = sync.NewCond(&s.mu)
	go s.collect(pipe)
	servers.Store(ts.Name(), s)
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if ts.Getenv("VERBOSE") != "" {
			ts.Logf("%s", strings.Join(s.log, "\n"))
		}
	})
	for _, door := range []string{"smtp", "web"} {
		m := s.wait(ts, `door=`+door+` addr=(\S+)`)
		ts.Setenv(strings.ToUpper(door), m[1])
	}
	s.wait(ts, `msg=serving`)
}

func lookPath(ts *testscript.TestScript, name string) (string, error) {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

func (s *server) collect(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		s.mu.Lock()
		s.log = append(s.log, lines.Text())
		s.more.Broadcast()
		s.mu.Unlock()
	}
	s.mu.Lock()
	s.done = true
	s.more.Broadcast()
	s.mu.Unlock()
}

// wait returns the next log line that matches.
func (s *server) wait(ts *testscript.TestScript, pattern string) []string {
	re := regexp.MustCompile(pattern)
	late := false
	timer := time.AfterFunc(waiting, func() {
		s.mu.Lock()
		late = true
		s.more.Broadcast()
		s.mu.Unlock()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for s.read < len(s.log) {
			line := s.log[s.read]
			s.read++
			if m := re.FindStringSubmatch(line); m != nil {
				return m
			}
		}
		if s.done || late {
			ts.Fatalf("the log never says %q:\n%s", pattern, strings.Join(s.log, "\n"))
		}
		s.more.Wait()
	}
}

// sendSignal sends HUP or TERM to the server.
func sendSignal(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}
	ts.Check(serverOf(ts).cmd.Process.Signal(signals[args[0]]))
}

// logged waits for a log line.
func logged(ts *testscript.TestScript, _ bool, args []string) { serverOf(ts).wait(ts, args[0]) }

// stopped waits for the server's end, with a code: stopped 0.
func stopped(ts *testscript.TestScript, _ bool, args []string) {
	s := serverOf(ts)
	s.mu.Lock()
	for !s.done {
		s.more.Wait()
	}
	s.mu.Unlock()
	_ = s.cmd.Wait()
	if got := fmt.Sprint(s.cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("the server ended with %s, want %s:\n%s", got, args[0], strings.Join(s.log, "\n"))
	}
}

// sendMail sends a file by SMTP and prints the replies: send FROM TO FILE.
func sendMail(ts *testscript.TestScript, _ bool, args []string) {
	conn, err := net.DialTimeout("tcp", ts.Getenv("SMTP"), waiting)
	ts.Check(err)
	ts.Check(conn.SetDeadline(time.Now().Add(waiting)))
	c := textproto.NewConn(conn)
	defer c.Close()
	say := func(format string, v ...any) {
		if format != "" {
			ts.Check(c.PrintfLine(format, v...))
		}
		_, text, err := c.ReadResponse(0)
		var reply *textproto.Error
		if err != nil && !errors.As(err, &reply) {
			ts.Check(err)
		}
		fmt.Fprintln(ts.Stdout(), strings.TrimSpace(text))
	}
	say("")
	say("EHLO out.example.net")
	say("MAIL FROM:<%s>", args[0])
	say("RCPT TO:<%s>", args[1])
	say("DATA")
	w := c.DotWriter()
	_, err = w.Write([]byte(strings.ReplaceAll(ts.ReadFile(args[2]), "\n", "\r\n")))
	ts.Check(err)
	ts.Check(w.Close())
	say("")
	say("QUIT")
}

// get prints what the web door answers: get /metrics.
func get(ts *testscript.TestScript, neg bool, args []string) {
	resp, err := http.Get("http://" + ts.Getenv("WEB") + args[0])
	ts.Check(err)
	defer resp.Body.Close()
	_, err = io.Copy(ts.Stdout(), resp.Body)
	ts.Check(err)
	if ok := resp.StatusCode == http.StatusOK; ok == neg {
		ts.Fatalf("GET %s: %s", args[0], resp.Status)
	}
}

var idField = regexp.MustCompile(`(?:X-Postern-Id: |"id":")(\w+)`)

// setID sets a variable to the first id in a file or in stdout: id ID stdout.
func setID(ts *testscript.TestScript, _ bool, args []string) {
	m := idField.FindStringSubmatch(ts.ReadFile(args[1]))
	if m == nil {
		ts.Fatalf("no id in %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// until runs a command until it succeeds: what is written in the background
// takes a moment.
func until(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(waiting); ; {
		err := ts.Exec(args[0], args[1:]...)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%s: %v", strings.Join(args, " "), err)
		}
	}
}
