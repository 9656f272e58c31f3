package pebble

import (
	"context"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	maxWaiting = 256     // changes that wait for the writer
	maxGroup   = 64      // changes that are written at once
	groupBytes = 1 << 20 // and how many bytes, from which on a group is full
)

// A change is something to write. One goroutine makes all changes, one after
// the other, so that reading before writing needs no locks; those that wait
// share one write to the disk.
type change struct {
	ctx  context.Context
	sync bool                      // to be on disk when done
	free bool                      // makes room, so it is made on a full disk too
	make func(*pebble.Batch) error // reads what it needs before it writes
	done chan error                // has room for one
}

// change waits until c is made. An error may mean that it is made all the
// same, when ctx ends while it is under way.
func (s *Store) change(ctx context.Context, c change) error {
	if err := s.room(); err != nil && !c.free {
		return err
	}
	c.ctx, c.done = ctx, make(chan error, 1)
	select {
	case s.changes <- &c:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.fault.met:
		return s.fault.err()
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.fault.met:
		return s.fault.err()
	}
}

// room fails where the disk is so full that Pebble might meet its end.
func (s *Store) room() error {
	usage, err := vfs.Default.GetDiskUsage(s.config.Path)
	if err != nil {
		return err
	}
	if usage.AvailBytes < uint64(s.config.MinFree) { //nolint:gosec // Check bounds it
		return errFull
	}
	return nil
}

// write makes changes until the store closes.
func (s *Store) write() {
	defer s.done.Done()
	defer func() {
		// Pebble panics when its log cannot be written.
		if p := recover(); p != nil {
			s.fault.set(fmt.Errorf("pebble: %v", p))
		}
	}()
	for {
		select {
		case c := <-s.changes:
			s.writeGroup(c)
		case <-s.quit:
			return
		}
	}
}

// writeGroup makes c, and what waits behind it, in one batch.
func (s *Store) writeGroup(c *change) {
	batch := s.db.NewIndexedBatch()
	durable := pebble.NoSync
	var group []*change
	for {
		err := c.ctx.Err()
		if err == nil {
			err = c.make(batch)
		}
		if err != nil {
			c.done <- err
		} else {
			group = append(group, c)
		}
		if err == nil && c.sync {
			durable = pebble.Sync
		}
		if len(group) >= maxGroup || batch.Len() >= groupBytes {
			break
		}
		select {
		case c = <-s.changes:
			continue
		default:
		}
		break
	}
	err := batch.Commit(durable)
	s.org.committed(err == nil)
	for _, c := range group {
		c.done <- err
	}
	_ = batch.Close() // only gives memory back
}
