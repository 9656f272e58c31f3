// Package recent remembers what a function of a text gave for the texts that it
// was asked about last: message after message is about the same domains.
package recent

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

const (
	places  = 1 << 10 // of a memo
	maxText = 256     // bytes of a text that is remembered
)

// A Memo is a function with a memory. It is safe for concurrent use.
type Memo[V any] struct {
	of   func(string) V
	seed maphash.Seed
	last [places]atomic.Pointer[known[V]] // by the hash of the text
}

type known[V any] struct {
	text  string
	value V
}

// New gives a memory to a function that has none and depends on nothing but its
// text.
func New[V any](of func(text string) V) *Memo[V] {
	return &Memo[V]{of: of, seed: maphash.MakeSeed()}
}

// Of is the value of the function. It shares no memory with text if it is
// remembered.
func (m *Memo[V]) Of(text string) V {
	if len(text) > maxText {
		return m.of(text)
	}
	at := &m.last[maphash.String(m.seed, text)%places]
	if k := at.Load(); k != nil && k.text == text {
		return k.value
	}
	k := &known[V]{text: strings.Clone(text)}
	k.value = m.of(k.text)
	at.Store(k)
	return k.value
}
