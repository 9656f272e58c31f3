package train

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"postern/detect"
	"postern/policy"
)

// A Report is the outcome of an evaluation, for every way to print it.
type Report struct {
	Title  string
	Notes  []string
	Tables []Table
	ROC    []Line
	Bins   []Bin // reliability, from low to high
	Errors []Error
}

// A Table has one row for each thing that is measured.
type Table struct {
	Title   string
	Note    string `json:",omitempty"`
	Columns []string
	Rows    [][]Cell
}

// add appends a row.
func (t *Table) add(cells ...Cell) { t.Rows = append(t.Rows, cells) }

// A Line is a named curve.
type Line struct {
	Name   string
	Points []Point
}

// An Error is one message that was judged wrongly.
type Error struct {
	Path, Verdict, Class string
	Score                float64
	Reasons              []string
}

// A Scorer is anything that gives messages a score, the higher the worse.
type Scorer struct {
	Name   string
	Scores map[string]float64 // by path; what it has not is left out for all
}

// Options say what is evaluated.
type Options struct {
	Title     string
	Notes     []string
	Against   []Scorer // compared on the messages that all have scored
	Since     int      // year; older mail counts only in the tables by source and year
	Prior     float64  // by how much the scores were moved, in log-odds, to where unwanted mail is rarer
	Detectors bool     // a table of every detector
	Errors    int      // how many false alarms and misses are listed; all false alarms where negative
}

// Evaluate measures verdicts against the truth.
func Evaluate(all []Judged, o Options) *Report {
	r := &Report{Title: o.Title, Notes: o.Notes}
	recent := slices.DeleteFunc(slices.Clone(all), func(j Judged) bool { return !j.Date.IsZero() && j.Date.Year() < o.Since })
	r.Notes = append(r.Notes, fmt.Sprintf("%d messages; the tables are on the %d of them that are of %d or later, or without a date.", len(all), len(recent), o.Since))
	r.Tables = append(r.Tables, r.recall(recent, o.Against), byClass(recent), byHamSource(all), bySource(all), byLanguage(recent), byYear(all), byStory(all), r.calibration(recent, o.Prior), confusion(recent))
	if o.Detectors {
		r.Tables = append(r.Tables, byDetector(recent, o.Errors)...)
	}
	r.Errors = worst(recent, o.Errors)
	return r
}

// attack tells whether a class is unwanted and no mere spam.
func attack(c detect.Class) bool { return c.Unwanted() && c != detect.Spam }

// A part is some of the mail that recall is measured on.
type part struct {
	name string
	in   func(*Judged) bool
}

// The wanted mail that attacks are told from, and what they are.
var (
	against = []part{
		{"all ham", func(*Judged) bool { return true }},
		{"HTML ham", func(j *Judged) bool { return j.HTML }},
		{"HTML ham, not made up", func(j *Judged) bool { return j.HTML && !j.Synthetic }},
		{"other ham", func(j *Judged) bool { return !j.HTML }},
	}
	sorts = []part{
		{"attacks", func(j *Judged) bool { return attack(j.Class) }},
		{"spam", func(j *Judged) bool { return j.Class == detect.Spam }},
	}
)

// recall is the table that everything is about: what is caught at a given
// share of false alarms, by us and by others.
func (r *Report) recall(list []Judged, others []Scorer) Table {
	t := Table{
		Title:   "Recall by share of false alarms",
		Note:    "Intervals: 95%, bootstrap over campaigns.",
		Columns: []string{"scorer", "unwanted", "against", "unwanted messages", "wanted messages", "recall at 1%", "recall at 0.1%", "PR-AUC", "ROC-AUC"},
	}
	scorers := append([]Scorer{{Name: "postern", Scores: own(list)}}, others...)
	list = slices.DeleteFunc(slices.Clone(list), func(j Judged) bool { return !inAll(scorers, j.Path) })
	for _, sort := range sorts {
		for _, ham := range against {
			for _, s := range scorers {
				ranked := rankPart(list, s, sort, ham)
				bad, good := ranked.totals(ranked.once())
				if bad == 0 || good == 0 {
					continue
				}
				t.add(Word(s.Name), Word(sort.name), Word(ham.name), Count(bad), Count(good), ranked.RecallAt(0.01), ranked.RecallAt(0.001), ranked.PRAUC(), ranked.AUC())
				if sort.name == sorts[0].name && ham.name == against[0].name {
					r.ROC = append(r.ROC, Line{s.Name, thin(ranked.ROC())})
				}
			}
		}
	}
	return t
}

func own(list []Judged) map[string]float64 {
	scores := make(map[string]float64, len(list))
	for i := range list {
		scores[list[i].Path] = list[i].Verdict.Score
	}
	return scores
}

func inAll(scorers []Scorer, path string) bool {
	return !slices.ContainsFunc(scorers, func(s Scorer) bool { _, ok := s.Scores[path]; return !ok })
}

func rankPart(list []Judged, s Scorer, sort, ham part) *Ranking {
	var scored []Scored
	for i := range list {
		j := &list[i]
		if j.Class.Unwanted() && sort.in(j) || !j.Class.Unwanted() && ham.in(j) {
			scored = append(scored, Scored{s.Scores[j.Path], j.Class.Unwanted(), j.Campaign})
		}
	}
	return Rank(scored)
}

// maxPoints is how many points of a curve are kept to draw it.
const maxPoints = 400

// thin keeps what can be seen of a curve.
func thin(curve []Point) []Point {
	if len(curve) <= maxPoints {
		return curve
	}
	var out []Point
	last := Point{-1, -1}
	for i, p := range curve {
		if i == len(curve)-1 || math.Abs(p.X-last.X)+math.Abs(p.Y-last.Y) >= 2.0/maxPoints || p.X < 0.02 && p.X > last.X {
			out, last = append(out, p), p
		}
	}
	return out
}

// ladder counts how many messages reach each action.
type ladder struct{ all, tag, quarantine, reject int }

func (l *ladder) add(j *Judged) {
	l.all++
	if j.Verdict.Would >= policy.Tag {
		l.tag++
	}
	if j.Verdict.Would >= policy.Quarantine {
		l.quarantine++
	}
	if j.Verdict.Would >= policy.Reject {
		l.reject++
	}
}

func (l *ladder) cells() []Cell {
	return []Cell{Count(l.all), Share{l.tag, l.all}, Share{l.quarantine, l.all}, Share{l.reject, l.all}}
}

var ladderColumns = []string{"messages", "tagged", "quarantined", "rejected"}

// ladders makes a table with one row for each key.
func ladders[K cmp.Ordered](title, note, column string, list []Judged, key func(*Judged) (K, bool)) Table {
	rows := map[K]*ladder{}
	for i := range list {
		if k, ok := key(&list[i]); ok {
			if rows[k] == nil {
				rows[k] = &ladder{}
			}
			rows[k].add(&list[i])
		}
	}
	t := Table{Title: title, Note: note, Columns: append([]string{column}, ladderColumns...)}
	for _, k := range slices.Sorted(maps.Keys(rows)) {
		t.add(append([]Cell{Word(fmt.Sprint(k))}, rows[k].cells()...)...)
	}
	return t
}

const orWorse = "The verdict of the policy in force, or a stricter one. Intervals: 95%, exact."

func byHamSource(list []Judged) Table {
	return ladders("Ham by source and shape: false alarms", orWorse+" All years.", "source", list, func(j *Judged) (string, bool) {
		shape := "plain"
		if j.HTML {
			shape = "HTML"
		}
		return j.Source + ", " + shape, !j.Class.Unwanted()
	})
}

// byStory is what is made of the stories of simulated organisations: attacks,
// and harmless twins of them.
func byStory(list []Judged) Table {
	return ladders("Stories of simulated organisations", orWorse+" Those that are safe are harmless twins of attacks.", "kind", list, func(j *Judged) (string, bool) {
		return nature(j) + " " + j.Kind, j.stream != "" && j.Kind != ""
	})
}

func bySource(list []Judged) Table {
	return ladders("All mail by source", orWorse+" All years.", "source", list, func(j *Judged) (string, bool) { return j.Source, true })
}

func byYear(list []Judged) Table {
	return ladders("By year", orWorse, "year", list, func(j *Judged) (string, bool) {
		if j.Date.IsZero() {
			return nature(j) + " without date", true
		}
		return nature(j) + " " + strconv.Itoa(j.Date.Year()), true
	})
}

// nature is what a message is, in one word.
func nature(j *Judged) string {
	switch {
	case attack(j.Class):
		return "attack"
	case j.Class == detect.Spam:
		return "spam"
	}
	return "ham"
}
