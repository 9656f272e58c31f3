package detect

import (
	"postern/parse"
	"postern/signals"
)

// calendarLure finds invitations that are a way to a link: programs put them
// into the calendar before anyone reads the message.
type calendarLure struct{}

func (calendarLure) Name() string { return "calendar-lure" }

func (calendarLure) Doc() string {
	return "A stranger's invitation leads to a site that is neither the sender's nor a conference service's, under our name, or with the words of a page that steals passwords."
}

func (d calendarLure) Detect(f *signals.Facts, v signals.Vector) []Finding {
	if established(v) || !is(v, signals.OrgInbound) || !some(v, signals.CalendarRequest) {
		return nil
	}
	var s suspicion
	if some(v, signals.CalendarOurs) && v.Of(signals.AuthAligned) == 0 {
		s.because(0.4, signals.CalendarOurs, "an outsider invites under our name")
	}
	if away(v, signals.CalendarForeign, signals.CalendarLinks) {
		if some(v, signals.FileCredential) {
			s.because(0.4, signals.FileCredential, "the invitation speaks of passwords or of signing in")
		}
		if some(v, signals.FilePayment) {
			s.because(0.2, signals.FilePayment, "the invitation speaks of money")
		}
	}
	if len(s.evidence) == 0 {
		return nil
	}
	if some(v, signals.CalendarLinks) {
		s.because(0.3, signals.CalendarLinks, "the invitation leads to "+quote(hostOf(f, parse.InCalendar)))
	}
	if some(v, signals.CalendarUninvited) {
		s.because(0.2, signals.CalendarUninvited, "the recipient is not among those invited")
	}
	s.unproven(v, 0.2)
	return s.finding(d, CredentialPhishing)
}
