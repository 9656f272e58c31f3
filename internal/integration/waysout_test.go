//go:build integration

package integration

import (
	"strings"
	"testing"

	"postern/internal/corpus"
	"postern/parse"
	"postern/signals"
)

// TestWaysOut reads all phish of the corpus: nearly each must show a way that
// its reader is meant to take, be it a link, a file or a telephone number. What
// shows none wants an answer.
func TestWaysOut(t *testing.T) {
	t.Parallel()
	const floor = 0.9
	phish, links, files, phones, any := 0, 0, 0, 0, 0
	n := corpus.Each(t, "dev", 0, func(name string, raw []byte) {
		if !strings.HasPrefix(strings.TrimPrefix(name, "dataset/"), "phish/") {
			return
		}
		f := &signals.Facts{Env: &parse.Envelope{}, Msg: parse.Read(raw, parse.DefaultLimits), Org: &signals.Org{}}
		phish++
		link, file := false, false
		for m := range f.Msg.All() {
			for i := range m.Links {
				link = link || m.Links[i].Origin != parse.InResource
			}
		}
		for range f.Msg.Files() {
			file = true
		}
		phone := len(f.Phones()) > 0
		for _, is := range []struct {
			so bool
			n  *int
		}{{link, &links}, {file, &files}, {phone, &phones}, {link || file || phone, &any}} {
			if is.so {
				*is.n++
			}
		}
	})
	share := float64(any) / float64(max(phish, 1))
	t.Logf("%d messages, %d phish: %d with a link, %d with a file, %d with a telephone number, %d (%.1f%%) with any", n, phish, links, files, phones, any, 100*share)
	if phish == 0 || share < floor {
		t.Errorf("only %.1f%% of %d phish show a way out", 100*share, phish)
	}
}
