package directory

import (
	"strings"

	"postern/content"
)

// maxAttendees is how many attendees are kept.
const maxAttendees = 100

// Calendar reads an iCalendar file.
func Calendar(f *content.Found, body []byte, b *content.Budget) {
	f.Meeting = &content.Meeting{}
	depth := 0
	var alarm, zone bool
	var html string
	var t text
	whole := lines(body, b, func(p property) bool {
		switch p.name {
		case "BEGIN":
			depth++
			kind := strings.ToUpper(strings.TrimSpace(p.value))
			alarm, zone = alarm || kind == "VALARM", zone || kind == "VTIMEZONE"
			if kind == "VEVENT" || kind == "VTODO" || kind == "VJOURNAL" {
				f.Meeting.Events++
			}
			if kind == "VALARM" {
				f.Flags |= content.Alarm
			}
		case "END":
			depth--
			kind := strings.ToUpper(strings.TrimSpace(p.value))
			alarm, zone = alarm && kind != "VALARM", zone && kind != "VTIMEZONE"
		case "X-ALT-DESC":
			html = p.text()
		default:
			if !zone {
				event(f, &t, &p, alarm)
			}
		}
		return true
	})
	if !whole {
		f.Flags |= content.OverBudget
	}
	if depth != 0 || f.Meeting.Events == 0 {
		f.Flags |= content.Broken
	}
	anchors(f, html)
	t.end(f)
}

// event notes a property of a calendar or an event.
func event(f *content.Found, t *text, p *property, alarm bool) {
	m := f.Meeting
	switch p.name {
	case "METHOD":
		m.Method = strings.ToLower(strings.TrimSpace(p.value))
	case "PRODID":
		f.Producer = p.text()
	case "SUMMARY":
		if !alarm {
			f.Title = first(f.Title, strings.TrimSpace(p.text()))
		}
		t.say(f, p.text())
	case "DESCRIPTION", "COMMENT", "CONTACT":
		t.say(f, p.text())
	case "LOCATION":
		m.Place = first(m.Place, strings.TrimSpace(p.text()))
		t.say(f, p.text())
	case "ORGANIZER":
		m.Organizer = first(m.Organizer, first(address(p.value), address(p.param("EMAIL"))))
		m.Name = first(m.Name, p.param("CN"))
		m.SentBy = first(m.SentBy, address(p.param("SENT-BY")))
	case "ATTENDEE":
		if a := address(p.value); a != "" && !alarm && len(m.Attendees) < maxAttendees {
			m.Attendees = append(m.Attendees, a)
		}
	case "RRULE", "RDATE":
		f.Flags |= content.Recurring
	case "URL", "CONFERENCE", "SOURCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK":
		f.AddLink(strings.TrimSpace(p.text()), "", content.ViaField)
	case "ATTACH":
		attached(f, p)
	}
}

// attached notes a file in the calendar, or the place of one (RFC 5545 §3.8.1.1).
func attached(f *content.Found, p *property) {
	if strings.EqualFold(p.param("VALUE"), "BINARY") || strings.EqualFold(p.param("ENCODING"), "BASE64") {
		f.Flags |= content.Embedded
		if name := first(p.param("FILENAME"), p.param("X-FILENAME")); name != "" && len(f.Names) < content.MaxNames {
			f.Names = append(f.Names, name)
		}
		return
	}
	if v := strings.TrimSpace(p.text()); len(v) < 4 || !strings.EqualFold(v[:4], "cid:") {
		f.AddLink(v, p.param("FILENAME"), content.ViaField)
	}
}

// anchors notes the links of a description in HTML.
func anchors(f *content.Found, html string) {
	for rest := html; ; {
		i := strings.Index(rest, "href=")
		if i < 0 {
			i = strings.Index(rest, "HREF=")
		}
		if i < 0 || i+7 > len(rest) {
			return
		}
		rest = rest[i+5:]
		end := strings.IndexAny(rest[1:], "\"' >")
		if end < 0 {
			return
		}
		f.AddLink(strings.ReplaceAll(strings.Trim(rest[:1+end], "\"'"), "&amp;", "&"), "", content.ViaAction)
		rest = rest[1+end:]
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
