package pebble

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"postern/parse"
	"postern/store"
	"postern/store/record"
)

// entities is how many records TestScale fills a store with.
var entities = flag.Int("entities", 50_000, "entities of the store whose lookups are timed; 1e7 takes some minutes and 4 GB")

// scaleSighting is message i of a world with a great many senders: most write
// once, some often, to five hundred of ours.
func scaleSighting(i, senders int) store.Sighting {
	random := rand.New(rand.NewPCG(uint64(i), 1))
	n := random.IntN(senders)
	if random.IntN(2) == 0 {
		n = int(float64(senders) * random.Float64() * random.Float64() * random.Float64() / 50)
	}
	domain := fmt.Sprint("d", n/5, ".example")
	at := time.Unix(1_770_000_000+int64(i), 0)
	from := parse.Address{Local: fmt.Sprint("sender", n), Domain: domain}
	rcpt := parse.Address{Local: fmt.Sprint("r", (n+random.IntN(3))%500), Domain: "example.com"}
	keep := store.Keep{Address: 8, Domain: 32, Org: 64}
	s := store.Sighting{
		Query: store.Query{
			From: from, Name: fmt.Sprint("Sender ", n), Rcpts: []parse.Address{rcpt}, AsOf: at, Parties: []parse.Address{from, rcpt},
			Links: []string{domain, fmt.Sprint("l", random.IntN(1000), ".example")}, Thread: []string{fmt.Sprint(i/2, "@", domain)},
			Bands: []uint64{random.Uint64(), random.Uint64(), random.Uint64(), uint64(n)},
		},
		ID: fmt.Sprint("m", i), MessageID: fmt.Sprint(i, "@", domain), Verified: true, Label: store.Good, Stranger: true,
	}
	for kind := range store.Kind(20) {
		s.Traits = append(s.Traits, store.Trait{Kind: kind + 1, Value: fmt.Sprint(n/5*random.IntN(2), random.IntN(2)), Keep: keep})
	}
	s.Style = make([]float64, store.StyleSize)
	for j := range s.Style {
		s.Style[j] = random.Float64()
	}
	return s
}

// TestScale times the lookups of messages in a store of many entities, with a
// cache of 256 MiB, and measures how much room an entity takes. Most of them
// come from a small store, whose records are multiplied under other keys; then
// messages are recorded, and what is asked for is like these. The figures are
// in docs/performance.md.
func TestScale(t *testing.T) {
	dir := t.TempDir()
	if at := os.Getenv("SCALE_DIR"); at != "" {
		dir = filepath.Join(at, fmt.Sprint(*entities))
	}
	messages := min(*entities/14, 50_000)
	senders := messages
	s := openConfig(t, Config{Path: dir, Cache: 256 << 20, WriteBuffer: 64 << 20})
	if n, err := s.Entities(t.Context()); err != nil || n < int64(*entities) {
		fill(t, s, messages, senders)
	}
	report(t, s)

	lookups := min(messages, 20_000)
	for _, state := range []string{"cold", "warm"} {
		times := make([]time.Duration, lookups)
		cpu := cpuTime()
		for i := range times {
			q := scaleSighting(1<<30+i, senders).Query
			if state == "warm" {
				q = scaleSighting(1<<29+i, senders).Query
			}
			begin := time.Now()
			if _, err := s.Lookup(t.Context(), q); err != nil {
				t.Fatal(err)
			}
			times[i] = time.Since(begin)
		}
		each := (cpuTime() - cpu) / time.Duration(lookups)
		slices.Sort(times)
		t.Logf("lookup, %s: p50 %v, p90 %v, p99 %v; %v of CPU time on average, with the making of the message",
			state, times[lookups/2], times[lookups*9/10], times[lookups*99/100], each)
	}
}

// fill makes the store.
func fill(t *testing.T, s *Store, messages, senders int) {
	t.Helper()
	multiply(t, s, *entities, messages, senders)
	begin, cpu := time.Now(), cpuTime()
	for i := range messages {
		if err := s.Record(t.Context(), scaleSighting(i, senders)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d messages recorded: %v of CPU time each, %.0f a second by the clock", messages,
		(cpuTime()-cpu)/time.Duration(messages), float64(messages)/time.Since(begin).Seconds())
	if _, err := s.Entities(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.db.Flush(), s.db.Compact(t.Context(), []byte{0}, []byte{0xff}, false)); err != nil {
		t.Fatal(err)
	}
}

// multiply fills an empty store with the records of a small one, each many
// times, in sorted tables.
func multiply(t *testing.T, s *Store, entities, messages, senders int) {
	t.Helper()
	small := openConfig(t, Config{Path: t.TempDir()})
	for i := range messages / 4 {
		if err := small.Record(t.Context(), scaleSighting(1<<28+i, senders)); err != nil {
			t.Fatal(err)
		}
	}
	known, err := small.Entities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	times := float64(entities) / float64(known)
	dir, random := t.TempDir(), rand.New(rand.NewPCG(3, 4))
	var tables []string
	for c := byte(entityPrefix); c <= sightingPrefix; c++ {
		var values [][]byte
		err := small.each(t.Context(), c, c+1, func(_, value []byte) error {
			values = append(values, slices.Clone(value))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := int(float64(len(values)) * times); n > 0 && c != byte(record.Org) {
			tables = append(tables, sorted(t, s, dir, c, n, values, random)...)
		}
	}
	if err := s.db.Ingest(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
}

// sorted writes n records of a class, with keys all over.
func sorted(t *testing.T, s *Store, dir string, c byte, n int, values [][]byte, random *rand.Rand) (tables []string) {
	t.Helper()
	const inTable = 500_000
	o := s.options()
	o.EnsureDefaults()
	key, apart := make([]byte, 1+digestSize), ^uint64(0)/uint64(n)
	key[0] = c
	for from := 0; from < n; from += inTable {
		path := filepath.Join(dir, fmt.Sprint(c, "-", from, ".sst"))
		f, err := vfs.Default.Create(path, vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		w := sstable.NewWriter(objstorageprovider.NewFileWritable(f), o.MakeWriterOptions(6, s.db.TableFormat()))
		for i := from; i < min(from+inTable, n); i++ {
			binary.BigEndian.PutUint64(key[1:], uint64(i)*apart+random.Uint64N(apart))
			binary.BigEndian.PutUint64(key[9:], random.Uint64())
			if err := w.Set(key, values[random.IntN(len(values))]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, path)
	}
	return tables
}

// report prints how many records of each class there are, and their bytes.
func report(t *testing.T, s *Store) {
	t.Helper()
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{entityPrefix}, UpperBound: []byte{sightingPrefix + 1}})
	if err != nil {
		t.Fatal(err)
	}
	var count, size, most [256]int
	for ok := it.First(); ok; ok = it.Next() {
		c := it.Key()[0]
		n := len(it.Key()) + len(it.Value())
		count[c], size[c], most[c] = count[c]+1, size[c]+n, max(most[c], n)
	}
	if err := it.Close(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for c := range count {
		if count[c] > 0 {
			t.Logf("class %d: %d records, %d bytes each with its key, at most %d", c, count[c], size[c]/count[c], most[c])
		}
		if c < entityEnd {
			total += count[c]
		}
	}
	m := s.db.Metrics()
	t.Logf("%d entities; %d bytes of files for each, sightings included", total, m.DiskSpaceUsage()/uint64(max(total, 1)))
}
