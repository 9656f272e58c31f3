package pebble

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"postern/parse"
	"postern/store"
)

// entities is how many records TestScale fills a store with.
var entities = flag.Int("entities", 50_000, "entities of the store whose lookups are timed; 1e6 takes a minute, 1e7 a quarter of an hour")

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
// cache of 256 MiB, and measures how much room an entity takes. The figures
// are in docs/performance.md.
func TestScale(t *testing.T) {
	dir := t.TempDir()
	if at := os.Getenv("SCALE_DIR"); at != "" {
		dir = filepath.Join(at, fmt.Sprint(*entities))
	}
	s := openConfig(t, Config{Path: dir, Cache: 256 << 20, WriteBuffer: 64 << 20})
	senders := *entities / 6
	start, messages := time.Now(), 0
	for have := counted(t, s); have < *entities; have = counted(t, s) {
		for range 1 + (*entities-have)/8 { // a message makes seven or less
			if err := s.Record(t.Context(), scaleSighting(messages, senders)); err != nil {
				t.Fatal(err)
			}
			messages++
		}
	}
	took := time.Since(start)
	if err := s.db.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Compact(t.Context(), []byte{0}, []byte{0xff}, false); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d messages recorded in %v: %.0f a second", messages, took.Round(time.Second), float64(messages)/took.Seconds())
	report(t, s)

	const lookups = 40_000
	clock, cpu := make([]time.Duration, lookups), make([]time.Duration, lookups)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for i := range clock {
		q := scaleSighting(1<<30+i, senders).Query
		begin, beginCPU := time.Now(), cpuTime(syscall.RUSAGE_THREAD)
		if _, err := s.Lookup(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		clock[i], cpu[i] = time.Since(begin), cpuTime(syscall.RUSAGE_THREAD)-beginCPU
	}
	for what, times := range map[string][]time.Duration{"by the clock": clock[lookups/2:], "of CPU time": cpu[lookups/2:]} { // the cache is warm by then
		slices.Sort(times)
		t.Logf("lookup %s: p50 %v, p90 %v, p99 %v", what, times[len(times)/2], times[len(times)*9/10], times[len(times)*99/100])
	}
}

// counted is how many entities the store has.
func counted(t *testing.T, s *Store) int {
	t.Helper()
	n, err := s.Entities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
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
