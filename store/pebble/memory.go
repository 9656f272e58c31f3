package pebble

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"

	"postern/store/record"
)

// An entity is the key of a record: its class and its keyed hash.
type entity [1 + digestSize]byte

func entityOf(c record.Class, k *record.Key) (id entity) {
	id[0] = byte(c)
	copy(id[1:], k[:])
	return id
}

// A memory keeps the records that were asked for or changed last, as they are
// now, decoded; also that somebody is not known. What was changed is written
// into the files by and by, see [Store.keep]. Each shard has two generations:
// when the young one is full it becomes the old one, and what was old and
// nobody asked for is dropped.
type memory struct {
	shards [16]shard
	room   int // bytes of one generation of a shard
	most   int // bytes of changed records that wait to be written

	writes atomic.Uint64 // how often records were written into the files; counted after, so that who read them before knows

	changed []*kept // that the files do not know yet; the writer's own, as is what follows
	bytes   int     // what they take
	steps   []step  // of the log
	taken   []taken // what the batch under way takes in
	buf     []byte
}

type shard struct {
	mu         sync.RWMutex
	young, old map[entity]*kept
	bytes      int // that became young in this generation
}

// A kept is one record in memory. Only the writer changes it, under the lock.
type kept struct {
	id      entity
	record  *record.Record
	bytes   int
	changed bool // the files do not know it yet
	apart   bool // the files could not be read: it is to be added to what they have
}

func newMemory(bytes int) *memory {
	m := &memory{most: bytes}
	m.room = bytes / 2 / len(m.shards)
	for i := range m.shards {
		m.shards[i].young, m.shards[i].old = make(map[entity]*kept), make(map[entity]*kept)
	}
	return m
}

func (m *memory) shard(id *entity) *shard { return &m.shards[id[1]%uint8(len(m.shards))] }

// size is what k takes. The organisation's record takes much, and is always
// there: it counts for nothing.
func (k *kept) size() int {
	if k.id[0] == byte(record.Org) {
		return 0
	}
	return k.record.Size()
}

// get finds a record and keeps it young. The caller holds the lock.
func (h *shard) get(id *entity, room int) *kept {
	k := h.young[*id]
	if k == nil {
		if k = h.old[*id]; k != nil {
			delete(h.old, *id)
			h.put(k, room)
		}
	}
	return k
}

// put keeps a record. The caller holds the lock.
func (h *shard) put(k *kept, room int) {
	h.young[k.id] = k
	if h.bytes += k.bytes; h.bytes <= room {
		return
	}
	young := make(map[entity]*kept, len(h.young))
	for id, k := range h.old {
		if k.changed {
			young[id] = k
		}
	}
	h.old, h.young, h.bytes = h.young, young, 0
}

// drop forgets a record that the files know better.
func (m *memory) drop(id *entity) {
	h := m.shard(id)
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.young, *id)
	delete(h.old, *id)
}

// dropped forgets all records that a batch changed in the files.
func (m *memory) dropped(b *pebble.Batch) error {
	for r := b.Reader(); ; {
		_, key, _, ok, err := r.Next()
		if !ok || err != nil {
			return err
		}
		if len(key) == len(entity{}) && key[0] < entityEnd {
			m.drop((*entity)(key))
		}
	}
}

// A reading gives one query the records that it asks for. It implements
// [record.Reader].
type reading struct {
	ctx    context.Context //nolint:containedctx // one query has one
	s      *Store
	lock   *sync.RWMutex    // on the record that was given last
	r      record.Record    // or the record itself
	files  *pebble.Iterator // nil where all is in memory
	writes uint64           // into the files, before
}

// Record implements [record.Reader].
func (r *reading) Record(c record.Class, k record.Key) (*record.Record, error) {
	r.release()
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	id := entityOf(c, &k)
	h := r.s.memory.shard(&id)
	h.mu.RLock()
	if k := h.young[id]; k != nil {
		r.lock = &h.mu
		return k.record, nil
	}
	old := h.old[id] != nil
	h.mu.RUnlock()
	if old {
		return r.renew(h, id)
	}
	return r.read(h, id)
}

// renew gives a record of the old generation, which becomes young.
func (r *reading) renew(h *shard, id entity) (*record.Record, error) {
	h.mu.Lock()
	k := h.get(&id, r.s.memory.room)
	h.mu.Unlock()
	if k == nil {
		return r.read(h, id)
	}
	h.mu.RLock()
	r.lock = &h.mu
	return k.record, nil
}

// read gives a record from the files, as they were when the reading began, and
// keeps it for the next who asks, unless they were written meanwhile.
func (r *reading) read(h *shard, id entity) (*record.Record, error) {
	if err := r.fetch(id); err != nil {
		return nil, err
	}
	k := newKept(id, &r.r)
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.writes == r.s.memory.writes.Load() && h.get(&id, r.s.memory.room) == nil {
		h.put(k, r.s.memory.room)
	}
	return &r.r, nil
}

// fetch reads a record from the files.
func (r *reading) fetch(id entity) error {
	r.r.Reset()
	if r.files == nil {
		var err error
		r.writes = r.s.memory.writes.Load()
		if r.files, err = r.s.db.NewIterWithContext(r.ctx, recordsByFilter); err != nil {
			return err
		}
	}
	if !r.files.SeekPrefixGE(id[:]) {
		return r.files.Error()
	}
	v, err := r.files.ValueAndErr()
	if err == nil && r.r.MergeEncoded(v) != nil {
		r.s.damaged.Add(1)
	}
	return err
}

// recordsByFilter asks the filters of all levels: many of whom a message
// names are not known.
var recordsByFilter = &pebble.IterOptions{LowerBound: []byte{entityPrefix}, UpperBound: []byte{entityEnd}, UseL6Filters: true}

func newKept(id entity, r *record.Record) *kept {
	k := &kept{id: id, record: r.Clone()}
	k.bytes = k.size()
	return k
}

func (r *reading) release() {
	if r.lock != nil {
		r.lock.RUnlock()
		r.lock = nil
	}
}

func (r *reading) close() (err error) {
	r.release()
	if r.files != nil {
		err, r.files = r.files.Close(), nil
	}
	return err
}
