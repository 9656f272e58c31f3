package signals

import (
	"math"
	"time"

	"postern/store"
)

// in is what recipient i had from the sender, under the sender's standing.
func (f *Facts) in(i int) store.Tally {
	return f.memory().in[i]
}

// out is what recipient i wrote to the sender's address.
func (f *Facts) out(i int) store.Tally {
	if i >= len(f.History.Out) {
		return store.Tally{}
	}
	return f.History.Out[i].Verified
}

// good counts the legitimate messages of t.
func (f *Facts) good(t store.Tally) float64 {
	if f.Lacks("history") {
		return Unknown
	}
	return max(t.Good, 0)
}

// age is the days since t was first seen; unknown where it never was.
func (f *Facts) age(t store.Tally) float64 { return f.since(t.First) }

func (f *Facts) since(at time.Time) float64 {
	if f.Lacks("history") || at.IsZero() || f.Env.Received.IsZero() {
		return Unknown
	}
	return max(f.Env.Received.Sub(at).Hours()/24, 0)
}

// fresh is 1 where t was never seen in legitimate mail.
func (f *Facts) fresh(t store.Tally) float64 {
	if f.Lacks("history") {
		return Unknown
	}
	return truth(!t.Known())
}

// badShare is how much of what t's bearer sent was unwanted; unknown where
// nothing was judged.
func (f *Facts) badShare(t store.Tally) float64 {
	good, bad := max(t.Good, 0), max(t.Bad, 0)
	if f.Lacks("history") || !(good+bad > 0) {
		return Unknown
	}
	return bad / (good + bad)
}

// past gives a quantity of history; unknown where there is none.
func past(f *Facts, n float64) float64 {
	if f.Lacks("history") {
		return Unknown
	}
	return n
}

// burst is how many times more of t came in the last hour than in a usual hour
// of a working day. A day's worth of mail in ten hours is usual.
func (f *Facts) burst(t store.Tally) float64 {
	if t.Days < minDays {
		return Unknown
	}
	return past(f, t.Rate.Hour/max(t.Good/max(t.Days, 1)/10, minHourly))
}

const (
	minDays   = 3    // of history, before a rate can be unusual
	minHourly = 0.25 // messages an hour: below it, every message would be a burst
)

// spread is by how many standard deviations x differs from what is usual;
// least is the smallest deviation that is taken for one.
func spread(x float64, m store.Moments, least float64) float64 {
	if m.N < minMoments || !Known(x) {
		return Unknown
	}
	return math.Abs(x-m.Mean) / max(math.Sqrt(m.Variance), least)
}

// minMoments is the support below which a mean says nothing.
const minMoments = 3
