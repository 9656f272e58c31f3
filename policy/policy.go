// Package policy turns findings into one verdict by the operator's rules. It
// knows no protocol and reads no clock.
package policy

import (
	"fmt"
	"slices"

	"postern/detect"
	"postern/internal/nearest"
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

var actionNames = []string{"accept", "tag", "quarantine", "defer", "reject"}

// String spells the action as in headers and rules.
func (a Action) String() string { return actionNames[a] }

// MarshalText writes the action as String spells it.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads an action as String spells it.
func (a *Action) UnmarshalText(text []byte) error {
	i, err := index(text, "action", actionNames)
	*a = Action(i) //nolint:gosec // there are five
	return err
}

// A Mode says how much of a verdict is carried out.
type Mode uint8

// The modes.
const (
	Observe Mode = iota // header fields only
	TagOnly             // what is worse than tag is tagged
	Enforce
)

var modeNames = []string{"observe", "tag", "enforce"}

// String spells the mode as in the configuration.
func (m Mode) String() string { return modeNames[m] }

// MarshalText writes the mode as String spells it.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a mode as String spells it.
func (m *Mode) UnmarshalText(text []byte) error {
	i, err := index(text, "mode", modeNames)
	*m = Mode(i) //nolint:gosec // there are three
	return err
}

// limit is what of a is carried out.
func (m Mode) limit(a Action) Action {
	switch m {
	case Observe:
		return Accept
	case TagOnly:
		return min(a, Tag)
	default:
		return a
	}
}

// index finds text among names, or says which of them it may have meant.
func index(text []byte, what string, names []string) (int, error) {
	i := slices.Index(names, string(text))
	if i < 0 {
		return 0, fmt.Errorf("%q is no %s; take one of %q%s", text, what, names, nearest.Hint(string(text), names))
	}
	return i, nil
}

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
