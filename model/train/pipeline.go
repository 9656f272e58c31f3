package train

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"postern/detect"
	"postern/model"
	"postern/policy"
	"postern/signals"
)

// A Recipe says how a model is made.
type Recipe struct {
	Folds int // parts of which each is judged by a model made without it; 10
	Text  TextOptions
	Trees TreeOptions

	Stage    func(what string) // told of each stage; may be nil
	Progress func(done, of int)
}

// A Result is a model, with what others that were made like it said of mail of
// sources that they had not seen.
type Result struct {
	Bundle *model.Bundle
	Unseen Unseen
}

// Unseen is what models said of each row that they were made without: without
// its campaign, and where it is wanted without its collector.
type Unseen struct {
	Odds []float64 // calibrated, of being unwanted
	P    [][detect.NumClasses]float64
}

// Fit makes a model. The trees learn how far to trust a text model from what it
// says of mail of sources that it never saw; on such mail the whole is
// calibrated, and its thresholds are chosen.
func Fit(rows []Row, r Recipe) (*Result, error) {
	fill(&r.Folds, 10)
	rows = slices.Clone(rows)
	borrow(rows, model.InputNames())
	f := &fitting{Recipe: r, rows: rows, weights: weigh(rows)}
	f.deal()
	if err := f.text(); err != nil {
		return nil, err
	}
	return f.trees()
}

// A fitting is a model under way.
type fitting struct {
	Recipe

	rows    []Row
	weights []float64
	groups  []int // rows of one group are never parted
	fold    []int // the part that each row is of
	columns columns
	matrix  Matrix // the rows as a model sees them
	lessons Matrix // as trees learn from them
	labels  []detect.Class
	bundle  model.Bundle
}

func (f *fitting) stage(format string, args ...any) {
	if f.Stage != nil {
		f.Stage(fmt.Sprintf(format, args...))
	}
}

// deal parts the rows: streams for themselves, since each is one group and
// larger than all else.
func (f *fitting) deal() {
	f.groups, f.fold = unparted(f.rows), make([]int, len(f.rows))
	for _, ofStream := range []bool{false, true} {
		var at, groups []int
		for i := range f.rows {
			if (f.rows[i].stream != "") == ofStream {
				at, groups = append(at, i), append(groups, f.groups[i])
			}
		}
		for n, fold := range Folds(groups, f.Folds, f.Trees.Seed) {
			f.fold[at[n]] = fold
		}
	}
}

// unparted numbers the rows so that those which belong together have one number:
// the campaigns of attacks and spam, and all that a collector has of wanted
// mail. Who collected both is left out whole, as a new source would be.
func unparted(rows []Row) []int {
	var sides [2]map[string]bool
	for side := range sides {
		sides[side] = map[string]bool{}
	}
	for i := range rows {
		if !rows[i].twin {
			sides[one(rows[i].Class.Unwanted())][rows[i].collector()] = true
		}
	}
	return groups(rows, func(m *Mail) string {
		if c := m.collector(); sides[0][c] {
			return c
		}
		return m.Campaign
	})
}

// groups numbers what has the same key.
func groups(rows []Row, key func(*Mail) string) []int {
	list := make([]int, len(rows))
	for i := range rows {
		h := fnv.New32a()
		_, _ = h.Write([]byte(key(rows[i].Mail)))
		list[i] = int(h.Sum32())
	}
	return list
}

// text fits the text model, and has every row scored by one made without its
// group.
func (f *fitting) text() (err error) {
	f.stage("text model and %d without a part each", f.Folds)
	samples, fold, at := f.samples()
	o := f.Text
	o.Progress = f.Progress
	var scores []*model.Scores
	if f.bundle.Text, scores, err = FitTextOut(samples, fold, o); err != nil {
		return err
	}
	f.columns = newColumns(f.rows)
	f.matrix = Matrix{Names: f.columns.names}
	for i := range f.rows {
		f.matrix.Values = append(f.matrix.Values, f.columns.row(&f.rows[i], scores[at[i]])...)
		f.labels = append(f.labels, f.rows[i].Class)
	}
	f.lessons = Matrix{Names: f.columns.names}
	for i := range f.rows {
		f.lessons.Values = append(f.lessons.Values, f.lesson(i)...)
	}
	return nil
}

// samples are the messages of the rows with the part that each is of; at names
// that of each row.
func (f *fitting) samples() (samples []TextSample, fold, at []int) {
	for i := range f.rows {
		if i > 0 && f.rows[i].Message == f.rows[i-1].Message {
			samples[len(samples)-1].Weight += f.textWeight(i)
		} else {
			samples = append(samples, TextSample{Text: *f.rows[i].Text, Class: f.rows[i].Class, Weight: f.textWeight(i), Group: f.groups[i]})
			fold = append(fold, f.fold[i])
		}
		at = append(at, len(samples)-1)
	}
	return samples, fold, at
}

// textWeight is what a row counts for the text model. Streams and twins do not:
// their attacks and their harmless mail are worded alike.
func (f *fitting) textWeight(i int) float64 {
	if f.rows[i].stream != "" || f.rows[i].twin {
		return 0
	}
	return f.weights[i]
}

// columns are the inputs that a model learns from.
type columns struct {
	names   []string
	from    []int // of each, its place among all inputs
	textual []int // places of the text model's scores
	text    *model.Inputs
}

// minFindings is how many messages a heuristic must have found something in
// before a model may weigh it. One of which the data say less speaks for itself.
const minFindings = 40

func newColumns(rows []Row) columns {
	var c columns
	var texts []string
	for i, name := range model.InputNames() {
		if excluded(name) || model.IsHeuristic(name) && findings(rows, i) < minFindings {
			continue
		}
		if strings.HasPrefix(name, "text:") {
			c.textual, texts = append(c.textual, len(c.names)), append(texts, name)
		}
		c.names, c.from = append(c.names, name), append(c.from, i)
	}
	c.text = model.NewInputs(texts)
	return c
}

// findings counts the messages of which some row has an input above zero.
func findings(rows []Row, input int) (n int) {
	last := -1
	for i := range rows {
		if rows[i].Inputs[input] > 0 && rows[i].Message != last {
			n++
			last = rows[i].Message
		}
	}
	return n
}

// row is what a combined model sees of r.
func (c *columns) row(r *Row, scores *model.Scores) []float32 {
	row := make([]float32, len(c.names))
	for to, from := range c.from {
		row[to] = r.Inputs[from]
	}
	part := make([]float32, len(c.textual))
	c.text.Row(part, signals.Vector{}, nil, scores)
	for i, to := range c.textual {
		row[to] = part[i]
	}
	return row
}

// trees fits the combined model, calibrates it, and chooses the thresholds.
func (f *fitting) trees() (*Result, error) {
	r := &Result{Bundle: &f.bundle}
	if err := f.unseen(&r.Unseen); err != nil {
		return nil, err
	}
	curve, ok := FitCurve(f.points(r.Unseen.Odds))
	if !ok {
		return nil, errOneSide
	}
	curve = halfway(curve)
	f.stage("trees")
	var err error
	if f.bundle.Trees, err = f.fit(f.weights); err != nil {
		return nil, err
	}
	f.bundle.Trees.Curve = curve
	for i, raw := range r.Unseen.Odds {
		r.Unseen.Odds[i] = curve.At(raw)
	}
	f.bundle.Card.Thresholds, f.bundle.Card.Prior = thresholds(f.rows, r.Unseen.Odds)
	return r, nil
}

// unseen has the rows judged by trees made without their group. The log-odds
// are not calibrated yet.
func (f *fitting) unseen(u *Unseen) error {
	u.Odds, u.P = make([]float64, len(f.rows)), make([][detect.NumClasses]float64, len(f.rows))
	for k := range f.Folds {
		f.stage("trees without a part: %d of %d", k+1, f.Folds)
		weights := make([]float64, len(f.rows))
		for i := range weights {
			if f.fold[i] != k {
				weights[i] = f.weights[i]
			}
		}
		t, err := f.fit(weights)
		if err != nil {
			return err
		}
		for i := range f.rows {
			if f.fold[i] == k {
				row := f.matrix.Row(i)
				u.P[i], _ = t.Predict(row)
				u.Odds[i] = t.Unwanted.Predict(row).Float()
			}
		}
	}
	return nil
}

func (f *fitting) fit(weights []float64) (*model.Trees, error) {
	o := f.Trees
	o.Progress = f.Progress
	return FitTrees(&f.lessons, f.labels, weights, o)
}

// points are the raw log-odds of all messages with the truth, but of mail that
// was made: there is as much of it as we like.
func (f *fitting) points(odds []float64) (list []point) {
	for i, x := range odds {
		if !f.rows[i].twin && f.rows[i].stream == "" && inService(f.rows, i) {
			list = append(list, point{x, truth(f.labels[i].Unwanted()), f.weights[i]})
		}
	}
	return list
}

// inService tells whether a row shows its message as a gate sees it that asks
// who sent it, with an empty memory: the last of the views.
func inService(rows []Row, i int) bool {
	return i+1 == len(rows) || rows[i+1].Message != rows[i].Message
}

// Judged is what the models said of each real message that is of no stream, as
// a gate with an empty memory sees it, in service.
func (u *Unseen) Judged(rows []Row, card model.Card) []Judged {
	var list []Judged
	for i := range rows {
		if rows[i].stream != "" || rows[i].twin || !inService(rows, i) {
			continue
		}
		j := Judged{Mail: rows[i].Mail, HTML: rows[i].HTML}
		j.Verdict.Score, j.Verdict.Scores, j.Verdict.Class = sigmoid(u.Odds[i]+card.Prior), u.P[i], likeliest(&u.P[i])
		switch {
		case j.Verdict.Score >= card.Thresholds.Reject:
			j.Verdict.Would = policy.Reject
		case j.Verdict.Score >= card.Thresholds.Quarantine:
			j.Verdict.Would = policy.Quarantine
		case j.Verdict.Score >= card.Thresholds.Tag:
			j.Verdict.Would = policy.Tag
		}
		list = append(list, j)
	}
	return list
}

// likeliest is the likeliest unwanted class where the message is rather
// unwanted, else the likeliest wanted one.
func likeliest(p *[detect.NumClasses]float64) detect.Class {
	best, unwanted := detect.Safe, 0.0
	for c := range detect.Spam + 1 {
		unwanted += p[c]
	}
	for c := range detect.NumClasses {
		if c.Unwanted() == (unwanted >= 0.5) && (p[c] > p[best] || best.Unwanted() != c.Unwanted()) {
			best = c
		}
	}
	return best
}
