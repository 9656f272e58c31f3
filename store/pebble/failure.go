package pebble

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// ErrLocked reports that another process has the store open. Who only wants to
// look can ask that process instead.
var ErrLocked = errors.New("in use by another process")

var (
	errDamaged  = errors.New("a record is damaged")
	errFull     = errors.New("disk full")
	errNewer    = errors.New("written by a newer version")
	errWrongKey = errors.New("sealed with another " + keyFile)
	errClosed   = errors.New("closed")
)

// remedies say what an operator can do. The first that fits is told.
var remedies = []struct {
	fits func(error) bool
	text string
}{
	{is(ErrLocked), "stop the other process, or ask it"},
	{newer, "install that version, or restore a backup from before"},
	{is(errWrongKey), "restore the " + keyFile + " that was made with this store"},
	{is(errFull), "free some space, or lower min_free"},
	{is(syscall.ENOSPC), "free some space and restart"},
	{is(fs.ErrPermission), "the directory and all in it must belong to the user that runs this"},
	{pebble.IsCorruptionError, "restore a backup, or move the directory away to begin anew"},
	{is(errDamaged), "restore a backup, or move the directory away to begin anew"},
}

// newer recognises our format and Pebble's, which has no error of its own.
func newer(err error) bool {
	return errors.Is(err, errNewer) || strings.Contains(err.Error(), "unknown format major version")
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

// explain names the store in an error, and the remedy.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	for _, r := range remedies {
		if r.fits(err) {
			return fmt.Errorf("store %s: %w: %s", path, err, r.text)
		}
	}
	return fmt.Errorf("store %s: %w", path, err)
}

// lockError tells a lock that somebody holds from one that cannot be made.
func lockError(err error) error {
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return err
	}
	return fmt.Errorf("%w (%w)", ErrLocked, err)
}

// A fault is something that Pebble cannot go on after, such as a log that
// cannot be written. From then on every use of the store fails, while the
// process lives and can serve without a memory.
type fault struct {
	met   chan struct{} // closed when the fault is there
	once  sync.Once
	cause error
}

func newFault() *fault { return &fault{met: make(chan struct{})} }

func (f *fault) set(err error) {
	f.once.Do(func() {
		f.cause = err
		close(f.met)
	})
}

// err is the fault, or nil.
func (f *fault) err() error {
	select {
	case <-f.met:
		return f.cause
	default:
		return nil
	}
}

// logger gives Pebble's messages to slog.
type logger struct{ s *Store }

func (l logger) Infof(format string, args ...any) {
	l.s.log.Debug("pebble", slog.String("message", fmt.Sprintf(format, args...)))
}

func (l logger) Errorf(format string, args ...any) {
	l.s.log.Error("pebble", slog.String("message", fmt.Sprintf(format, args...)))
}

// Fatalf is where Pebble expects the process to end. Going on could damage the
// files, so the goroutine ends its work here, with whatever locks it holds,
// and the store is out of order until a restart.
func (l logger) Fatalf(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
		err = fmt.Errorf("%w (%w)", syscall.ENOSPC, err)
	}
	l.s.log.Error("store is out of order", slog.Any("err", err))
	l.s.fault.set(err)
	select {}
}

// maxSilence is how long a failure that lasts is not told again.
const maxSilence = time.Minute

// backgroundError slows down work that Pebble tries again at once. While the
// store opens Pebble waits until its log is sorted, and would do so for as long
// as the disk is full: there it is a fault.
func (s *Store) backgroundError(err error) {
	if s.opening.Load() && !pebble.IsCorruptionError(err) {
		s.fault.set(err)
		select {}
	}
	if now := time.Now().UnixNano(); now-s.complained.Load() > int64(maxSilence) {
		s.complained.Store(now)
		s.log.Error("store cannot sort what it wrote", slog.Any("err", explain(s.config.Path, err)))
	}
	time.Sleep(10 * time.Millisecond) // Pebble holds its lock meanwhile
}

// corruption hears of a damaged file. Pebble would end the process; here the
// one who reads is told, by an error.
func (s *Store) corruption(pebble.DataCorruptionInfo) {}
