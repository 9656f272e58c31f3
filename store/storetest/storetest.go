// Package storetest is what every engine must pass, whatever it keeps its
// records in. An engine's test file is one call for each interface.
package storetest

import (
	"context"
	"math"
	"net/netip"
	"reflect"
	"sync"
	"testing"
	"time"

	"postern/parse"
)

// start is when the tests' mail begins.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

var (
	ann    = parse.Address{Local: "ann", Domain: "example.com"}
	bob    = parse.Address{Local: "bob", Domain: "example.com"}
	vendor = parse.Address{Local: "billing", Domain: "vendor.example"}
)

// run runs the cases in parallel, each with a store of its own.
func run[S, I any](t *testing.T, open func(*testing.T, string) S, cases map[string]func(*testing.T, I)) {
	t.Helper()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := any(open(t, t.TempDir())).(I)
			test(t, s)
		})
	}
}

// atOnce runs f in n goroutines, and waits for them.
func atOnce(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

// ended is a context whose time is over.
func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same compares two values deeply. NaN equals NaN, no list an empty one.
func same(t *testing.T, got, want any) {
	t.Helper()
	if !equal(reflect.ValueOf(got), reflect.ValueOf(want)) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func equal(a, b reflect.Value) bool {
	switch a.Interface().(type) {
	case time.Time, netip.Addr:
		return reflect.DeepEqual(a.Interface(), b.Interface())
	}
	switch a.Kind() {
	case reflect.Float64:
		return a.Float() == b.Float() || math.IsNaN(a.Float()) && math.IsNaN(b.Float())
	case reflect.Struct:
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return equal(a.Elem(), b.Elem())
	default:
		return reflect.DeepEqual(a.Interface(), b.Interface())
	}
}
