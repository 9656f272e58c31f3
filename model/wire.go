package model

import (
	"encoding/binary"
	"math"
)

// A writer appends plain values.
type writer []byte

func (w *writer) uint(v uint64)     { *w = binary.AppendUvarint(*w, v) }
func (w *writer) int(v int64)       { *w = binary.AppendVarint(*w, v) }
func (w *writer) float32(v float32) { *w = binary.BigEndian.AppendUint32(*w, math.Float32bits(v)) }
func (w *writer) float64(v float64) { *w = binary.BigEndian.AppendUint64(*w, math.Float64bits(v)) }

func (w *writer) string(s string) {
	w.uint(uint64(len(s)))
	*w = append(*w, s...)
}

// A scanner reads what a writer wrote. Once something is wrong it has failed,
// and gives zeros.
type scanner struct {
	rest   []byte
	failed bool
}

// uint reads a number up to most.
func (r *scanner) uint(most uint64) uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > most || r.failed {
		r.failed = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// int reads a number of 41 bits at most.
func (r *scanner) int() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 || v > 1<<40 || v < -1<<40 || r.failed {
		r.failed = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *scanner) bytes(n int) []byte {
	if n > len(r.rest) || r.failed {
		r.failed = true
		return nil
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

// float32 reads a finite number.
func (r *scanner) float32() float32 {
	b := r.bytes(4)
	if b == nil {
		return 0
	}
	v := math.Float32frombits(binary.BigEndian.Uint32(b))
	r.failed = r.failed || !finite(float64(v))
	return v
}

// float64 reads a finite number.
func (r *scanner) float64() float64 {
	b := r.bytes(8)
	if b == nil {
		return 0
	}
	v := math.Float64frombits(binary.BigEndian.Uint64(b))
	r.failed = r.failed || !finite(v)
	return v
}

func (r *scanner) string() string { return string(r.bytes(int(r.uint(maxName)))) } //nolint:gosec // bounded
