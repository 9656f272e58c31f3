package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"postern/policy"
)

var fence = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// Every configuration in the documents loads, and every expression compiles.
// Files that they name need not be here.
func TestDocumentsAreRight(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]int{}
	for _, name := range append(files, filepath.Join("..", "..", "README.md")) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
			blocks[m[1]]++
			var wrong []problem
			switch m[1] {
			case "toml":
				_, wrong = load([]byte(m[2]))
			case "expr":
				rule := policy.Rule{Name: "example", When: strings.TrimSpace(m[2]), Then: "tag"}
				if err := (policy.Config{Rules: []policy.Rule{rule}}).Check(); err != nil {
					wrong = []problem{{text: err.Error()}}
				}
			}
			for _, p := range wrong {
				if !strings.Contains(p.text, "no such file") {
					t.Errorf("%s: %s: %s\n%s", name, p.key, p.text, m[2])
				}
			}
		}
	}
	if blocks["toml"] < 8 || blocks["expr"] < 6 {
		t.Errorf("only %v examples were found", blocks)
	}
}
