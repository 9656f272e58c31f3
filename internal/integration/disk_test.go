//go:build integration

package integration

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"postern/internal/postfix"
)

// A disk is a small file system in memory.
type disk struct {
	t    *testing.T
	path string
}

// newDisk mounts one until the test ends.
func newDisk(t *testing.T, size string) disk {
	t.Helper()
	if os.Getuid() != 0 {
		postfix.Missing(t, "root, who may mount a small disk,")
	}
	d := disk{t, t.TempDir()}
	if err := syscall.Mount("tmpfs", d.path, "tmpfs", 0, "size="+size); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.path, 0); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d disk) ballast() string { return filepath.Join(d.path, "ballast") }

// fill takes every byte that is left.
func (d disk) fill() {
	d.t.Helper()
	f, err := os.Create(d.ballast())
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err = f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
}

// free gives back what fill took.
func (d disk) free() {
	d.t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		d.t.Error(err)
	}
}

// split parts the parcels that are to be held from the others.
func split(all []*parcel) (held, others []*parcel) {
	for _, l := range all {
		if l.hold {
			held = append(held, l)
		} else {
			others = append(others, l)
		}
	}
	return held, others
}

// outage sends parcels while they cannot be taken, and mends that after n
// refusals.
func (p *post) outage(parcels []*parcel, n int, mend func()) {
	p.t.Helper()
	refusals := make(chan struct{})
	over := make(chan struct{})
	p.refused = func() {
		select {
		case refusals <- struct{}{}:
		case <-over:
		}
	}
	done := p.send(parcels, 4)
	for range n {
		select {
		case <-refusals:
		case <-done:
			p.t.Error("taken with a full disk")
			close(over)
			return
		}
	}
	mend()
	close(over)
	<-done
}

// summary prints what became of the parcels.
func (sum tally) print(t *testing.T, what string, all []*parcel) {
	t.Helper()
	refusals := map[string]int{}
	for _, l := range all {
		for _, a := range l.tries {
			if a.code/100 == 4 {
				refusals[fmt.Sprintf("%d %s", a.code, strings.Join(strings.Fields(a.text)[:1], ""))]++
			}
		}
	}
	t.Logf("%s: sent %d, acknowledged %d, relayed %d, quarantined %d, lost %d, duplicates %d, refused for now %v",
		what, len(all), sum.acknowledged, sum.relayed, sum.held, sum.lost, sum.duplicates, refusals)
	if sum.acknowledged != len(all) || sum.duplicates > 0 || len(refusals) == 0 {
		t.Error("not all of them came, or some twice, or none was refused")
	}
}

// TestStoreOnAFullDisk: what need not be held flows on, what must be waits,
// and is taken when there is space again.
func TestStoreOnAFullDisk(t *testing.T) {
	t.Parallel()
	s, d := startSink(t), newDisk(t, "80m")
	g := start(t, settings{
		downstream: s.addr, more: holding,
		store: fmt.Sprintf("path = %q\non_error = \"serve\"", filepath.Join(d.path, "var")),
	})
	all := parcels(t, 400)
	p := newPost(t, g)
	<-p.send(all[:100], 4)

	held, others := split(all[100:300])
	d.fill()
	<-p.send(others, 4)
	p.outage(held, 100, d.free)
	if !strings.Contains(g.Log(), "quarantine failed") || !strings.Contains(g.Log(), "disk full") {
		t.Error("the log does not tell of the full disk")
	}

	// The gate starts on a full disk as well, without a memory.
	d.fill()
	g.Kill()
	g.Start()
	held, others = split(all[300:])
	<-p.send(others, 4)
	p.outage(held, 20, func() {
		d.free()
		p.restart()
	})
	audit(t, g, s, all).print(t, "store on a full disk", all)
}

// TestMaildirOnAFullDisk: what finds no space is refused for now, and nothing
// is left of it.
func TestMaildirOnAFullDisk(t *testing.T) {
	t.Parallel()
	d := newDisk(t, "16m")
	hop := mailDir{t, filepath.Join(d.path, "mail")}
	g := start(t, settings{downstream: "maildir:" + hop.path, more: holding})
	all := parcels(t, 200)
	p := newPost(t, g)
	<-p.send(all[:100], 4)
	d.fill()
	_, others := split(all[100:])
	p.outage(others, 100, d.free)
	held, _ := split(all[100:])
	<-p.send(held, 4)
	audit(t, g, hop, all).print(t, "maildir on a full disk", all)
	left, err := os.ReadDir(filepath.Join(hop.path, "tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("%d files are left in tmp: %v", len(left), err)
	}
}

// once sends a parcel once.
func (g *gate) once(l *parcel) attempt {
	g.t.Helper()
	p, err := dial(g.Addr, func() {})
	if err != nil {
		g.t.Fatal(err)
	}
	defer p.conn.Close()
	a := p.send(l.from, "ann@example.com", l.raw)
	l.tries = append(l.tries, a)
	return a
}

// withoutMemory: a verdict is given, the log names what it lacks, and what
// must be held waits. It returns what was taken.
func withoutMemory(t *testing.T, g *gate, parcels []*parcel) (taken []*parcel) {
	t.Helper()
	for _, l := range parcels {
		from := g.log.size()
		a := g.once(l)
		if l.hold && a.code != 451 || !l.hold && a.code != 250 {
			t.Errorf("%s is answered %d %s %v", l.from, a.code, a.text, a.err)
		}
		if line := g.Await(from, "msg=message .*"); !strings.Contains(line[0], "missing=[history]") && !strings.Contains(line[0], "quarantine failed") {
			t.Errorf("missing is not told: %s", line[0])
		}
		if !l.hold {
			taken = append(taken, l)
		}
	}
	return taken
}

// TestStoreBreaks: the store cannot write any more.
func TestStoreBreaks(t *testing.T) {
	t.Parallel()
	s := startSink(t)
	g := start(t, settings{downstream: s.addr, more: holding})
	all := parcels(t, 300)
	p := newPost(t, g)
	<-p.send(all[:200], 4)
	from := g.log.size()
	if out, ok := run(t, "prlimit", "--pid", fmt.Sprint(g.cmd.Process.Pid), "--fsize=4096"); !ok {
		t.Fatal(out)
	}
	rest := all[200:]
	for l := rest[0]; g.once(l).code != 451; l = rest[0] { // until it notices
		if rest = rest[1:]; len(rest) < 50 {
			t.Fatal("the store has no trouble")
		}
	}
	g.Await(from, "store is out of order|quarantine failed")
	sent := slices.Concat(all[:300-len(rest)], withoutMemory(t, g, rest[1:20]), rest[:1])
	g.Signal(syscall.SIGTERM)
	g.AwaitEnd()
	g.Start()
	<-p.send(rest[:1], 1)
	audit(t, g, s, sent).print(t, "store that breaks", sent)
}

// damage makes zeros of all but the beginning and the index of each of the store's tables.
func damage(t *testing.T, dir string) {
	t.Helper()
	tables, err := filepath.Glob(filepath.Join(dir, "db", "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	for _, table := range tables {
		data, err := os.ReadFile(table)
		if err == nil {
			clear(data[4<<10 : len(data)/10*9])
			err = os.WriteFile(table, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestStoreIsDamaged: some of what was remembered cannot be read any more.
func TestStoreIsDamaged(t *testing.T) {
	t.Parallel()
	s := startSink(t)
	dir := filepath.Join(t.TempDir(), "var")
	g := start(t, settings{downstream: s.addr, more: holding, store: fmt.Sprintf("path = %q", dir)})
	all := parcels(t, 120)
	p := newPost(t, g)
	<-p.send(all, 4)
	g.Stop()
	g.Start() // makes a table of what was written
	g.Stop()
	damage(t, dir)
	g.Start()
	from := g.log.size()
	for _, l := range all { // the same senders, whose records are there
		if a := g.once(l); l.hold && a.code != 250 && a.code != 451 || !l.hold && a.code != 250 {
			t.Errorf("%s is answered %d %s %v", l.from, a.code, a.text, a.err)
		}
	}
	log, _ := g.log.since(from)
	blind := strings.Count(log, "missing=[history]")
	if blind == 0 {
		t.Error("no message missed its history")
	}
	came := map[string]int{}
	for _, c := range s.copies() {
		came[c.from]++
	}
	_, others := split(all)
	for _, l := range others {
		if came[l.from] != 2 {
			t.Errorf("%s came %d times, want 2", l.from, came[l.from])
		}
	}
	t.Logf("damaged store: %d messages judged, %d of them without their history", len(all), blind)
}
