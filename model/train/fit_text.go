package train

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"postern/detect"
	"postern/model"
)

// A TextSample is one labelled text.
type TextSample struct {
	Text   model.TextInput
	Class  detect.Class
	Weight float64 // 1 is usual; 0: not learned from
	Group  int     // samples of one group, such as a campaign, are never on both sides of a fold
}

// TextOptions steer the fitting of a text model. Zero takes the default.
type TextOptions struct {
	Bits      int     // of a bucket's number; 19
	Epochs    int     // passes over the samples; 4
	Alpha     float64 // learning rate; 0.5
	Beta      float64 // what holds the first steps back; 0.3
	L1        float64 // how much evidence a weight needs to be; 0.02
	L2        float64 // how much weights are held small; 0.02
	Balance   float64 // 0 to 1: how far rare classes are weighted up to the frequent; 0.5
	MinGroups int     // a bucket counts if so many groups have it; 3
	MaxRows   int     // buckets that are kept; 100,000
	Seed      uint64  // of the order of samples

	// Progress is told how many of how many samples were read. It may be nil,
	// and is called from one goroutine at a time.
	Progress func(done, of int)
}

func (o TextOptions) filled() TextOptions {
	fill(&o.Bits, 19)
	fill(&o.Epochs, 4)
	fill(&o.Alpha, 0.5)
	fill(&o.Beta, 0.3)
	fill(&o.L1, 0.02)
	fill(&o.L2, 0.02)
	fill(&o.Balance, 0.5)
	fill(&o.MinGroups, 3)
	fill(&o.MaxRows, 100_000)
	return o
}

// fill gives v its default.
func fill[T int | float64](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}

var errOneClass = errors.New("train: there is nothing to tell apart: fewer than two classes have samples")

// FitText fits a text model on all samples.
func FitText(samples []TextSample, o TextOptions) (*model.Text, error) {
	text, _, err := FitTextFolds(samples, 0, o)
	return text, err
}

// FitTextFolds fits a text model on all samples, and scores every sample by a
// model that was fitted without its group: what a combined model may learn
// from.
func FitTextFolds(samples []TextSample, folds int, o TextOptions) (*model.Text, []*model.Scores, error) {
	return FitTextOut(samples, Folds(groupsOf(samples), folds, o.Seed), o)
}

// FitTextOut is FitTextFolds with folds of the caller's, numbered from 0: by
// source, say, so that scores are what mail of a new source would get.
func FitTextOut(samples []TextSample, fold []int, o TextOptions) (*model.Text, []*model.Scores, error) {
	if len(fold) != len(samples) {
		return nil, nil, fmt.Errorf("train: %d samples are in %d folds", len(samples), len(fold))
	}
	folds := slices.Max(append(slices.Clip(fold), -1)) + 1
	o = o.filled()
	corpus := readCorpus(samples, o)
	if len(corpus.classes) < 2 {
		return nil, nil, errOneClass
	}
	corpus.expect((folds + 1) * o.Epochs * len(samples))
	texts := make([]*model.Text, folds+1) // the last one learns from all
	var jobs errgroup.Group
	jobs.SetLimit(runtime.GOMAXPROCS(0))
	for out := folds; out >= 0; out-- {
		jobs.Go(func() error {
			texts[out] = corpus.fit(fold, out)
			return nil
		})
	}
	_ = jobs.Wait()
	if folds == 0 {
		return texts[0], nil, nil
	}
	scores := make([]*model.Scores, len(samples))
	each(len(samples), func(i int) { scores[i] = texts[fold[i]].Score(&samples[i].Text) })
	return texts[folds], scores, nil
}

// corpus is the samples as vectors.
type corpus struct {
	progress
	options TextOptions
	classes []detect.Class // that have samples
	buckets []uint32       // that count, ascending; terms name them by index
	often   []int32        // samples that are learned from with each bucket
	terms   [][]model.Term
	class   []int // of each sample, an index in classes
	weight  []float64
}

func readCorpus(samples []TextSample, o TextOptions) *corpus {
	c := &corpus{options: o, terms: make([][]model.Term, len(samples)), progress: progress{tell: o.Progress}}
	c.weigh(samples)
	rows := c.frequent(samples)
	each(len(samples), func(i int) {
		all := model.Terms(&samples[i].Text, o.Bits)
		kept := all[:0]
		for _, t := range all {
			if rows[t.Bucket] > 0 {
				kept = append(kept, model.Term{Bucket: uint32(rows[t.Bucket] - 1), X: t.X})
			}
		}
		c.terms[i] = slices.Clone(kept)
	})
	c.often = make([]int32, len(c.buckets))
	for i, terms := range c.terms {
		for _, t := range terms {
			c.often[t.Bucket] += int32(one(c.weight[i] > 0)) //nolint:gosec // 0 or 1
		}
	}
	return c
}

// weigh finds the classes, and the weight of each sample.
func (c *corpus) weigh(samples []TextSample) {
	var sums [detect.NumClasses]float64
	total, number := 0.0, [detect.NumClasses]int{}
	for i := range samples {
		sums[samples[i].Class] += samples[i].Weight
		total += samples[i].Weight
	}
	for class, sum := range sums {
		if sum > 0 {
			number[class] = len(c.classes)
			c.classes = append(c.classes, detect.Class(class))
		}
	}
	for i := range samples {
		s := &samples[i]
		even := total / (float64(len(c.classes)) * max(sums[s.Class], 1e-9))
		c.class = append(c.class, number[s.Class])
		c.weight = append(c.weight, s.Weight*min(math.Pow(even, c.options.Balance), maxBalance))
	}
}

// maxBalance bounds how much a rare class is weighted up.
const maxBalance = 8

// chunk is how many samples are read ahead of the one that is counted.
const chunk = 1024

// frequent finds the buckets that enough groups have, and numbers them from 1.
func (c *corpus) frequent(samples []TextSample) []int32 {
	order := make([]int, len(samples))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return samples[a].Group - samples[b].Group })
	count, last := make([]int32, 1<<c.options.Bits), make([]int32, 1<<c.options.Bits)
	group := int32(0)
	for start := 0; start < len(order); start += chunk {
		part := order[start:min(start+chunk, len(order))]
		terms := make([][]model.Term, len(part))
		each(len(part), func(i int) { terms[i] = model.Terms(&samples[part[i]].Text, c.options.Bits) })
		for i, list := range terms {
			if at := start + i; at == 0 || samples[order[at]].Group != samples[order[at-1]].Group {
				group++
			}
			for _, t := range list {
				if last[t.Bucket] != group {
					last[t.Bucket] = group
					count[t.Bucket]++
				}
			}
		}
	}
	for b, n := range count {
		count[b] = 0
		if int(n) >= min(c.options.MinGroups, int(group)) {
			c.buckets = append(c.buckets, uint32(b))
			count[b] = int32(len(c.buckets)) //nolint:gosec // as above
		}
	}
	return count
}

// fit learns from all samples but those of fold out, and drops what weighs
// least.
func (c *corpus) fit(fold []int, out int) *model.Text {
	f := newFTRL(len(c.buckets), len(c.classes), &c.options)
	f.learn(c, fold, out)
	return f.prune(c.buckets, c.often, nil, c.classes)
}
