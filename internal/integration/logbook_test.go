//go:build integration

package integration

import "sync"

// A logbook keeps what is written to it, and tells those who wait.
type logbook struct {
	mu      sync.Mutex
	text    []byte
	changed chan struct{}
}

// Write implements [io.Writer].
func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
	return len(p), nil
}

func (l *logbook) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.text)
}

// since is what follows the first from bytes, and what is closed when there
// is more.
func (l *logbook) since(from int) (text string, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return string(l.text[from:]), l.changed
}

func (l *logbook) tail(n int) string {
	text, _ := l.since(0)
	return text[max(0, len(text)-n):]
}
