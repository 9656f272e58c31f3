package train

import (
	"math"
	"strings"
	"testing"

	"postern/detect"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestSharesHaveExactIntervals(t *testing.T) {
	t.Parallel()
	// The values of Clopper and Pearson, as R's binom.test prints them.
	for _, c := range []struct {
		share     Share
		low, high float64
	}{
		{Share{0, 10}, 0, 0.3084971},
		{Share{10, 10}, 0.6915029, 1},
		{Share{3, 20}, 0.03207094, 0.3789268},
		{Share{50, 100}, 0.3983211, 0.6016789},
	} {
		f := c.share.Figure()
		near(t, c.share.String()+" low", f.Low, c.low, 1e-6)
		near(t, c.share.String()+" high", f.High, c.high, 1e-6)
	}
}

// ranked makes a ranking of its letters, highest score first: U is unwanted,
// w wanted; those in brackets have the same score.
func ranked(s string) *Ranking {
	list := make([]Scored, 0, len(s))
	score, together := 100.0, false
	for i, c := range s {
		switch c {
		case '(', ')':
			together = c == '('
			score--
			continue
		}
		list = append(list, Scored{Score: score, Unwanted: c == 'U', Campaign: string(rune(i))})
		if !together {
			score--
		}
	}
	return Rank(list)
}

func TestRecallAtAShareOfFalseAlarms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		order  string
		fpr    float64
		recall float64
	}{
		{"UUwUwwwwwwww", 0.1, 2.0 / 3}, // 9 wanted: not one may pass
		{"UUwUwwwwwwwww", 0.1, 1},      // 10 wanted: one may
		{"(UUw)Uwwwwwwwww", 0.05, 0},   // what ties with a false alarm is not caught
		{"UUUwww", 0, 1},
	} {
		near(t, c.order, ranked(c.order).recall(c.fpr, ranked(c.order).once()), c.recall, 1e-12)
	}
}

func TestAreas(t *testing.T) {
	t.Parallel()
	near(t, "perfect", ranked("UUww").AUC().Value, 1, 1e-12)
	near(t, "a tie", ranked("(UUww)").AUC().Value, 0.5, 1e-12)
	near(t, "one pair of four is wrong", ranked("UwUw").AUC().Value, 0.75, 1e-12)
	near(t, "precision", ranked("UwUw").PRAUC().Value, (1+2.0/3)/2, 1e-12)
}

func TestAReportOfNothingPrints(t *testing.T) {
	t.Parallel()
	r := Evaluate(nil, Options{Title: "<b>nothing</b>"})
	var text, page strings.Builder
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	if err := r.HTML(&page); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<b>") || strings.Contains(page.String(), "<script") {
		t.Error("the page holds what it was not given")
	}
}

func TestDetectorsAreCounted(t *testing.T) {
	t.Parallel()
	found := []detect.Finding{{Detector: "d", Class: detect.Malware, Score: 0.7}}
	list := []Judged{
		{Mail: &Mail{Path: "a", Class: detect.Malware, Date: noDate}, Found: found},
		{Mail: &Mail{Path: "b", Class: detect.Spam, Date: noDate.AddDate(1, 0, 0)}, Found: found},
		{Mail: &Mail{Path: "c", Class: detect.Safe, Date: noDate.AddDate(1, 0, 0)}, Found: found},
		{Mail: &Mail{Path: "d", Class: detect.Malware, Date: noDate}},
	}
	tables := byDetector(list, 5)
	row := tables[0].Rows[0]
	want := []Cell{Word("d: malware"), Count(3), Share{2, 3}, Share{1, 1}, Share{1, 2}, Share{2, 3}, Share{1, 2}, Count(3), Share{2, 3}, Share{2, 3}}
	for i := range want {
		if row[i] != want[i] {
			t.Errorf("%s: %s, want %s", tables[0].Columns[i], row[i], want[i])
		}
	}
	if alarms := tables[1].Rows; len(alarms) != 1 || alarms[0][1] != Word("c") {
		t.Errorf("false alarms: %v", alarms)
	}
}
