package main

import (
	"context"
	"os"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// meter shows how far a long work came: a bar on a terminal, else a line now
// and then.
type meter struct {
	t     *terminal
	what  string
	total int64 // 0: nobody knows
	bar   *progressbar.ProgressBar
	start time.Time
	n     atomic.Int64
	next  atomic.Int64 // when the next line is due, in nanoseconds since start
}

// tellEvery is the time between two lines.
const tellEvery = 10 * time.Second

func (t *terminal) meter(what string, total int64) *meter {
	m := &meter{t: t, what: what, total: total, start: time.Now()}
	m.next.Store(int64(tellEvery))
	file, ok := t.err.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return m
	}
	most := total
	if total == 0 {
		most = -1
	}
	m.bar = progressbar.NewOptions64(most, progressbar.OptionSetWriter(file), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("messages"),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	return m
}

// add counts one.
func (m *meter) add() {
	n := m.n.Add(1)
	if m.bar != nil {
		_ = m.bar.Add(1)
		return
	}
	since := time.Since(m.start)
	due := m.next.Load()
	if int64(since) < due || !m.next.CompareAndSwap(due, int64(since+tellEvery)) {
		return
	}
	rate := float64(n) / since.Seconds()
	if m.total == 0 {
		m.t.warn("%s: %d messages, %.0f a second", m.what, n, rate)
		return
	}
	left := time.Duration(float64(m.total-n) / rate * float64(time.Second)).Round(time.Second)
	m.t.warn("%s: %d of %d messages, %.0f a second, %v left", m.what, n, m.total, rate, left)
}

func (m *meter) end() {
	if m.bar != nil {
		_ = m.bar.Finish()
	}
}

// backfilled is the summary as JSON.
type backfilled struct {
	found

	Learned  *learned `json:"learned,omitempty"`
	Entities int64    `json:"entities,omitempty"` // that history now knows
	Seconds  float64  `json:"seconds"`
}

// summary ends a run that came through.
func (b *backfill) summary(ctx context.Context, took time.Duration) error {
	sum := backfilled{found: b.plan.Found, Seconds: took.Seconds()}
	if b.store != nil {
		n, err := b.store.Entities(ctx)
		if err != nil {
			return exit(exitUnavailable, err)
		}
		sum.Entities, sum.Learned = n, &b.plan.Learned
		if err := b.plan.finish(); err != nil {
			return exit(exitIO, err)
		}
	}
	if b.command.JSON {
		return b.t.printJSON(sum)
	}
	b.t.backfilled(&sum, took)
	return nil
}

func (t *terminal) backfilled(s *backfilled, took time.Duration) {
	t.print("found %d messages in %d files, %d of which were read before", s.Messages, s.Files, s.Read)
	if s.Messages > 0 {
		t.print("    span       %s to %s", s.First.Format(time.DateOnly), s.Last.Format(time.DateOnly))
		t.print("    people     %d addresses of ours that wrote", s.People)
		t.print("    partners   %d addresses with mail in both directions", s.Partners)
	}
	bad := s.Wrong
	if l := s.Learned; l != nil {
		t.print("learned from %d in %v", l.Good+l.Others, took.Round(time.Millisecond))
		t.print("    inbound    %d, %d of them with a proven sender", l.Inbound, l.Verified)
		t.print("    outbound   %d", l.Outbound)
		t.print("    internal   %d", l.Internal)
		t.print("    not good   %d, remembered as attempts alone", l.Others)
		t.print("    entities   %d in the store", s.Entities)
		bad.Count += l.Wrong.Count
		bad.List = append(bad.List, l.Wrong.List...)
	}
	if bad.Count > 0 {
		t.print("passed over %d", bad.Count)
	}
	for _, w := range bad.List {
		t.print("    %s:%d: %s", line(w.File), w.Offset, line(w.Reason))
	}
	if n := bad.Count - int64(len(bad.List)); n > 0 {
		t.print("    and %d more", n)
	}
}
