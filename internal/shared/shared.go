// Package shared finds the test material that is kept outside the repository.
package shared

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir is the path of sub inside the shared material, which POSTERN_SHARED
// names (by default the folder "shared" beside the repository). Where it is
// missing the test is skipped; under CI it fails.
func Dir(tb testing.TB, sub string) string {
	tb.Helper()
	root := os.Getenv("POSTERN_SHARED")
	if root == "" {
		_, here, _, _ := runtime.Caller(0)
		root = filepath.Join(filepath.Dir(here), "..", "..", "..", "shared")
	}
	dir := filepath.Join(root, sub)
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			tb.Fatalf("%s is missing; set POSTERN_SHARED", dir)
		}
		tb.Skipf("%s is missing; set POSTERN_SHARED to run this test", dir)
	}
	return dir
}
