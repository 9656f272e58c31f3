package pebble

import (
	"fmt"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

func benchSighting(i int) store.Sighting {
	return store.Sighting{
		Query: store.Query{
			From: parse.Address{Local: fmt.Sprint("sender", i%10_000), Domain: fmt.Sprint(i%1_000, ".example")},
			Name: "Sender Name", Rcpts: []parse.Address{{Local: fmt.Sprint("r", i%500), Domain: "example.com"}}, AsOf: time.Unix(1_770_000_000+int64(i), 0),
		},
		ID: fmt.Sprint("m", i), Verified: true, Label: store.Good,
	}
}

func BenchmarkLookup(b *testing.B) {
	s := openConfig(b, Config{Path: b.TempDir()})
	for i := range 100_000 {
		if err := s.Record(b.Context(), benchSighting(i)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i += 7919
		if _, err := s.Lookup(b.Context(), benchSighting(i).Query); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	s := openConfig(b, Config{Path: b.TempDir()})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		if err := s.Record(b.Context(), benchSighting(i)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHold(b *testing.B) {
	s := openConfig(b, Config{Path: b.TempDir()})
	message := make([]byte, 20<<10)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		err := s.Hold(b.Context(), store.Held{Envelope: parse.Envelope{ID: fmt.Sprint(i), Received: time.Unix(int64(i), 0)}, Message: message})
		if err != nil {
			b.Fatal(err)
		}
	}
}
