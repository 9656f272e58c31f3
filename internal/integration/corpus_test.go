//go:build integration

package integration

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"postern/internal/corpus"
)

// TestCorpus sends all of the corpus through the gate. Each message is taken
// and comes out with every byte as it was sent.
func TestCorpus(t *testing.T) {
	t.Parallel()
	s := startSink(t)
	var mu sync.Mutex
	under := map[string]*parcel{} // way, by sender
	arrived, whole := 0, 0
	s.keep = func(c *copied) {
		mu.Lock()
		defer mu.Unlock()
		p := under[c.from]
		if p == nil {
			t.Errorf("%s came twice, or from nowhere", c.from)
			return
		}
		delete(under, c.from)
		arrived++
		if _, err := p.check(c.data); err != nil {
			t.Error(err)
			return
		}
		whole++
	}
	g := start(t, settings{downstream: s.addr})
	began := time.Now()
	mail := make(chan *parcel)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			if err := feed(g.Addr, mail); err != nil {
				t.Error(err)
				for range mail { // lets the reader go on
				}
			}
		})
	}
	total := 0
	for _, archive := range []string{"dev", "dev2"} {
		n := corpus.Each(t, archive, 0, func(name string, raw []byte) {
			p := &parcel{from: fmt.Sprintf("%d@example.net", total), raw: bytes.Clone(raw)}
			p.want = unfold(p.raw)
			total++
			mu.Lock()
			under[p.from] = p
			mu.Unlock()
			mail <- p
		})
		t.Logf("%s: %d messages", archive, n)
	}
	close(mail)
	workers.Wait()
	g.Stop()
	log := g.Log()
	t.Logf("corpus: sent %d, arrived byte for byte %d, panics %d, stages that failed %d, in %v",
		total, whole, strings.Count(log, "panic"), strings.Count(log, "stage failed"), time.Since(began).Round(time.Second))
	if arrived != total || len(under) > 0 {
		t.Errorf("%d of %d arrived", arrived, total)
	}
	if strings.Contains(log, "stage failed") {
		t.Error("some message broke a stage")
	}
}

// feed sends mail over one connection, until there is no more.
func feed(addr string, mail <-chan *parcel) error {
	p, err := dial(addr, func() {})
	if err != nil {
		return err
	}
	defer p.conn.Close()
	for l := range mail {
		if a := p.send(l.from, "ann@example.com", l.raw); a.err != nil || a.code != 250 {
			return fmt.Errorf("%s is answered after %s: %d %s %w", l.from, a.stage, a.code, a.text, a.err)
		}
	}
	return nil
}
