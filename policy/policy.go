// Package policy turns findings into one verdict by the operator's rules. It
// knows no protocol and reads no clock.
package policy

import (
	"postern/detect"
)

// An Action is what happens to a message, mildest first, so that the stricter
// of two actions is the greater.
type Action uint8

// The actions.
const (
	Accept Action = iota
	Tag
	Quarantine
	Defer
	Reject
)

// String spells the action as in headers and rules.
func (a Action) String() string {
	return [...]string{"accept", "tag", "quarantine", "defer", "reject"}[a]
}

// A Mode says how much of a verdict is carried out.
type Mode uint8

// The modes.
const (
	Observe Mode = iota // header fields only
	TagOnly             // what is worse than tag is tagged
	Enforce
)

// A Verdict is the policy's order. Doors translate Action to their protocol.
type Verdict struct {
	Action     Action // to be carried out under the mode in force
	Would      Action // what enforce would do: the value of X-Postern-Verdict
	Mode       Mode
	Rule       string // the rule, threshold or entry that decided
	Class      detect.Class
	Score      float64 // probability that the message is unwanted
	Scores     [detect.NumClasses]float64
	Reasons    []detect.Evidence // strongest first
	SubjectTag string            // to stand before the subject; empty by default
}
