package enterprise

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"postern/parse"
)

// A sample is the words of one message that is an attack, or the twin of one.
type sample struct {
	words  map[string]bool
	attack bool
}

// samples collects the attacks and twins of some worlds by class.
func samples(seeds ...uint64) map[string][]sample {
	all := map[string][]sample{}
	for _, seed := range seeds {
		collect(all, New(seed, Size{People: 30, Overlays: 4}))
	}
	return all
}

func collect(all map[string][]sample, w *World) {
	for m := range w.Stream(monday, 19) {
		class := m.Truth.Class
		if m.Truth.Twin {
			class = m.Truth.Like
		} else if class == "safe" || class == "graymail" {
			continue
		}
		msg := parse.Read(m.Raw, parse.DefaultLimits)
		s := sample{map[string]bool{}, !m.Truth.Twin}
		for _, w := range strings.FieldsFunc(strings.ToLower(msg.Subject+" "+msg.Text.Visible), func(r rune) bool { return !unicode.IsLetter(r) }) {
			s.words[w] = true
		}
		all[class] = append(all[class], s)
	}
}

// bayes learns a weight for each word: naive Bayes over the words present.
func bayes(train []sample) map[string]float64 {
	count, n := map[string][2]float64{}, [2]float64{}
	for _, s := range train {
		side := 0
		if s.attack {
			side = 1
		}
		n[side]++
		for w := range s.words {
			c := count[w]
			c[side]++
			count[w] = c
		}
	}
	weights := map[string]float64{}
	for w, c := range count {
		weights[w] = math.Log((c[1]+1)/(n[1]+2)) - math.Log((c[0]+1)/(n[0]+2))
	}
	return weights
}

// auc is the probability that an attack gets a higher score than a twin.
func auc(weights map[string]float64, test []sample) (area float64, attacks, twins int) {
	var scores [2][]float64
	for _, s := range test {
		sum, side := 0.0, 0
		for w := range s.words {
			sum += weights[w]
		}
		if s.attack {
			side = 1
		}
		scores[side] = append(scores[side], sum)
	}
	slices.Sort(scores[0])
	for _, x := range scores[1] {
		below, _ := slices.BinarySearch(scores[0], x)
		above, _ := slices.BinarySearch(scores[0], math.Nextafter(x, math.Inf(1)))
		area += float64(below+above) / 2
	}
	return area / float64(len(scores[0])*len(scores[1])), len(scores[1]), len(scores[0])
}

// What is learned from the words of some worlds, in which every language is
// well spoken, does not tell attacks from twins in another.
func TestWordsDoNotTell(t *testing.T) {
	t.Parallel()
	train, test := samples(11, 13, 14, 15, 16), samples(12)
	for class, list := range test {
		area, attacks, twins := auc(bayes(train[class]), list)
		t.Logf("%-24s %.3f (%d attacks, %d twins)", class, area, attacks, twins)
		if !(area < 0.65) {
			t.Errorf("%s: words alone reach an area of %.3f under the curve", class, area)
		}
	}
	// It is not that the learner is dull: it tells one class from another.
	if area, _, _ := auc(bayes(apart(train)), apart(test)); area < 0.9 {
		t.Errorf("payroll and vendors: %.3f", area)
	}
}

// apart takes what is about salaries for attacks, and what is about vendors
// for twins.
func apart(world map[string][]sample) (list []sample) {
	for _, s := range world["payroll_diversion"] {
		list = append(list, sample{s.words, true})
	}
	for _, s := range world["vendor_fraud"] {
		list = append(list, sample{s.words, false})
	}
	return list
}
