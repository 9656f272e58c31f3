package pebble

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	dbDir       = "db"       // Pebble's files, in the folder of the store
	backfillDir = "backfill" // how far past mail was read
)

var errOccupied = errors.New("is there and not empty")

// Backup writes the store as it is now into dir, with its site key, while it
// is in use. On one file system it takes little space and time at first, since
// files are linked.
func (s *Store) Backup(ctx context.Context, dir string) error {
	end, err := s.begin(ctx)
	if err != nil {
		return s.told(err)
	}
	defer end()
	if err := vacant(dir); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	if err := s.backup(dir); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	return nil
}

// backup makes the whole of it aside, so that there is no half of one.
func (s *Store) backup(dir string) (err error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	aside, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".part-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	if err := s.db.Checkpoint(filepath.Join(aside, dbDir), pebble.WithFlushedWAL()); err != nil {
		return err
	}
	if err := copyBeside(s.config.Path, aside); err != nil {
		return err
	}
	return os.Rename(aside, dir) // over an empty one
}

// copyBeside copies what is in the folder of a store beside Pebble's files.
func copyBeside(from, to string) error {
	key, err := os.ReadFile(filepath.Join(from, keyFile)) //nolint:gosec // the operator names the path
	if err != nil {
		return err
	}
	past := filepath.Join(from, backfillDir)
	if _, err := os.Stat(past); err == nil {
		if err := os.CopyFS(filepath.Join(to, backfillDir), os.DirFS(past)); err != nil {
			return err
		}
	}
	return writeDurably(filepath.Join(to, keyFile), key)
}

// vacant wants nothing to be in dir.
func vacant(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(list) > 0 {
		return fmt.Errorf("%s %w: name a new folder", dir, errOccupied)
	}
	return nil
}

// Restore puts the backup in dir in the place of c, which nobody may have open.
// The backup is read whole before, and stays. Where there is a store already it
// fails, or with replace moves that one aside; aside is where to.
func Restore(ctx context.Context, dir string, c Config, replace bool, log *slog.Logger) (n int64, aside string, err error) {
	c = c.withDefaults()
	if err := os.MkdirAll(c.Path, 0o700); err != nil {
		return 0, "", err
	}
	db := filepath.Join(c.Path, dbDir)
	_, err = os.Stat(db)
	present := err == nil
	if present {
		if !replace {
			return 0, "", fmt.Errorf("store %s %w: --replace moves what is there aside", c.Path, errOccupied)
		}
		lock, err := pebble.LockDirectory(db, vfs.Default)
		if err != nil {
			return 0, "", explain(c.Path, lockError(err))
		}
		defer func() { _ = lock.Close() }() // it holds nothing but the lock
	}
	fresh, err := os.MkdirTemp(c.Path, "restore-")
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	if n, err = copyVerified(ctx, dir, fresh, c, log); err != nil {
		return 0, "", fmt.Errorf("backup %s: %w", dir, err)
	}
	if present {
		aside = filepath.Join(c.Path, "before-"+time.Now().UTC().Format("20060102T150405.000"))
		if err := moveStore(c.Path, aside); err != nil {
			return 0, "", err
		}
	}
	return n, aside, moveStore(fresh, c.Path)
}

// copyVerified copies a backup and reads all of it.
func copyVerified(ctx context.Context, from, to string, c Config, log *slog.Logger) (n int64, err error) {
	for _, name := range []string{dbDir, keyFile} {
		if _, err := os.Stat(filepath.Join(from, name)); err != nil {
			return 0, fmt.Errorf("it is none of ours: %w", err)
		}
	}
	if err := os.CopyFS(filepath.Join(to, dbDir), os.DirFS(filepath.Join(from, dbDir))); err != nil {
		return 0, err
	}
	if err := copyBeside(from, to); err != nil {
		return 0, err
	}
	c.Path = to
	s, err := Open(c, log) //nolint:contextcheck // what it starts lives until Close
	if err != nil {
		return 0, err
	}
	err = s.each(ctx, 0, 0xff, func(_, _ []byte) error { n++; return nil })
	if damaged := s.damaged.Load(); err == nil && damaged > 0 {
		err = fmt.Errorf("%d of its records: %w", damaged, errDamaged)
	}
	return n, errors.Join(explain(from, err), s.Close())
}

// moveStore moves a store, the key before what it opens.
func moveStore(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, name := range []string{keyFile, backfillDir, dbDir} {
		err := os.Rename(filepath.Join(from, name), filepath.Join(to, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	d, err := os.Open(to) //nolint:gosec // the operator names the path
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
