package filter

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"postern/parse"
	"postern/policy"
	"postern/signals"
	"postern/store"
)

// asked is the query about the record's message, made once. The authentication
// must be known.
func (r *Record) asked() store.Query {
	if r.query == nil {
		q := query(r.Facts)
		r.query = &q
	}
	return *r.query
}

// query asks about the first author, since that is whose name is shown, and
// about all that the message brings.
func query(facts *signals.Facts) store.Query {
	q := store.Query{
		From: facts.Env.From, Rcpts: facts.Env.Rcpts, AsOf: facts.Env.Received,
		Traits: facts.Traits(), Thread: facts.Answers(), Links: facts.LinkDomains(), Phones: facts.Phones(),
		Accounts: facts.AccountNames(), Bands: facts.Bands(), Style: facts.Style(), Parties: facts.Parties(),
	}
	if len(facts.Msg.From) > 0 {
		q.From, q.Name = facts.Msg.From[0].Address, facts.Msg.From[0].Name
	}
	q.Requester, q.RequesterName = facts.Requester()
	return q
}

// sighting is what history learns from the record. It shares no memory with
// the message.
func sighting(rec *Record) store.Sighting {
	facts := rec.Facts
	direction := facts.Direction()
	s := store.Sighting{
		Query: detached(rec.asked()), ID: sightingID(facts), Verified: facts.Proven(),
		Outbound: direction != signals.Inbound, Internal: direction == signals.Internal, Label: store.Unjudged,
		MessageID: strings.Clone(facts.Msg.MessageID), Invoice: facts.Invoice(), Change: facts.Change(), Amount: facts.Amount(),
		Gaps: make([]float64, len(facts.Env.Rcpts)), Gap: math.NaN(),
	}
	if s.Outbound {
		s.RcptNames = facts.RcptNames()
	} else {
		s.Heralded = facts.Heralded()
	}
	if rec.Verdict.Would == policy.Accept && rec.Fate == Relayed {
		s.Label = store.Good
	}
	for i := range s.Gaps {
		s.Gaps[i] = math.NaN()
	}
	if !facts.Lacks("history") {
		compare(&s, &facts.History)
	}
	return s
}

// compare takes from what was known what the sighting adds to it.
func compare(s *store.Sighting, p *store.Profile) {
	s.Stranger = !s.Outbound && !p.Verified.Address.Known() && !p.Claimed.Address.Known() && !p.OutAddress.Known()
	s.Reply = slices.ContainsFunc(p.Threads, func(t store.Thread) bool { return t.Ours && (t.Sender || t.SameDomain) })
	for i := range min(len(s.Gaps), len(p.In)) {
		s.Gaps[i] = days(s.AsOf, p.In[i].Verified.Last, p.In[i].Claimed.Last)
	}
	s.Gap = days(s.AsOf, p.Verified.Vendor.LastInvoice, p.Claimed.Vendor.LastInvoice)
}

// days is the time from the later of a and b, an hour at least; 0 where there
// is neither.
func days(to, a, b time.Time) float64 {
	if b.After(a) {
		a = b
	}
	if a.IsZero() {
		return 0
	}
	return max(to.Sub(a), time.Hour).Hours() / 24
}

// detached is q with texts of its own.
func detached(q store.Query) store.Query {
	q.Name, q.From = strings.Clone(q.Name), addressOf(q.From)
	q.RequesterName, q.Requester = strings.Clone(q.RequesterName), addressOf(q.Requester)
	q.Rcpts, q.Traits = slices.Clone(q.Rcpts), slices.Clone(q.Traits)
	for i := range q.Traits {
		q.Traits[i].Value = strings.Clone(q.Traits[i].Value)
	}
	for _, list := range [][]string{q.Thread, q.Links, q.Phones, q.Accounts} {
		for i := range list {
			list[i] = strings.Clone(list[i])
		}
	}
	for i := range q.Parties {
		q.Parties[i] = addressOf(q.Parties[i])
	}
	return q
}

func addressOf(a parse.Address) parse.Address {
	return parse.Address{Local: strings.Clone(a.Local), Domain: strings.Clone(a.Domain)}
}

// sightingID names the message itself and not its transaction: a client that
// tries again sends the same authors, dates and identifiers to the same
// recipients. A forged copy is another message.
func sightingID(facts *signals.Facts) string {
	h := sha256.New()
	for _, part := range []string{strconv.FormatBool(facts.Proven()), facts.Env.From.Key(), facts.Msg.MessageID, facts.Msg.Date.UTC().String(), facts.Msg.Subject} {
		_, _ = h.Write([]byte(part + "\x00"))
	}
	for _, r := range facts.Env.Rcpts {
		_, _ = h.Write([]byte(r.Key() + "\x00"))
	}
	_, _ = h.Write([]byte(facts.Msg.Text.Visible))
	return hex.EncodeToString(h.Sum(nil)[:16])
}
