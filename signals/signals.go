// Package signals measures a message. A signal is a named number with no
// opinion; package detect holds the opinions. Every signal is a pure function
// of [Facts], so the filter and the trainer cannot disagree about its value.
package signals

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"sync"
)

// A Level says whom a signal describes.
type Level uint8

// The levels.
const (
	Message Level = iota
	Sender
	Domain
	Pair
	Recipient
	Organization
	Link
	Vendor
	Thread
)

// String names the level.
func (l Level) String() string {
	return [...]string{"message", "sender", "domain", "pair", "recipient", "organization", "link", "vendor", "thread"}[l]
}

// A Unit says how to read a signal's number.
type Unit uint8

// The units.
const (
	Bool  Unit = iota // 0 or 1
	Count             // 0 and up; decayed counts have fractions
	Ratio             // 0 to 1
	Days
	Bytes
	Edits  // edit distance
	Bits   // of surprise: 1 for what one message in two shows, 10 for one in a thousand
	Points // as another filter counts; negative is good
)

// String names the unit.
func (u Unit) String() string {
	return [...]string{"bool", "count", "ratio", "days", "bytes", "edits", "bits", "points"}[u]
}

// Unknown is the value of a signal whose facts are missing. Zero means zero.
var Unknown = math.NaN()

// Known tells whether a value was measured.
func Known(v float64) bool { return !math.IsNaN(v) }

// A Signal is one measurement. Its Name is forever: a changed meaning is a
// new signal.
type Signal struct {
	Name  string // subject.measure
	Level Level
	Unit  Unit
	Doc   string // one sentence; a row of docs/signals.md
	Eval  func(*Facts) float64

	index int
}

// A Vector holds one value per signal of a [Schema].
type Vector struct {
	schema *Schema
	v      []float64
}

// Of returns the value of s, or Unknown if the vector has none.
func (v Vector) Of(s *Signal) float64 {
	if s.index >= len(v.v) {
		return Unknown
	}
	return v.v[s.index]
}

// Values returns the values in schema order. They must not be changed.
func (v Vector) Values() []float64 { return v.v }

// With returns a copy of the vector in which s has value x.
func (v Vector) With(s *Signal, x float64) Vector {
	c := Vector{v.schema, slices.Clone(v.v)}
	if s.index < len(c.v) {
		c.v[s.index] = x
	}
	return c
}

// A Schema is an ordered set of signals. Models are bound to its Hash.
type Schema struct {
	signals []*Signal
	names   []string
	hash    uint64
}

var defined []*Signal

// define adds a signal at package initialisation.
func define(s Signal) *Signal {
	defined = append(defined, &s)
	return &s
}

// All returns the schema of every signal, ordered by name.
var All = sync.OnceValue(func() *Schema {
	list := slices.SortedFunc(slices.Values(defined), func(a, b *Signal) int { return cmp.Compare(a.Name, b.Name) })
	schema := &Schema{signals: list, names: make([]string, len(list))}
	h := fnv.New64a()
	for i, s := range list {
		s.index, schema.names[i] = i, s.Name
		_, _ = fmt.Fprintln(h, s.Name, s.Level, s.Unit)
	}
	schema.hash = h.Sum64()
	return schema
})

// Hash identifies the schema in decision records and model files.
func (s *Schema) Hash() uint64 { return s.hash }

// Signals returns the signals in schema order.
func (s *Schema) Signals() []*Signal { return s.signals }

// Names returns the signals' names in schema order.
func (s *Schema) Names() []string { return s.names }

// Compute evaluates every signal. It does no I/O and reads no clock.
func (s *Schema) Compute(f *Facts) Vector {
	v := make([]float64, len(s.signals))
	for i, sig := range s.signals {
		v[i] = sig.Eval(f)
	}
	return Vector{s, v}
}
