// Package store says what Postern remembers: the history of senders and
// their correspondents, the journal of decisions, and the quarantine. Engines
// live in its subpackages and must pass package storetest. It knows nothing
// of signals, verdicts or protocols.
package store

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"postern/parse"
)

// ErrNotFound reports that a decision or held message does not exist.
var ErrNotFound = errors.New("store: not found")

// HalfLife is the time in which a sighting loses half its weight.
const HalfLife = 180 * 24 * time.Hour

// A Tally counts the sightings of one entity, decayed with [HalfLife] to the
// time that was asked for. The zero Tally means never seen.
type Tally struct {
	Good        float64   // messages that were judged legitimate, and stayed so
	Bad         float64   // messages that turned out unwanted
	Attempts    float64   // all messages, whatever became of them
	First, Last time.Time // of the good ones; zero where there is none
}

// Known tells whether any legitimate message was seen.
func (t Tally) Known() bool { return !t.First.IsZero() }

// A Standing is what is known of the names that a message bears.
type Standing struct {
	Address  Tally // the From address
	Domain   Tally // its organisational domain
	Name     Tally // the display name, whoever bears it
	NameHere Tally // the display name, borne by this address
}

// A Profile is what is known when a message arrives. Senders that were
// authenticated and those that merely claimed a name are remembered apart, so
// that nobody borrows another's good name. Unknown senders have a zero
// Profile; that is not an error.
type Profile struct {
	Verified Standing
	Claimed  Standing
	In       []Pair // sender to recipient, one for each of Query.Rcpts
	Out      []Pair // recipient to sender: what our people wrote, always verified
}

// A Pair is what passed from one address to another, in one direction.
type Pair struct {
	Verified, Claimed Tally
}

// A Query names the entities to look up, and as of when.
type Query struct {
	From  parse.Address
	Name  string // display name as shown; engines fold it
	Rcpts []parse.Address
	AsOf  time.Time // zero is now
}

// A Label is the last word on what a message was.
type Label uint8

// The labels.
const (
	Unjudged Label = iota // an attempt: counts in Attempts alone
	Good
	Bad
)

// A Sighting is one message's effect on history. Its ID comes from the message
// and not from the transaction, so that a retry changes nothing; the last
// Sighting with an ID replaces those before it, so that a late label corrects
// the past.
type Sighting struct {
	Query
	ID       string
	Verified bool // the From domain was authenticated
	Outbound bool // written by one of ours: also counts as Out for each recipient
	Label    Label
}

// History is the memory of senders. It is safe for concurrent use.
type History interface {
	Lookup(ctx context.Context, q Query) (Profile, error)
	Record(ctx context.Context, s Sighting) error
	io.Closer
}

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
