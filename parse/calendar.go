package parse

import "strings"

// calendarLinks notes the links of an iCalendar object (RFC 5545 §3.1): the
// values that are one, and those in its texts.
func (c *content) calendarLinks(text string) {
	unfolded := strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(text)
	for line := range strings.Lines(unfolded) {
		name, value := calendarField(strings.TrimRight(line, "\r\n"))
		switch strings.ToUpper(name) {
		case "URL", "CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "ATTACH":
			if t := parseURL(value); t.host != "" && !c.fileLink(value, "", InCalendar) {
				return
			}
		case "DESCRIPTION", "LOCATION", "SUMMARY", "COMMENT", "CONTACT", "X-ALT-DESC":
			c.bareLinks(calendarText.Replace(value), nil, InCalendar)
		}
	}
}

// calendarText undoes the escapes of a text value (RFC 5545 §3.3.11).
var calendarText = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)

// calendarField cuts a content line into its name and its value. A colon in a
// quoted parameter ends nothing.
func calendarField(line string) (name, value string) {
	quoted, end := false, -1
	for i := range len(line) {
		switch line[i] {
		case '"':
			quoted = !quoted
		case ';':
			if end < 0 {
				end = i
			}
		case ':':
			if quoted {
				continue
			}
			if end < 0 {
				end = i
			}
			return line[:end], line[i+1:]
		}
	}
	return "", ""
}
