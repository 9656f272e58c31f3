package enterprise

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/detect"
	"postern/filter"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/roster"
	"postern/store"
	"postern/store/pebble"
)

var full = flag.Bool("full", false, "measure the curve in a world of full size, with every length of history")

// A gate is the product with its embedded store, behind the DNS of a world.
// It judges one message at a time, and has remembered it before the next.
type gate struct {
	store.History
	store.Journal
	filter *filter.Filter
	auth   mailauth.Results
	stored chan error
	last   policy.Verdict
	broken []string
}

func (g *gate) Verify(context.Context, *parse.Envelope, *parse.Message, []byte) mailauth.Results {
	return g.auth
}

func (g *gate) Record(ctx context.Context, s store.Sighting) error {
	err := g.History.Record(ctx, s)
	g.stored <- err
	return err
}

func (g *gate) Append(context.Context, store.Entry) error { return nil }
func (g *gate) Close() error                              { return g.History.Close() }

// open starts a gate with an empty memory, or with none.
func open(t *testing.T, w *World, remembers bool) *gate {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	rules, err := policy.New(policy.Default())
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{}
	g.filter = &filter.Filter{
		Hostname: "mx.example", Limits: parse.DefaultLimits, Org: w.Org(), Auth: g,
		Detectors: detect.Heuristics(), Policy: func() *policy.Policy { return rules }, Patience: time.Minute, Log: quiet,
		Observe: func(r *filter.Record) { g.last, g.broken = r.Verdict, append(g.broken, r.Facts.Missing...) },
	}
	if !remembers {
		return g
	}
	db, err := pebble.Open(pebble.Config{Path: t.TempDir()}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	g.History, g.stored = db, make(chan error)
	g.filter.Roster = roster.New(w.Org())
	g.filter.History, g.filter.Journal = g, g
	g.filter.Start()
	stopped := make(chan struct{})
	go func() { g.filter.Run(context.Background()); close(stopped) }()
	t.Cleanup(func() { g.filter.Stop(); <-stopped; _ = db.Close() })
	return g
}

// judge passes one message through the gate, and tells whether it would at
// least be tagged.
func (g *gate) judge(t *testing.T, m *Message) bool {
	t.Helper()
	g.auth = m.Auth
	g.filter.Process(t.Context(), filter.Mail{Env: &m.Env, Raw: m.Raw}, func(context.Context, policy.Verdict, filter.Outgoing) filter.Fate { return filter.Relayed })
	if g.stored != nil {
		if err := <-g.stored; err != nil {
			t.Fatal(err)
		}
	}
	if len(g.broken) > 0 {
		t.Fatalf("%+v: missing %v", m.Truth, g.broken)
	}
	return g.last.Would >= policy.Tag
}

// A sort of mail is one row of the tables.
type sort struct{ table, class, kind string }

// The tables, in the order they are printed.
const (
	recall = "Attacks: share that is at least tagged"
	alarms = "Innocent twins: share that is tagged, wrongly"
	plain  = "Everything else: share that is tagged, wrongly"
)

func (m *Truth) sort() sort {
	switch {
	case m.Twin:
		return sort{alarms, m.Like, m.Kind}
	case m.Class != "safe" && m.Class != "graymail":
		return sort{recall, m.Class, m.Kind[len(m.Class)+1:]}
	case m.Kind != "":
		return sort{plain, m.Class, "answers within stories"}
	}
	return sort{plain, m.Class, "everyday"}
}

// A tally counts the messages of one sort, and those that were tagged.
type tally struct{ tagged, all int }

func (n tally) String() string {
	return fmt.Sprintf("%.3g%%", 100*float64(n.tagged)/float64(max(n.all, 1)))
}

// A column is what one length of history gives.
type column struct {
	counts  map[sort]tally
	wanted  []float64            // scores of everyday mail
	attacks map[string][]float64 // scores of attacks by class
}

// rare is the share of everyday mail that may score higher than an attack that
// counts as found.
const rare = 0.001

// found is the share of a class that scores higher than all but rare everyday
// mail.
func (c *column) found(class string) tally {
	slices.Sort(c.wanted)
	bar := c.wanted[len(c.wanted)-1-int(rare*float64(len(c.wanted)))]
	n := tally{all: len(c.attacks[class])}
	for _, score := range c.attacks[class] {
		if score > bar {
			n.tagged++
		}
	}
	return n
}

// stateless is a length of history that stands for a gate without memory.
const stateless = -1

// measure adds up the verdicts on the last days of a stream, with some days of
// history before them.
func measure(t *testing.T, c *column, w *World, before, history, days int) {
	t.Helper()
	g := open(t, w, history != stateless)
	from, test := monday.AddDate(0, 0, before-max(history, 0)), monday.AddDate(0, 0, before)
	for m := range w.Stream(monday, before+days) {
		if m.Env.Received.Before(from) {
			continue
		}
		tagged := g.judge(t, &m)
		if m.Env.Received.Before(test) {
			continue
		}
		row := m.Truth.sort()
		n := c.counts[row]
		n.all++
		if tagged {
			n.tagged++
		}
		c.counts[row] = n
		switch row.table {
		case recall:
			c.attacks[row.class] = append(c.attacks[row.class], g.last.Score)
		case plain:
			c.wanted = append(c.wanted, g.last.Score)
		}
	}
}

// TestCurve prints what the product of today catches with more and more
// history: the tables of docs/detection.md come from
//
//	go test ./internal/enterprise -run Curve -v -full
//
// The mail that is counted is the same however much history comes before it.
// The gate learns as it would in service: from its own verdicts and not from
// the truth, and also on the days that are counted.
func TestCurve(t *testing.T) {
	size, seeds, histories, before := Size{People: 16, Firms: 16, Mail: 1}, []uint64{2026}, []int{stateless, 0, 7}, 7
	if *full {
		size, seeds, histories, before = Size{People: 120, Overlays: 2}, []uint64{2026, 2027}, []int{stateless, 0, 1, 7, 30, 90}, 91
	}
	const days = 5
	columns := make([]column, len(histories))
	for i, h := range histories {
		columns[i] = column{counts: map[sort]tally{}, attacks: map[string][]float64{}}
		for _, seed := range seeds {
			measure(t, &columns[i], New(seed, size), before, h, days)
		}
	}
	t.Logf("seeds %d, %+v, %d days counted", seeds, size.withDefaults(), days)
	t.Log(ranked(histories, columns))
	for _, table := range []string{recall, alarms, plain} {
		t.Log(printed(t, table, histories, columns))
	}
	if c := columns[len(columns)-1].counts[sort{plain, "safe", "everyday"}]; c.tagged*100 > c.all {
		t.Errorf("%d of %d everyday messages are tagged with all the history", c.tagged, c.all)
	}
}

// ranked is the table of what is found at rare false alarms.
func ranked(histories []int, columns []column) string {
	var b bytes.Buffer
	b.WriteString("Attacks by class: share that scores higher than all but one everyday message in a thousand\n\n")
	heads(&b, "| class | messages |", histories)
	for _, class := range slices.Sorted(maps.Keys(columns[0].attacks)) {
		fmt.Fprintf(&b, "| `%s` | %d |", class, len(columns[0].attacks[class]))
		for i := range columns {
			fmt.Fprintf(&b, " %s |", columns[i].found(class))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// heads writes the heads of the columns, after those that every row begins with.
func heads(b *bytes.Buffer, head string, histories []int) {
	b.WriteString(head)
	for _, h := range histories {
		if h == stateless {
			b.WriteString(" no memory |")
		} else {
			fmt.Fprintf(b, " %d d |", h)
		}
	}
	b.WriteString("\n|---|" + strings.Repeat("--:|", strings.Count(head, "|")-2+len(histories)) + "\n")
}

// printed is one table in Markdown.
func printed(t *testing.T, table string, histories []int, columns []column) string {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n", table)
	heads(&b, "| class | kind | messages |", histories)
	rows := slices.SortedFunc(maps.Keys(columns[0].counts), func(x, y sort) int {
		return cmp.Or(cmp.Compare(x.class, y.class), cmp.Compare(x.kind, y.kind))
	})
	for _, row := range rows {
		if row.table != table {
			continue
		}
		all := columns[0].counts[row].all
		fmt.Fprintf(&b, "| `%s` | %s | %d |", row.class, row.kind, all)
		for i := range columns {
			n := columns[i].counts[row]
			if n.all != all {
				t.Errorf("%v: %d messages, then %d", row, all, n.all)
			}
			fmt.Fprintf(&b, " %s |", n)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
