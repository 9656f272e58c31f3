// Package detect turns measurements into suspicions. A detector is pure: it
// sees facts and a vector, and returns findings with the evidence for them.
package detect

import (
	"postern/signals"
)

// A Class is what a message is.
type Class uint8

// The classes, the unwanted ones first.
const (
	CredentialPhishing Class = iota
	QRPhishing
	CallbackPhishing
	ExecutiveImpersonation
	GiftCardScam
	PayrollDiversion
	VendorFraud
	AccountTakeover
	DataTheft
	Malware
	Extortion
	AdvanceFee
	Reconnaissance
	Mailbomb
	ServiceAbuse
	Spam
	Graymail
	Safe
	NumClasses
)

var classNames = [NumClasses]string{
	"credential_phishing", "qr_phishing", "callback_phishing", "executive_impersonation", "gift_card_scam",
	"payroll_diversion", "vendor_fraud", "account_takeover", "data_theft", "malware", "extortion", "advance_fee",
	"reconnaissance", "mailbomb", "service_abuse", "spam", "graymail", "safe",
}

// String spells the class as in headers, rules and labels.
func (c Class) String() string { return classNames[c] }

// Unwanted tells whether the class is an attack or spam.
func (c Class) Unwanted() bool { return c <= Spam }

// ParseClass reads a class as String spells it.
func ParseClass(s string) (Class, bool) {
	for c, name := range classNames {
		if name == s {
			return Class(c), true
		}
	}
	return Safe, false
}

// Evidence is one reason for a person to read, tied to the signal that gave
// it. Text is a clause of ours; values from the message inside it are cleaned
// of control characters and cut to a length.
type Evidence struct {
	Signal *signals.Signal
	Text   string
}

// A Finding is one detector's suspicion.
type Finding struct {
	Detector string
	Class    Class
	Score    float64 // 0 to 1: of 100 findings at 0.9, 90 are right
	Evidence []Evidence

	// P is the probability of every class, which exclude each other, where a
	// trained model speaks; else nil. Score is then that of being unwanted.
	P *[NumClasses]float64
	// Weighed tells that a model took this finding into account: the two are one
	// witness, and the stronger word counts.
	Weighed bool
}

// A Detector looks for one kind of attack. It is pure and safe for concurrent
// use.
type Detector interface {
	Name() string // permanent, in lower case with hyphens
	Doc() string  // one sentence; a row of docs/detectors.md
	Detect(*signals.Facts, signals.Vector) []Finding
}
