package storetest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
)

// keep is what the tests' traits are remembered with.
var keep = store.Keep{Address: 8, Domain: 16, Org: 16, Rcpt: 8, Pair: 4}

// everything is a sighting that brings all that there is.
func everything(id string, label store.Label, after time.Duration) store.Sighting {
	s := sighting(id, label, after)
	s.Traits = []store.Trait{{Kind: 1, Value: "192.0.2.0/24", Keep: keep}, {Kind: 9, Value: "w3", Keep: keep}, {Kind: 12, Value: "a.example", Keep: keep}, {Kind: 12, Value: "b.example", Keep: keep}}
	s.Thread, s.MessageID = []string{"ours@example.com", "theirs@vendor.example"}, "theirs@vendor.example"
	s.Links, s.Phones, s.Accounts = []string{"pay.example"}, []string{"+15550100"}, []string{"GB33BUKB20201555555555"}
	s.Bands, s.Parties = []uint64{1, 2, 3, 4}, []parse.Address{vendor, ann}
	s.Style = make([]float64, store.StyleSize)
	s.Style[0], s.Style[1] = 0.5, -0.25
	s.Heralded = []string{"successor.example", "other.example"}
	s.Invoice, s.Amount, s.Gap, s.Gaps, s.Reply, s.Stranger = true, 100, math.E, []float64{math.E}, true, true
	return s
}

func retryFindsItself(t *testing.T, h store.History) {
	s := everything("m1", store.Unjudged, 0)
	s.Gaps, s.Gap = []float64{0}, 0
	must(t, h.Record(t.Context(), s))
	again := everything("m1", store.Good, 0)
	again.Stranger, again.Reply, again.Gaps, again.Gap = false, false, []float64{0.1}, 0.1
	must(t, h.Record(t.Context(), again))
	p := ask(t, h, s.Query)
	count(t, "strangers", p.Org.Strangers, 1)
	count(t, "first contacts", p.Rcpts[0].Strangers, 1)
	count(t, "replies", p.Verified.Address.Replies, 1)
	count(t, "gaps", p.In[0].Gap.N, 0)
	count(t, "invoices", p.Verified.Vendor.Invoices, 1)
	count(t, "their gaps", p.Verified.Vendor.Gap.N, 0)
}

func relabel(t *testing.T, h store.History) {
	if err := h.Relabel(t.Context(), "m1", store.Bad); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown sighting: %v", err)
	}
	must(t, h.Record(t.Context(), everything("m1", store.Good, 0)))
	good := ask(t, h, everything("", 0, 0).Query)
	must(t, h.Relabel(t.Context(), "m1", store.Bad))
	bad := ask(t, h, everything("", 0, 0).Query)
	count(t, "good", bad.Verified.Address.Good, 0)
	count(t, "bad", bad.Verified.Address.Bad, 1)
	count(t, "invoices", bad.Verified.Vendor.Invoices, 0)
	count(t, "account", bad.Accounts[0].All.Good, 0)
	if bad.Threads[1].Delivered || len(bad.Accounts[0].Domains) > 0 || len(bad.NameOf) > 0 {
		t.Errorf("a bad message still speaks: %+v", bad)
	}
	must(t, h.Relabel(t.Context(), "m1", store.Good))
	same(t, ask(t, h, everything("", 0, 0).Query), good)
}

// habit compares all but the time.
func habit(t *testing.T, what string, got store.Habit, seen, of float64, values int) {
	t.Helper()
	count(t, what+": seen", got.Seen, seen)
	count(t, what+": of", got.Of, of)
	if got.Values != values {
		t.Errorf("%s: %d values, want %d", what, got.Values, values)
	}
	if got.Last.IsZero() != (seen == 0) {
		t.Errorf("%s: seen %v, last at %v", what, got.Seen, got.Last)
	}
}

func habits(t *testing.T, h store.History) {
	first := everything("m1", store.Good, 0)
	second := everything("m2", store.Good, 0)
	second.Traits = []store.Trait{{Kind: 1, Value: "198.51.100.0/24", Keep: keep}, {Kind: 12, Value: "a.example", Keep: keep}}
	other := everything("m3", store.Good, 0)
	other.From.Local, other.Rcpts = "sales", []parse.Address{bob}
	other.Traits = []store.Trait{{Kind: 1, Value: "192.0.2.0/24", Keep: keep}, {Kind: 2, Value: "192.0.2.0/24", Keep: store.Keep{Domain: 4}}}
	forged := everything("m4", store.Good, 0)
	forged.Verified = false
	for _, s := range []store.Sighting{first, second, other, forged} {
		must(t, h.Record(t.Context(), s))
	}
	q := first.Query
	q.Traits = append(slices.Clone(q.Traits), store.Trait{Kind: 2, Value: "192.0.2.0/24", Keep: keep}, store.Trait{Kind: 1, Value: "203.0.113.0/24", Keep: keep})
	p := ask(t, h, q)
	v := p.Verified.Habits
	habit(t, "network of the address", v[0].Address, 1, 2, 2)
	habit(t, "network of the domain", v[0].Domain, 2, 3, 2)
	habit(t, "network of the organisation", p.Org.Habits[0], 3, 4, 2)
	habit(t, "network of the recipient", p.Rcpts[0].Habits[0], 2, 3, 2)
	habit(t, "network of the pair", p.In[0].Habits[0], 2, 3, 2)
	habit(t, "link that recurs", v[2].Address, 2, 2, 2)
	habit(t, "other link", v[3].Address, 1, 2, 2)
	habit(t, "of a kind that the address does not keep", v[4].Address, 0, 0, 0)
	habit(t, "of a kind that the domain keeps", v[4].Domain, 1, 1, 1)
	habit(t, "new network", v[5].Address, 0, 2, 2)
	habit(t, "forged", p.Claimed.Habits[0].Address, 1, 1, 1)
	later := q
	later.AsOf = start.Add(store.HalfLife)
	habit(t, "after a half-life", ask(t, h, later).Verified.Habits[0].Address, 0.5, 1, 2)
}

func habitsUndone(t *testing.T, h store.History) {
	for i, label := range []store.Label{store.Good, store.Good, store.Unjudged, store.Bad} {
		must(t, h.Record(t.Context(), everything(fmt.Sprint("m", i), label, 0)))
	}
	must(t, h.Relabel(t.Context(), "m0", store.Bad))
	must(t, h.Relabel(t.Context(), "m2", store.Good))
	p := ask(t, h, everything("", 0, 0).Query)
	habit(t, "address", p.Verified.Habits[0].Address, 2, 2, 1)
	habit(t, "domain", p.Verified.Habits[3].Domain, 2, 2, 2)
	habit(t, "organisation", p.Org.Habits[1], 2, 2, 1)
	count(t, "style", p.Verified.Style.N, 2)
}

func trust(t *testing.T, h store.History) {
	for i := range 200 {
		must(t, h.Record(t.Context(), sighting(fmt.Sprint("m", i), store.Good, time.Duration(i)*time.Second)))
	}
	got := lookup(t, h, start.Add(time.Hour)).Verified.Address
	count(t, "trust of one day", got.Trust(), store.PerDay)
	for i := range 5 {
		must(t, h.Record(t.Context(), sighting(fmt.Sprint("n", i), store.Good, time.Duration(i)*7*day)))
	}
	got = lookup(t, h, start.Add(30*day)).Verified.Address
	count(t, "days", got.Days, 5)
	count(t, "trust of five days", got.Trust(), 5*store.PerDay)
}

func rates(t *testing.T, h store.History) {
	for i, after := range []time.Duration{0, 22 * time.Hour, 23*time.Hour + 30*time.Minute, 23*time.Hour + 59*time.Minute} {
		s := sighting(fmt.Sprint("m", i), store.Label(i%3), after)
		s.Stranger = i == 3
		must(t, h.Record(t.Context(), s))
	}
	p := lookup(t, h, start.Add(24*time.Hour))
	for what, got := range map[string]store.Rate{
		"address": p.Verified.Address.Rate, "domain": p.Verified.Domain.Rate, "recipient": p.Rcpts[0].All.Rate, "organisation": p.Org.All.Rate,
	} {
		if got.TenMinutes < 0.9 || got.TenMinutes > 1 || got.Hour < 1.9 || got.Hour > 2 || got.Day < 3 || got.Day > 4 {
			t.Errorf("%s: %+v", what, got)
		}
	}
	count(t, "strangers", p.Org.StrangerRate.Hour, 1)
	same(t, lookup(t, h, start.Add(30*day)).Org.All.Rate, store.Rate{})
}

// written is mail of Ann's to the vendor.
func written(id string) store.Sighting {
	return store.Sighting{
		Query: store.Query{From: ann, Name: "Ann Example", Rcpts: []parse.Address{vendor}, AsOf: start, Parties: []parse.Address{ann, vendor}},
		ID:    id, MessageID: "ours@example.com", Verified: true, Outbound: true, Label: store.Good,
	}
}

func outbound(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), written("out")))
	inside := written("inside")
	inside.Rcpts, inside.Internal, inside.MessageID = []parse.Address{bob}, true, ""
	must(t, h.Record(t.Context(), inside))
	p := lookup(t, h, start)
	for _, got := range []store.Tally{p.OutAddress, p.OutDomain} {
		same(t, []any{got.Good, got.First}, []any{1.0, start})
	}
	same(t, p.Domains[0].Out, once)
	same(t, p.Out[0].Verified, once)
	if p.Verified.Domain.Known() || p.Verified.Address.Known() {
		t.Error("who is written to has not written")
	}
	p = ask(t, h, store.Query{From: ann, Rcpts: []parse.Address{bob}, AsOf: start})
	count(t, "bob's mail", p.Rcpts[0].All.Good, 1)
	count(t, "from outside", p.Rcpts[0].External, 0)
	count(t, "our own", p.Org.All.Good-p.Org.External, 2)
	d, ok := h.(store.Directory)
	if !ok {
		t.Fatal("there is no directory")
	}
	forged := sighting("forged", store.Unjudged, 0)
	forged.From.Domain = "attempt.example"
	must(t, h.Record(t.Context(), forged))
	must(t, h.Record(t.Context(), sighting("in", store.Good, 0)))
	partners := map[string]store.Partner{}
	for partner, err := range d.Partners(t.Context(), start) {
		must(t, err)
		partners[partner.Domain] = partner
	}
	if len(partners) != 2 || partners["vendor.example"].Out.Good != 1 || partners["vendor.example"].Verified.Good != 1 || partners["example.com"].Out.Good != 1 {
		t.Errorf("partners: %+v", partners)
	}
	var people []store.Colleague
	for c, err := range d.People(t.Context(), start) {
		must(t, err)
		people = append(people, c)
	}
	if len(people) != 1 || people[0].Address != ann.String() || people[0].Wrote.Good != 2 || len(people[0].Names) != 1 || people[0].Names[0].Text != "Ann Example" {
		t.Errorf("people: %+v", people)
	}
}

// named: what our people call whom they write to is known of the address.
func named(t *testing.T, h store.History) {
	s := written("out")
	s.Rcpts, s.RcptNames = []parse.Address{vendor, bob}, []string{"Kim Vendor", ""}
	must(t, h.Record(t.Context(), s))
	q := store.Query{From: vendor, Name: "VENDOR, Kim", AsOf: start}
	same(t, ask(t, h, q).OutName, once)
	q.Name = "Kim Other"
	same(t, ask(t, h, q).OutName, store.Tally{})
	must(t, h.Relabel(t.Context(), "out", store.Bad))
	q.Name = "Kim Vendor"
	count(t, "after it turned out bad", ask(t, h, q).OutName.Good, 0)
}

// requesters: another than the sender is known by what came from him, and by
// what was written to him.
func requesters(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), everything("in", store.Good, 0)))
	must(t, h.Record(t.Context(), written("out")))
	q := store.Query{From: parse.Address{Local: "notice", Domain: "service.example"}, Requester: vendor, RequesterName: everything("", 0, 0).Name, AsOf: start}
	r := ask(t, h, q).Requester
	for what, got := range map[string]store.Tally{"address": r.Address, "domain": r.Domain, "their mail": r.OutAddress, "their domain's": r.OutDomain, "name": r.Name} {
		count(t, what, got.Good, 1)
	}
	q.Requester.Local, q.RequesterName = "other", "Nobody Known"
	r = ask(t, h, q).Requester
	count(t, "another of the domain", r.Address.Good+r.OutAddress.Good+r.Name.Good, 0)
	count(t, "the domain", r.Domain.Good, 1)
	q.Requester, q.RequesterName = parse.Address{}, ""
	same(t, ask(t, h, q).Requester, store.Requester{})
}

func threads(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), written("out")))
	must(t, h.Record(t.Context(), everything("m1", store.Good, day)))
	must(t, h.Record(t.Context(), func() store.Sighting {
		s := everything("m2", store.Unjudged, day)
		s.MessageID = "attempt@vendor.example"
		return s
	}()))
	q := everything("", 0, 2*day).Query
	q.Thread = []string{"ours@example.com", "theirs@vendor.example", "attempt@vendor.example", "never@vendor.example"}
	p := ask(t, h, q)
	ours := p.Threads[0]
	if !ours.Ours || ours.Delivered || !ours.Sender || ours.Rcpts != 1 || ours.Parties != 2 || !ours.SameDomain || !ours.First.Equal(start) {
		t.Errorf("ours: %+v", ours)
	}
	if len(ours.Domains) != 2 || ours.Domains[0].Text != "example.com" || ours.Domains[1].Text != "vendor.example" {
		t.Errorf("its domains: %+v", ours.Domains)
	}
	if theirs := p.Threads[1]; theirs.Ours || !theirs.Delivered || !theirs.Sender || !theirs.First.Equal(start.Add(day)) {
		t.Errorf("theirs: %+v", theirs)
	}
	if attempt := p.Threads[2]; attempt.Ours || attempt.Delivered || attempt.Sender || attempt.Parties != 0 {
		t.Errorf("attempt: %+v", attempt)
	}
	same(t, p.Threads[3], store.Thread{})
	q.From.Domain = "vend0r.example"
	if twin := ask(t, h, q).Threads[0]; twin.Sender || twin.SameDomain || !twin.Ours {
		t.Errorf("a twin's view: %+v", twin)
	}
}

func shared(t *testing.T, h store.History) {
	must(t, h.Record(t.Context(), everything("m1", store.Good, 0)))
	other := everything("m2", store.Good, 0)
	other.From.Domain = "other.example"
	must(t, h.Record(t.Context(), other))
	other.ID = "m3"
	must(t, h.Record(t.Context(), other))
	p := ask(t, h, everything("", 0, 0).Query)
	for what, got := range map[string]store.Shared{"phone": p.Phones[0], "account": p.Accounts[0]} {
		count(t, what+" at all", got.All.Good, 3)
		count(t, what+" here", got.Here.Good, 1)
		if len(got.Domains) != 2 || got.Domains[0].Text != "other.example" || got.Domains[0].Weight != 2 || got.Domains[1].Text != "vendor.example" {
			t.Errorf("%s is used by %+v", what, got.Domains)
		}
	}
	count(t, "link", p.Links[0].All.Good, 3)
	if n := math.Round(p.Links[0].Senders); n != 2 && n != 1 { // two of 256 registers may be one
		t.Errorf("%v senders", n)
	}
	count(t, "strangers", p.Org.Strangers, 3)
	count(t, "replies", p.Verified.Address.Replies, 1)
	if p = ask(t, h, other.Query); len(p.Heralds) != 1 || p.Heralds[0].Text != "vendor.example" || p.Heralds[0].Weight != 1 {
		t.Errorf("announced by %+v", p.Heralds)
	}
	must(t, h.Relabel(t.Context(), "m1", store.Bad))
	if p = ask(t, h, other.Query); len(p.Heralds) != 0 {
		t.Errorf("still announced by %+v", p.Heralds)
	}
	must(t, h.Relabel(t.Context(), "m1", store.Good))
	q := everything("", 0, 0).Query
	q.From.Domain = "third.example"
	p = ask(t, h, q)
	count(t, "account elsewhere", p.Accounts[0].Here.Good, 0)
	count(t, "bearers of the name", float64(len(p.NameOf)), 2)
}

func vendors(t *testing.T, h store.History) {
	for i := range 4 {
		s := everything(fmt.Sprint("m", i), store.Good, time.Duration(i)*time.Second)
		s.Amount = math.Pow10(2 + i%2) // 100 and 1000
		s.Change = i == 3
		must(t, h.Record(t.Context(), s))
	}
	v := ask(t, h, everything("", 0, 3*time.Second).Query).Verified.Vendor
	count(t, "invoices", v.Invoices, 4)
	count(t, "changes", v.Changes, 1)
	count(t, "mean amount", math.Round(v.Amount.Mean*1e4), 25000)
	count(t, "variance of amounts", math.Round(v.Amount.Variance*1e4), 2500)
	count(t, "mean gap", v.Gap.Mean, 1)
	count(t, "variance of gaps", math.Round(v.Gap.Variance*1e6), 0)
	same(t, v.LastInvoice, start.Add(3*time.Second))
}

func gaps(t *testing.T, h store.History) {
	s := everything("m1", store.Good, 0)
	s.Rcpts = []parse.Address{ann, bob}
	must(t, h.Record(t.Context(), s))
	s.Style = make([]float64, store.StyleSize)
	s.ID = "m2"
	must(t, h.Record(t.Context(), s))
	s.ID, s.Style = "m3", nil
	must(t, h.Record(t.Context(), s))
	p := ask(t, h, s.Query)
	count(t, "gap", p.In[0].Gap.Mean, 1)
	count(t, "support of the gap", p.In[0].Gap.N, 3)
	same(t, p.In[1].Gap, store.Moments{})
	count(t, "first contacts", p.Rcpts[0].Strangers, 0)
	count(t, "first contacts of Bob's", p.Rcpts[1].Strangers, 3)
	style := p.Verified.Style
	count(t, "support of the style", style.N, 2)
	count(t, "first measure", style.Mean[0], 0.25)
	count(t, "second measure", style.Mean[1], -0.125)
	count(t, "third measure", style.Mean[2], 0)
}

func campaigns(t *testing.T, h store.History) {
	for i := range 12 {
		s := everything(fmt.Sprint("m", i), store.Label(i%3), 0)
		s.From.Local, s.Rcpts = fmt.Sprint("s", i%4), []parse.Address{{Local: fmt.Sprint("r", i), Domain: "example.com"}}
		s.Bands = []uint64{uint64(i), 7, uint64(i), uint64(i)}
		must(t, h.Record(t.Context(), s))
	}
	q := everything("", 0, time.Minute).Query
	q.Bands = []uint64{7, 7, 99, 99}
	c := ask(t, h, q).Campaign
	count(t, "messages", math.Round(c.All.Attempts), 12)
	count(t, "of late", c.All.Rate.Hour, 12)
	count(t, "from strangers", c.Strangers.TenMinutes, 12)
	if c.Rcpts < 9 || c.Rcpts > 14 || c.Senders < 3 || c.Senders > 5 {
		t.Errorf("%v recipients, %v senders", c.Rcpts, c.Senders)
	}
	q.Bands = []uint64{7, 99, 99, 99}
	if other := ask(t, h, q).Campaign; other.All.Attempts > 1+1e-6 {
		t.Errorf("the same number in another band: %+v", other)
	}
}
