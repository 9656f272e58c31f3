// Command postern is an inline email attack filter.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// Exit codes, the errors as in sysexits.h.
const (
	exitOK          = 0
	exitAttack      = 1  // scan: some message is an attack
	exitSuspicious  = 2  // scan: some message is suspicious, none an attack
	exitUsage       = 64 // the command line is wrong
	exitData        = 65 // what was asked for does not exist, or cannot be meant
	exitNoInput     = 66 // a file cannot be read
	exitUnavailable = 69 // the next hop, the server or the store is not there
	exitSoftware    = 70 // Postern itself failed
	exitIO          = 74 // writing failed
	exitAgain       = 75 // stopped on the way; the same command goes on
	exitConfig      = 78 // the configuration is wrong
)

// commands is the command line.
type commands struct {
	Serve      serveCommand      `cmd:"" help:"Run the doors that the configuration names."`
	Scan       scanCommand       `cmd:"" help:"Judge messages without delivering them, with reasons. Exits with 0: legitimate, 1: attack, 2: suspicious."`
	Backfill   backfillCommand   `cmd:"" help:"Learn from past mail, each message as of its own time."`
	Quarantine quarantineCommand `cmd:"" help:"What is held: list, show, release, delete."`
	Explain    explainCommand    `cmd:"" help:"Why a message was judged as it was."`
	History    historyCommand    `cmd:"" help:"What is remembered: show, stats, forget, export, import."`
	Backup     backupCommand     `cmd:"" help:"Copy the store as it is now, also while a server runs."`
	Restore    restoreCommand    `cmd:"" help:"Put a backup in the place of the store, while no server runs."`
	Label      labelCommand      `cmd:"" help:"Record what a message really was."`
	Train      trainCommand      `cmd:"" help:"Make models from labelled mail."`
	Eval       evalCommand       `cmd:"" help:"Judge labelled mail, and print how well."`
	Config     configCommand     `cmd:"" help:"Check or show the configuration."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// terminal is what a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// coded is an error with the code to exit with. Its error is nil where the
// code says it all.
type coded struct {
	code int
	error
}

func (c coded) Unwrap() error { return c.error }

func exit(code int, err error) error { return coded{code, err} }

// run executes one command line and answers its exit code.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	var c commands
	told := &spout{Writer: out}
	t := &terminal{in, told, errs}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := -1
	parser, err := kong.New(&c, kong.Name("postern"), kong.Description("An inline email attack filter."),
		kong.Writers(told, errs), kong.Exit(func(code int) { done = code }),
		kong.Bind(t), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return t.fail(err)
	}
	command, err := parser.Parse(args)
	switch {
	case done >= 0: // --help has been answered
		return done
	case err != nil:
		return t.fail(exit(exitUsage, fmt.Errorf("%w; see postern --help", err)))
	}
	err = command.Run()
	if told.err != nil {
		err = exit(exitIO, told.err)
	}
	return t.fail(err)
}

// spout notes that something could not be printed: half an answer must not
// pass for a whole one.
type spout struct {
	io.Writer

	err error
}

func (s *spout) Write(p []byte) (n int, err error) {
	if s.err == nil {
		n, s.err = s.Writer.Write(p)
	}
	return n, s.err
}

// fail tells err, and the code to exit with.
func (t *terminal) fail(err error) int {
	if err == nil {
		return exitOK
	}
	var c coded
	if !errors.As(err, &c) {
		c = coded{exitSoftware, err}
	}
	var wrong *problems
	switch {
	case errors.As(err, &wrong): // names the file in each line
		t.warn("%s", wrong.Error())
	case c.error != nil:
		t.warn("postern: %s", c.Error())
	}
	return c.code
}

// print writes one line. Values from messages are cleaned first.
func (t *terminal) print(format string, args ...any) {
	_, _ = fmt.Fprintln(t.out, clean(fmt.Sprintf(format, args...)))
}

// warn writes one line for the operator, beside the output.
func (t *terminal) warn(format string, args ...any) {
	_, _ = fmt.Fprintln(t.err, clean(fmt.Sprintf(format, args...)))
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(t *terminal) error { //nolint:unparam // the parser wants it
	t.print("postern %s", version())
	return nil
}

// version is that of the module, or the revision it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
