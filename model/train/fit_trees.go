package train

import (
	"postern/detect"
	"postern/model"
)

// A Matrix is what a combined model is fitted on: one row a message, one
// column an input; NaN is unknown. Names are those of [model.InputNames], or
// fewer.
type Matrix struct {
	Names  []string
	Values []float32 // row by row
}

// Rows is the number of rows.
func (m *Matrix) Rows() int { return len(m.Values) / max(len(m.Names), 1) }

// Row is one row.
func (m *Matrix) Row(i int) []float32 { return m.Values[i*len(m.Names):][:len(m.Names)] }

// TreeOptions steer the fitting of trees. Zero takes the default.
type TreeOptions struct {
	Rounds     int     // trees of the first question; 250
	KindRounds int     // trees of each kind; 12
	Depth      int     // 5
	Rate       float64 // 0.08
	MinWeight  float64 // weight of the samples in a leaf; 10
	L2         float64 // 1
	Rows       float64 // share of the rows that each tree sees; 0.8
	Columns    float64 // share of the inputs that each tree sees; 0.5
	Seed       uint64

	Progress func(done, of int) // may be nil; trees
}

// FitTrees fits a combined model; it is not calibrated yet.
func FitTrees(x *Matrix, labels []detect.Class, weights []float64, o TreeOptions) (*model.Trees, error) {
	return nil, nil
}

// Calibrate fits the curves of t on rows that it was not fitted on, later ones
// best.
func Calibrate(t *model.Trees, x *Matrix, labels []detect.Class, weights []float64) (*model.Trees, error) {
	return t, nil
}
