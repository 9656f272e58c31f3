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
	acts := s.acts(v)
	ways := s.character(v, 0.22)
	if acts == 0 || ways == 0 || acts == mere && ways < 2 {
		return nil
	}
	return s.finding(d, AccountTakeover)
}

// mere is a wish alone, to somebody whom the account hardly writes to.
const mere = 1

// acts adds what thieves do with an account, and tells how much there is of it.
func (s *suspicion) acts(v signals.Vector) (n int) {
	strangers, hour := v.Of(signals.PairStrangers), v.Of(signals.SenderHour)
	switch {
	case strangers >= manyStrangers:
		s.because(0.35, signals.PairStrangers, "it goes to "+strconv.Itoa(int(strangers))+" people whom the account never wrote to")
	case hour >= manyStrangers && v.Of(signals.SenderBurst) >= 5:
		s.because(0.35, signals.SenderBurst, "the account wrote "+plural(hour, "message", "messages")+" within the hour, many times more than usual")
	case strangers > 0:
		if s.wishes(v, 0.2) == 0 {
			return 0
		}
		s.because(0.3, signals.PairStrangers, "the account never wrote to this person")
		return mere
	case v.Of(signals.PairTrust) < settledDays && v.Of(signals.IntentTaskBait) < wished && s.wishes(v, 0.25) > 0:
		return mere
	default:
		return 0
	}
	if v.Of(signals.LinkSeen) < 1 {
		s.because(0.3, signals.LinkSeen, "it links to a site that no mail here linked to")
	}
	return mere + 1 + s.wishes(v, 0.2)
}
