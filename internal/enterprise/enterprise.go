// Package enterprise simulates the mail of an organisation over time: its
// people, the firms they deal with, the services they use, attacks of every
// behavioural class, and innocent twins of each. It serves the development and
// the measurement of what history makes possible. The same seed gives the same
// mail, byte for byte. Attacks and their twins take their words from the same
// stock, so that only who writes to whom, how, when and from where tells them
// apart. It knows nothing of detectors, and nothing that judges may import it.
package enterprise

import (
	"container/heap"
	"iter"
	"math/rand/v2"
	"net/netip"
	"time"

	"postern/mailauth"
	"postern/parse"
	"postern/signals"
)

// A Size says how large a world is and how much happens in it.
type Size struct {
	People   int     // of the organisation; 60 where zero, and at least 16
	Firms    int     // vendors, customers and partners; as many as people where zero, and at least 12
	Mail     float64 // conversations that each person starts or is drawn into on a working day; 3 where zero
	Held     bool    // plays the kinds of stories as well that nothing is developed or trained on
	Overlays float64 // stories of each kind of attack and of each kind of twin a working day; 1 where zero, none where negative
}

func (s Size) withDefaults() Size {
	if s.People == 0 {
		s.People = 60
	}
	if s.Firms == 0 {
		s.Firms = s.People
	}
	if s.Mail == 0 {
		s.Mail = 3
	}
	if s.Overlays == 0 {
		s.Overlays = 1
	}
	s.People, s.Firms, s.Overlays = max(s.People, 16), max(s.Firms, 12), max(s.Overlays, 0)
	return s
}

// A Message is one message as the gate receives it. Its parts are the
// receiver's to keep.
type Message struct {
	Env   parse.Envelope
	Raw   []byte
	Auth  mailauth.Results // what the gate would have found in the DNS of this world
	Truth Truth
}

// Truth is what a message really is. A story is an attack, or a twin, from its
// first message to its last; what its victims answer belongs to it as well.
type Truth struct {
	Class    string // as detect.Class spells it
	Kind     string // the kind of attack or twin, such as "vendor_fraud.hijacked"; empty in everyday mail
	Campaign string // names the story; empty in everyday mail
	Twin     bool   // innocent, but told like an attack
	Like     string // the class that a twin could be taken for
}

// A World is an organisation with all that surrounds it. It is immutable.
type World struct {
	seed uint64
	size Size
	org  *signals.Org
}

// New makes the world of a seed.
func New(seed uint64, size Size) *World {
	w := &World{seed: seed, size: size.withDefaults()}
	r := w.run()
	w.org = &signals.Org{Domains: []string{r.org.domain}, Networks: []netip.Prefix{officeNet}}
	for _, p := range r.org.people {
		if p.role == boss {
			w.org.VIPs = append(w.org.VIPs, signals.Person{Name: p.name(), Address: p.addr().String()})
		}
	}
	return w
}

// Org describes the organisation as its operator would.
func (w *World) Org() *signals.Org { return w.org }

// Stream yields the mail of some days in the order of its arrival. Every
// stream begins anew: a longer one begins with the messages of a shorter one
// from the same day. What is kept in memory does not grow with the days.
func (w *World) Stream(from time.Time, days int) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		r := w.run()
		r.yield = yield
		start := from.UTC().Truncate(24 * time.Hour)
		for d := range days {
			day := start.AddDate(0, 0, d)
			r.plan(day)
			if !r.until(day.AddDate(0, 0, 1)) {
				return
			}
		}
	}
}

// A run is one stream under way.
type run struct {
	dice
	size  Size
	yield func(Message) bool
	done  bool // the receiver wants no more

	now       time.Time
	queue     queue
	events    uint64
	stories   uint64
	messages  uint64
	org       *firm
	firms     []*firm
	providers []*provider
	free      []*provider
	services  []*firm
	names     map[string]bool     // domains that are taken
	settled   bool                // the cast is complete
	joined    func(parse.Address) // told of every new address of ours; may be nil
}

func (w *World) run() *run {
	r := &run{
		dice: dice{rand.New(rand.NewPCG(w.seed, 0x9e3779b97f4a7c15))},
		size: w.size, names: map[string]bool{},
	}
	r.cast()
	return r
}

// An event is something that will happen.
type event struct {
	at time.Time
	n  uint64 // breaks ties in the order of planning
	do func()
}

type queue []event

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(event)) } //nolint:errcheck // only events are pushed
func (q queue) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].n < q[j].n
}

func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*q = old[:len(old)-1]
	return last
}

// at plans something; what would lie in the past happens next.
func (r *run) at(t time.Time, do func()) {
	if t.Before(r.now) {
		t = r.now
	}
	r.events++
	heap.Push(&r.queue, event{t, r.events, do})
}

// until lets everything happen that is planned before end, and tells whether
// the receiver wants more.
func (r *run) until(end time.Time) bool {
	for !r.done && len(r.queue) > 0 && r.queue[0].at.Before(end) {
		e := heap.Pop(&r.queue).(event) //nolint:errcheck // only events are pushed
		r.now = e.at
		e.do()
	}
	return !r.done
}
