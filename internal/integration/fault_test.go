//go:build integration

package integration

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// faultSeed is POSTERN_SEED, or another number each time.
func faultSeed(t *testing.T) *rand.Rand {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("POSTERN_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64N(1_000_000)
	}
	t.Logf("POSTERN_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// A clock counts steps of the clients, and so gives moments to kill at that do
// not depend on how fast the machine is.
type clock struct {
	mu    sync.Mutex
	steps int
	at    int           // when to close due
	due   chan struct{} // nil: nobody waits
}

func (c *clock) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.steps++; c.due != nil && c.steps >= c.at {
		close(c.due)
		c.due = nil
	}
}

// after is closed n steps from now.
func (c *clock) after(n int) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.due = c.steps+n, make(chan struct{})
	return c.due
}

// A post has parcels on their way to a gate, over several connections, again
// and again until each is taken.
type post struct {
	t       *testing.T
	g       *gate
	clock   clock
	up      sync.RWMutex // held while the gate is down
	refused func()       // is told of each 4xx; may be nil
	workers sync.WaitGroup
}

func newPost(t *testing.T, g *gate) *post {
	t.Helper()
	p := &post{t: t, g: g}
	t.Cleanup(p.workers.Wait)
	return p
}

// mostTries bounds how often one parcel is sent. A next hop that is down
// refuses at once, so there are many.
const mostTries = 2000

// send gives out the parcels. done is closed when all are taken, or given up.
func (p *post) send(parcels []*parcel, connections int) (done <-chan struct{}) {
	var next atomic.Int64
	for range connections {
		p.workers.Go(func() {
			var c *peer
			for n := int(next.Add(1)) - 1; n < len(parcels); n = int(next.Add(1)) - 1 {
				c = p.deliver(c, parcels[n])
			}
			if c != nil {
				c.conn.Close()
			}
		})
	}
	all := make(chan struct{})
	go func() {
		p.workers.Wait()
		close(all)
	}()
	return all
}

// deliver sends a parcel until it is taken, and returns the connection where
// it is still good.
func (p *post) deliver(c *peer, l *parcel) *peer {
	for len(l.tries) < mostTries && !p.t.Failed() {
		if c == nil {
			p.await()
			var err error
			if c, err = dial(p.g.Addr, p.clock.tick); err != nil {
				l.tries = append(l.tries, attempt{stage: "dial", err: err})
				continue
			}
		}
		a := c.send(l.from, "ann@example.com", l.raw)
		l.tries = append(l.tries, a)
		switch {
		case a.err != nil:
			c.conn.Close()
			c = nil
		case a.code/100 == 2:
			return c
		case a.code/100 == 5:
			p.t.Errorf("%s is refused after %s: %d %s", l.from, a.stage, a.code, a.text)
			return c
		case p.refused != nil:
			p.refused()
		}
		if c != nil && (a.stage == "RCPT" || a.stage == "DATA") { // the transaction is open
			if _, _, err := c.say("RSET"); err != nil {
				c.conn.Close()
				c = nil
			}
		}
	}
	p.t.Errorf("%s is not taken; the last of %d tries: %+v", l.from, len(l.tries), l.tries[max(0, len(l.tries)-1):])
	return c
}

// await waits for the gate where it is down.
func (p *post) await() {
	p.up.RLock()
	defer p.up.RUnlock()
}

// A tally is what became of the parcels.
type tally struct {
	acknowledged, relayed, held, lost int
	duplicates, unheard               int // unheard: of these, whose reply was lost after the dot
}

// audit looks for every parcel at the next hop and in quarantine, and releases
// what is held.
func audit(t *testing.T, g *gate, hop nextHop, parcels []*parcel) tally {
	t.Helper()
	byName := map[string]*parcel{}
	for _, l := range parcels {
		byName[l.from] = l
	}
	copies := map[*parcel][]string{} // what the places call them
	passed := hop.copies()
	for _, c := range passed {
		l := byName[c.from]
		if l == nil || l.hold {
			t.Errorf("%s was handed on", c.from)
			continue
		}
		if _, err := l.check(c.data); err != nil {
			t.Error(err)
		}
		copies[l] = append(copies[l], c.name)
	}
	holdings := g.quarantine("list", "--json")
	var ids []string
	for i, h := range holdings {
		l := byName[h.From]
		if l == nil || !l.hold {
			t.Errorf("%s is held", h.From)
			continue
		}
		if i%50 == 0 {
			shown := g.quarantine("show", "--json", h.ID)
			if id, err := l.check(shown[0].Message); err != nil || id != h.ID {
				t.Errorf("shown as %s: %v", id, err)
			}
		}
		ids = append(ids, h.ID)
		copies[l] = append(copies[l], "Accepted as "+h.ID)
	}
	release(t, g, hop, byName, holdings, len(passed))
	sum := tally{relayed: len(passed), held: len(ids)}
	for _, l := range parcels {
		sum.count(t, l, copies[l])
	}
	return sum
}

// release lets go all that is held, and compares what then comes out.
func release(t *testing.T, g *gate, hop nextHop, byName map[string]*parcel, holdings []heldMail, before int) {
	t.Helper()
	waiting := map[string]string{}
	args := make([]string, 0, 2+len(holdings))
	args = append(args, "quarantine", "release")
	for _, h := range holdings {
		waiting[h.ID] = h.From
		args = append(args, h.ID)
	}
	if len(holdings) > 0 {
		g.Command(args...)
	}
	seen := 0
	for _, c := range hop.copies() {
		l := byName[c.from]
		if l == nil || !l.hold {
			continue
		}
		seen++
		id, err := l.check(c.data)
		if err != nil || waiting[id] != c.from {
			t.Errorf("released as %s: %v", id, err)
		}
		delete(waiting, id)
	}
	if len(waiting) > 0 || seen != len(holdings) || len(hop.copies()) != before+seen {
		t.Errorf("%d messages were held, %d came out, %d did not", len(holdings), seen, len(waiting))
	}
	if left := g.quarantine("list", "--json"); len(left) > 0 {
		t.Errorf("%d are still held after their release", len(left))
	}
}

// count adds one parcel, with the names of all its copies.
func (sum *tally) count(t *testing.T, l *parcel, copies []string) {
	t.Helper()
	unheard := 0
	for _, a := range l.tries {
		// Either the client did not hear the gate, or the gate did not hear
		// the next hop.
		if a.stage == "." && (a.err != nil || strings.HasPrefix(a.text, "4.4.2")) {
			unheard++
		}
	}
	extra := len(copies)
	if a, ok := l.acked(); ok {
		sum.acknowledged++
		found := false
		for _, name := range copies {
			found = found || strings.HasSuffix(a.text, name)
		}
		if !found {
			sum.lost++
			t.Errorf("%s is lost: the gate said %q; there is %q", l.from, a.text, copies)
			return
		}
		extra--
	}
	sum.duplicates += extra
	sum.unheard += min(extra, unheard)
	if extra > unheard {
		t.Errorf("%s came %d times too often, and %d replies were lost: %+v", l.from, extra, unheard, l.tries)
	}
}

// TestFaults kills the gate and the next hop while messages flow.
func TestFaults(t *testing.T) {
	t.Parallel()
	rnd := faultSeed(t)
	s := startSink(t)
	g := start(t, settings{downstream: s.addr, more: holding})
	all := parcels(t, 2000)
	p := newPost(t, g)
	m := newMortality(s, rand.New(rand.NewPCG(rnd.Uint64(), 1)))
	p.refused = m.refused
	gateKills := p.siege(rnd, p.send(all, 8))
	m.end()
	g.Kill()
	g.Start()
	got := audit(t, g, s, all)
	sum := 0
	for at, n := range m.deaths {
		sum += n
		t.Logf("next hop killed at %q: %d times", pointNames[at], n)
	}
	t.Logf("fault: sent %d, acknowledged %d, relayed %d, quarantined %d, lost %d, duplicates %d (of which reply lost after the dot %d), gate killed %d times, next hop killed %d times",
		len(all), got.acknowledged, got.relayed, got.held, got.lost, got.duplicates, got.unheard, gateKills+1, sum)
	if gateKills < 10 || sum < 10 {
		t.Errorf("killed too seldom")
	}
}

// TestFaultsBeforeMaildir is the same with the embedded next hop.
func TestFaultsBeforeMaildir(t *testing.T) {
	t.Parallel()
	rnd := faultSeed(t)
	hop := mailDir{t, filepath.Join(t.TempDir(), "mail")}
	g := start(t, settings{downstream: "maildir:" + hop.path, more: holding})
	all := parcels(t, 500)
	p := newPost(t, g)
	kills := p.siege(rnd, p.send(all, 8))
	got := audit(t, g, hop, all)
	t.Logf("fault: sent %d, acknowledged %d, relayed to maildir %d, quarantined %d, lost %d, duplicates %d (of which reply lost after the dot %d), gate killed %d times",
		len(all), got.acknowledged, got.relayed, got.held, got.lost, got.duplicates, got.unheard, kills)
	if kills < 5 {
		t.Errorf("killed too seldom")
	}
}

// siege kills the gate at random moments until done.
func (p *post) siege(rnd *rand.Rand, done <-chan struct{}) (kills int) {
	p.t.Helper()
	for {
		select {
		case <-done:
			return kills
		case <-p.clock.after(100 + rnd.IntN(500)):
		}
		p.restart()
		kills++
	}
}

func (p *post) restart() {
	p.t.Helper()
	p.up.Lock()
	defer p.up.Unlock()
	p.g.Kill()
	p.g.Start()
}

// A mortality makes a sink die again and again, and revives it when the gate
// has refused some mail meanwhile.
type mortality struct {
	s *sink

	mu     sync.Mutex
	rnd    *rand.Rand
	wait   int // 4xx until it is revived; 0: it lives
	deaths [points]int
}

func newMortality(s *sink, rnd *rand.Rand) *mortality {
	m := &mortality{s: s, rnd: rnd}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.died, s.doom = m.died, m.next()
	return m
}

// next says where the sink dies next.
func (m *mortality) next() doom {
	d := doom{at: point(m.rnd.IntN(int(points))), reset: m.rnd.IntN(2) == 0}
	switch d.at {
	case inGreeting:
		d.after = m.rnd.IntN(3)
	case inData:
		d.after = m.rnd.IntN(10_000)
	default:
		d.after = m.rnd.IntN(50)
	}
	return d
}

// died hears of a death.
func (m *mortality) died() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wait = 1 + m.rnd.IntN(20)
	m.deaths[m.s.doom.at]++
}

// refused hears of a 4xx.
func (m *mortality) refused() {
	m.mu.Lock()
	due := m.wait == 1
	m.wait = max(m.wait-1, 0)
	d := m.next()
	m.mu.Unlock()
	if due {
		m.s.revive(d)
	}
}

// end makes the sink live for good.
func (m *mortality) end() {
	m.s.mu.Lock()
	m.s.died, m.s.doom.at = nil, never
	dead := m.s.l == nil
	m.s.mu.Unlock()
	if dead {
		m.s.revive(doom{at: never})
	}
}
