// Package layers holds the tests that keep imports pointing downhill and pure
// packages pure.
package layers

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "postern/"

// may lists, for each package, the packages of ours that it may import. It is
// the drawing in ARCHITECTURE.md, kept honest by running.
var may = map[string][]string{
	"content":           {},
	"content/image":     {"content"},
	"content/directory": {"content"},
	"content/page":      {"content"},
	"content/pdf":       {"content", "content/image"},
	"content/tnef":      {},
	"content/archive":   {"content"},
	"content/office":    {"content", "content/archive"},
	"content/shortcut":  {"content"},

	"parse":           {"content", "content/image", "content/directory", "content/page", "content/pdf", "content/tnef", "content/archive", "content/office", "content/shortcut"},
	"lookalike":       {"parse"},
	"mailauth":        {"parse"},
	"scanner":         {"parse"},
	"store":           {"parse"},
	"store/record":    {"parse", "store"},
	"store/storetest": {"parse", "store"},
	"store/pebble":    {"parse", "store", "store/record"},
	"relay":           {"parse"},
	"mailbox":         {},
	"hosts":           {},
	"lexis":           {},
	"signals":         {"hosts", "content", "lexis", "parse", "lookalike", "mailauth", "scanner", "store"},
	"detect":          {"hosts", "content", "lexis", "parse", "mailauth", "scanner", "store", "signals"},
	"policy":          {"parse", "mailauth", "scanner", "store", "signals", "detect"},
	"model":           {"parse", "mailauth", "scanner", "store", "signals", "detect", "lexis"},
	"model/shipped":   {"model"},
	"model/train":     {"parse", "mailauth", "scanner", "store", "signals", "detect", "lexis", "policy", "model", "filter", "mailbox"},
	"roster":          {"lookalike", "parse", "signals", "store"},
	"filter":          {"hosts", "roster", "lexis", "parse", "mailauth", "scanner", "store", "signals", "detect", "policy", "model"},
	"smtpd":           {"parse", "policy", "filter", "relay"},
	"web":             {"parse", "mailauth", "scanner", "store", "signals", "detect", "policy", "model", "filter"},
	"cmd/postern": {
		"hosts", "lexis", "parse", "mailauth", "roster", "scanner", "store", "store/pebble", "relay", "signals", "detect", "policy", "filter", "smtpd", "web", "mailbox",
		"model", "model/shipped", "model/train", "internal/enterprise",
	},
}

// pure packages compute; they may not reach outside the process.
var (
	pure    = []string{"hosts", "content", "content/image", "content/directory", "content/page", "content/pdf", "content/tnef", "content/archive", "content/office", "content/shortcut", "lexis", "parse", "lookalike", "signals", "roster", "detect", "model", "policy"}
	outside = []string{"os", "net", "net/http", "log", "log/slog", "database/sql", "math/rand", "math/rand/v2", "crypto/rand"}
)

// plain packages know nothing of mail, and are open to all.
var plain = []string{"internal/quantity", "internal/nearest", "internal/recent"}

// prometheus is for web alone: the others offer plain numbers.
const prometheus = "github.com/prometheus/"

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointDownhill(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if strings.HasPrefix(name, "internal/") {
			continue
		}
		allowed, ok := may[name]
		if !ok {
			t.Errorf("%s is not on the map; add it to may and to ARCHITECTURE.md", name)
		}
		for _, imp := range p.Imports {
			dep, ours := strings.CutPrefix(imp, module)
			if ours && !slices.Contains(plain, dep) && !slices.Contains(allowed, dep) {
				t.Errorf("%s imports %s, which is uphill", name, dep)
			}
			if slices.Contains(pure, name) && slices.Contains(outside, imp) {
				t.Errorf("%s is pure and may not import %s", name, imp)
			}
			if strings.HasPrefix(imp, prometheus) && name != "web" {
				t.Errorf("%s imports %s; only web may", name, imp)
			}
		}
	}
}

func packages(t *testing.T) (list []pkg) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// TestPureStaysPure keeps goroutines and the clock out of the pure packages.
func TestPureStaysPure(t *testing.T) {
	fset := token.NewFileSet()
	for _, pkg := range pure {
		files, err := filepath.Glob(filepath.Join("..", "..", pkg, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files, %v", pkg, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if why := impure(n); why != "" {
					t.Errorf("%s: %s is pure and may not %s", fset.Position(n.Pos()), pkg, why)
				}
				return true
			})
		}
	}
}

func impure(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "start a goroutine"
	case *ast.SelectorExpr:
		id, ok := n.X.(*ast.Ident)
		if ok && id.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After"}, n.Sel.Name) {
			return "read the clock"
		}
	}
	return ""
}
