package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"postern/internal/nearest"
)

// maxProblems bounds how many wrong values are looked for.
const maxProblems = 100

// problem is one mistake in the configuration file.
type problem struct {
	line int // 0 where it is in no line
	key  string
	text string
}

// problems is every mistake of a file, as an error.
type problems struct {
	file string
	list []problem
}

// Error tells one mistake a line.
func (p *problems) Error() string {
	var b strings.Builder
	for i, one := range p.list {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.file)
		if one.line > 0 {
			fmt.Fprintf(&b, ":%d", one.line)
		}
		b.WriteString(": ")
		if one.key != "" {
			b.WriteString(one.key + ": ")
		}
		b.WriteString(one.text)
	}
	return b.String()
}

// problemIn reads a package's error: "package: key: text" or "key: text", the
// key being inside table.
func problemIn(table string, err error) problem {
	text := strings.TrimPrefix(err.Error(), packageOf[table]+": ")
	key, rest, ok := strings.Cut(text, ": ")
	if !ok || strings.ContainsAny(key, " \"") {
		return problem{key: table, text: text}
	}
	return problem{key: strings.TrimPrefix(table+"."+key, "."), text: rest}
}

// packageOf names the package that checks a table, where it is not the table's
// own name.
var packageOf = map[string]string{
	"organization": "signals", "smtp": "smtpd", "downstream": "relay", "dns": "mailauth", "store": "pebble", "policy": "policy", "web": "web",
}

// loadFile reads and checks a configuration file.
func loadFile(path string) (config, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if err != nil {
		return config{}, exit(exitNoInput, err)
	}
	c, found := load(data)
	if len(found) > 0 {
		return config{}, exit(exitConfig, &problems{path, found})
	}
	return c, nil
}

// load starts from the defaults, refuses unknown keys, and reports every
// problem at once.
func load(data []byte) (config, []problem) {
	doc, err := outline(data)
	if err != nil {
		return config{}, []problem{*err}
	}
	c, list := decode(doc)
	list = append(list, c.check()...)
	for i := range list {
		if list[i].line == 0 {
			list[i].line = doc.line(list[i].key)
		}
	}
	slices.SortStableFunc(list, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	return c, list
}

// decode reads the values. The decoder stops at the first value of a wrong
// type, so that one is put aside and the rest is read again.
func decode(doc *document) (config, []problem) {
	var list []problem
	data := bytes.Clone(doc.data)
	for range maxProblems {
		c := defaults()
		err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&c)
		var unknown *toml.StrictMissingError
		var wrong *toml.DecodeError
		switch {
		case err == nil:
			return c, list
		case errors.As(err, &unknown):
			for _, e := range unknown.Errors {
				line, _ := e.Position()
				at, _ := doc.at(line)
				list = append(list, problem{line, at.key, "there is no such key" + meant(e.Key())})
			}
			return c, list
		case !errors.As(err, &wrong):
			return c, append(list, problem{text: err.Error()})
		}
		line, _ := wrong.Position()
		at, ok := doc.at(line)
		list = append(list, problem{line, at.key, plain(wrong)})
		if !ok || data[at.start] == ' ' {
			return c, list
		}
		for i := at.start; i < at.end; i++ {
			if data[i] != '\n' {
				data[i] = ' '
			}
		}
	}
	return config{}, list
}

var wrongType = regexp.MustCompile(`^toml: cannot decode TOML (.*) into .* of type (.*)$`)

// plain is the decoder's message without the names of our types.
func plain(err error) string {
	return strings.TrimPrefix(wrongType.ReplaceAllString(err.Error(), "$1 where $2 is wanted"), "toml: ")
}

// meant hints at the known key that is nearest, beside the wrong one.
func meant(key toml.Key) string {
	t := reflect.TypeFor[config]()
	for _, part := range key[:len(key)-1] {
		field, ok := fields(t)[part]
		if !ok {
			return ""
		}
		for t = field; t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice; {
			t = t.Elem()
		}
	}
	var names []string
	for name := range fields(t) {
		names = append(names, name)
	}
	slices.Sort(names)
	return nearest.Hint(key[len(key)-1], names)
}

// fields are the keys of a table, with the types of their values.
func fields(t reflect.Type) map[string]reflect.Type {
	keys := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return keys
	}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("toml"), ","); name != "" {
			keys[name] = f.Type
		}
	}
	return keys
}

// document tells where the keys of a file stand.
type document struct {
	data  []byte
	spans []span
}

// span is one "key = value" or table header.
type span struct {
	key            string // policy.rule[2].when
	line, lastLine int
	start, end     int // bytes
}

// outline finds the keys, or the mistake that hides them.
func outline(data []byte) (*document, *problem) {
	doc := &document{data: data}
	var p unstable.Parser
	p.Reset(data)
	table, seen := "", map[string]int{}
	for p.NextExpression() {
		node := p.Expression()
		key, raw := dotted(node), node.Raw
		switch node.Kind {
		case unstable.Table:
			table = indexed(key, seen)
			key = table
		case unstable.ArrayTable:
			parent := indexed(key, seen)
			table = fmt.Sprintf("%s[%d]", parent, seen[parent])
			seen[parent]++
			key = table
		default:
			key = strings.TrimPrefix(table+"."+key, ".")
		}
		if it := node.Key(); raw.Length == 0 && it.Next() {
			raw = it.Node().Raw
		}
		shape := p.Shape(raw)
		doc.spans = append(doc.spans, span{key, shape.Start.Line, shape.End.Line, shape.Start.Offset, shape.End.Offset})
	}
	if syntax, ok := errors.AsType[*unstable.ParserError](p.Error()); ok {
		at := p.Shape(p.Range(syntax.Highlight)).Start
		return nil, &problem{at.Line, "", fmt.Sprintf("column %d: %s", at.Column, syntax.Message)}
	}
	return doc, nil
}

func dotted(node *unstable.Node) string {
	var parts []string
	for it := node.Key(); it.Next(); {
		parts = append(parts, string(it.Node().Data))
	}
	return strings.Join(parts, ".")
}

// indexed puts into key the indexes of the arrays of tables that it is in.
func indexed(key string, seen map[string]int) string {
	path := ""
	parts := strings.Split(key, ".")
	for i, part := range parts {
		path = strings.TrimPrefix(path+"."+part, ".")
		if n := seen[path]; n > 0 && i < len(parts)-1 {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	return path
}

// at finds what stands in a line.
func (d *document) at(line int) (span, bool) {
	for _, s := range d.spans {
		if s.line <= line && line <= s.lastLine {
			return s, true
		}
	}
	return span{}, false
}

// line finds the line of key, or of what it is in.
func (d *document) line(key string) int {
	for key != "" {
		for _, s := range d.spans {
			if s.key == key {
				return s.line
			}
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return 0
}
