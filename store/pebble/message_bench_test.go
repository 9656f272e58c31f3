package pebble

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

// ordinary is message i of ordinary mail: most of it from a few senders, some
// from people who write once, to two hundred of ours. It brings what the
// signals ask about.
func ordinary(i int) store.Sighting {
	random := rand.New(rand.NewPCG(uint64(i), 7))
	n := int(30_000 * random.Float64() * random.Float64() * random.Float64())
	domain := fmt.Sprint("d", n/4, ".example")
	from := parse.Address{Local: fmt.Sprint("sender", n), Domain: domain}
	rcpt := parse.Address{Local: fmt.Sprint("r", (n+random.IntN(3))%200), Domain: "example.com"}
	s := store.Sighting{
		Query: store.Query{
			From: from, Name: fmt.Sprint("Sender ", n), Rcpts: []parse.Address{rcpt}, AsOf: time.Unix(1_770_000_000+60*int64(i), 0),
			Parties: []parse.Address{from, rcpt}, Links: []string{domain, fmt.Sprint("l", random.IntN(1000), ".example")},
			Thread: []string{fmt.Sprint(i/2, "@", domain)}, Bands: []uint64{random.Uint64(), random.Uint64(), uint64(n), uint64(n % 100)},
			Style: make([]float64, store.StyleSize),
		},
		ID: fmt.Sprint("m", i), MessageID: fmt.Sprint(i, "@", domain), Verified: true, Label: store.Good,
	}
	for kind := range store.Kind(25) {
		keep := store.Keep{Address: 4 + kindOf(kind, 3)*4, Domain: 8 + kindOf(kind, 4)*8, Org: kindOf(kind, 2) * 32}
		if kind%6 == 0 {
			keep.Rcpt = 8
		}
		if kind == 12 {
			keep.Pair = 18
		}
		s.Traits = append(s.Traits, store.Trait{Kind: kind + 1, Value: fmt.Sprint(n/4*random.IntN(2), random.IntN(2)), Keep: keep})
	}
	for j := range s.Style {
		s.Style[j] = random.Float64()
	}
	return s
}

func kindOf(k store.Kind, n uint8) uint8 { return uint8(k) % n }

// decision is the entry that the journal keeps of it.
func decision(s store.Sighting, names []string) store.Entry {
	e := store.Entry{
		ID: s.ID, At: s.AsOf, Door: "smtp", From: s.From.String(), MailFrom: s.From.String(), Rcpts: []string{s.Rcpts[0].String()},
		Remote: "192.0.2.1", Size: 20_000, Sighting: s, Signals: names, Values: make([]float64, len(names)),
		Action: "accept", Class: "safe", Score: 0.01, Fate: "relayed",
	}
	for i := range e.Values {
		switch i % 4 {
		case 0:
			e.Values[i] = math.NaN()
		case 1:
			e.Values[i] = float64(i) / 7
		}
	}
	return e
}

// cpuTime is what the process has used of processors.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // there is no other error than to ask for others
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkMessage: what one message costs a store that knows some, in CPU
// time with all that goes on behind.
func BenchmarkMessage(b *testing.B) {
	s := openConfig(b, Config{Path: b.TempDir()})
	const known = 20_000
	for i := range known {
		if err := s.Record(b.Context(), ordinary(i)); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := s.Entities(b.Context()); err != nil { // all are in the files then
		b.Fatal(err)
	}
	if err := errors.Join(s.db.Flush(), s.compact(b.Context())); err != nil {
		b.Fatal(err)
	}
	at := known
	step := func(b *testing.B, senders int, do func(store.Sighting) error) {
		b.Helper()
		b.ReportAllocs()
		list := make([]store.Sighting, b.N)
		for i := range list {
			at++
			list[i] = ordinary(at)
			if senders > 0 {
				id, asOf := list[i].ID, list[i].AsOf
				list[i] = ordinary(at % senders)
				list[i].ID, list[i].MessageID, list[i].AsOf = id, id+"@example.net", asOf
			}
		}
		b.ResetTimer()
		before := cpuTime()
		for i := range list {
			if err := do(list[i]); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(b.N), "cpu-us/op")
	}
	names := make([]string, 450)
	for i := range names {
		names[i] = fmt.Sprint("signal.", i)
	}
	lookup := func(sg store.Sighting) error { _, err := s.Lookup(b.Context(), sg.Query); return err }
	appendIt := func(sg store.Sighting) error { return s.Append(b.Context(), decision(sg, names)) }
	record := func(sg store.Sighting) error { return s.Record(b.Context(), sg) }
	all := func(sg store.Sighting) error { return errors.Join(lookup(sg), appendIt(sg), record(sg)) }
	for _, of := range []struct {
		name    string
		senders int
	}{{"many", 0}, {"few", 64}} {
		b.Run("Lookup/"+of.name, func(b *testing.B) { step(b, of.senders, lookup) })
		b.Run("Append/"+of.name, func(b *testing.B) { step(b, of.senders, appendIt) })
		b.Run("Record/"+of.name, func(b *testing.B) { step(b, of.senders, record) })
		b.Run("All/"+of.name, func(b *testing.B) { step(b, of.senders, all) })
	}
}
