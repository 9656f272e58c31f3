package parse

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads a date-time (RFC 5322 §3.3, §4.3), forgiving about what
// stands around it and in which order day, month and year come.
func parseDate(s string) (time.Time, bool) {
	var d dateReader
	s = dropComments(s)
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' }) {
		d.word(word)
	}
	ok := d.day >= 1 && d.day <= 31 && d.month > 0 && d.year > 0 && d.clock && !d.bad
	if !ok {
		return time.Time{}, false
	}
	return time.Date(d.year, d.month, d.day, d.hour, d.minute, d.second, 0, time.FixedZone("", d.zone)), true
}

// A dateReader collects the words of a date-time.
type dateReader struct {
	day, year, hour, minute, second int
	month                           time.Month
	zone                            int // seconds east of UTC
	clock, bad                      bool
}

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

// zones are the obsolete names that mean something (RFC 5322 §4.3), in hours.
var zones = map[string]int{
	"ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
	"mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "bst": 1, "jst": 9,
}

func (d *dateReader) word(w string) {
	n, err := strconv.Atoi(w)
	switch {
	case strings.IndexByte(w, ':') > 0:
		d.clock = true
		d.time(w)
	case len(w) == 5 && (w[0] == '+' || w[0] == '-') && err == nil:
		d.zone = (n/100*60 + n%100) * 60
	case err == nil && len(w) <= 2 && d.day == 0:
		d.day = n
	case err == nil && d.year == 0:
		d.year = year(n, len(w))
	case strings.Count(w, "-") == 2: // 02-Jan-2006
		for part := range strings.SplitSeq(w, "-") {
			d.word(part)
		}
	default:
		d.name(strings.ToLower(w))
	}
}

// name reads the name of a month or a zone; those of weekdays say nothing new.
func (d *dateReader) name(w string) {
	if hours, ok := zones[w]; ok && d.clock {
		d.zone = hours * 3600
		return
	}
	if len(w) >= 3 && d.month == 0 {
		if i := strings.Index(months, w[:3]); i >= 0 && i%3 == 0 {
			d.month = time.Month(i/3 + 1)
		}
	}
}

func (d *dateReader) time(w string) {
	parts := strings.SplitN(w, ":", 4)
	parts = append(parts, "0")
	for i, to := range []*int{&d.hour, &d.minute, &d.second} {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 || n > 60 {
			d.bad = true
		}
		*to = n
	}
	d.bad = d.bad || d.hour > 24
}

// year reads years of two and three digits as RFC 5322 §4.3 says.
func year(n, digits int) int {
	switch {
	case n < 0 || n > 9999:
		return 0
	case digits == 2 && n < 50:
		return 2000 + n
	case digits <= 3:
		return 1900 + n
	}
	return n
}
