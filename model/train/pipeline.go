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
	Folds int // parts of which each is judged by a model made without it; 5
	Text  TextOptions
	Trees TreeOptions

	Stage    func(what string) // told of each stage; may be nil
	Progress func(done, of int)
}

// A Result is a model with what it said of its own rows when it was made
// without them: what thresholds are chosen on.
type Result struct {
	Bundle *model.Bundle
	Odds   []float64 // calibrated, of being unwanted; one for each row
	P      [][detect.NumClasses]float64
}

// Fit makes a model. A fold holds whole campaigns of unwanted mail and whole
// sources of wanted mail: so everything that is learned from scores, and every
// threshold, is learned from mail of senders that were never seen.
func Fit(rows []Row, r Recipe) (*Result, error) {
	if r.Folds == 0 {
		r.Folds = 5
	}
	rows = slices.Clone(rows)
	borrow(rows, model.InputNames())
	f := &fitting{Recipe: r, rows: rows, weights: weigh(rows), fold: Folds(groups(rows), r.Folds, r.Trees.Seed)}
	if err := f.text(); err != nil {
		return nil, err
	}
	if err := f.trees(); err != nil {
		return nil, err
	}
	return f.calibrate()
}

// A fitting is a model under way.
type fitting struct {
	Recipe

	rows    []Row
	weights []float64
	fold    []int
	matrix  Matrix
	labels  []detect.Class
	bundle  model.Bundle
	without []*model.Trees // for each fold, trees made without it
}

func (f *fitting) stage(what string) {
	if f.Stage != nil {
		f.Stage(what)
	}
}

// groups numbers what is never divided between folds.
func groups(rows []Row) []int {
	list := make([]int, len(rows))
	for i := range rows {
		key := rows[i].Campaign
		if !rows[i].Class.Unwanted() {
			key = rows[i].Source
		}
		h := fnv.New32a()
		_, _ = h.Write([]byte(key))
		list[i] = int(h.Sum32())
	}
	return list
}

// text fits the text model, and fills the inputs that are its scores with
// those of models made without the row's group.
func (f *fitting) text() error {
	f.stage("text model")
	var samples []TextSample
	at := make([]int, len(f.rows)) // the sample of each row
	for i := range f.rows {
		if i > 0 && f.rows[i].Message == f.rows[i-1].Message {
			at[i] = at[i-1]
			samples[at[i]].Weight += f.weights[i]
			continue
		}
		at[i] = len(samples)
		samples = append(samples, TextSample{Text: *f.rows[i].Text, Class: f.rows[i].Class, Weight: f.weights[i], Group: groups(f.rows[i : i+1])[0]})
	}
	o := f.Text
	o.Progress = f.Progress
	text, scores, err := FitTextFolds(samples, f.Folds, o)
	if err != nil {
		return err
	}
	f.bundle.Text = text
	f.fill(func(i int) *model.Scores { return scores[at[i]] })
	return nil
}

// fill makes the matrix of all rows.
func (f *fitting) fill(scores func(i int) *model.Scores) {
	names := model.InputNames()
	var columns, textual []int
	var textNames []string
	for i, name := range names {
		if excluded(name) {
			continue
		}
		if strings.HasPrefix(name, "text:") {
			textual = append(textual, len(columns))
			textNames = append(textNames, name)
		}
		columns = append(columns, i)
	}
	f.matrix = Matrix{Names: learned(), Values: make([]float32, len(f.rows)*len(columns))}
	inputs := model.NewInputs(textNames)
	part := make([]float32, len(textNames))
	for i := range f.rows {
		row := f.matrix.Row(i)
		for to, from := range columns {
			row[to] = f.rows[i].Inputs[from]
		}
		inputs.Row(part, signals.Vector{}, nil, scores(i))
		for n, to := range textual {
			row[to] = part[n]
		}
		f.labels = append(f.labels, f.rows[i].Class)
	}
}

// trees fits the combined model: one on all rows, and one without each fold.
func (f *fitting) trees() (err error) {
	for k := range f.Folds {
		f.stage(fmt.Sprintf("trees without part %d of %d", k+1, f.Folds))
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
		f.without = append(f.without, t)
	}
	f.stage("trees")
	f.bundle.Trees, err = f.fit(f.weights)
	return err
}

func (f *fitting) fit(weights []float64) (*model.Trees, error) {
	o := f.Trees
	o.Progress = f.Progress
	return FitTrees(&f.matrix, f.labels, weights, o)
}

// calibrate fits the curve on what the models made without a row say of it.
func (f *fitting) calibrate() (*Result, error) {
	points := make([]point, len(f.rows))
	for i := range f.rows {
		points[i] = point{f.without[f.fold[i]].Unwanted.Predict(f.matrix.Row(i)).Float(), truth(f.labels[i].Unwanted()), 1}
	}
	curve, ok := FitCurve(points)
	if !ok {
		return nil, errOneSide
	}
	f.bundle.Trees.Curve = curve
	r := &Result{Bundle: &f.bundle, Odds: make([]float64, len(f.rows)), P: make([][detect.NumClasses]float64, len(f.rows))}
	for i := range f.rows {
		t := *f.without[f.fold[i]]
		t.Curve = curve
		r.P[i], r.Odds[i] = t.Predict(f.matrix.Row(i))
	}
	f.bundle.Card.Thresholds = thresholds(f.rows, r.Odds)
	return r, nil
}

// Judged is what the models said of the first row of each message when they
// were made without it and, where it is wanted, without its source.
func (r *Result) Judged(rows []Row) []Judged {
	var list []Judged
	for i := range rows {
		if i > 0 && rows[i-1].Message == rows[i].Message {
			continue
		}
		j := Judged{Mail: rows[i].Mail, HTML: rows[i].HTML}
		j.Verdict.Score, j.Verdict.Scores, j.Verdict.Class = sigmoid(r.Odds[i]), r.P[i], likeliest(&r.P[i])
		switch t := r.Bundle.Card.Thresholds; {
		case j.Verdict.Score >= t.Reject:
			j.Verdict.Would = policy.Reject
		case j.Verdict.Score >= t.Quarantine:
			j.Verdict.Would = policy.Quarantine
		case j.Verdict.Score >= t.Tag:
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
