package detect

import (
	"strconv"

	"postern/signals"
)

// accountTakeover finds mail of our own people that they did not write: the
// sender is proven, and acts out of character.
type accountTakeover struct{}

func (accountTakeover) Name() string { return "account-takeover" }

func (accountTakeover) Doc() string {
	return "One of our own accounts writes from elsewhere or by another program than ever, to many or to people it has nothing to do with, or with a wish that thieves have."
}

// manyStrangers is how many recipients that an account never wrote to are many.
const manyStrangers = 4

func (d accountTakeover) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if is(v, signals.OrgInbound) || is(v, signals.HeaderList) {
		return nil
	}
	var s suspicion
	if s.character(v, 0.3) == 0 {
		return nil
	}
	wishes := s.wishes(v)
	strangers := v.Of(signals.PairStrangers)
	switch {
	case strangers >= manyStrangers:
		s.because(0.4, signals.PairStrangers, "it goes to "+strconv.Itoa(int(strangers))+" people whom the account never wrote to")
	case v.Of(signals.SenderHour) >= manyStrangers && v.Of(signals.SenderBurst) >= 5:
		s.because(0.4, signals.SenderBurst, "the account wrote "+plural(v.Of(signals.SenderHour), "message", "messages")+" within the hour, many times more than usual")
	case strangers > 0 && wishes > 0:
		s.because(0.3, signals.PairStrangers, "the account never wrote to this person")
	}
	if v.Of(signals.LinkSenders) == 0 || v.Of(signals.LinkSeen) < 1 {
		s.because(0.3, signals.LinkSeen, "it links to a site that no mail here linked to")
	}
	return s.finding(d, AccountTakeover)
}

// wishes adds what thieves ask for, and tells how many such things there are.
func (s *suspicion) wishes(v signals.Vector) (n int) {
	for _, w := range [...]struct {
		sig    *signals.Signal
		clause string
	}{
		{signals.BodyPayment, "it speaks of money"},
		{signals.BodyCredential, "it speaks of passwords or signing in"},
		{signals.BodySecrecy, "it asks for secrecy or says that its author cannot be called"},
	} {
		if some(v, w.sig) {
			s.because(0.2, w.sig, w.clause)
			n++
		}
	}
	return n
}
