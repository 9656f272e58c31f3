package record

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// plain hides nothing.
type plain struct{}

func (plain) Key(e Entity) Key {
	return Key(md5.Sum([]byte(fmt.Sprint(e))))
}

func (plain) Hash(space byte, text string) uint64 {
	h := md5.Sum(append([]byte{space}, text...))
	return binary.LittleEndian.Uint64(h[:])
}
func (plain) Seal(_ Key, text string) []byte { return []byte(text) }
func (plain) Open(_ Key, box []byte) string  { return string(box) }

// keep is small, so that lists come to their capacity with more values.
var keep = store.Keep{Address: 8, Domain: 8, Org: 2, Rcpt: 8, Pair: 8}

// randomSighting is one within three years, whose traits have up to n values.
func randomSighting(r *rand.Rand, n int) store.Sighting {
	person := func() parse.Address { return parse.Address{Local: fmt.Sprint("p", r.IntN(5)), Domain: "example.com"} }
	s := store.Sighting{
		Query: store.Query{
			From: person(), Name: "Dana Reed", Rcpts: []parse.Address{person(), person()}, Parties: []parse.Address{person(), person(), person()},
			AsOf: now.Add(-time.Duration(r.IntN(1000)) * 23 * time.Hour), Links: []string{"link.example"},
			Phones: []string{"+15550100"}, Accounts: []string{"X1"}, Bands: []uint64{1, 2, 3, 4}, Style: make([]float64, store.StyleSize),
		},
		ID: fmt.Sprint(r.Int()), MessageID: fmt.Sprint("m", r.IntN(3)), Label: store.Label(r.IntN(3)),
		Verified: r.IntN(2) == 0, Outbound: r.IntN(2) == 0, Internal: r.IntN(2) == 0, Reply: r.IntN(2) == 0, Stranger: r.IntN(2) == 0,
		Invoice: r.IntN(2) == 0, Change: r.IntN(2) == 0, Amount: r.Float64() * 1e5, Gaps: []float64{r.Float64() * 100, 0}, Gap: r.Float64() * 30,
	}
	for i := range s.Style {
		s.Style[i] = r.Float64()*2 - 1
	}
	for kind := range store.Kind(3) {
		for range 1 + r.IntN(2) {
			s.Traits = append(s.Traits, store.Trait{Kind: 1 + kind, Value: fmt.Sprint(r.IntN(n)), Keep: keep})
		}
	}
	return s
}

// A left is what one sighting leaves in a record of some class.
type left struct {
	mark Mark
	part *Part
}

func (l left) record() *Record {
	r := new(Record)
	l.mark.Do(r, l.part)
	return r
}

// random is what up to most sightings leave in records of one class.
func random(r *rand.Rand, most, values int) (all []left) {
	class := Address + Class(r.IntN(int(Person)))
	for range 1 + r.IntN(most) {
		s := randomSighting(r, values)
		m := Take(&s, plain{}, now.Unix())
		for i := range m.Parts {
			if p := &m.Parts[i]; p.Class == class && (len(all) == 0 || all[0].part.Key == p.Key) {
				all = append(all, left{m, &m.Parts[i]})
				break
			}
		}
	}
	return all
}

// same tells whether a and b are alike, to the last bit but for the short
// half-life.
func same(a, b *Record) bool {
	if len(a.values) != len(b.values) {
		return false
	}
	for i, v := range a.values {
		w := b.values[i]
		if v.field%sideFields == recent {
			v.sum, w.sum = 0, math.Round((v.sum-w.sum)/v.sum*1e12)
		}
		if !slices.EqualFunc(v.items, w.items, func(x, y item) bool { return reflect.DeepEqual(x, y) }) {
			return false
		}
		v.items, w.items = nil, nil
		if !reflect.DeepEqual(v, w) {
			return false
		}
	}
	return true
}

// mergeRandomly merges the records in a random order and grouping, some of
// them by way of their encoding.
func mergeRandomly(t *testing.T, r *rand.Rand, all []left) *Record {
	t.Helper()
	pool := []*Record{new(Record)}
	for _, k := range r.Perm(len(all)) {
		pool = append(pool, all[k].record())
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
	for range 500 {
		all := random(r, 40, 8)
		if one, other := mergeRandomly(t, r, all), mergeRandomly(t, r, all); !same(one, other) {
			t.Fatalf("%v\n%v", one, other)
		}
	}
}

// TestBeyondCapacity: whatever the order, the total is exact, the values seen
// last are there, and no weight is too large.
func TestBeyondCapacity(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		exact := value{limit: maxLimit}
		var parts []*Record
		for range 20 + r.IntN(80) {
			w := float64(1 + r.IntN(9))
			it := item{id: uint32(r.IntN(40)), at: uint32(r.IntN(1000)), weight: w}
			exact.mergeList(&value{limit: maxLimit, sum: w, items: []item{it}})
			parts = append(parts, &Record{values: []value{{field: traits, limit: 8, sum: w, items: []item{it}}}})
		}
		for len(parts) > 1 {
			i, j := r.IntN(len(parts)), r.IntN(len(parts)-1)
			if j >= i {
				j++
			}
			parts[i].Merge(parts[j])
			parts = slices.Delete(parts, j, j+1)
		}
		got := parts[0].get(traits)
		if got.sum != exact.sum || len(got.items) > 10 || len(got.items) < min(8, len(exact.items)) {
			t.Fatalf("total %v of %v, %d items", got.sum, exact.sum, len(got.items))
		}
		for _, it := range got.items {
			if true1, _ := exact.find(it.id); it.weight > true1.weight {
				t.Fatalf("%v weighs more than %v", it, true1)
			}
		}
		slices.SortFunc(exact.items, later)
		for _, it := range exact.items[:min(2, len(exact.items))] {
			if have, found := got.find(it.id); !found || have.at != it.at {
				t.Fatalf("%v was seen last, and is not among %v", it, got.items)
			}
		}
	}
}

func TestUndoLeavesTheOthers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 250 {
		kept, all := new(Record), new(Record)
		for i, l := range random(r, 40, 8) {
			l.mark.Do(all, l.part)
			if i%2 == 0 {
				l.mark.Undo(all, l.part)
			} else {
				l.mark.Do(kept, l.part)
			}
		}
		for _, v := range all.values {
			w := kept.get(v.field)
			if w == nil {
				w = new(value)
			}
			switch k := v.field.kind(); {
			case k == sum && math.Abs(v.sum-w.sum) > 1e-9*max(1, w.sum), k == list && v.sum != w.sum:
				t.Fatalf("field %d: %v is left, want %v", v.field/kinds, v.sum, w.sum)
			case k == list:
				for _, it := range v.items {
					if other, _ := w.find(it.id); it.weight != other.weight {
						t.Fatalf("field %d: %v is left, want %v", v.field/kinds, it, other)
					}
				}
			}
		}
		for s := range sides {
			if got, want := all.Tally(s, now), kept.Tally(s, now); got.Known() != want.Known() {
				t.Fatalf("known: got %v, want %v", got, want)
			}
		}
	}
}

func TestDaysAndRates(t *testing.T) {
	t.Parallel()
	var r Record
	at := func(ago time.Duration) int64 { return now.Add(-ago).Unix() }
	const day = 24 * time.Hour
	for _, ago := range []time.Duration{0, time.Minute, time.Hour, 30 * time.Hour, 40 * day, 41 * day, 100 * day, 101 * day, 300 * day, 1000 * day} {
		m := Mark{At: at(ago), Label: store.Good}
		m.Do(&r, &Part{Class: Address})
	}
	got := r.Tally(Claimed, now)
	if got.Days != 6 { // today, yesterday, 40 and 41 days, the weeks of 100 and 300 days
		t.Errorf("%v days", got.Days)
	}
	if got.Rate != (store.Rate{TenMinutes: 2, Hour: 3, Day: 3}) {
		t.Errorf("%+v", got.Rate)
	}
	if later := r.Tally(Claimed, now.Add(25*time.Hour)).Rate; later != (store.Rate{}) {
		t.Errorf("a day later %+v", later)
	}
}

func TestSketchCounts(t *testing.T) {
	t.Parallel()
	var p Part
	for n := 1; n <= 3000; n++ {
		p.register(rcpts, plain{}.Hash(0, fmt.Sprint(n)))
		got := (&value{items: p.adds[0].items}).count()
		if off := math.Abs(got - float64(n)); off > max(0.6, 0.2*float64(n)) {
			t.Fatalf("%d counted as %v", n, got)
		}
	}
}

func TestUnknownFieldsMerge(t *testing.T) {
	t.Parallel()
	sumField, minField := Field(sum)+100*kinds, Field(minimum)+101*kinds
	r := Record{values: []value{{field: sumField, sum: 1}, {field: minField, at: 7}}}
	o := Record{values: []value{{field: sumField, sum: 2}, {field: minField, at: 5}}}
	if err := r.MergeEncoded(o.Append(nil)); err != nil {
		t.Fatal(err)
	}
	if v := r.get(sumField); v.sum != 3 {
		t.Errorf("sum is %v", v.sum)
	}
	if v := r.get(minField); v.at != 5 {
		t.Errorf("minimum is %v", v.at)
	}
}

// TestVersion1 reads what the first release wrote.
func TestVersion1(t *testing.T) {
	t.Parallel()
	at := now.Unix()
	b := binary.LittleEndian.AppendUint64([]byte{1, byte(good)}, math.Float64bits(3*weight(at, store.HalfLife)))
	b = binary.AppendVarint(append(b, byte(first)), at-1e6)
	b = binary.AppendVarint(append(b, byte(last)), at)
	var r Record
	if err := r.MergeEncoded(b); err != nil {
		t.Fatal(err)
	}
	got, want := r.Tally(Verified, now), store.Tally{Good: 3, Attempts: 3, First: now.Add(-1e6 * time.Second), Last: now, Days: 2}
	if got != want || r.Latest() != at {
		t.Errorf("got %+v, latest %d", got, r.Latest())
	}
	if err := r.MergeEncoded(r.Append(nil)); err != nil || r.Tally(Verified, now).Good != 6 {
		t.Errorf("%v: %+v", err, r.Tally(Verified, now))
	}
	mark := append(binary.AppendVarint([]byte{1}, at), byte(store.Good)|markVerified, byte(Pair))
	m := ReadMark(append(mark, make([]byte, 16)...))
	if len(m.Parts) != 1 || m.Parts[0].Role != Between || m.Written != at || !m.Verified || m.Label != store.Good {
		t.Errorf("%+v", m)
	}
}

// TestSize holds records to their size in bytes.
func TestSize(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	s := randomSighting(r, 1)
	s.Outbound, s.Verified, s.Label, s.Style, s.Traits = false, true, store.Good, nil, nil
	for kind := range store.Kind(16) { // what most messages show
		s.Traits = append(s.Traits, store.Trait{Kind: 1 + kind, Value: "v", Keep: store.Keep{Address: 8, Domain: 32, Org: 64}})
	}
	m := Take(&s, plain{}, now.Unix())
	most := map[Class]int{
		Address: 260, Domain: 340, Name: 90, NameHere: 60, Pair: 80, Rcpt: 80, DomainRcpt: 60, Thread: 140, Link: 90,
		Phone: 100, PhoneAt: 60, Account: 100, AccountAt: 60, Campaign: 80, Org: 300,
	}
	for i := range m.Parts {
		var rec Record
		m.Do(&rec, &m.Parts[i])
		n, c := len(rec.Append(nil)), m.Parts[i].Class
		t.Logf("class %d: %d bytes", c, n)
		if n > most[c] {
			t.Errorf("class %d: %d bytes, at most %d", c, n, most[c])
		}
	}
	t.Logf("mark: %d bytes", len(m.Append(nil)))
}

func FuzzMergeEncoded(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		f.Add(mergeRandomly(&testing.T{}, r, random(r, 5, 20)).Append(nil))
	}
	f.Add([]byte{version1, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f})
	base := mergeRandomly(&testing.T{}, r, random(r, 5, 20))
	before := base.Append(nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		var got Record
		if err := got.MergeEncoded(b); err != nil {
			var rec Record
			rec.Merge(base)
			if rec.MergeEncoded(b) == nil || !bytes.Equal(rec.Append(nil), before) {
				t.Fatal("garbage changed a record")
			}
			return
		}
		var again Record
		if err := again.MergeEncoded(got.Append(nil)); err != nil || !bytes.Equal(again.Append(nil), got.Append(nil)) {
			t.Fatalf("%x decodes to %v, encodes to %x (%v)", b, got, got.Append(nil), err)
		}
		again.Merge(&got) // sums may grow to the limit, never beyond
		again.Merge(base)
		if err := new(Record).MergeEncoded(again.Append(nil)); err != nil {
			t.Fatalf("%v does not decode", again)
		}
	})
}

func FuzzReadMark(f *testing.F) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 10 {
		s := randomSighting(r, 20)
		m := Take(&s, plain{}, 1)
		f.Add(m.Append(nil))
	}
	f.Add(append([]byte{1, 2, 65}, make([]byte, 17)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := ReadMark(b)
		once := m.Append(nil)
		again := ReadMark(once)
		if !bytes.Equal(again.Append(nil), once) {
			t.Fatalf("%x, then %x", once, again.Append(nil))
		}
		for i := range m.Parts {
			var rec Record
			m.Do(&rec, &m.Parts[i])
			m.Undo(&rec, &m.Parts[i])
			if err := new(Record).MergeEncoded(rec.Append(nil)); err != nil {
				t.Fatalf("%x leaves what cannot be read", b)
			}
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
