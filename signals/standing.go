package signals

import (
	"math"
	"strings"
	"time"

	"postern/store"
)

// A memory is what history knows of the sender, under the name that he proved or
// else under the name that he merely claims.
type memory struct {
	standing store.Standing
	in       []store.Tally // from him to each recipient
	circles  []store.Tally // from his domain to each recipient
	habits   []habit       // one for each of Attributes
}

// memory gathers it at first use.
func (f *Facts) memory() *memory {
	v := f.look()
	if v.memory != nil {
		return v.memory
	}
	h, proven := &f.History, f.Proven()
	k := &memory{in: make([]store.Tally, len(f.Env.Rcpts)), circles: make([]store.Tally, len(f.Env.Rcpts))}
	k.standing = h.Claimed
	if proven {
		k.standing = both(&h.Verified, &h.Claimed)
	}
	side := func(verified, claimed store.Tally) store.Tally {
		if proven {
			return add(verified, claimed)
		}
		return claimed
	}
	for i := range k.in {
		if i < len(h.In) {
			k.in[i] = side(h.In[i].Verified, h.In[i].Claimed)
		}
		if i < len(h.Domains) {
			k.circles[i] = side(h.Domains[i].Verified, h.Domains[i].Claimed)
		}
	}
	k.habits = habits(h, &k.standing, f.Env.Received)
	v.memory = k
	return k
}

// both is what is known of somebody who proves his name: also what came under
// it while nobody could tell, such as all past mail that was read in. Who can
// prove a name could have sent that as well.
func both(verified, claimed *store.Standing) store.Standing {
	s := *verified
	s.Address, s.Domain = add(s.Address, claimed.Address), add(s.Domain, claimed.Domain)
	s.Name, s.NameHere = add(s.Name, claimed.Name), add(s.NameHere, claimed.NameHere)
	s.Rcpts, s.DomainRcpts, s.Senders = max(s.Rcpts, claimed.Rcpts), max(s.DomainRcpts, claimed.DomainRcpts), max(s.Senders, claimed.Senders)
	if s.Style.N < claimed.Style.N {
		s.Style = claimed.Style
	}
	if s.Vendor.Invoices < claimed.Vendor.Invoices {
		s.Vendor = claimed.Vendor
	}
	s.Habits = make([]store.Usage, max(len(verified.Habits), len(claimed.Habits)))
	for i := range s.Habits {
		for _, list := range [][]store.Usage{verified.Habits, claimed.Habits} {
			if i < len(list) {
				s.Habits[i].Address = join(s.Habits[i].Address, list[i].Address)
				s.Habits[i].Domain = join(s.Habits[i].Domain, list[i].Domain)
			}
		}
	}
	return s
}

func add(a, b store.Tally) store.Tally {
	return store.Tally{
		Good: a.Good + b.Good, Bad: a.Bad + b.Bad, Attempts: a.Attempts + b.Attempts,
		First: earlier(a.First, b.First), Last: later(a.Last, b.Last),
		Days: max(a.Days, b.Days), Recent: a.Recent + b.Recent, Replies: a.Replies + b.Replies,
		Rate: store.Rate{
			TenMinutes: a.Rate.TenMinutes + b.Rate.TenMinutes, Hour: a.Rate.Hour + b.Rate.Hour, Day: a.Rate.Day + b.Rate.Day,
		},
	}
}

func join(a, b store.Habit) store.Habit {
	return store.Habit{Seen: a.Seen + b.Seen, Of: a.Of + b.Of, Values: max(a.Values, b.Values), Last: later(a.Last, b.Last)}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// A habit is how surprising what the message shows of one attribute is.
type habit struct {
	bits    float64 // surprisal; unknown where nothing can be compared
	support float64 // messages of the sender, or else of his domain, that showed the attribute
	news    float64 // how many values the sender's domain never showed; unknown without support
	fresh   float64 // how surprising it is that there is a new value; see novelty
}

// Smoothing of habits.
const (
	unheard = 1.0 / 64 // share of mail that a value gets that nobody in the organisation has shown
	doubt   = 1.0      // messages that the wider circle's habit counts for in the narrower one's
)

// habits compares the traits of a message with the sender's: the share of his
// mail that showed the same value, where he is little known drawn to that of
// his domain, and that to the organisation's. The surprisal is the negative
// binary logarithm of that share (Shannon 1948); of several values the most
// surprising counts.
func habits(h *store.Profile, who *store.Standing, now time.Time) []habit {
	list := make([]habit, len(Attributes))
	for i := range list {
		list[i] = habit{Unknown, 0, Unknown, Unknown}
	}
	for t := range h.Traits {
		i := attributeAt[h.Traits[t].Kind]
		if i < 0 || t >= len(who.Habits) {
			continue
		}
		var org store.Habit
		if t < len(h.Org.Habits) {
			org = h.Org.Habits[t]
		}
		u := who.Habits[t]
		u.Address, u.Domain = settled(u.Address, now, today(who.Address)), settled(u.Domain, now, today(who.Domain))
		list[i].see(u, org)
		if bits := novelty(u, Attributes[i].Keep); Known(bits) && !(bits <= list[i].fresh) {
			list[i].fresh = bits
		}
	}
	return list
}

// today is about how many messages of the last day were found legitimate.
func today(t store.Tally) float64 { return t.Rate.Day - max(t.Attempts-t.Good, 0) }

// settled takes for no habit yet what may all have been shown within the last
// day, in which the bearer wrote so many messages: else the first messages from
// a stolen account would vouch for those that follow.
func settled(h store.Habit, now time.Time, today float64) store.Habit {
	if h.Seen <= today && now.Sub(h.Last) < 24*time.Hour && h.Of > h.Seen {
		h.Seen = 0
	}
	return h
}

func (x *habit) see(u store.Usage, org store.Habit) {
	if u.Address.Of+u.Domain.Of+org.Of <= 0 {
		return
	}
	p := smooth(u.Address, smooth(u.Domain, smooth(org, unheard)))
	if bits := -math.Log2(min(p, 1)); !(bits <= x.bits) {
		x.bits = bits
	}
	x.support = max(x.support, u.Address.Of, u.Domain.Of)
	if u.Domain.Of > 0 {
		if !Known(x.news) {
			x.news = 0
		}
		x.news += truth(u.Domain.Seen <= 0 && u.Address.Seen <= 0)
	}
}

// smooth is the share of a value within a circle, which a wider one would
// expect to be p.
func smooth(h store.Habit, p float64) float64 {
	return (max(min(h.Seen, h.Of), 0) + doubt*p) / (max(h.Of, 0) + doubt)
}

// attributeAt finds attributes by kind; -1 where there is none.
var attributeAt = func() (at [256]int) {
	for i := range at {
		at[i] = -1
	}
	for i := range Attributes {
		at[Attributes[i].Kind] = i
	}
	return at
}()

// habitSignals has two signals for each attribute: how surprising what a message
// shows of it is, and how many messages say so.
var habitSignals = func() map[string][2]*Signal {
	m := make(map[string][2]*Signal, len(Attributes))
	for i := range Attributes {
		a := &Attributes[i]
		m[a.Name] = [2]*Signal{
			define(Signal{
				Name: "habit." + a.Name, Level: Sender, Unit: Bits,
				Doc: "Surprisal against the habits of sender, domain and organisation: " + lowerFirst(a.Doc),
				Eval: func(f *Facts) float64 {
					if f.Lacks("history") {
						return Unknown
					}
					return f.memory().habits[i].bits
				},
			}),
			define(Signal{
				Name: "habit." + a.Name + "_support", Level: Sender, Unit: Count,
				Doc: "Legitimate messages that the habit of the sender or his domain rests on: " + lowerFirst(a.Doc),
				Eval: func(f *Facts) float64 {
					if f.Lacks("history") {
						return Unknown
					}
					return f.memory().habits[i].support
				},
			}),
		}
	}
	return m
}()

// Habit is the signal that tells how surprising the attribute of that name is,
// and the one that tells how many messages say so. There must be such an
// attribute.
func Habit(name string) (bits, support *Signal) {
	pair, ok := habitSignals[name]
	if !ok {
		panic("signals: no attribute " + name)
	}
	return pair[0], pair[1]
}

func lowerFirst(s string) string {
	first, rest := s[:1], s[1:]
	if strings.ToLower(rest[:1]) != rest[:1] { // "SPF ..."
		return s
	}
	return strings.ToLower(first) + rest
}
