package pebble

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"

	"github.com/cockroachdb/pebble/v2"

	"postern/store"
	"postern/store/record"
)

// History changes some twenty records for each message, and many of them again
// for the next. So the files get what the sighting was, at once and in a few
// bytes: its mark, and a step of a log that says what the mark was before. The
// records are changed in memory, and written now and then in one batch that
// ends the log. Who opens the store after a crash does the steps of the log
// again. All in the files that reads records, and does not ask the memory,
// must have [Store.settled] first, or be a change that is whole.

// maxSteps bounds the log, and so what there is to do when the store is opened
// after a crash.
const maxSteps = 1 << 13

// A step is the place of a mark that changed.
type step [1 + 8 + 1 + digestSize]byte

// A taken is a sighting that the batch under way takes in.
type taken struct {
	step        step
	before, now record.Mark
}

// replace writes a mark in place of the one that was there, and notes the
// step.
func (s *Store) replace(b *pebble.Batch, place, was []byte, before, now *record.Mark) error {
	s.memory.buf = now.Append(s.memory.buf[:0])
	if string(was) == string(s.memory.buf) {
		return nil
	}
	if err := b.Set(place, s.memory.buf, nil); err != nil {
		return err
	}
	n := len(s.memory.steps) + len(s.memory.taken)
	if n == 0 {
		if err := b.Set(logKey, nil, nil); err != nil {
			return err
		}
	}
	t := taken{before: *before, now: *now}
	t.step[0] = logPrefix
	binary.BigEndian.PutUint64(t.step[1:], uint64(n))
	copy(t.step[9:], place)
	s.memory.taken = append(s.memory.taken, t)
	return b.Set(t.step[:], was, nil)
}

// takeIn brings the records in memory up to what a batch wrote, if it has.
func (s *Store) takeIn(written bool) {
	m := s.memory
	r := reading{ctx: context.WithoutCancel(s.context), s: s}
	for i := range m.taken {
		if t := &m.taken[i]; written {
			m.steps = append(m.steps, t.step)
			r.redo(&t.before, &t.now)
		}
	}
	_ = r.close() // who reads next is told
	clear(m.taken)
	m.taken = m.taken[:0]
}

// redo undoes what a sighting did, and does what it does now.
func (r *reading) redo(before, now *record.Mark) {
	for i := range before.Parts {
		r.alter(&before.Parts[i], before.Undo)
	}
	for i := range now.Parts {
		r.alter(&now.Parts[i], now.Do)
	}
}

// alter changes one record.
func (r *reading) alter(p *record.Part, do func(*record.Record, *record.Part)) {
	m, id := r.s.memory, entityOf(p.Class, &p.Key)
	h := m.shard(&id)
	h.mu.Lock()
	k := h.get(&id, m.room)
	if k == nil {
		h.mu.Unlock()
		k = r.recall(id)
		h.mu.Lock()
		if other := h.get(&id, m.room); other != nil {
			k = other
		} else if !k.apart {
			h.put(k, m.room)
		}
	}
	do(k.record, p)
	bytes := k.size()
	m.bytes += bytes - k.bytes
	if k.bytes = bytes; !k.changed {
		k.changed = true
		m.changed = append(m.changed, k)
		m.bytes += bytes
	}
	h.mu.Unlock()
}

// recall reads a record for the writer. Whoever asks for one that cannot be
// read is told.
func (r *reading) recall(id entity) *kept {
	err := r.fetch(id)
	if err != nil {
		r.r.Reset()
	}
	k := newKept(id, &r.r)
	k.apart = err != nil
	return k
}

// heavy tells whether it is time to write what changed.
func (m *memory) heavy() bool { return m.bytes > m.most || len(m.steps) > maxSteps }

// keep writes the records that changed, and ends the log. Only the writer may
// ask, or who is alone.
func (s *Store) keep() error {
	m := s.memory
	if len(m.changed) == 0 && len(m.steps) == 0 {
		return nil
	}
	b := s.db.NewBatch()
	defer func() { _ = b.Close() }() // only gives memory back
	for _, k := range m.changed {
		m.buf = k.record.Append(m.buf[:0])
		write := b.Set
		if k.apart {
			write = b.Merge
		}
		if err := write(k.id[:], m.buf, nil); err != nil {
			return err
		}
	}
	for i := range m.steps {
		if err := b.Delete(m.steps[i][:], nil); err != nil {
			return err
		}
	}
	if err := b.Delete(logKey, nil); err != nil {
		return err
	}
	err := b.Commit(pebble.NoSync)
	m.writes.Add(1)
	if err != nil {
		return err
	}
	for _, k := range m.changed {
		h := m.shard(&k.id)
		h.mu.Lock()
		k.changed = false
		h.mu.Unlock()
		if k.apart {
			m.drop(&k.id)
		}
	}
	clear(m.changed)
	m.changed, m.steps, m.bytes = m.changed[:0], m.steps[:0], 0
	return nil
}

// keepSome writes what changed, once that is much.
func (s *Store) keepSome() {
	if !s.memory.heavy() || errors.Is(s.room(), errFull) {
		return
	}
	if err := s.keep(); err != nil {
		s.log.Error("store cannot keep what it learned", slog.Any("err", s.told(err)))
	}
}

// resume does the steps of the log again, that a crash left. Where there is
// none, nothing but a key of the store itself is read: the records beside the
// log may be damaged.
func (s *Store) resume(ctx context.Context) error {
	_, err := s.get(s.db, logKey)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	var steps []step
	var was [][]byte
	err = s.each(ctx, logPrefix, logPrefix+1, func(key, value []byte) error {
		if len(key) != len(step{}) {
			return errDamaged
		}
		steps, was = append(steps, step(key)), append(was, append([]byte(nil), value...))
		return nil
	})
	if err != nil || len(steps) == 0 {
		return err
	}
	now, later := make([][]byte, len(steps)), make(map[[1 + digestSize]byte][]byte)
	for i := len(steps) - 1; i >= 0; i-- {
		place := [1 + digestSize]byte(steps[i][9:])
		mark, known := later[place]
		if !known {
			if mark, err = s.get(s.db, place[:]); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		now[i], later[place] = mark, was[i]
	}
	s.memory.steps = steps
	r := reading{ctx: ctx, s: s}
	for i := range steps {
		before, after := record.ReadMark(was[i]), record.ReadMark(now[i])
		r.redo(&before, &after)
	}
	return errors.Join(r.close(), s.keep())
}
