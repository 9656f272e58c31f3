package train

import (
	"slices"

	"postern/detect"
	"postern/model"
)

// A Learner goes on from a text model, one message at a time: what a site
// reports moves the weights, and what it does not speak of stays. It is for
// one goroutine.
type Learner struct {
	options TextOptions
	classes []detect.Class
	buckets []uint32
	known   []uint32
	row     map[uint32]uint32 // of each bucket
	ftrl    *ftrl
}

// settledRoot is how far the weights of a finished model count as learned: the
// root of the sum of squared gradients that stands behind each. The more, the
// slower they move.
const settledRoot = 0.3

// NewLearner makes t learn again. Of the options, the size of buckets is that
// of t, and classes that t does not know are not learned.
func NewLearner(t *model.Text, o TextOptions) *Learner {
	w := t.Weights()
	o.Bits = w.Bits
	l := &Learner{options: o.filled(), classes: w.Classes, buckets: w.Buckets, known: w.Known, row: make(map[uint32]uint32, len(w.Buckets))}
	for i, b := range w.Buckets {
		l.row[b] = uint32(i)
	}
	k := len(w.Classes)
	f := &ftrl{options: &l.options, k: k, bias: w.Bias, p: make([]float64, k), g: make([]float64, k), w: w.Weights}
	f.z, f.n = make([]float32, len(f.w)), make([]float32, len(f.w))
	for i, v := range f.w {
		if v != 0 {
			f.n[i], f.z[i] = settledRoot*settledRoot, float32(l.options.evidence(float64(v), settledRoot))
		}
	}
	l.ftrl = f
	return l
}

// evidence is the sum of gradients from which weight w follows.
func (o *TextOptions) evidence(w, root float64) float64 {
	z := -w * ((o.Beta+root)/o.Alpha + o.L2)
	if w > 0 {
		return z - o.L1
	}
	return z + o.L1
}

// Update learns one message; false: its class is not known to the model.
func (l *Learner) Update(s *TextSample) bool {
	class := slices.Index(l.classes, s.Class)
	if class < 0 || s.Weight <= 0 {
		return false
	}
	terms := model.Terms(&s.Text, l.options.Bits)
	for i, t := range terms {
		row, ok := l.row[t.Bucket]
		if !ok {
			row = uint32(len(l.buckets)) //nolint:gosec // at most 24 bits
			l.row[t.Bucket] = row
			l.buckets = append(l.buckets, t.Bucket)
			l.ftrl.grow()
		}
		terms[i].Bucket = row
	}
	l.ftrl.update(terms, class, s.Weight)
	return true
}

// Text is the model as learned so far.
func (l *Learner) Text() *model.Text {
	return l.ftrl.prune(l.buckets, make([]int32, len(l.buckets)), l.known, l.classes)
}

// grow adds a row of zeros.
func (f *ftrl) grow() {
	for range f.k {
		f.w, f.z, f.n = append(f.w, 0), append(f.z, 0), append(f.n, 0)
	}
}
