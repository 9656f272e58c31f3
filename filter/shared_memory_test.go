package filter

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"postern/detect"
	"postern/policy"
)

// The door uses a message's memory again while its record still waits to be
// written.
func TestRecordsShareNoMemoryWithTheMessage(t *testing.T) {
	cases, err := filepath.Glob("../detect/testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases: ", err)
	}
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := newFilter(t, policy.Config{})
		f.Detectors = detect.Heuristics()
		f.Start()
		m := mail(strings.ReplaceAll(string(archive.Files[0].Data), "\n", "\r\n"))
		f.Process(t.Context(), m, func(context.Context, policy.Verdict, Outgoing) Fate { return Relayed })
		waiting := <-f.records
		before := fmt.Sprintf("%+v", waiting)
		for i := range m.Raw {
			m.Raw[i] = '#'
		}
		if after := fmt.Sprintf("%+v", waiting); after != before {
			t.Errorf("%s: before\n%s\nafter\n%s", filepath.Base(path), before, after)
		}
	}
}
