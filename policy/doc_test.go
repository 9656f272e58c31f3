package policy

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"postern/detect"
)

// What rules may say is all in docs/policy.md.
func TestEveryNameIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "docs", "policy.md"))
	if err != nil {
		t.Fatal(err)
	}
	classes := make([]string, 0, detect.NumClasses)
	for c := range detect.NumClasses {
		classes = append(classes, c.String())
	}
	all := slices.Concat(names(reflect.TypeFor[env]()), names(reflect.TypeFor[attached]()), builtins, actionNames, modeNames, classes)
	for _, name := range all {
		if !regexp.MustCompile("[`\"]" + name + "[`(\"]").Match(text) {
			t.Errorf("%s is missing", name)
		}
	}
}
