package pebble

import (
	"context"
	"errors"
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
	ctx   context.Context
	sync  bool                      // to be on disk when done
	free  bool                      // makes room, so it is made on a full disk too
	whole bool                      // reads or writes records in the files, which have to be whole before
	make  func(*pebble.Batch) error // reads what it needs before it writes
	done  chan error                // has room for one
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
			for c != nil {
				c = s.writeGroup(c)
			}
			s.keepSome()
		case <-s.quit:
			return
		}
	}
}

// writeGroup makes c, and what waits behind it, in one batch. It gives the
// change that has to be in another.
func (s *Store) writeGroup(c *change) (next *change) {
	if c.whole {
		s.writeWhole(c)
		return nil
	}
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
			if !c.whole {
				continue
			}
			next = c
		default:
		}
		break
	}
	err := batch.Commit(durable)
	s.takeIn(err == nil)
	for _, c := range group {
		c.done <- err
	}
	_ = batch.Close() // only gives memory back
	return next
}

// writeWhole makes one change that reads or writes records in the files.
func (s *Store) writeWhole(c *change) {
	err := c.ctx.Err()
	if err == nil {
		err = s.keep()
	}
	if err != nil {
		c.done <- err
		return
	}
	batch := s.db.NewIndexedBatch()
	defer func() { _ = batch.Close() }() // only gives memory back
	if err = c.make(batch); err == nil {
		durable := pebble.NoSync
		if c.sync {
			durable = pebble.Sync
		}
		err = batch.Commit(durable)
		s.memory.writes.Add(1)
		err = errors.Join(err, s.memory.dropped(batch))
	}
	c.done <- err
}

// settled is begin, once the files have all that was learned.
func (s *Store) settled(ctx context.Context) (end func(), err error) {
	if end, err = s.begin(ctx); err != nil {
		return nil, err
	}
	err = s.change(ctx, change{whole: true, free: true, make: func(*pebble.Batch) error { return nil }})
	if err != nil {
		end()
		return nil, err
	}
	return end, nil
}
