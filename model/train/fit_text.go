package train

import (
	"postern/detect"
	"postern/model"
)

// A TextSample is one labelled text.
type TextSample struct {
	Text   model.TextInput
	Class  detect.Class
	Weight float64 // above 0; 1 is usual
	Group  int     // samples of one group, such as a campaign, are never on both sides of a fold
}

// TextOptions steer the fitting of a text model. Zero takes the default.
type TextOptions struct {
	Bits      int     // of a bucket's number; 20
	Epochs    int     // passes over the samples; 4
	Alpha     float64 // learning rate; 0.5
	Beta      float64 // its smoothing; 1
	L1        float64 // prunes; 1.0 ... see defaults
	L2        float64
	MinGroups int    // a bucket counts if this many groups have it; 3
	MaxRows   int    // buckets that are kept, the heaviest; 200,000
	Seed      uint64 // of the order of samples

	Progress func(done, of int) // may be nil; samples seen, also from other goroutines
}

// FitText fits a text model on all samples.
func FitText(samples []TextSample, o TextOptions) (*model.Text, error) {
	text, _, err := fitText(samples, 0, o)
	return text, err
}

// FitTextFolds fits a text model on all samples, and scores every sample by a
// model that was fitted without its group: what a combined model may learn
// from.
func FitTextFolds(samples []TextSample, folds int, o TextOptions) (*model.Text, []*model.Scores, error) {
	return fitText(samples, folds, o)
}

func fitText([]TextSample, int, TextOptions) (*model.Text, []*model.Scores, error) {
	return nil, nil, nil
}
