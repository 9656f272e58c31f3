package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"postern/policy"
)

func example(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "config.example.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestExampleGivesTheDefaults(t *testing.T) {
	t.Parallel()
	c, found := load(example(t))
	if len(found) > 0 {
		t.Fatal((&problems{"config.example.toml", found}).Error())
	}
	want := defaults()
	got, shipped := c.withDefaults(), want.withDefaults()
	diff(t, "", reflect.ValueOf(got), reflect.ValueOf(shipped))
	// What the example writes must be the default, and not only leave it.
	diff(t, "", reflect.ValueOf(c), reflect.ValueOf(shipped))
}

// diff reports the keys that differ. Those that follow from the machine's name
// stand as comments in the example.
func diff(t *testing.T, key string, a, b reflect.Value) {
	t.Helper()
	if a.Kind() == reflect.Struct {
		for i := range a.NumField() {
			diff(t, strings.TrimPrefix(key+"."+a.Type().Field(i).Tag.Get("toml"), "."), a.Field(i), b.Field(i))
		}
		return
	}
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 || strings.HasSuffix(key, "hostname") || strings.HasSuffix(key, "helo") {
		return
	}
	if !reflect.DeepEqual(a.Interface(), b.Interface()) {
		t.Errorf("%s is %v in the example and %v by default", key, a, b)
	}
}

func TestExampleHasEveryKey(t *testing.T) {
	t.Parallel()
	text := string(example(t))
	var walk func(table string, of reflect.Type)
	walk = func(table string, of reflect.Type) {
		for name, typ := range fields(of) {
			for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct {
				typ = typ.Elem()
			}
			if len(fields(typ)) > 0 && typ != reflect.TypeFor[policy.Ladder]() {
				walk(name, typ)
			}
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(text) {
				t.Errorf("%s.%s is missing in config.example.toml", table, name)
			}
		}
	}
	walk("", reflect.TypeFor[config]())
}

// The commented keys are as good as the others.
func TestExampleCommentsCanBeTakenAway(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for line := range strings.Lines(string(example(t))) {
		if regexp.MustCompile(`^# (\[|\w+ += )`).MatchString(line) {
			line = line[2:]
		}
		b.WriteString(line)
	}
	if !strings.Contains(b.String(), "\n[[policy.for]]") {
		t.Fatal("no comment was taken away")
	}
	if _, found := load([]byte(b.String())); len(found) > 0 {
		t.Error((&problems{"config.example.toml", found}).Error())
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("[smtp]\nlisten = [\"a\"]\n[[policy.rule]]\nname = 1\n"))
	f.Add([]byte("a.b.c = 1\n[a]\n[[a.b]]\n"))
	f.Add([]byte("[policy]\nallow = [{from = [1]}]\nuntil = 2026-01-01\n\"\\u0000\" = '''\n\n'''"))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Files that are opened by name are not for a fuzzer.
		if regexp.MustCompile(`_file|tls_|\\`).Match(data) {
			return
		}
		_, found := load(data)
		for _, p := range found {
			if p.line < 0 || p.line > strings.Count(string(data), "\n")+1 {
				t.Errorf("line %d of %q", p.line, data)
			}
		}
	})
}
