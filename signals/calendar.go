package signals

import (
	_ "embed" // conferences.txt
	"slices"
	"strings"

	"postern/content"
	"postern/parse"
)

// CalendarCount counts calendars.
var CalendarCount = define(Signal{
	Name: "calendar.count", Level: Message, Unit: Count,
	Doc:  "Attached calendar files.",
	Eval: func(f *Facts) float64 { return meetings(f, func(*content.Meeting) bool { return true }) },
})

func meetings(f *Facts, is func(*content.Meeting) bool) float64 {
	return found(f, content.Calendar, func(x *content.Found) bool { return x.Meeting != nil && is(x.Meeting) })
}

// CalendarRequest counts invitations.
var CalendarRequest = define(Signal{
	Name: "calendar.request", Level: Message, Unit: Count,
	Doc: "Attached calendar files that ask to attend (RFC 5546 §3.2.2), or say no method.",
	Eval: func(f *Facts) float64 {
		return meetings(f, func(m *content.Meeting) bool { return m.Method == "" || m.Method == "request" || m.Method == "publish" })
	},
})

// CalendarLinks counts links in calendars.
var CalendarLinks = define(Signal{
	Name: "calendar.links", Level: Message, Unit: Count,
	Doc: "Links to web pages in attached calendar files.",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t *target) bool { return t.Origin == parse.InCalendar })
	},
})

// CalendarForeign counts links away from the sender.
var CalendarForeign = define(Signal{
	Name: "calendar.link_foreign", Level: Message, Unit: Count,
	Doc: "Links in attached calendar files that lead neither to the sender's organisation, nor to ours, nor to a conference service.",
	Eval: func(f *Facts) float64 {
		return countLinks(f, func(t *target) bool { return t.Origin == parse.InCalendar && f.elsewhere(t) && !conferences[t.org] })
	},
})

//go:embed conferences.txt
var conferencesFile string

var conferences = list(conferencesFile)

// CalendarOrganizer counts meetings of somebody else.
var CalendarOrganizer = define(Signal{
	Name: "calendar.organizer_foreign", Level: Message, Unit: Count,
	Doc: "Meetings whose organizer is of another organisation than the sender.",
	Eval: func(f *Facts) float64 {
		return meetings(f, func(m *content.Meeting) bool {
			return m.Organizer != "" && foreign(domainOf(m.Organizer), f.From().Domain)
		})
	},
})

// CalendarOurs counts meetings that bear our name and come from outside.
var CalendarOurs = define(Signal{
	Name: "calendar.organizer_ours", Level: Message, Unit: Count,
	Doc: "Meetings whose organizer is at one of our domains while the sender is not.",
	Eval: func(f *Facts) float64 {
		return meetings(f, func(m *content.Meeting) bool {
			return m.Organizer != "" && f.Org.Owns(domainOf(m.Organizer)) && !f.Org.Owns(f.From().Domain)
		})
	},
})

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// CalendarUninvited counts meetings that do not name who gets them.
var CalendarUninvited = define(Signal{
	Name: "calendar.uninvited", Level: Message, Unit: Count,
	Doc: "Meetings whose attendees are named, and none of the recipients is among them.",
	Eval: func(f *Facts) float64 {
		return meetings(f, func(m *content.Meeting) bool {
			return len(m.Attendees) > 0 && !slices.ContainsFunc(f.Env.Rcpts[:min(len(f.Env.Rcpts), maxRcpts)], func(r parse.Address) bool {
				return slices.Contains(m.Attendees, strings.ToLower(r.String()))
			})
		})
	},
})
