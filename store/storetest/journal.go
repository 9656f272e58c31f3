package storetest

import (
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"postern/store"
)

// Journal tests a journal. open opens the one in dir, and closes it when the
// test ends.
func Journal[J store.Journal](t *testing.T, open func(t *testing.T, dir string) J) {
	t.Helper()
	run(t, open, map[string]func(*testing.T, store.Journal){
		"an empty journal":                 emptyJournal,
		"an entry comes back whole":        wholeEntry,
		"a bare entry comes back":          bareEntry,
		"a label comes back":               label,
		"the last entry with an ID stays":  entryTwice,
		"entries in time order":            entriesInOrder,
		"schemas live side by side":        twoSchemas,
		"values without names are refused": namelessValues,
		"the reader may write":             writeWhileScanning,
		"clerks at once":                   clerksAtOnce,
		"an ended context ends at once":    endedJournal,
	})
}

// JournalKept tests that entries and labels are there when the journal is
// opened again.
func JournalKept[J interface {
	store.Journal
	io.Closer
}](t *testing.T, open func(t *testing.T, dir string) J,
) {
	t.Helper()
	dir := t.TempDir()
	j := open(t, dir)
	e := entry("m1", 0)
	must(t, j.Append(t.Context(), e))
	e.Label = &store.Verdict{Class: "spam", By: "ann", At: start}
	must(t, j.SetLabel(t.Context(), "m1", *e.Label))
	must(t, j.Close())
	j = open(t, dir)
	got, err := j.Entry(t.Context(), "m1")
	must(t, err)
	same(t, got, e)
	same(t, scan(t, j, start, start.Add(1)), []string{"m1"})
}

func entry(id string, after time.Duration) store.Entry {
	s := sighting("id of "+id, store.Bad, after)
	s.Outbound = true
	return store.Entry{
		ID: id, At: start.Add(after), Door: "smtp", From: "billing@vendor.example", MailFrom: "bounce@vendor.example",
		Rcpts: []string{"ann@example.com", "Bob \xff <bob@example.com>"}, Remote: "192.0.2.7", Size: 20_480,
		Sighting: s,
		Signals:  []string{"a.bool", "b.count", "c.share", "d.unknown", "e.more", "f.less", "g.negative", "h.largest", "i.zero"},
		Values:   []float64{1, 250, 0.1, math.NaN(), math.Inf(1), math.Inf(-1), -3, math.MaxFloat64, math.Copysign(0, -1)},
		Findings: []store.Finding{
			{Detector: "lookalike", Class: "vendor_fraud", Score: 0.8, Evidence: []string{"vend0r.example looks like vendor.example"}},
			{Detector: "quiet"},
		},
		Action: "reject", Rule: "fraud", Class: "vendor_fraud", Score: 0.9931,
		Reasons: []string{"first contact", ""}, Missing: []string{"dns"}, Fate: "refused",
	}
}

// scan gives the IDs of a span.
func scan(t *testing.T, j store.Journal, from, to time.Time) (ids []string) {
	t.Helper()
	for e, err := range j.Scan(t.Context(), from, to) {
		must(t, err)
		ids = append(ids, e.ID)
	}
	return ids
}

func emptyJournal(t *testing.T, j store.Journal) {
	same(t, scan(t, j, start.Add(-day), start.Add(day)), []string{})
	if _, err := j.Entry(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("entry: %v", err)
	}
	if err := j.SetLabel(t.Context(), "nobody", store.Verdict{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("label: %v", err)
	}
}

func wholeEntry(t *testing.T, j store.Journal) {
	want := entry("m1", 123456789)
	must(t, j.Append(t.Context(), want))
	got, err := j.Entry(t.Context(), "m1")
	must(t, err)
	same(t, got, want)
	if zero := got.Values[len(got.Values)-1]; !math.Signbit(zero) {
		t.Error("negative zero lost its sign")
	}
	for got, err := range j.Scan(t.Context(), start, start.Add(time.Second)) {
		must(t, err)
		same(t, got, want)
	}
}

func bareEntry(t *testing.T, j store.Journal) {
	must(t, j.Append(t.Context(), store.Entry{ID: "bare"}))
	got, err := j.Entry(t.Context(), "bare")
	must(t, err)
	same(t, got, store.Entry{ID: "bare"})
}

func label(t *testing.T, j store.Journal) {
	want := entry("m1", 0)
	must(t, j.Append(t.Context(), want))
	for _, class := range []string{"spam", "safe"} {
		want.Label = &store.Verdict{Class: class, By: "bob", At: start.Add(day)}
		must(t, j.SetLabel(t.Context(), "m1", *want.Label))
		got, err := j.Entry(t.Context(), "m1")
		must(t, err)
		same(t, got, want)
	}
	same(t, scan(t, j, start, start.Add(1)), []string{"m1"})
}

func entryTwice(t *testing.T, j store.Journal) {
	must(t, j.Append(t.Context(), entry("m1", 0)))
	want := entry("m1", time.Hour)
	want.Class = "safe"
	must(t, j.Append(t.Context(), want))
	got, err := j.Entry(t.Context(), "m1")
	must(t, err)
	same(t, got, want)
	same(t, scan(t, j, start, start.Add(day)), []string{"m1"})
}

func entriesInOrder(t *testing.T, j store.Journal) {
	const n = 300
	want := make([]string, 0, n)
	for i := range n {
		k := i * 97 % n // each once, out of order
		must(t, j.Append(t.Context(), entry(fmt.Sprintf("m%03d", k), time.Duration(k)*time.Second)))
		want = append(want, fmt.Sprintf("m%03d", i))
	}
	same(t, scan(t, j, start, start.Add(n*time.Second)), want)
	same(t, scan(t, j, start.Add(10*time.Second), start.Add(200*time.Second)), want[10:200])
	same(t, scan(t, j, time.Time{}, start.Add(1)), want[:1])
	same(t, scan(t, j, start.Add(day), start), []string{})

	seen := 0
	for _, err := range j.Scan(t.Context(), start, start.Add(day)) {
		must(t, err)
		if seen++; seen == 70 {
			break
		}
	}
	if seen != 70 {
		t.Errorf("the scan went on to %d", seen)
	}
}

func twoSchemas(t *testing.T, j store.Journal) {
	one, two := entry("m1", 0), entry("m2", 1)
	two.Signals, two.Values = []string{"z.other"}, []float64{7}
	for _, want := range []store.Entry{one, two, one} {
		must(t, j.Append(t.Context(), want))
	}
	for _, want := range []store.Entry{one, two} {
		got, err := j.Entry(t.Context(), want.ID)
		must(t, err)
		same(t, got, want)
		again, err := j.Entry(t.Context(), want.ID)
		must(t, err)
		if &got.Signals[0] != &again.Signals[0] {
			t.Error("names are not the same slice for all entries of one schema")
		}
	}
}

func namelessValues(t *testing.T, j store.Journal) {
	e := entry("m1", 0)
	e.Values = e.Values[1:]
	if err := j.Append(t.Context(), e); err == nil {
		t.Error("appended")
	}
}

func writeWhileScanning(t *testing.T, j store.Journal) {
	for i := range 150 {
		must(t, j.Append(t.Context(), store.Entry{ID: fmt.Sprint("m", i), At: start.Add(time.Duration(i))}))
	}
	for e, err := range j.Scan(t.Context(), start, start.Add(day)) {
		must(t, err)
		must(t, j.SetLabel(t.Context(), e.ID, store.Verdict{Class: "safe"}))
	}
	labelled := 0
	for e, err := range j.Scan(t.Context(), start, start.Add(day)) {
		must(t, err)
		if e.Label != nil {
			labelled++
		}
	}
	count(t, "labelled", float64(labelled), 150)
}

func clerksAtOnce(t *testing.T, j store.Journal) {
	atOnce(8, func(w int) {
		for i := range 20 {
			id := fmt.Sprint(w, "/", i)
			err := j.Append(t.Context(), entry(id, time.Duration(i)))
			err = errors.Join(err, j.SetLabel(t.Context(), id, store.Verdict{Class: "safe", By: id}))
			if got, e := j.Entry(t.Context(), id); err != nil || e != nil || got.Label == nil || got.Label.By != id {
				t.Errorf("entry %s: %v, %v, %v", id, got.Label, err, e)
			}
		}
	})
	count(t, "entries", float64(len(scan(t, j, start, start.Add(day)))), 160)
}

func endedJournal(t *testing.T, j store.Journal) {
	must(t, j.Append(t.Context(), entry("m1", 0)))
	ctx := ended(t)
	if err := j.Append(ctx, entry("m2", 0)); !errors.Is(err, ctx.Err()) {
		t.Errorf("append: %v", err)
	}
	if _, err := j.Entry(ctx, "m1"); !errors.Is(err, ctx.Err()) {
		t.Errorf("entry: %v", err)
	}
	if err := j.SetLabel(ctx, "m1", store.Verdict{}); !errors.Is(err, ctx.Err()) {
		t.Errorf("label: %v", err)
	}
	rounds := 0
	for _, err := range j.Scan(ctx, start, start.Add(day)) {
		if rounds++; !errors.Is(err, ctx.Err()) {
			t.Errorf("scan: %v", err)
		}
	}
	count(t, "rounds of an ended scan", float64(rounds), 1)
}
