package detect

import "postern/signals"

// executiveImpersonation finds mail from outside under the name of one of
// ours. Services write under their users' names as well: they prove their
// domain and offer to unsubscribe. So do partners' people who happen to bear
// the name, and our own people from a private mailbox that we write to.
type executiveImpersonation struct{}

func (executiveImpersonation) Name() string { return "executive-impersonation" }

func (executiveImpersonation) Doc() string {
	return "An outside sender bears the display name of one of our people, given or learned, or an address of ours for a name."
}

func (d executiveImpersonation) Detect(f *signals.Facts, v signals.Vector) []Finding {
	vip := is(v, signals.FromVIPName) || is(v, signals.NameOursVIP)
	ours := ownAddress(f, v)
	shown := vip || is(v, signals.NameOurs) || ours != ""
	if !shown && !is(v, signals.NameSpelt) && !is(v, signals.NameSigned) ||
		!is(v, signals.OrgInbound) || is(v, signals.FromOwnDomain) || private(v) || established(v) {
		return nil
	}
	free := is(v, signals.FromFreemail)
	proven := is(v, signals.AuthAligned)
	if list := is(v, signals.HeaderList); !free && (list && (proven || !vip) || proven && acquainted(v) && !likeOurs(f, v)) {
		return nil // a service, or a namesake at a partner's
	}
	var s suspicion
	heard := v.Of(signals.SenderFirstSeen) >= settled
	if s.borrows(f, v, vip, ours); !shown && (heard || !free) {
		return nil // who is one of ours by a signature alone may quote one
	}
	if free {
		s.because(0.4, signals.FromFreemail, "it is a free mailbox that anybody can open")
	}
	if is(v, signals.FromReplyToForeign) {
		s.because(0.4, signals.FromReplyToForeign, "replies go to "+quote(f.Msg.ReplyTo[0].Address.String()))
	}
	s.unproven(v, 0.2)
	if is(v, signals.SenderFirstContact) {
		s.because(0.2, signals.SenderFirstContact, "nobody here had mail from this address before")
	}
	if v.Of(signals.NameOursWrites) == 0 && mature(v) {
		s.because(0.15, signals.NameOursWrites, "whose name it is never wrote to this recipient")
	}
	told := len(s.evidence)
	s.pressure(v)
	class := s.wish(v, ExecutiveImpersonation)
	wantsNothing := len(s.evidence) == told
	if wantsNothing && heard {
		return nil // who bears a name of ours, and no more
	}
	if wantsNothing && !mature(v) && !is(v, signals.FromReplyToForeign) {
		s.score = min(s.score, idle)
	}
	if wantsNothing && !vip && ours == "" && (!free || v.Of(signals.NameOursWrites) != 0) || !mature(v) && !vip && ours == "" {
		s.score = min(s.score, idle)
	}
	return s.finding(d, class)
}

// private tells whether the address is a private one of ours: who bears their
// name wrote from there, or was written to by it, and not only in the last days.
func private(v signals.Vector) bool {
	return is(v, signals.NamePrivate) && !(v.Of(signals.SenderFirstSeen) < settled) ||
		v.Of(signals.NameCalled) >= settled && is(v, signals.AuthAligned)
}

// idle is the score of who bears a name of ours and wants nothing that we can
// read.
const idle = 0.45

// borrows adds how the message bears a name of ours.
func (s *suspicion) borrows(f *signals.Facts, v signals.Vector, vip bool, ours string) {
	from := quote(f.From().String())
	switch {
	case vip:
		s.because(0.5, signals.FromVIPName, "the name "+quote(f.Msg.From[0].Name)+" is that of one of our people, the address "+from+" is not theirs")
	case ours != "":
		s.because(0.35, signals.FromNameAddress, "the name shows "+quote(ours)+", an address of ours, but the sender is "+from)
	case is(v, signals.NameOursSame) && v.Of(signals.NameNamesakes) <= 1:
		s.because(0.4, signals.NameOursSame, "the name "+quote(f.Msg.From[0].Name)+" is that of one of our people, the address "+from+" is not theirs")
	case is(v, signals.NameOurs):
		s.because(0.2, signals.NameOurs, "the name "+quote(f.Msg.From[0].Name)+" is like that of one of our people, the address "+from+" is not theirs")
	}
	if is(v, signals.NameSpelt) {
		s.because(0.2, signals.NameSpelt, "the address "+from+" spells the name of one of our people, and is not theirs")
	}
	if is(v, signals.NameSigned) {
		s.because(0.25, signals.NameSigned, "it is signed with the name of one of our people, from "+from)
	}
}

// ownAddress is the address of ours that a sender from elsewhere bears for a
// name; empty where there is none.
func ownAddress(f *signals.Facts, v signals.Vector) string {
	if is(v, signals.FromNameAddress) {
		if a, ok := signals.AddressIn(f.Msg.From[0].Name); ok && f.Org.Owns(a.Domain) {
			return a.String()
		}
	}
	return ""
}

// unproven adds that the sender's domain is a mere claim.
func (s *suspicion) unproven(v signals.Vector, share float64) {
	if v.Of(signals.AuthAligned) == 0 {
		s.because(share, signals.AuthAligned, "nothing proves the sender's domain")
	}
}

// pressure adds what the words of a fraudster's letter tell.
func (s *suspicion) pressure(v signals.Vector) {
	if some(v, signals.BodySecrecy) {
		s.because(0.3, signals.BodySecrecy, "it asks for secrecy or says that its author cannot be called")
	}
	if some(v, signals.BodyUrgency) {
		s.because(0.2, signals.BodyUrgency, "it presses for haste")
	}
	if some(v, signals.BodyPayment) {
		s.because(0.2, signals.BodyPayment, "it speaks of money")
	}
}
