package directory

import (
	"strings"

	"postern/content"
)

// maxPhones is how many telephone numbers are kept.
const maxPhones = 50

// Card reads the cards of a vCard file.
func Card(f *content.Found, body []byte, b *content.Budget) {
	cards := 0
	var t text
	whole := lines(body, b, func(p property) bool {
		switch p.name {
		case "BEGIN":
			cards++
		case "FN":
			f.Title = first(f.Title, strings.TrimSpace(p.text()))
			t.say(f, p.text())
		case "ORG", "TITLE", "ROLE", "ADR":
			t.say(f, strings.Join(strings.FieldsFunc(p.text(), func(r rune) bool { return r == ';' }), " "))
		case "NOTE":
			t.say(f, p.text())
		case "EMAIL":
			t.say(f, p.text())
			if a := address(p.text()); a != "" {
				f.AddLink("mailto:"+a, "", content.ViaField)
			}
		case "URL", "SOURCE", "IMPP", "X-SOCIALPROFILE":
			f.AddLink(strings.TrimSpace(p.text()), "", content.ViaField)
		case "TEL":
			if tel := strings.TrimPrefix(strings.TrimSpace(p.text()), "tel:"); tel != "" && len(f.Phones) < maxPhones {
				f.Phones = append(f.Phones, tel)
			}
		case "PRODID":
			f.Producer = p.text()
		}
		return true
	})
	if !whole {
		f.Flags |= content.OverBudget
	}
	if cards == 0 {
		f.Flags |= content.Broken
	}
	t.end(f)
}
