package signals

import (
	"time"

	"postern/store"
)

// in is what recipient i had from the sender, under the sender's standing.
func (f *Facts) in(i int) store.Tally {
	if i >= len(f.History.In) {
		return store.Tally{}
	}
	if f.Auth.Authenticated() {
		return f.History.In[i].Verified
	}
	return f.History.In[i].Claimed
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
