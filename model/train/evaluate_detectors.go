package train

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"postern/detect"
)

// sure is the score from which a detector's finding alone would tag.
const sure = 0.5

// A finder is how often a detector is right with one class.
type finder struct {
	any, surely, early, late ladder1 // how much of what was found is unwanted
	class                    int     // found messages that are of the class
	alarms                   []*Judged
}

func (r *finder) add(j *Judged, f *detect.Finding, middle time.Time) {
	unwanted := j.Class.Unwanted()
	r.any.add(unwanted)
	if j.Date.Before(middle) {
		r.early.add(unwanted)
	} else {
		r.late.add(unwanted)
	}
	if f.Score >= sure {
		r.surely.add(unwanted)
	}
	r.class += one(j.Class == f.Class)
	if !unwanted {
		r.alarms = append(r.alarms, j)
	}
}

// byDetector is how often each detector is right, and the mail that it is wrong
// about, of each at most so much.
func byDetector(list []Judged, most int) []Table {
	var size [detect.NumClasses]int
	bad, middle := 0, middleOf(list)
	rows := map[string]*finder{}
	class := map[string]detect.Class{}
	for i := range list {
		j := &list[i]
		size[j.Class]++
		bad += one(j.Class.Unwanted())
		for k := range j.Found {
			f := &j.Found[k]
			if !f.Class.Unwanted() {
				continue
			}
			key := f.Detector + ": " + f.Class.String()
			if rows[key] == nil {
				rows[key], class[key] = &finder{}, f.Class
			}
			rows[key].add(j, f, middle)
		}
	}
	t := Table{
		Title: "By detector", Note: "Findings of any score, and those of 0.5 and more. Right: the message is unwanted, of whatever class; earlier and later than half of the mail.",
		Columns: []string{"detector", "found", "right", "earlier", "later", "recall", "recall of its class", "found at 0.5", "right", "recall"},
	}
	alarms := Table{Title: "False alarms by detector", Columns: []string{"detector", "message"}}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		r := rows[key]
		t.add(Word(key), Count(r.any.All), Share(r.any), Share(r.early), Share(r.late), Share{r.any.Some, bad}, Share{r.class, size[class[key]]},
			Count(r.surely.All), Share(r.surely), Share{r.surely.Some, bad})
		for i, j := range r.alarms {
			if most < 0 || i < most {
				alarms.add(Word(key), Word(j.Path))
			}
		}
	}
	return []Table{t, alarms}
}

// middleOf is the date that half of the dated mail is older than.
func middleOf(list []Judged) time.Time {
	var dates []time.Time
	for i := range list {
		if !list[i].Date.IsZero() {
			dates = append(dates, list[i].Date)
		}
	}
	if len(dates) == 0 {
		return time.Time{}
	}
	slices.SortFunc(dates, func(a, b time.Time) int { return cmp.Compare(a.Unix(), b.Unix()) })
	return dates[len(dates)/2]
}
