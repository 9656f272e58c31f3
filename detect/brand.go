package detect

import (
	"strings"

	"postern/lexis"
	"postern/signals"
)

// brandImpersonation finds mail that claims to come from a brand and leads its
// reader elsewhere. Brands own many domains, and many people write about
// brands: the claim must be the sender's, and a lure must be there.
type brandImpersonation struct{}

func (brandImpersonation) Name() string { return "brand-impersonation" }

func (brandImpersonation) Doc() string {
	return "The sender or the page bears the name of a brand whose domain is neither the sender's nor where the links lead, and wants a click."
}

// lures are the intents that phish for an account with.
var lures = []*signals.Signal{
	signals.IntentCredential, signals.IntentAccountProblem, signals.IntentDelivery, signals.IntentRenewal, signals.IntentFileShare,
}

func (d brandImpersonation) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if v.Of(signals.BrandOwned) != 0 || !is(v, signals.OrgInbound) || is(v, signals.FromOwnDomain) || established(v) || talk(v) || relayed(f, v) ||
		is(v, signals.FromBrand) && v.Of(signals.AuthAligned) != 0 { // one brand writes of another
		return nil
	}
	name, places := some(v, signals.BrandName), v.Of(signals.BrandPlaces)
	lure, wants := strongest(v, lures)
	opens, away := some(v, signals.BrandLure), is(v, signals.LinkClaimBroken)
	free := is(v, signals.BrandFreemail)
	if is(v, signals.HeaderList) && v.Of(signals.AuthAligned) != 0 && !(name && wants >= 0.5) {
		return nil // a newsletter
	}
	var s suspicion
	brand := quote(f.Brand().Name)
	switch {
	case name && (opens || away || free || wants >= 0.5 && places >= 3):
		s.because(0.5, signals.BrandName, "the sender's name bears the brand "+brand+", the address "+quote(f.From().String())+" is not theirs")
	case (opens || away) && wants >= 0.5 && places >= 3 && !himself(v):
		s.because(0.35, signals.BrandPlaces, "it shows itself as mail of "+brand+", which its sender "+quote(f.From().String())+" is not")
	default:
		return nil
	}
	if opens {
		s.because(0.4, signals.BrandLure, "its buttons lead neither to the brand nor to the sender")
	} else if away {
		s.because(0.25, signals.LinkClaimBroken, "no link leads to the brand")
	}
	if free {
		s.because(0.4, signals.BrandFreemail, "it comes from a free mailbox that anybody can open")
	}
	if wants >= 0.5 {
		s.because(0.3, lure, "the text speaks of "+about[lure])
	}
	s.manner(f, v)
	if v.Of(signals.BrandLinks) > 0.5 {
		s.score /= 2
	}
	return s.finding(d, CredentialPhishing)
}

// himself tells a sender who writes under his own name of his own pages, as a
// shop that names those who are paid and who deliver.
func himself(v signals.Vector) bool {
	return is(v, signals.FromNameInDomain) && v.Of(signals.AuthAligned) != 0 && v.Of(signals.LinkSenderShare) > 0.5
}

// relayed tells a name that a mailing list wrote over its author's address.
func relayed(f *signals.Facts, v signals.Vector) bool {
	return is(v, signals.HeaderList) && len(f.Msg.From) > 0 && strings.Contains(f.Msg.From[0].Name, " via ")
}

// manner adds how a mass mailing to strangers speaks.
func (s *suspicion) manner(f *signals.Facts, v signals.Vector) {
	switch {
	case is(v, signals.TextRcptSubject), is(v, signals.TextGreetingAddress):
		s.because(0.2, signals.TextGreetingAddress, "it calls the reader by the address, as who does not know the name")
	case is(v, signals.TextGreetingGeneric):
		s.because(0.15, signals.TextGreetingGeneric, "the greeting could be anybody's")
	}
	if v.Of(signals.IntentUrgency) >= 0.5 {
		s.because(0.15, signals.IntentUrgency, "the text presses: "+quote(f.Says(lexis.Urgency)))
	}
	s.unproven(v, 0.2)
}

// about says in a few words what an intent is.
var about = map[*signals.Signal]string{
	signals.IntentCredential:     "passwords or checks of an account",
	signals.IntentAccountProblem: "a problem with an account",
	signals.IntentDelivery:       "a parcel",
	signals.IntentRenewal:        "a purchase that is charged",
	signals.IntentFileShare:      "a shared document or message",
}

// strongest gives the signal of the highest value, and that value.
func strongest(v signals.Vector, of []*signals.Signal) (best *signals.Signal, value float64) {
	for _, s := range of {
		if x := v.Of(s); best == nil || x > value {
			best, value = s, x
		}
	}
	return best, value
}

// talk tells mail among people: of a mailing list, or an answer in a thread
// that quotes what it answers.
func talk(v signals.Vector) bool {
	return v.Of(signals.IntentConversation) >= 0.6 ||
		some(v, signals.ThreadReferences) && some(v, signals.ThreadQuoted)
}

// bulk tells mail to many that says so: a list that proves its domain, or
// mail that offers to unsubscribe in words and header.
func bulk(v signals.Vector) bool {
	return is(v, signals.HeaderList) && (is(v, signals.AuthAligned) || v.Of(signals.IntentBulk) >= 0.5)
}
