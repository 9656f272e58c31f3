package detect

import "postern/signals"

// Out of character is what a sender's mail showed hardly ever, by a habit that
// rests on some messages.
const (
	oddBits    = 5 // of surprise: once in thirty-two messages
	oddSupport = 4 // messages
)

// An oddity is an attribute that a stranger in a stolen mailbox cannot help to
// show.
type oddity struct {
	bits, support *signals.Signal
	clause        string
}

func odd(attribute, clause string) oddity {
	bits, support := signals.Habit(attribute)
	return oddity{bits, support, clause}
}

// oddities come in groups of what changes together: who travels is in another
// network and another zone, and who has another program writes other fields. A
// group counts once.
var oddities = [...][]oddity{
	{
		odd("network", "it came from a network that they never used"),
		odd("zone", "its clock is in a time zone that theirs never was in"),
	},
	{
		odd("mailer", "it was written with a program that they never used"),
		odd("fields", "its header is built as theirs never was"),
		odd("message_id", "its Message-ID is of a kind that theirs never were"),
	},
	{
		odd("signing_key", "it bears a signature that theirs never bore"),
		odd("return_path", "its envelope sender is of a domain that theirs never was"),
	},
	{
		odd("reply_to", "answers go where they never went"),
	},
}

// character adds how the message is unlike those that its sender usually
// writes, and tells in how many ways it is.
func (s *suspicion) character(v signals.Vector, share float64) (ways int) {
	for _, group := range oddities {
		for _, o := range group {
			if v.Of(o.bits) >= oddBits && v.Of(o.support) >= oddSupport {
				s.because(share, o.bits, o.clause)
				ways++
				break
			}
		}
	}
	return ways
}
