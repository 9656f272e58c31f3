package signals_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"postern/internal/shared"
	"postern/parse"
	"postern/signals"
)

// TestReports reads the reports of other people's servers, on abuse (RFC 5965),
// DMARC (RFC 7489 §7.2) and TLS (RFC 8460): they are known for reports, what is
// packed in them is listed, and their odd names ("example.com!...xml.gz") are
// taken for no program.
func TestReports(t *testing.T) {
	t.Parallel()
	harmless := []*signals.Signal{
		signals.PartExecutable, signals.PartArchiveExecutable, signals.PartDoubleExtension, signals.PartTypeMismatch,
		signals.ArchiveSingle, signals.ArchiveBomb, signals.FileBroken,
	}
	for kind, want := range map[string]map[*signals.Signal]float64{
		"arf":            {signals.HeaderReport: 1},
		"dmarc-feedback": {signals.ArchiveCount: 1, signals.ArchiveFiles: 1},
		"tlsrpt":         {signals.HeaderReport: 1},
	} {
		files, err := filepath.Glob(filepath.Join(shared.Dir(t, "suites/reports-stalwart"), kind, "*.eml"))
		if err != nil || len(files) == 0 {
			t.Fatal(kind, len(files), err)
		}
		passed := 0
		for _, path := range files {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m := parse.Read(raw, parse.DefaultLimits)
			v := signals.All().Compute(&signals.Facts{Env: &parse.Envelope{}, Msg: m})
			ok := v.Of(signals.PartMessage) == float64(bytes.Count(raw, []byte("\nContent-Type: message/rfc822")))
			if !ok {
				t.Errorf("%s: %v messages attached", filepath.Base(path), v.Of(signals.PartMessage))
			}
			for s, x := range want {
				if got := v.Of(s); got != x {
					t.Errorf("%s: %s = %v, want %v", filepath.Base(path), s.Name, got, x)
					ok = false
				}
			}
			for _, s := range harmless {
				if got := v.Of(s); got != 0 {
					t.Errorf("%s: %s = %v", filepath.Base(path), s.Name, got)
					ok = false
				}
			}
			if ok {
				passed++
			}
		}
		t.Logf("reports-stalwart, %s: passed %d of %d", kind, passed, len(files))
	}
}
