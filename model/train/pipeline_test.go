package train

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"postern/detect"
	"postern/model"
)

func TestExclusionsNameInputsAndReasons(t *testing.T) {
	t.Parallel()
	for _, e := range exclusions() {
		if !slices.ContainsFunc(model.InputNames(), func(name string) bool { return matches(e.pattern, name) }) {
			t.Errorf("%q excludes nothing", e.pattern)
		}
		if e.why == "" {
			t.Errorf("%q has no reason", e.pattern)
		}
	}
}

// rowsOf makes n messages of a source.
func rowsOf(source string, class detect.Class, n, from int, known, synthetic bool) (rows []Row) {
	for i := range n {
		m := &Mail{Path: source + string(rune('a'+i%26)) + string(rune('a'+i/26%26)), Source: source, Class: class, Campaign: source + string(rune(i)), Date: noDate, Synthetic: synthetic}
		inputs := make([]float32, len(model.InputNames()))
		for k := range inputs {
			inputs[k] = float32(from + i%7)
		}
		words := map[bool]string{true: "verify your password today", false: "the minutes of our meeting"}[class.Unwanted()]
		rows = append(rows, Row{Mail: m, Text: &model.TextInput{Subject: words, Body: words}, Inputs: inputs, Message: i, Known: known})
	}
	return rows
}

func TestWeightsAreEven(t *testing.T) {
	t.Parallel()
	rows := Join(rowsOf("ham/large", detect.Safe, 900, 0, false, false), rowsOf("ham/small", detect.Safe, 9, 0, true, false), rowsOf("phish/x", detect.CredentialPhishing, 100, 0, true, false), rowsOf("phish/y", detect.CredentialPhishing, 50, 0, false, false))
	sums := map[string]float64{}
	total := 0.0
	for i, w := range weigh(rows) {
		sums[rows[i].Source] += w
		total += w
	}
	near(t, "mean", total/float64(len(rows)), 1, 1e-9)
	near(t, "known", sums["ham/small"], sums["phish/x"], 1e-9)
	near(t, "unknown", sums["ham/large"], sums["phish/y"], 1e-9)
}

func TestBorrowedHeadersAreSomebodys(t *testing.T) {
	t.Parallel()
	rows := Join(rowsOf("ham/real", detect.Safe, 20, 100, false, false), rowsOf("phish/real", detect.CredentialPhishing, 20, 200, true, false), rowsOf("ham/made", detect.Safe, 40, 300, false, true))
	before := rows[45].Inputs
	borrow(rows, model.InputNames())
	var lenders [2]int
	for i := 40; i < 80; i++ {
		for k, name := range model.InputNames() {
			v := rows[i].Inputs[k]
			switch {
			case !slices.Contains(borrowed, subject(name)) && v < 300:
				t.Fatalf("%s was changed to %v", name, v)
			case name == "from.freemail" && v >= 300:
				t.Fatalf("%s was kept: %v", name, v)
			case name == "from.freemail":
				lenders[one(v >= 200)]++
			}
		}
	}
	if lenders[0] < 10 || lenders[1] < 10 || before[0] < 300 {
		t.Errorf("lenders: %v; the rows given were changed: %v", lenders, before[0] < 300)
	}
}

func TestFitTellsWhatItSaw(t *testing.T) {
	t.Parallel()
	rows := Join(
		rowsOf("ham/a", detect.Safe, 60, 0, false, false), rowsOf("ham/b", detect.Safe, 60, 0, false, false), rowsOf("ham/c", detect.Safe, 60, 0, false, false),
		rowsOf("ham/d", detect.Graymail, 60, 0, false, false), rowsOf("phish/x", detect.CredentialPhishing, 120, 3, false, false), rowsOf("spam/y", detect.Spam, 60, 3, false, false))
	r, err := Fit(rows, Recipe{Folds: 4, Trees: TreeOptions{Rounds: 20, KindRounds: 4}, Text: TextOptions{Bits: 12}})
	if err != nil {
		t.Fatal(err)
	}
	judged := r.Unseen.Judged(rows, r.Bundle.Card)
	scored := make([]Scored, 0, len(judged))
	for i := range judged {
		scored = append(scored, Scored{judged[i].Verdict.Score, judged[i].Class.Unwanted(), judged[i].Campaign})
	}
	if area := Rank(scored).AUC().Value; area < 0.9 {
		t.Errorf("area %v", area)
	}
	r.Describe(rows, "test", "1")
	card := r.Bundle.Card
	if len(card.Sources) != 6 || card.Labels["spam"] != 60 || card.Thresholds.Tag < least.Tag || card.Thresholds.Tag > highest.Tag {
		t.Errorf("%+v", card)
	}
	data, err := r.Bundle.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := model.Decode(data); err != nil {
		t.Error(err)
	}
}

// A collector of wanted mail is left out whole, with his attacks and their
// twins; where there is none, campaigns are.
func TestWhatBelongsTogetherIsNotParted(t *testing.T) {
	t.Parallel()
	twin := rowsOf("twin/one", detect.Safe, 1, 0, true, false)
	twin[0].twin = true
	rows := Join(rowsOf("ham/both", detect.Safe, 2, 0, true, false), rowsOf("phish/both", detect.CredentialPhishing, 2, 0, true, false),
		rowsOf("phish/one", detect.CredentialPhishing, 2, 0, true, false), twin)
	rows[6].Campaign = rows[4].Campaign
	g := unparted(rows)
	if g[0] != g[1] || g[0] != g[2] || g[0] != g[3] || g[4] == g[5] || g[4] == g[0] || g[6] != g[4] {
		t.Errorf("%v", g)
	}
}

// The source that does worst bounds the threshold.
func TestEachSourceBoundsTheThreshold(t *testing.T) {
	t.Parallel()
	rows := Join(rowsOf("ham/easy", detect.Safe, 2000, 0, true, false), rowsOf("ham/hard", detect.Safe, 100, 0, true, false))
	odds := make([]float64, len(rows))
	for i := range odds {
		odds[i] = -5
		if hard := i - 2000; hard >= 0 && hard < 5 {
			odds[i] = 6 - float64(hard)
		}
	}
	at, prior := thresholds(rows, odds)
	near(t, "tag", sigmoid(5+prior), at.Tag, 1e-9)
}

func TestThresholdsFollowTheTail(t *testing.T) {
	t.Parallel()
	// Exponential log-odds around -4, with a mean excess of 1: the share above
	// x is exp(-(x+4)).
	const n = 20000
	rows, odds := make([]Row, 0, n), make([]float64, 0, n)
	for i := range n {
		rows = append(rows, Row{Mail: &Mail{Class: detect.Safe, Date: noDate}, Message: i})
		odds = append(odds, -4-math.Log((float64(i)+0.5)/n))
	}
	at, prior := thresholds(rows, odds)
	near(t, "prior", prior, mostUnwanted, 1e-9) // the budget is met far below
	near(t, "quarantine", at.Quarantine, max(least.Quarantine, sigmoid(-4-math.Log(quarantineBudget)+prior)), 0.01)
}

// Lessons keep what streams tell; of other mail they mute some texts and leave
// out some subjects, whole, and nothing else.
func TestLessonsTakeSomethingAway(t *testing.T) {
	t.Parallel()
	rows := Join(rowsOf("ham/a", detect.Safe, 400, 3, true, false), rowsOf("stream-1", detect.Safe, 20, 3, true, false))
	for i := 400; i < len(rows); i++ {
		rows[i].stream = "1"
	}
	f := &fitting{rows: rows, columns: newColumns(rows)}
	f.matrix.Names = f.columns.names
	for i := range rows {
		f.matrix.Values = append(f.matrix.Values, f.columns.row(&rows[i], &model.Scores{P: [detect.NumClasses]float64{detect.Safe: 0.5, detect.Spam: 0.5}, Known: 0.5})...)
	}
	mutes, unknowns, subjects := 0, 0, map[string]bool{}
	for i := range rows {
		before, after := f.matrix.Row(i), f.lesson(i)
		gone := map[string]int{}
		for k, name := range f.columns.names {
			s := subject(name)
			subjects[s] = subjects[s] || !strings.HasPrefix(name, "text:")
			switch v := after[k]; {
			case v == before[k]:
			case rows[i].stream != "" || v == v && !slices.Contains(f.columns.textual, k):
				t.Fatalf("%s of %s became %v", name, rows[i].Path, v)
			case v != v:
				gone[s]++
			case name == "text:known":
				mutes++
			}
		}
		for k, name := range f.columns.names {
			if s := subject(name); gone[s] > 0 && after[k] == after[k] {
				t.Fatalf("%s is left of its subject", name)
			}
		}
		unknowns += len(gone)
	}
	maps.DeleteFunc(subjects, func(_ string, told bool) bool { return !told })
	near(t, "muted", float64(mutes)/400, muted, 0.1)
	near(t, "without", float64(unknowns)/float64(400*len(subjects)), without, 0.02)
}
