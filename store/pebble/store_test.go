package pebble

import (
	"log/slog"
	"testing"

	"postern/store/storetest"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	return openConfig(t, Config{Path: dir})
}

func openConfig(tb testing.TB, c Config) *Store {
	tb.Helper()
	s, err := Open(c, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func TestHistory(t *testing.T)    { t.Parallel(); storetest.History(t, open) }
func TestJournal(t *testing.T)    { t.Parallel(); storetest.Journal(t, open) }
func TestQuarantine(t *testing.T) { t.Parallel(); storetest.Quarantine(t, open) }

func TestKept(t *testing.T) {
	t.Parallel()
	storetest.HistoryKept(t, open)
	storetest.JournalKept(t, open)
	storetest.QuarantineKept(t, open)
}
