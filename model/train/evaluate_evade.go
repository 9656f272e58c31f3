package train

import (
	"cmp"
	"context"
	"slices"

	"postern/policy"
)

// mostEvaded is how many attacks every evasion is tried on.
const mostEvaded = 300

// Evade rewrites attacks of judged mail in every way that we know, judges them
// again, and tells how many are still caught.
func Evade(ctx context.Context, route *Route, all []Judged, v View, progress func()) (Table, error) {
	t := Table{
		Title:   "Evasions",
		Note:    "The same attacks, rewritten. At 1%: above the score that 1% of the ham of this evaluation passes.",
		Columns: []string{"evasion", "attacks", "tagged", "caught at 1%", "caught at 0.1%"},
	}
	scored := make([]Scored, 0, len(all))
	var attacks []*Judged
	for i := range all {
		j := &all[i]
		scored = append(scored, Scored{j.Verdict.Score, j.Class.Unwanted(), j.Campaign})
		if attack(j.Class) && (j.Date.IsZero() || j.Date.Year() >= recent) {
			attacks = append(attacks, j)
		}
	}
	slices.SortFunc(attacks, func(a, b *Judged) int { return cmp.Compare(a.dice("evade"), b.dice("evade")) })
	attacks = attacks[:min(len(attacks), mostEvaded)]
	ranked := Rank(scored)
	at := [2]float64{ranked.ThresholdAt(0.01), ranked.ThresholdAt(0.001)}
	row := func(name string, verdicts []policy.Verdict) {
		var tagged, one, tenth ladder1
		for i := range verdicts {
			tagged.add(verdicts[i].Would >= policy.Tag)
			one.add(verdicts[i].Score >= at[0])
			tenth.add(verdicts[i].Score >= at[1])
		}
		t.add(Word(name), Count(len(verdicts)), Share(tagged), Share(one), Share(tenth))
	}
	verdicts := make([]policy.Verdict, len(attacks))
	for i, j := range attacks {
		verdicts[i] = j.Verdict
	}
	row("as it came", verdicts)
	raw := v
	raw.Raw = true
	for _, e := range Evasions {
		err := parallel(ctx, len(attacks), func(i int) error {
			data, err := attacks[i].Shown(v.Raw)
			if err != nil {
				return err
			}
			verdicts[i] = route.Judge(ctx, attacks[i].Mail, e.Apply(data), raw).Verdict
			progress()
			return nil
		})
		if err != nil {
			return t, err
		}
		row(e.Name, verdicts)
	}
	return t, nil
}
