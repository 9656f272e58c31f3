package train

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"postern/detect"
	"postern/model"
)

// What a source needs to be told apart, and how.
const (
	minLeak    = 100 // messages
	leakRounds = 30
	leakInputs = 5 // shown of each source
)

// Leaks tells how well the inputs of a model tell one source of mail from the
// others of its side, wanted or unwanted, and which inputs do it: what is above
// one half there could be learned instead of what the mail is. The words are
// left aside; only real mail counts.
func Leaks(rows []Row, stage func(string)) (Table, error) {
	t := Table{
		Title: "Leakage: one source told from the others of its side", Columns: []string{"source", "messages", "ROC-AUC", "by"},
		Note: "By trees over the inputs without the text model's, on campaigns never seen.",
	}
	c := newColumns(rows)
	size := map[string]int{}
	var real []Row
	for i := range rows {
		if !rows[i].Synthetic && !rows[i].twin && (i == 0 || rows[i-1].Message != rows[i].Message) {
			real = append(real, rows[i])
			size[rows[i].Source]++
		}
	}
	for _, source := range slices.Sorted(maps.Keys(size)) {
		if size[source] < minLeak {
			continue
		}
		stage(source)
		area, by, err := c.leak(real, source)
		if err != nil {
			return t, err
		}
		t.add(Word(source), Count(size[source]), Number(area), Word(strings.Join(by, ", ")))
	}
	return t, nil
}

// leak fits trees that tell a source from those of its side, on half of the
// campaigns, and measures them on the others.
func (c *columns) leak(rows []Row, source string) (area float64, by []string, err error) {
	x := &Matrix{}
	for _, name := range c.names {
		if !strings.HasPrefix(name, "text:") {
			x.Names = append(x.Names, name)
		}
	}
	unwanted := rows[slices.IndexFunc(rows, func(r Row) bool { return r.Source == source })].Class.Unwanted()
	rows = slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Class.Unwanted() != unwanted })
	ours := 0
	for i := range rows {
		row := c.row(&rows[i], model.None())
		for n, name := range c.names {
			if !strings.HasPrefix(name, "text:") {
				x.Values = append(x.Values, row[n])
			}
		}
		ours += one(rows[i].Source == source)
	}
	if ours == len(rows) {
		return 0.5, nil, nil
	}
	fold := Folds(groups(rows, func(m *Mail) string { return m.Campaign }), 2, 1)
	labels, weights := make([]detect.Class, len(rows)), make([]float64, len(rows))
	for i := range rows {
		labels[i] = detect.Safe
		weights[i] = float64(fold[i]) / float64(len(rows)-ours)
		if rows[i].Source == source {
			labels[i], weights[i] = detect.Spam, float64(fold[i])/float64(ours)
		}
		weights[i] *= float64(len(rows))
	}
	trees, err := FitTrees(x, labels, weights, TreeOptions{Rounds: leakRounds, KindRounds: 1, Depth: 4, Rate: 0.2, Free: true})
	if err != nil {
		return 0, nil, fmt.Errorf("train: %s: %w", source, err)
	}
	sums := make([]float64, len(x.Names))
	var scored []Scored
	for i := range rows {
		if fold[i] != 0 {
			continue
		}
		scored = append(scored, Scored{trees.Unwanted.Predict(x.Row(i)).Float(), labels[i] == detect.Spam, rows[i].Campaign})
		part := make([]model.Fixed, len(x.Names))
		trees.Unwanted.Explain(x.Row(i), part)
		for n, p := range part {
			sums[n] += max(p.Float(), -p.Float())
		}
	}
	return areaOf(scored), heaviestNames(x.Names, sums), nil
}

func areaOf(list []Scored) float64 {
	r := Rank(list)
	return r.area(r.once())
}

// heaviestNames are the names with the greatest sums.
func heaviestNames(names []string, sums []float64) (list []string) {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(sums[b], sums[a]) })
	for _, i := range order[:min(leakInputs, len(order))] {
		if sums[i] > 0 {
			list = append(list, names[i])
		}
	}
	return list
}
