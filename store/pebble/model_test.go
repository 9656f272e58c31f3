package pebble

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
	"postern/store/record"
)

// A model is what a store should be: marks, and records that change at once,
// in plain maps.
type model struct {
	n       namer
	marks   map[string]record.Mark
	records map[entity]*record.Record
}

// Record implements [record.Reader].
func (m *model) Record(c record.Class, k record.Key) (*record.Record, error) {
	id := entityOf(c, &k)
	if m.records[id] == nil {
		m.records[id] = new(record.Record)
	}
	return m.records[id], nil
}

func (m *model) change(id string, now record.Mark) {
	before := m.marks[id]
	if bytes.Equal(before.Append(nil), now.Append(nil)) {
		return // it changes nothing
	}
	for i := range before.Parts {
		r, _ := m.Record(before.Parts[i].Class, before.Parts[i].Key)
		before.Undo(r, &before.Parts[i])
	}
	for i := range now.Parts {
		r, _ := m.Record(now.Parts[i].Class, now.Parts[i].Key)
		now.Do(r, &now.Parts[i])
	}
	m.marks[id] = now
}

func (m *model) take(sg *store.Sighting) {
	now, before := record.Take(sg, m.n, 0), m.marks[sg.ID]
	now.Resume(&before)
	m.change(sg.ID, now)
}

func (m *model) relabel(id string, l store.Label) bool {
	now, known := m.marks[id]
	if now.Label = l; known {
		m.change(id, now)
	}
	return known
}

// anySighting is one of a small world, where all meet again.
func anySighting(r *rand.Rand, n int) store.Sighting {
	s := ordinary(r.IntN(200))
	s.ID, s.AsOf = fmt.Sprint("m", r.IntN(n)), time.Unix(1_770_000_000+int64(r.IntN(90*86400)), 0)
	s.MessageID, s.Thread = s.ID+"@example.net", []string{fmt.Sprint("m", r.IntN(n), "@example.net")}
	s.Label, s.Verified, s.Stranger, s.Reply = store.Label(r.IntN(3)), r.IntN(3) > 0, r.IntN(4) == 0, r.IntN(4) == 0
	s.Phones, s.Accounts = []string{fmt.Sprint("+1555010", r.IntN(3))}, []string{fmt.Sprint("GB", r.IntN(3))}
	s.Invoice, s.Amount, s.Gaps = r.IntN(3) == 0, float64(r.IntN(1000)), []float64{float64(r.IntN(5))}
	if r.IntN(4) == 0 {
		s.Outbound, s.Internal = true, r.IntN(2) == 0
		s.From, s.Rcpts[0] = s.Rcpts[0], s.From
	}
	return s
}

// TestRandomWorkload compares a store with the model: through records that are
// written and read back, retries, new labels, maintenance, restarts and
// crashes.
func TestRandomWorkload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := func() *Store {
		s, err := Open(Config{Path: dir, Cache: 1 << 20, WriteBuffer: 1 << 20}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		s.memory.room = 20_000 // so that most is dropped, and read again
		return s
	}
	s, random := open(), rand.New(rand.NewPCG(11, 12))
	m := model{n: namer{s.key}, marks: map[string]record.Mark{}, records: map[entity]*record.Record{}}
	const steps, messages = 2500, 600
	passed, crashes := 0, 0
	for i := range steps {
		switch what := random.IntN(400); {
		case what < 200:
			sg := anySighting(random, messages)
			if err := s.Record(t.Context(), sg); err != nil {
				t.Fatal(err)
			}
			m.take(&sg)
		case what < 240:
			id, l := fmt.Sprint("m", random.IntN(messages)), store.Label(random.IntN(3))
			if err := s.Relabel(t.Context(), id, l); (err == nil) != m.relabel(id, l) {
				t.Fatal(err)
			}
		case what < 396:
			q := anySighting(random, messages).Query
			got, err := s.Lookup(t.Context(), q)
			want, _ := record.Read(&q, m.n, &m)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("step %d: %v%s", i, err, difference(reflect.ValueOf(got), reflect.ValueOf(want), ""))
			}
			passed++
		case what < 397:
			if _, err := s.Entities(t.Context()); err != nil {
				t.Fatal(err)
			}
		case what < 398:
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open()
		default: // what is in the files now is all that a crash would leave
			if err := s.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			s = crash(t, s, &dir, open)
			crashes++
		}
	}
	t.Logf("passed %d of %d profiles, after %d crashes", passed, passed, crashes)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// difference tells where two values differ.
func difference(got, want reflect.Value, at string) (all string) {
	switch {
	case reflect.DeepEqual(got.Interface(), want.Interface()):
	case got.Kind() == reflect.Struct && got.Type() != reflect.TypeFor[time.Time]():
		for i := range got.NumField() {
			all += difference(got.Field(i), want.Field(i), at+"."+got.Type().Field(i).Name)
		}
	case got.Kind() == reflect.Slice && got.Len() == want.Len():
		for i := range got.Len() {
			all += difference(got.Index(i), want.Index(i), fmt.Sprint(at, "[", i, "]"))
		}
	default:
		all = fmt.Sprintf("\n%s: got %v, want %v", at, got, want)
	}
	return all
}

// crash goes on with a copy of the files that a store has in use.
func crash(t *testing.T, s *Store, dir *string, open func() *Store) *Store {
	t.Helper()
	next := filepath.Join(t.TempDir(), "after")
	if err := s.Backup(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(*dir); err != nil {
		t.Fatal(err)
	}
	*dir = next
	return open()
}

// TestLookupsAmongWriters reads and writes at once; in the end all is counted.
func TestLookupsAmongWriters(t *testing.T) {
	t.Parallel()
	s := openConfig(t, Config{Path: t.TempDir(), Cache: 1 << 20})
	s.memory.room = 4_000
	done := make(chan error)
	const writers, each = 4, 150
	from := parse.Address{Local: "a", Domain: "example.net"}
	for w := range writers {
		go func() {
			for i := range each {
				sg := ordinary(i % 40)
				sg.From, sg.ID = from, fmt.Sprint(w, "-", i)
				if err := s.Record(t.Context(), sg); err != nil {
					done <- err
					return
				}
				if i%20 == w {
					if _, err := s.Entities(t.Context()); err != nil {
						done <- err
						return
					}
				}
				if _, err := s.Lookup(t.Context(), ordinary(i).Query); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.Lookup(t.Context(), store.Query{From: from, AsOf: ordinary(40).AsOf})
	if got := p.Verified.Address.Attempts; err != nil || got < 0.999*writers*each || got > 1.001*writers*each {
		t.Errorf("%v of %d, %v", got, writers*each, err)
	}
}
