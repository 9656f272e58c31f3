package train

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"postern/detect"
	"postern/policy"
)

// byClass is what is caught of each class, and how much of what is called so
// is so.
func byClass(list []Judged) Table {
	t := Table{
		Title: "By class", Note: "Precision: of what is tagged under the name of the class, how much is unwanted, and how much is of the class. Intervals: exact.",
		Columns: append(append([]string{"class"}, ladderColumns...), "precision: unwanted", "precision: of the class", "recall at 1%", "recall at 0.1%"),
	}
	for c := range detect.NumClasses {
		var l ladder
		var named, unwanted, right int
		var scored []Scored
		for i := range list {
			j := &list[i]
			if j.Class == c {
				l.add(j)
			}
			if j.Verdict.Class == c && j.Verdict.Would >= policy.Tag {
				named++
				unwanted += one(j.Class.Unwanted())
				right += one(j.Class == c)
			}
			if j.Class == c || !j.Class.Unwanted() {
				scored = append(scored, Scored{j.Verdict.Score, j.Class == c, j.Campaign})
			}
		}
		if l.all == 0 && named == 0 {
			continue
		}
		cells := append([]Cell{Word(c.String())}, l.cells()...)
		cells = append(cells, Share{unwanted, named}, Share{right, named})
		if c.Unwanted() {
			r := Rank(scored)
			cells = append(cells, r.RecallAt(0.01), r.RecallAt(0.001))
		} else {
			cells = append(cells, Number(math.NaN()), Number(math.NaN()))
		}
		t.add(cells...)
	}
	return t
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// minLanguage is how many messages a language has that gets a row.
const minLanguage = 10

// byLanguage is how well each language does at the threshold that passes 1% of
// all wanted mail.
func byLanguage(list []Judged) Table {
	all := make([]Scored, 0, len(list))
	for i := range list {
		all = append(all, Scored{list[i].Verdict.Score, list[i].Class.Unwanted(), list[i].Campaign})
	}
	threshold := Rank(all).ThresholdAt(0.01)
	type row struct{ attacks, spam, ham, tagged ladder1 }
	rows := map[string]*row{}
	for i := range list {
		j := &list[i]
		lang := cmp.Or(j.Lang, "?")
		if rows[lang] == nil {
			rows[lang] = &row{}
		}
		above := j.Verdict.Score >= threshold
		switch nature(j) {
		case "attack":
			rows[lang].attacks.add(above)
		case "spam":
			rows[lang].spam.add(above)
		default:
			rows[lang].ham.add(above)
			rows[lang].tagged.add(j.Verdict.Would >= policy.Tag)
		}
	}
	t := Table{
		Title: "By language", Note: "At the threshold that 1% of all ham passes. The language is the corpus' guess.",
		Columns: []string{"language", "attacks", "caught", "spam", "caught", "ham", "false alarms at 1%", "false alarms at tag"},
	}
	for _, lang := range slices.Sorted(maps.Keys(rows)) {
		r := rows[lang]
		if r.attacks.All+r.ham.All >= minLanguage {
			t.add(Word(lang), Count(r.attacks.All), Share(r.attacks), Count(r.spam.All), Share(r.spam), Count(r.ham.All), Share(r.ham), Share(r.tagged))
		}
	}
	return t
}

// A ladder1 counts one outcome.
type ladder1 Share

func (l *ladder1) add(yes bool) {
	l.All++
	l.Some += one(yes)
}

// A Bin is one step of the reliability table.
type Bin struct {
	Said     float64 // mean score
	Unwanted Share
}

// numSteps is how many steps of the score are compared with the truth.
const numSteps = 10

// calibration compares scores with the truth, once the prior is taken out of
// them: the mail at hand has its own share of unwanted messages. Brier score and
// expected calibration error are of the same messages.
func (r *Report) calibration(list []Judged, prior float64) Table {
	t := Table{
		Title: "Calibration", Note: "What the score says, and how much of such mail is unwanted. The corpus has its own share of unwanted mail: the scores are those before they are moved to the share that a mail server has.",
		Columns: []string{"score", "messages", "mean score", "unwanted"},
	}
	sums := make([]float64, numSteps)
	shares := make([]ladder1, numSteps)
	brier := 0.0
	for i := range list {
		p, y := list[i].Verdict.Score, float64(one(list[i].Class.Unwanted()))
		if prior != 0 {
			p = sigmoid(math.Log(p/(1-p)) - prior)
		}
		b := min(int(p*numSteps), numSteps-1)
		sums[b] += p
		shares[b].add(y == 1)
		brier += (p - y) * (p - y)
	}
	ece := 0.0
	for b := range shares {
		n := shares[b].All
		if n == 0 {
			continue
		}
		said := sums[b] / float64(n)
		ece += math.Abs(said-float64(shares[b].Some)/float64(n)) * float64(n) / float64(len(list))
		r.Bins = append(r.Bins, Bin{said, Share(shares[b])})
		t.add(Word(Number(float64(b)/numSteps).String()+" and up"), Count(n), Number(said), Share(shares[b]))
	}
	t.add(Word("Brier score"), Count(len(list)), Number(brier/float64(max(len(list), 1))), Word(""))
	t.add(Word("expected calibration error"), Count(len(list)), Number(ece), Word(""))
	return t
}

// confusion is what each class is called, tagged or not.
func confusion(list []Judged) Table {
	counts := map[[2]detect.Class]int{}
	var rows, columns [detect.NumClasses]bool
	for i := range list {
		c := [2]detect.Class{list[i].Class, list[i].Verdict.Class}
		counts[c]++
		rows[c[0]], columns[c[1]] = true, true
	}
	t := Table{Title: "Confusion", Note: "Rows: what it is. Columns: what the verdict calls it.", Columns: []string{""}}
	for c := range detect.NumClasses {
		if columns[c] {
			t.Columns = append(t.Columns, c.String())
		}
	}
	for is := range detect.NumClasses {
		if !rows[is] {
			continue
		}
		cells := []Cell{Word(is.String())}
		for called := range detect.NumClasses {
			if columns[called] {
				cells = append(cells, Count(counts[[2]detect.Class{is, called}]))
			}
		}
		t.add(cells...)
	}
	return t
}

// worst lists false alarms, highest score first, and misses, lowest first.
func worst(list []Judged, most int) []Error {
	var alarms, misses []*Judged
	for i := range list {
		j := &list[i]
		switch tagged := j.Verdict.Would >= policy.Tag; {
		case tagged && !j.Class.Unwanted():
			alarms = append(alarms, j)
		case !tagged && j.Class.Unwanted():
			misses = append(misses, j)
		}
	}
	slices.SortStableFunc(alarms, func(a, b *Judged) int { return cmp.Compare(b.Verdict.Score, a.Verdict.Score) })
	slices.SortStableFunc(misses, func(a, b *Judged) int { return cmp.Compare(a.Verdict.Score, b.Verdict.Score) })
	if most >= 0 {
		alarms = alarms[:min(most, len(alarms))]
	}
	both := append(alarms, misses[:min(max(most, 0), len(misses))]...)
	out := make([]Error, 0, len(both))
	for _, j := range both {
		e := Error{Path: j.Path, Class: j.Class.String(), Verdict: j.Verdict.Would.String() + " as " + j.Verdict.Class.String(), Score: j.Verdict.Score}
		for _, reason := range j.Verdict.Reasons {
			e.Reasons = append(e.Reasons, reason.Text)
		}
		out = append(out, e)
	}
	return out
}
