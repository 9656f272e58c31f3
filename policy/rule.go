package policy

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"postern/detect"
	"postern/internal/nearest"
	"postern/mailauth"
	"postern/signals"
)

// Limits of one rule.
const (
	maxNodes     = 1000      // of its expression
	memoryBudget = 1_000_000 // elements that an evaluation may make
)

// builtins are the functions that rules may call. All are pure, and none makes
// more than it was given.
var builtins = []string{
	"all", "any", "none", "one", "count", "len", "lower", "upper", "trim", "split", "indexOf",
	"abs", "min", "max", "floor", "ceil", "round", "first", "last",
}

// rule is a Rule ready to be asked.
type rule struct {
	name string
	when *vm.Program
	then Action
}

// first is the consequence of the first rule that holds. A rule that breaks,
// say for an element that a list has not, does not hold.
func (e *env) first(rules []rule) (Action, string, bool) {
	for i := range rules {
		machine := vm.VM{MemoryBudget: memoryBudget}
		if holds, err := machine.Run(rules[i].when, e); err == nil && holds == true {
			return rules[i].then, rules[i].name, true
		}
	}
	return Accept, "", false
}

func (p *problems) rules(at string, list []Rule) []rule {
	made := make([]rule, len(list))
	used := map[string]bool{}
	for i, r := range list {
		at := fmt.Sprintf("%s[%d]", at, i)
		if r.Name == "" || used[r.Name] {
			p.add(at+".name", "%q is not a name of its own; verdicts and logs show it", r.Name)
		}
		used[r.Name] = true
		if r.Then == "" {
			p.add(at+".then", "is missing; take one of %q", actionNames)
		}
		made[i] = rule{name: "rule " + r.Name, then: p.action(at+".then", r.Then, Accept)}
		var err error
		if made[i].when, err = compile(r.When); err != nil {
			p.add(at+".when", "rule %q, %v", r.Name, err)
		}
	}
	return made
}

// compile checks the expression against env. Its error begins with line and
// column.
func compile(when string) (*vm.Program, error) {
	quoted := &checker{}
	allowed := func(c *conf.Config) {
		for _, b := range builtins {
			expr.EnableBuiltin(b)(c)
		}
	}
	program, err := expr.Compile(when, expr.Env(&env{}), expr.AsBool(), expr.MaxNodes(maxNodes),
		expr.Patch(quoted), expr.DisableAllBuiltins(), allowed)
	if err == nil && quoted.wrong == nil {
		return program, nil
	}
	at := quoted.wrong
	if err == nil {
		at = at.Bind(file.NewSource(when))
	} else if !errors.As(err, &at) { // of the whole expression
		return nil, fmt.Errorf("1:1: %w", err)
	}
	return nil, fmt.Errorf("%d:%d: %s", max(at.Line, 1), at.Column+1, hinted(at.Message))
}

// hinted adds to the compiler's message what name may have been meant.
func hinted(message string) string {
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		return message + nearest.Hint(name, slices.Concat(names(reflect.TypeFor[env]()), builtins))
	}
	attachment := reflect.TypeFor[attached]()
	if name, ok := strings.CutPrefix(message, "type "+attachment.String()+" has no field "); ok {
		return "an attachment has no field " + name + nearest.Hint(name, names(attachment))
	}
	return message
}

// names lists the names that rules use for the fields of t.
func names(t reflect.Type) []string {
	fields := reflect.VisibleFields(t)
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.Tag.Get("expr")
	}
	return list
}

// checker looks for names in quotes that do not exist. It keeps the first.
type checker struct{ wrong *file.Error }

// Visit implements [ast.Visitor].
func (c *checker) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if ok && arguments[callee.Value] != nil && len(n.Arguments) == 1 {
			c.among(n.Arguments[0], arguments[callee.Value]())
		}
	case *ast.BinaryNode:
		if n.Operator == ".." {
			c.fail(n, "ranges are not for rules")
		}
		c.compared(n)
	}
}

// compared checks what a field with few values is compared with.
func (c *checker) compared(n *ast.BinaryNode) {
	field, value := n.Left, n.Right
	if _, ok := field.(*ast.StringNode); ok {
		field, value = value, field
	}
	id, ok := field.(*ast.IdentifierNode)
	if !ok || values[id.Value] == nil {
		return
	}
	literals := []ast.Node{value}
	if list, ok := value.(*ast.ArrayNode); ok && n.Operator == "in" {
		literals = list.Nodes
	} else if n.Operator != "==" && n.Operator != "!=" {
		return
	}
	for _, l := range literals {
		if _, ok := l.(*ast.StringNode); ok {
			c.among(l, values[id.Value])
		}
	}
}

// among demands that node is one of names, in quotes.
func (c *checker) among(node ast.Node, names []string) {
	s, ok := node.(*ast.StringNode)
	if !ok {
		c.fail(node, "a name in quotes is needed here")
	} else if !slices.Contains(names, s.Value) {
		c.fail(node, fmt.Sprintf("there is no %q%s", s.Value, nearest.Hint(s.Value, names)))
	}
}

func (c *checker) fail(node ast.Node, message string) {
	if c.wrong == nil {
		c.wrong = &file.Error{Location: node.Location(), Message: message}
	}
}

// arguments are the names that functions of env take.
var arguments = map[string]func() []string{
	"p":      func() []string { return classNames },
	"signal": func() []string { return signals.All().Names() },
	"known":  func() []string { return signals.All().Names() },
	"found":  detectors,
}

func detectors() []string {
	all := detect.Heuristics()
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Name()
	}
	return names
}

// values are all that some fields of env can be.
var values = map[string][]string{
	"class": classNames, "direction": {signals.Inbound.String(), signals.Outbound.String(), signals.Internal.String()},
	"spf": resultNames, "dkim": resultNames, "dmarc": resultNames, "arc": resultNames,
}

var classNames = func() []string {
	names := make([]string, detect.NumClasses)
	for c := range detect.NumClasses {
		names[c] = c.String()
	}
	return names
}()

var resultNames = []string{
	string(mailauth.None), string(mailauth.Neutral), string(mailauth.Pass), string(mailauth.Fail),
	string(mailauth.SoftFail), string(mailauth.Policy), string(mailauth.TempError), string(mailauth.PermError),
}

var signalNamed = sync.OnceValue(func() map[string]*signals.Signal {
	named := map[string]*signals.Signal{}
	for _, s := range signals.All().Signals() {
		named[s.Name] = s
	}
	return named
})
