package record

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// randomMark is a mark within three years.
func randomMark(r *rand.Rand) Mark {
	return Mark{
		At:       now.Add(-time.Duration(r.IntN(1000)) * 24 * time.Hour).Unix(),
		Label:    store.Label(r.IntN(3)),
		Verified: r.IntN(2) == 0,
		Outbound: r.IntN(2) == 0,
	}
}

// near reports whether a and b are the same but for the rounding of sums.
func near(a, b Record) bool {
	if len(a.values) != len(b.values) {
		return false
	}
	for i, v := range a.values {
		w := b.values[i]
		if v.field != w.field || v.at != w.at || math.Abs(v.sum-w.sum) > 1e-9*max(1, math.Abs(v.sum)) {
			return false
		}
	}
	return true
}

// mergeRandomly merges parts in a random order and grouping, some of them by
// way of their encoding.
func mergeRandomly(t *testing.T, r *rand.Rand, parts []Record) Record {
	t.Helper()
	pool := make([]Record, len(parts))
	for i, k := range r.Perm(len(parts)) {
		pool[i].Merge(parts[k])
	}
	for len(pool) > 1 {
		i := r.IntN(len(pool) - 1)
		if r.IntN(2) == 0 {
			pool[i].Merge(pool[i+1])
		} else if err := pool[i].MergeEncoded(pool[i+1].Append(nil)); err != nil {
			t.Fatal(err)
		}
		pool = append(pool[:i+1], pool[i+2:]...)
	}
	return pool[0]
}

func TestOrderAndGroupingDoNotMatter(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		parts := make([]Record, 1+r.IntN(40))
		for i := range parts {
			randomMark(r).Do(&parts[i], Pair)
		}
		if one, other := mergeRandomly(t, r, parts), mergeRandomly(t, r, parts); !near(one, other) {
			t.Fatalf("%v\n%v", one, other)
		}
	}
}

func TestUndoLeavesTheOthers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var kept, all Record
		marks := make([]Mark, 1+r.IntN(40))
		for i := range marks {
			marks[i] = randomMark(r)
			marks[i].Do(&all, Pair)
		}
		for i, m := range marks {
			if i%2 == 0 {
				m.Undo(&all, Pair)
			} else {
				m.Do(&kept, Pair)
			}
		}
		for _, side := range []Side{Verified, Claimed, Outbound} {
			got, want := all.Tally(side, now), kept.Tally(side, now)
			if math.Abs(got.Good-want.Good) > 1e-9 || math.Abs(got.Bad-want.Bad) > 1e-9 || math.Abs(got.Attempts-want.Attempts) > 1e-9 {
				t.Fatalf("got %v, want %v", got, want)
			}
			if got.Known() != want.Known() {
				t.Fatalf("known: got %v, want %v", got, want)
			}
		}
	}
}

func TestUnknownFieldsMerge(t *testing.T) {
	t.Parallel()
	sumField, minField := Field(sum)+100*kinds, Field(minimum)+101*kinds
	newer := Record{[]value{{field: sumField, sum: 1}, {field: minField, at: 7}}}
	r := newer
	if err := r.MergeEncoded(Record{[]value{{field: sumField, sum: 2}, {field: minField, at: 5}}}.encoded()); err != nil {
		t.Fatal(err)
	}
	if v, _ := r.get(sumField); v.sum != 3 {
		t.Errorf("sum is %v", v.sum)
	}
	if v, _ := r.get(minField); v.at != 5 {
		t.Errorf("minimum is %v", v.at)
	}
}

func (r Record) encoded() []byte { return r.Append(nil) }

// TestSize holds the usual record to its size.
func TestSize(t *testing.T) {
	t.Parallel()
	var r Record
	for range 1000 {
		Mark{At: now.Unix(), Label: store.Good, Verified: true}.Do(&r, Address)
	}
	if n := len(r.encoded()); n > 22 {
		t.Errorf("%d bytes", n)
	}
}

func FuzzMergeEncoded(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5 {
		var rec Record
		for range 3 {
			randomMark(r).Do(&rec, Pair)
		}
		f.Add(rec.encoded())
	}
	f.Add([]byte{version})
	f.Add([]byte{version, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f})
	var base Record
	randomMark(r).Do(&base, Pair)
	before := base.encoded()
	f.Fuzz(func(t *testing.T, b []byte) {
		var got Record
		if err := got.MergeEncoded(b); err != nil {
			rec := Record{append([]value(nil), base.values...)}
			if rec.MergeEncoded(b) == nil || !bytes.Equal(rec.encoded(), before) {
				t.Fatal("garbage changed a record")
			}
			return
		}
		var again Record
		if err := again.MergeEncoded(got.encoded()); err != nil || !bytes.Equal(again.encoded(), got.encoded()) {
			t.Fatalf("%x decodes to %v, encodes to %x (%v)", b, got, got.encoded(), err)
		}
		again.Merge(got) // sums may grow to the limit, never beyond
		if err := new(Record).MergeEncoded(again.encoded()); err != nil {
			t.Fatalf("%v does not decode", again)
		}
	})
}

func TestFold(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                            "",
		" \t!?":                       "",
		"Dana Reed":                   "dana reed",
		"REED, Dána":                  "dana reed",
		"Seán O’Brien":                "obrien sean",
		"Weiß, Jürgen (Einkauf)":      "einkauf jurgen weiss",
		"田中 太郎":                       "太郎 田中",
		"\u202eDana\u202c \ufeffReed": "dana reed",
		"हिन्दी":                      "हिन्दी",
		"\xffDana":                    "dana",
	} {
		if got := Fold(name); got != want {
			t.Errorf("%q folds to %q, want %q", name, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("REED, Dána")
	f.Add("ŉ ﬁ ǅ \u0345 İ")
	f.Add("ꮿ")
	f.Fuzz(func(t *testing.T, name string) {
		if once := Fold(name); len(once) <= maxName && Fold(once) != once {
			t.Fatalf("%q folds to %q, and that to %q", name, once, Fold(once))
		}
	})
}

func TestCast(t *testing.T) {
	t.Parallel()
	q := store.Query{From: parse.Address{Local: "a", Domain: "example.com"}, AsOf: now}
	for i := range 2 * MaxRcpts {
		q.Rcpts = append(q.Rcpts, parse.Address{Local: fmt.Sprint(i % 10), Domain: "example.net"})
	}
	c := CastOf(q)
	if len(c.In) != MaxRcpts || len(c.Out) != MaxRcpts {
		t.Errorf("%d and %d pairs", len(c.In), len(c.Out))
	}
	if n := len(c.Marked()); n != 2+10 {
		t.Errorf("%d entities are marked", n)
	}
}
