package pebble

import (
	"log/slog"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"postern/store"
)

// The writer may be what Pebble's end stops. Close must not wait for it.
func TestCloseDoesNotWaitForAStuckWriter(t *testing.T) {
	t.Parallel()
	s, err := Open(Config{Path: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	err = s.change(t.Context(), change{make: func(*pebble.Batch) error {
		logger{s}.Fatalf("log: %s", "no space left on device")
		return nil
	}})
	if err == nil || s.Close() == nil {
		t.Error("no fault")
	}
	if err := s.Record(t.Context(), store.Sighting{ID: "m1"}); err == nil {
		t.Error("recorded")
	}
}
