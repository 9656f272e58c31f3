package train

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"postern/detect"
	"postern/model"
)

// ftrl learns a linear softmax by FTRL-proximal (McMahan et al. 2013): every
// weight has a learning rate of its own, and is 0 until the evidence for it
// passes L1.
type ftrl struct {
	options *TextOptions
	k       int
	bias    []float32
	w, z, n []float32 // weight, sum of gradients less what the steps explain, sum of squares; k for each row
	p, g    []float64 // of the sample at hand
}

func newFTRL(rows, k int, o *TextOptions) *ftrl {
	return &ftrl{
		options: o, k: k, bias: make([]float32, k), p: make([]float64, k), g: make([]float64, k),
		w: make([]float32, rows*k), z: make([]float32, rows*k), n: make([]float32, rows*k),
	}
}

// learn reads the samples that are not of fold out, in another order every
// time.
func (f *ftrl) learn(c *corpus, fold []int, out int) {
	random := rand.New(rand.NewPCG(f.options.Seed, uint64(out))) //nolint:gosec // reproducible, not secret
	order := make([]int, 0, len(c.terms))
	for i := range c.terms {
		if fold[i] != out && c.weight[i] > 0 {
			order = append(order, i)
		}
	}
	for range f.options.Epochs {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			f.update(c.terms[i], c.class[i], c.weight[i])
		}
		c.advance(len(c.terms))
	}
}

// predict writes the probabilities of the classes to p.
func (f *ftrl) predict(terms []model.Term) {
	for j := range f.p {
		f.p[j] = float64(f.bias[j])
	}
	for _, t := range terms {
		x := float64(t.X)
		for j, w := range f.w[int(t.Bucket)*f.k:][:f.k] {
			f.p[j] += x * float64(w)
		}
	}
	top, sum := math.Inf(-1), 0.0
	for _, l := range f.p {
		top = max(top, l)
	}
	for j, l := range f.p {
		f.p[j] = math.Exp(l - top)
		sum += f.p[j]
	}
	for j := range f.p {
		f.p[j] /= sum
	}
}

// settled is the error of a class that is not worth a step.
const settled = 1e-2

// update learns one sample.
func (f *ftrl) update(terms []model.Term, class int, weight float64) {
	f.predict(terms)
	wrong := f.g[:0]
	var which [detect.NumClasses]int
	for j, p := range f.p {
		if j == class {
			p--
		}
		if math.Abs(p) >= settled {
			which[len(wrong)] = j
			wrong = append(wrong, p*weight)
			f.bias[j] -= float32(biasRate * p * weight)
		}
	}
	for _, t := range terms {
		row := int(t.Bucket) * f.k
		for i, g := range wrong {
			f.step(row+which[i], g*float64(t.X))
		}
	}
}

// biasRate is the learning rate of the biases, which are not pruned.
const biasRate = 0.01

// step moves one weight against its gradient.
func (f *ftrl) step(i int, g float64) {
	o := f.options
	n := float64(f.n[i])
	root := math.Sqrt(n)
	n += g * g
	next := math.Sqrt(n)
	z := float64(f.z[i]) + g - (next-root)/o.Alpha*float64(f.w[i])
	f.n[i], f.z[i] = float32(n), float32(z)
	f.w[i] = float32(o.weight(z, next))
}

// weight is what follows from the gradients' sum and the root of their
// squares.
func (o *TextOptions) weight(z, root float64) float64 {
	switch {
	case z > o.L1:
		return -(z - o.L1) / ((o.Beta+root)/o.Alpha + o.L2)
	case z < -o.L1:
		return -(z + o.L1) / ((o.Beta+root)/o.Alpha + o.L2)
	}
	return 0
}

// heaviest is the greatest weight of a row.
func (f *ftrl) heaviest(row int) (most float64) {
	for _, w := range f.w[row*f.k:][:f.k] {
		most = max(most, math.Abs(float64(w)))
	}
	return most
}

// prune makes a text model of the rows that matter most: those of great weights,
// and of frequent n-grams. Row i is that of buckets[i], which often[i] samples
// have. What is left out, or in known, stays known.
func (f *ftrl) prune(buckets []uint32, often []int32, known []uint32, classes []detect.Class) *model.Text {
	type row struct {
		index int
		worth float64
	}
	var rows []row
	for i := range buckets {
		if most := f.heaviest(i); most > 0 {
			rows = append(rows, row{i, most * math.Sqrt(float64(often[i]+1))})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.worth, a.worth) })
	w := &model.TextWeights{Bits: f.options.Bits, Classes: classes, Bias: f.bias, Known: slices.Clone(known)}
	for _, r := range rows[min(len(rows), f.options.MaxRows):] {
		w.Known = append(w.Known, buckets[r.index])
	}
	rows = rows[:min(len(rows), f.options.MaxRows)]
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(buckets[a.index], buckets[b.index]) })
	for _, r := range rows {
		w.Buckets = append(w.Buckets, buckets[r.index])
		w.Weights = append(w.Weights, f.w[r.index*f.k:][:f.k]...)
	}
	return model.NewText(w)
}
