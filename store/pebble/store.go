// Package pebble is the embedded store: history, journal and quarantine in one
// Pebble database beside a site key, for one process. Keys are keyed hashes
// and texts are sealed, so that the files tell nothing about anybody's mail.
// History and journal are written without waiting for the disk: a crash may
// lose the last few, those of the last moment if the process died and of some
// seconds if the machine did, and leaves what came before as it was. A held
// message is on disk before Hold returns. It knows no signals and no policy.
package pebble

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"postern/store"
)

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	config Config
	log    *slog.Logger
	db     *pebble.DB
	lock   *pebble.Lock
	key    *siteKey

	changes chan *change
	fault   *fault
	uses    uses
	quit    chan struct{}      // closed when Close begins
	context context.Context    //nolint:containedctx // of the store's own work
	stop    context.CancelFunc // ends it
	done    sync.WaitGroup

	schemas schemas
	damaged atomic.Uint64 // records that could not be read

	opening    atomic.Bool
	complained atomic.Int64 // when a failure in the background was last told, in Unix nanoseconds
	memory     *memory
}

var (
	_ store.History    = (*Store)(nil)
	_ store.Directory  = (*Store)(nil)
	_ store.Journal    = (*Store)(nil)
	_ store.Quarantine = (*Store)(nil)
)

// Open opens the store in c.Path, and makes it where there is none.
func Open(c Config, log *slog.Logger) (*Store, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	s := &Store{
		config:  c,
		log:     log,
		changes: make(chan *change, maxWaiting),
		fault:   newFault(),
		quit:    make(chan struct{}),

		memory: newMemory(c.records()),
	}
	ctx, stop := context.WithCancel(context.Background()) //nolint:forbidigo // the store's own work, as long as it is open
	s.context, s.stop = ctx, stop
	if err := s.open(); err != nil {
		s.stop()
		return nil, explain(c.Path, err)
	}
	s.done.Add(2)
	go s.write()
	go s.sweepRegularly(ctx)
	return s, nil
}

func (s *Store) open() (err error) {
	dir := filepath.Join(s.config.Path, "db")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if s.lock, err = pebble.LockDirectory(dir, vfs.Default); err != nil {
		return lockError(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.closeDB())
		}
	}()
	desc, err := pebble.Peek(dir, vfs.Default)
	if err != nil {
		return err
	}
	if s.key, err = openSiteKey(s.config.Path, !desc.Exists); err != nil {
		return err
	}
	if s.db, err = s.openDB(dir); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	return s.resume(s.context)
}

// closeDB gives back what open took. After a fault Pebble can be closed no
// more, and the files stay locked until the process ends.
func (s *Store) closeDB() error {
	var errs []error
	if broken := s.fault.err() != nil; !broken {
		if s.db != nil {
			errs = append(errs, s.db.Close())
		}
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// openDB opens Pebble aside, since it may meet a fault that it never returns
// from.
func (s *Store) openDB(dir string) (*pebble.DB, error) {
	type result struct {
		db  *pebble.DB
		err error
	}
	opened := make(chan result, 1)
	s.opening.Store(true)
	defer s.opening.Store(false)
	go func() {
		db, err := pebble.Open(dir, s.options())
		opened <- result{db, err}
	}()
	select {
	case r := <-opened:
		return r.db, r.err
	case <-s.fault.met:
		return nil, s.fault.err()
	}
}

// options suit a small server: little memory, one compaction at a time.
func (s *Store) options() *pebble.Options {
	o := &pebble.Options{
		Lock:               s.lock,
		Logger:             logger{s},
		EventListener:      &pebble.EventListener{BackgroundError: s.backgroundError, DataCorruption: s.corruption},
		FormatMajorVersion: pebble.FormatValueSeparation,
		Merger:             s.merger(),
		CacheSize:          int64(s.config.Cache),
		MemTableSize:       uint64(s.config.WriteBuffer), //nolint:gosec // Check bounds it
		MaxOpenFiles:       256,
		BytesPerSync:       512 << 10,
		WALBytesPerSync:    512 << 10,
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
		o.Levels[i].IndexBlockSize = 64 << 10 // so that most tables have one
	}
	return o
}

// check makes sure that this engine and this site key can read the store.
func (s *Store) check() error {
	have, err := s.get(s.db, formatKey)
	if errors.Is(err, store.ErrNotFound) {
		return s.db.Set(formatKey, s.proof(), pebble.Sync)
	}
	if err == nil && (len(have) == 0 || have[0] > format) {
		err = errNewer
	}
	if err == nil && string(have) != string(s.proof()) {
		err = errWrongKey
	}
	return err
}

func (s *Store) proof() []byte {
	return s.key.name([]byte{format}, metaPrefix, "site key")
}

// get reads the value of a key into memory of its own.
func (s *Store) get(from pebble.Reader, key []byte) ([]byte, error) {
	v, closer, err := from.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	v = append([]byte(nil), v...)
	return v, closer.Close()
}

// told explains an error to who uses the store; outcomes and the caller's own
// deadline need no explanation.
func (s *Store) told(err error) error {
	for _, plain := range []error{store.ErrNotFound, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, plain) {
			return err
		}
	}
	return explain(s.config.Path, err)
}

// Close waits for what is under way and closes the store.
func (s *Store) Close() error {
	s.stop()
	if !s.uses.end() {
		return nil
	}
	close(s.quit)
	idle := make(chan struct{})
	go func() {
		s.done.Wait()
		close(idle)
	}()
	var err error
	select {
	case <-idle:
		if !errors.Is(s.room(), errFull) { // else the log is there
			err = s.keep()
		}
	case <-s.fault.met: // who met it never ends
	}
	return explain(s.config.Path, errors.Join(err, s.fault.err(), s.closeDB()))
}

// begin allows one use of the store, until its end is called.
func (s *Store) begin(ctx context.Context) (end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.fault.err(); err != nil {
		return nil, err
	}
	if !s.uses.begin() {
		return nil, errClosed
	}
	return s.uses.done, nil
}

// uses counts who is inside, so that Close can wait for them.
type uses struct {
	mu     sync.Mutex
	inside sync.WaitGroup
	ended  bool
}

func (u *uses) begin() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.ended {
		u.inside.Add(1)
	}
	return !u.ended
}

func (u *uses) done() { u.inside.Done() }

// end lets nobody in any more and waits for those inside. It is false for all
// but the first who call it.
func (u *uses) end() bool {
	u.mu.Lock()
	first := !u.ended
	u.ended = true
	u.mu.Unlock()
	u.inside.Wait()
	return first
}
