package filter

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/detect"
	"postern/policy"
	"postern/store/pebble"
)

// Unknown is unknown: a store that knows nobody changes no verdict.
func TestAnEmptyStoreJudgesAsNone(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../detect/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	rules := policy.Default()
	rules.Mode = policy.Enforce
	passed := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, message, ok := strings.Cut(string(text), "-- message.eml --\n")
		if !ok {
			continue
		}
		message = strings.ReplaceAll(message, "\n", "\r\n")
		judge := func(remembers bool) policy.Verdict {
			f := newFilter(t, rules)
			f.Detectors, f.Holding = detect.Heuristics(), &shelf{}
			if remembers {
				db, err := pebble.Open(pebble.Config{Path: t.TempDir()}, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				f.History = db
			}
			v, _, _ := send(t, f, mail(message))
			return v
		}
		stateless, empty := judge(false), judge(true)
		if stateless.Action != empty.Action || stateless.Class != empty.Class || stateless.Score != empty.Score {
			t.Errorf("%s: %v %v %v without a store, %v %v %v with an empty one", filepath.Base(file),
				stateless.Action, stateless.Class, stateless.Score, empty.Action, empty.Class, empty.Score)
			continue
		}
		passed++
	}
	t.Logf("passed %d of %d", passed, len(files))
}
