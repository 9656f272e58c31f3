package web

import (
	"cmp"
	"math"
	"slices"
	"time"

	"postern/signals"
	"postern/store"
)

// Held is a message in quarantine as the operator sees it. Message is there
// only where one message was asked for.
type Held struct {
	ID       string    `json:"id"`
	Received time.Time `json:"received"`
	Remote   string    `json:"remote"`
	MailFrom string    `json:"mail_from"`
	Rcpts    []string  `json:"rcpts"`
	Class    string    `json:"class"`
	Score    float64   `json:"score"`
	Reasons  []string  `json:"reasons"`
	Message  []byte    `json:"message,omitempty"`
}

func held(h store.Held) Held {
	v := Held{
		ID: h.Envelope.ID, Received: h.Envelope.Received, MailFrom: h.Envelope.From.String(),
		Class: h.Class, Score: h.Score, Reasons: h.Reasons, Message: h.Message,
	}
	if h.Envelope.Remote.IsValid() {
		v.Remote = h.Envelope.Remote.String()
	}
	for _, a := range h.Envelope.Rcpts {
		v.Rcpts = append(v.Rcpts, a.String())
	}
	return v
}

// Decision is a journal entry as the operator sees it. Signals are those that
// were measured and are not zero.
type Decision struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Door     string    `json:"door"`
	From     string    `json:"from"`
	MailFrom string    `json:"mail_from"`
	Rcpts    []string  `json:"rcpts"`
	Remote   string    `json:"remote"`
	Size     int       `json:"size"`
	Action   string    `json:"action"`
	Rule     string    `json:"rule"`
	Class    string    `json:"class"`
	Score    float64   `json:"score"`
	Reasons  []string  `json:"reasons"`
	Findings []Finding `json:"findings"`
	Signals  []Value   `json:"signals"`
	Missing  []string  `json:"missing"`
	Fate     string    `json:"fate"`
	Label    *Label    `json:"label,omitempty"`

	Model *Explained `json:"model,omitempty"` // by the model in force now
}

// Finding is one detector's suspicion.
type Finding struct {
	Detector string   `json:"detector"`
	Class    string   `json:"class"`
	Score    float64  `json:"score"`
	Evidence []string `json:"evidence"`
}

// Value is one signal's.
type Value struct {
	Signal string  `json:"signal"`
	Value  float64 `json:"value"`
}

// Label is somebody's word on a message.
type Label struct {
	Class string    `json:"class"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

func decision(e store.Entry) Decision {
	d := Decision{
		ID: e.ID, At: e.At, Door: e.Door, From: e.From, MailFrom: e.MailFrom, Rcpts: e.Rcpts, Remote: e.Remote, Size: e.Size,
		Action: e.Action, Rule: e.Rule, Class: e.Class, Score: e.Score, Reasons: e.Reasons, Missing: e.Missing, Fate: e.Fate,
		Signals: Values(e.Signals, e.Values),
	}
	for _, f := range e.Findings {
		d.Findings = append(d.Findings, Finding(f))
	}
	if e.Label != nil {
		l := Label(*e.Label)
		d.Label = &l
	}
	return d
}

// Values lists the signals that were measured and are not zero, by name.
func Values(names []string, values []float64) []Value {
	var list []Value
	for i, v := range values {
		if i < len(names) && signals.Known(v) && v != 0 && !math.IsInf(v, 0) {
			list = append(list, Value{names[i], v})
		}
	}
	slices.SortFunc(list, func(a, b Value) int { return cmp.Compare(a.Signal, b.Signal) })
	return list
}

// History is what is known of a sender, under the name that was proven and
// the name that was merely claimed.
type History struct {
	Sender   string   `json:"sender"`
	Verified Standing `json:"verified"`
	Claimed  Standing `json:"claimed"`
	Known    *Known   `json:"known,omitempty"`
}

// Known is what else is known of an address or a domain. Decayed counts are of
// legitimate messages.
type Known struct {
	Verified Count    `json:"verified"`
	Claimed  Count    `json:"claimed"`
	Out      Count    `json:"out"`
	Rcpts    float64  `json:"recipients"`
	Senders  float64  `json:"senders"`
	Habits   []Custom `json:"habits"`
	Invoices float64  `json:"invoices"`
	Changes  float64  `json:"account_changes"`
	Amount   float64  `json:"amount,omitempty"` // usual, of an invoice
	Accounts int      `json:"accounts"`
	Phones   int      `json:"phones"`
	Names    []Named  `json:"names"`
	With     []Friend `json:"with"`
}

// Count is a tally with more of what it says.
type Count struct {
	Tally

	Days    float64 `json:"days"`
	Trust   float64 `json:"trust"`
	Replies float64 `json:"replies"`
	Recent  float64 `json:"recent"`
	Today   float64 `json:"last_24h"`
}

// Custom is what is usual in one respect: the support, how many values there
// were, and how many messages had the usual one.
type Custom struct {
	Trait  string  `json:"trait"`
	Of     float64 `json:"of"`
	Values int     `json:"values"`
	Top    float64 `json:"top"`
}

// Named is a name borne.
type Named struct {
	Name   string    `json:"name"`
	Weight float64   `json:"weight"`
	Last   time.Time `json:"last,omitzero"`
}

// Friend is somebody of ours who writes with the one asked for.
type Friend struct {
	Address string `json:"address"`
	In      Count  `json:"in"`
	Out     Count  `json:"out"`
}

func count(t store.Tally) Count {
	return Count{tally(t), t.Days, t.Trust(), t.Replies, t.Recent, t.Rate.Day}
}

func known(k *store.Known) *Known {
	out := &Known{
		Verified: count(k.Verified), Claimed: count(k.Claimed), Out: count(k.Out), Rcpts: k.Rcpts, Senders: k.Senders,
		Invoices: k.Vendor.Invoices, Changes: k.Vendor.Changes, Accounts: len(k.Accounts), Phones: len(k.Phones),
	}
	if k.Vendor.Amount.N > 0 {
		out.Amount = math.Pow(10, k.Vendor.Amount.Mean)
	}
	for _, h := range k.Habits {
		out.Habits = append(out.Habits, Custom{traitName(h.Kind), h.Of, h.Values, h.Top})
	}
	for _, n := range k.Names {
		out.Names = append(out.Names, Named{n.Text, n.Weight, n.Last})
	}
	for _, c := range k.With {
		out.With = append(out.With, Friend{c.Address, count(c.In), count(c.Out)})
	}
	return out
}

// Standing is what is known under one name.
type Standing struct {
	Address Tally `json:"address"`
	Domain  Tally `json:"domain"`
}

// Tally counts messages, older ones for less.
type Tally struct {
	Good     float64   `json:"good"`
	Bad      float64   `json:"bad"`
	Attempts float64   `json:"attempts"`
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
}

func standing(s store.Standing) Standing { return Standing{tally(s.Address), tally(s.Domain)} }

func tally(t store.Tally) Tally { return Tally{t.Good, t.Bad, t.Attempts, t.First, t.Last} }

func traitName(k store.Kind) string {
	for i := range signals.Attributes {
		if signals.Attributes[i].Kind == k {
			return signals.Attributes[i].Name
		}
	}
	return "other"
}
