package scanner

import (
	"sync"
	"time"
)

const (
	failures = 3               // in a row, after which a scanner is left alone
	minRest  = 5 * time.Second // for so long, doubled each time it fails again
	maxRest  = 5 * time.Minute
)

// A breaker keeps messages from waiting for a scanner that does not answer.
// After some failures in a row nobody asks for a while; then one message tries.
// The zero breaker lets everybody ask.
type breaker struct {
	mu     sync.Mutex
	failed int
	rest   time.Duration
	until  time.Time
}

// allow tells whether to ask now. Whoever is let through says how it went.
func (b *breaker) allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < failures {
		return true
	}
	if now.Before(b.until) {
		return false
	}
	b.until = now.Add(b.rest) // the others wait for what this one finds
	return true
}

// done notes an outcome.
func (b *breaker) done(now time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok {
		b.failed, b.rest = 0, 0
		return
	}
	if b.failed++; b.failed >= failures {
		b.rest = min(max(2*b.rest, minRest), maxRest)
		b.until = now.Add(b.rest)
	}
}
