//go:build integration

package integration

import (
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDrain ends the gate as systemd would, while messages flow: what is on
// its way gets its answer, and who waits is told to come again.
func TestDrain(t *testing.T) {
	t.Parallel()
	s := startSink(t)
	g := start(t, settings{downstream: s.addr, more: holding})
	all := parcels(t, 401)
	late, all := all[0], all[1:]
	idle := []*peer{mustDial(t, g), mustDial(t, g), mustDial(t, g)}
	inside := mustDial(t, g)
	half := inside.begin(t, late)

	p := newPost(t, g)
	done := p.send(all, 8)
	<-p.clock.after(300)
	p.up.Lock() // who is sent away waits for the next start
	from := g.log.size()
	began := time.Now()
	g.Signal(syscall.SIGTERM)
	g.Await(from, "msg=draining")
	for _, c := range idle {
		if code, text, err := c.reply(); code != 421 {
			t.Errorf("an idle client hears %d %s %v", code, text, err)
		}
	}
	if _, err := inside.conn.Write(append(late.raw[half:], ".\r\n"...)); err != nil {
		t.Error(err)
	}
	a := attempt{stage: "."}
	a.code, a.text, a.err = inside.reply()
	late.tries = append(late.tries, a)
	g.AwaitEnd()
	took := time.Since(began)
	if code := g.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the gate ended with %d", code)
	}
	g.Start()
	p.up.Unlock()
	<-done
	all = append(all, late)
	got := audit(t, g, s, all)
	t.Logf("drain: sent %d, acknowledged %d, lost %d, duplicates %d, ended in %v", len(all), got.acknowledged, got.lost, got.duplicates, took.Round(time.Millisecond))
	if got.acknowledged != len(all) || got.duplicates > 0 {
		t.Error("a drain loses no message, and no reply")
	}
}

func mustDial(t *testing.T, g *gate) *peer {
	t.Helper()
	p, err := dial(g.Addr, func() {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.conn.Close() })
	return p
}

// begin sends the first half of a message, and tells how much that is.
func (p *peer) begin(t *testing.T, l *parcel) int {
	t.Helper()
	for _, line := range []string{"MAIL FROM:<" + l.from + ">", "RCPT TO:<ann@example.com>", "DATA"} {
		if code, text, err := p.say(line); err != nil || code/100 > 3 {
			t.Fatalf("%s: %d %s %v", line, code, text, err)
		}
	}
	half := strings.Index(string(l.raw), "\r\n\r\n") + 4 // the header, where no line begins with a dot
	if _, err := p.conn.Write(l.raw[:half]); err != nil {
		t.Fatal(err)
	}
	return half
}

// TestReload reloads right and wrong configurations while messages flow. No
// session hears of it, and a wrong one changes nothing.
func TestReload(t *testing.T) {
	t.Parallel()
	s := startSink(t)
	g := start(t, settings{downstream: s.addr, more: holding})
	right, err := os.ReadFile(g.config)
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(string(right), "mail_from startsWith", "mail_form startsWith", 1)
	other := string(right) + "\n[policy.thresholds]\ntag = 0.4\n"
	idle := mustDial(t, g)
	all := parcels(t, 800)
	p := newPost(t, g)
	done := p.send(all, 8)
	rnd := rand.New(rand.NewPCG(1, 2))
	reloads, refused := 0, 0
	for flowing := true; flowing; reloads++ {
		text, want := string(right), "msg=\"configuration reloaded\""
		switch reloads % 3 {
		case 1:
			text = other
		case 2:
			text, want = wrong, "msg=\"configuration kept, the new one is wrong\""
			refused++
		}
		from := g.log.size()
		g.Configure(text)
		g.Signal(syscall.SIGHUP)
		g.Await(from, want)
		select {
		case <-done:
			flowing = false
		case <-p.clock.after(50 + rnd.IntN(200)):
		}
	}
	if code, text, err := idle.say("NOOP"); code != 250 {
		t.Errorf("the session from before hears %d %s %v", code, text, err)
	}
	for _, l := range all {
		if len(l.tries) != 1 {
			t.Errorf("%s took %d tries: %+v", l.from, len(l.tries), l.tries)
		}
	}
	g.Configure(string(right)) // the audit's commands read it
	got := audit(t, g, s, all)
	t.Logf("reload: sent %d, acknowledged at once %d, lost %d, duplicates %d, reloaded %d times, %d of them refused",
		len(all), got.acknowledged, got.lost, got.duplicates, reloads, refused)
	if got.acknowledged != len(all) || got.duplicates > 0 || refused == 0 {
		t.Error("a reload loses no message, and no reply")
	}
}
