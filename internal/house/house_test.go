// Package house holds the rules of the house as tests.
package house

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// sources calls fn with every Go file of the tree.
func sources(t *testing.T, fn func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "tools" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		fn(path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnePackageCommentPerPackage(t *testing.T) {
	comments := map[string]int{}
	sources(t, func(path string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file.Name.Name, "_test") {
			return
		}
		n := comments[filepath.Dir(path)]
		if file.Doc != nil {
			n++
		}
		comments[filepath.Dir(path)] = n
	})
	for dir, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments, want 1", dir, n)
		}
	}
}

func TestGoMod(t *testing.T) {
	mod := read(t, "go.mod")
	why := read(t, "docs/dependencies.md")
	if regexp.MustCompile(`(?m)^replace\b`).Match(mod) {
		t.Error("go.mod has a replace directive")
	}
	for line := range strings.Lines(string(mod)) {
		f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(f) == 2 && strings.HasPrefix(f[1], "v") && !bytes.Contains(why, []byte("`"+f[0]+"`")) {
			t.Errorf("docs/dependencies.md does not say why %s is here", f[0])
		}
	}
}

var citation = regexp.MustCompile(`RFC (\d{3,5})(?: (§§?[\d.]+\d))?`)

// TestStandards prints docs/standards.md from the citations in the code.
func TestStandards(t *testing.T) {
	titles := map[string]string{}
	for line := range strings.Lines(string(read(t, "internal/house/rfcs.txt"))) {
		number, title, _ := strings.Cut(strings.TrimSpace(line), " ")
		titles[number] = title
	}
	cited := map[string]map[string]bool{}
	sources(t, func(path string, text []byte) {
		rel, _ := filepath.Rel(root, path)
		for _, m := range citation.FindAllStringSubmatch(string(text), -1) {
			if cited[m[1]] == nil {
				cited[m[1]] = map[string]bool{}
			}
			if !strings.HasSuffix(rel, "_test.go") {
				cited[m[1]][strings.TrimSpace(fmt.Sprintf("`%s` %s", filepath.ToSlash(rel), m[2]))] = true
			}
			if titles[m[1]] == "" {
				t.Errorf("%s cites RFC %s, which internal/house/rfcs.txt does not know", rel, m[1])
			}
		}
	})
	var b strings.Builder
	b.WriteString("<!-- Written by UPDATE=1 go test ./internal/house. -->\n\n# Standards\n\nWhich file answers which section.\n")
	for _, n := range sorted(cited) {
		if len(cited[n]) > 0 {
			fmt.Fprintf(&b, "\n## RFC %s: %s\n\n", n, titles[n])
			for _, where := range sorted(cited[n]) {
				fmt.Fprintf(&b, "- %s\n", where)
			}
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(filepath.Join(root, "docs/standards.md"), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have := read(t, "docs/standards.md"); string(have) != b.String() {
		t.Error("docs/standards.md is stale; run make gen")
	}
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) && !strings.HasPrefix(a, "`") {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return keys
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
