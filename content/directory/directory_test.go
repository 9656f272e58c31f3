package directory

import (
	"reflect"
	"testing"

	"postern/content"
)

const invitation = "BEGIN:VCALENDAR\r\nMETHOD:Request\r\nBEGIN:VEVENT\r\n" +
	"ORGANIZER;CN=\"Help: Desk\";SENT-BY=\"mailto:x@forger.test\":MAILTO:It@Example.net\r\n" +
	"ATTENDEE;ROLE=REQ-PARTICIPANT:mailto:Ann@example.com\r\n" +
	"SUMMARY:Your password\\, now\r\nLOCATION:Room 1\r\n" +
	"DESCRIPTION:First line\\nsec\r\n ond\r\nURL:https://forger.test/join\r\n" +
	"ATTACH;VALUE=BINARY;ENCODING=BASE64;FILENAME=a.html:PGI+\r\nATTACH:cid:x\r\n" +
	"X-ALT-DESC;FMTTYPE=text/html:<a href=\"https://forger.test/a?b=1&amp;c=2\">x</a>\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

const card = "BEGIN:VCARD\nFN:Ann Lee\nitem1.TEL;TYPE=work:tel:+1-202-555-0100\nURL:https://www.example.com/\nEMAIL:Ann@example.com\nORG:Example;Sales\nEND:VCARD\n"

func TestCalendar(t *testing.T) {
	t.Parallel()
	b := content.DefaultBudget
	f := content.Guard(content.Calendar, func(f *content.Found) { Calendar(f, []byte(invitation), &b) })
	want := &content.Found{
		Kind: content.Calendar, Flags: content.Embedded, Title: "Your password, now", Words: 8, Names: []string{"a.html"},
		Text:  "Your password, now\nRoom 1\nFirst line\nsecond",
		Links: []content.Link{{URL: "https://forger.test/join", Via: content.ViaField}, {URL: "https://forger.test/a?b=1&c=2", Via: content.ViaAction}},
		Meeting: &content.Meeting{
			Method: "request", Organizer: "it@example.net", Name: "Help: Desk", SentBy: "x@forger.test",
			Attendees: []string{"ann@example.com"}, Place: "Room 1", Events: 1,
		},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got\n%+v %+v, want\n%+v %+v", f, f.Meeting, want, want.Meeting)
	}
}

func TestCard(t *testing.T) {
	t.Parallel()
	b := content.DefaultBudget
	f := content.Guard(content.Card, func(f *content.Found) { Card(f, []byte(card), &b) })
	want := &content.Found{
		Kind: content.Card, Title: "Ann Lee", Text: "Ann Lee\nAnn@example.com\nExample Sales", Words: 5, Phones: []string{"+1-202-555-0100"},
		Links: []content.Link{{URL: "https://www.example.com/", Via: content.ViaField}, {URL: "mailto:ann@example.com", Via: content.ViaField}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got\n%+v, want\n%+v", f, want)
	}
}

func BenchmarkCalendar(b *testing.B) {
	for b.Loop() {
		budget := content.DefaultBudget
		Calendar(&content.Found{}, []byte(invitation), &budget)
	}
}
