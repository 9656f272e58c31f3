// Package store says what Postern remembers: the history of senders and
// their correspondents, the journal of decisions, and the quarantine. Engines
// live in its subpackages and must pass package storetest. It knows nothing
// of signals, verdicts or protocols.
package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"postern/parse"
)

// ErrNotFound reports that a decision or held message does not exist.
var ErrNotFound = errors.New("store: not found")

// An Entry is one decision as the journal keeps it: what was judged, by what
// measure, and what became of it. It is what training learns from, so the
// vector is the one that was served.
type Entry struct {
	ID       string
	At       time.Time
	Door     string
	From     string // header From address
	MailFrom string // envelope sender
	Rcpts    []string
	Remote   string
	Size     int
	Sighting Sighting
	Signals  []string  // names; the same slice for all entries of one schema
	Values   []float64 // one for each name; NaN is unknown
	Findings []Finding
	Action   string
	Rule     string
	Class    string
	Score    float64
	Reasons  []string
	Missing  []string // stages that gave nothing
	Fate     string
	Label    *Verdict // nil until somebody says what it was
}

// A Finding is one detector's suspicion, in plain values.
type Finding struct {
	Detector, Class string
	Score           float64
	Evidence        []string
}

// A Verdict is somebody's word on what a message really was.
type Verdict struct {
	Class, By string
	At        time.Time
}

// Journal keeps decisions and labels. It is safe for concurrent use.
type Journal interface {
	Append(ctx context.Context, e Entry) error
	Entry(ctx context.Context, id string) (Entry, error)
	SetLabel(ctx context.Context, id string, v Verdict) error
	// Scan yields the entries with from <= At < to in time order. The
	// iteration ends after the first error.
	Scan(ctx context.Context, from, to time.Time) iter.Seq2[Entry, error]
}

// A Held message waits in quarantine, with all that its release needs.
type Held struct {
	Envelope parse.Envelope
	Mail     string   // MAIL parameters as received, without FROM: "BODY=8BITMIME RET=HDRS"
	Rcpt     []string // RCPT parameters, one string a recipient
	Size     int      // of Message in bytes; the quarantine counts it
	Message  []byte   // as it is to be delivered: our header fields, then the message as received
	Class    string
	Score    float64
	Reasons  []string
}

// Quarantine keeps held messages. It is safe for concurrent use.
type Quarantine interface {
	// Hold returns once h would survive a power cut.
	Hold(ctx context.Context, h Held) error
	Held(ctx context.Context, id string) (Held, error)
	// Holdings yields what is held, oldest first, without Message.
	Holdings(ctx context.Context) iter.Seq2[Held, error]
	Remove(ctx context.Context, id string) error
}
