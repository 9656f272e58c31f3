package filter

import (
	"math"
	"slices"

	"postern/policy"
	"postern/signals"
)

// A Turn is a small change of facts with which the verdict would have been
// another.
type Turn struct {
	Assumed []Assumed
	Would   policy.Action
	Score   float64
}

// Assumed is one signal with another value.
type Assumed struct {
	Signal  *signals.Signal
	Is, Had float64 // as measured, NaN where unknown, and as assumed
}

// How far the search for a turn goes.
const (
	maxAssumed = 3  // signals changed together
	maxAsked   = 12 // signals tried
	worthAsked = 0.1
)

// values are those that are tried in place of the measured one.
var values = map[signals.Unit][]float64{
	signals.Bool: {0, 1}, signals.Count: {0, 1, 3, 10, 100}, signals.Ratio: {0, 0.5, 1},
	signals.Days: {0, 7, 90, 365}, signals.Bytes: {0, 1_000, 100_000}, signals.Edits: {0, 1, 2, 8},
}

// Turn looks for the smallest change of facts that would have changed the
// verdict: of one signal, or else greedily of up to three. It tries the
// signals that weigh most towards the verdict, and judges anew each time: as
// much work as some hundred messages whose text is read already. A message
// that nobody suspects is not asked about.
func (f *Filter) Turn(rec *Record) (t Turn, ok bool) {
	if rec.rules == nil || rec.Verdict.Would == policy.Accept && rec.Verdict.Score < worthAsked {
		return t, false
	}
	at := *rec
	for range maxAssumed {
		best := Turn{}
		var next Record
		for _, s := range at.weighty(&t) {
			for _, x := range values[s.Unit] {
				if x == at.Vector.Of(s) {
					continue
				}
				with := f.rejudge(&at, s, x)
				change := Turn{append(slices.Clone(t.Assumed), Assumed{s, at.Vector.Of(s), x}), with.Verdict.Would, with.Verdict.Score}
				if best.Assumed == nil || rec.nearer(&change, &best) {
					best, next = change, with
				}
			}
		}
		if best.Assumed == nil {
			return t, false
		}
		if t, at = best, next; t.Would != rec.Verdict.Would {
			return t, true
		}
	}
	return t, false
}

// nearer tells whether change a serves better than b: it turns the verdict, and
// with the smaller step; or else it comes closer to turning it.
func (r *Record) nearer(a, b *Turn) bool {
	turnsA, turnsB := a.Would != r.Verdict.Would, b.Would != r.Verdict.Would
	if turnsA && turnsB {
		return a.Assumed[len(a.Assumed)-1].step() < b.Assumed[len(b.Assumed)-1].step()
	}
	if turnsA != turnsB {
		return turnsA
	}
	if r.Verdict.Would == policy.Accept {
		return a.Score > b.Score
	}
	return a.Score < b.Score
}

// step is how far an assumed value is from the measured one, in powers of e.
func (a *Assumed) step() float64 {
	if math.IsNaN(a.Is) {
		return math.Log1p(math.Abs(a.Had))
	}
	return math.Abs(math.Log1p(math.Abs(a.Had)) - math.Log1p(math.Abs(a.Is)))
}

// weighty lists the signals that weigh most towards the verdict and are not
// assumed already, those of the reasons first.
func (r *Record) weighty(t *Turn) []*signals.Signal {
	var list []*signals.Signal
	add := func(s *signals.Signal) {
		assumed := slices.ContainsFunc(t.Assumed, func(a Assumed) bool { return a.Signal == s })
		if s != nil && !assumed && len(list) < maxAsked && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	if r.Verdict.Would != policy.Accept {
		for _, e := range r.Verdict.Reasons {
			add(e.Signal)
		}
	}
	if r.Model != nil {
		for _, c := range r.Model.Explain(&r.Guess).Contributions {
			if c.Odds < 0 == (r.Verdict.Would == policy.Accept) {
				add(c.Signal)
			}
		}
	}
	return list
}

// rejudge is the record with another value of a signal. Detectors that look at
// the facts themselves see what was there.
func (f *Filter) rejudge(rec *Record, s *signals.Signal, x float64) Record {
	with := *rec
	with.Vector, with.Found = rec.Vector.With(s, x), nil
	for _, d := range f.Detectors {
		_ = guard(func() error { // one that breaks is silent here as well
			with.Found = append(with.Found, d.Detect(rec.Facts, with.Vector)...)
			return nil
		})
	}
	if rec.Model != nil {
		with.Found, with.Guess = rec.Model.Weigh(with.Vector, with.Found, rec.Guess.Text)
	}
	with.Verdict = rec.rules.Decide(rec.Facts, with.Vector, with.Found)
	return with
}
