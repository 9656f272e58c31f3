// Package filter is the route that every message takes, whichever door it
// came by. It alone knows the order of things.
package filter

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"postern/detect"
	"postern/hosts"
	"postern/mailauth"
	"postern/model"
	"postern/parse"
	"postern/policy"
	"postern/roster"
	"postern/scanner"
	"postern/signals"
	"postern/store"
)

// A Mail is one message as a door hands it over.
type Mail struct {
	Env        *parse.Envelope
	Raw        []byte   // as received: CRLF line ends, dots unstuffed; the door may use it again after Process
	MailParams string   // the parameters of MAIL, as received
	RcptParams []string // those of each RCPT, in the order of Env.Rcpts
	Received   string   // the value of our own Received field (RFC 5321 §4.4); none where empty
}

// A Fate is what became of a message.
type Fate string

// The fates. A milter never learns the last word of the MTA, hence Unknown.
const (
	Relayed Fate = "relayed" // the next hop said 250
	Held    Fate = "held"    // in quarantine
	Refused Fate = "refused" // 5xx, by verdict or by the next hop
	Delayed Fate = "delayed" // 4xx, by verdict
	Failed  Fate = "failed"  // 4xx, because the next hop or we could not
	Unknown Fate = "unknown"
)

// Deliver carries out a verdict in the door's own protocol.
type Deliver func(context.Context, policy.Verdict, Outgoing) Fate

// A Verifier finds out who sent a message, as *mailauth.Verifier does.
type Verifier interface {
	Verify(context.Context, *parse.Envelope, *parse.Message, []byte) mailauth.Results
}

// A Record is everything about one message's passage.
type Record struct {
	Facts   *signals.Facts
	Vector  signals.Vector
	Found   []detect.Finding
	Model   *model.Model // that was asked; nil: none
	Guess   model.Prediction
	Verdict policy.Verdict
	Fate    Fate
	Took    Times

	query *store.Query   // see asked
	text  *model.Scores  // that the model read; nil where it did not yet
	rules *policy.Policy // that decided
}

// Times says where a message's time went.
type Times struct{ Gather, Judge, Deliver time.Duration }

// A Filter judges messages. Its fields are set before the first message and
// not changed afterwards. It is safe for concurrent use.
type Filter struct {
	Hostname  string // our authserv-id (RFC 8601 §2.5)
	Off       bool   // hand everything on unjudged
	Limits    parse.Limits
	Org       *signals.Org
	Hosts     *hosts.Lists   // nil: those in the binary
	Words     *signals.Words // likewise
	Auth      Verifier
	Scanners  *scanner.Scanners // nil: none
	History   store.History     // nil: nothing is remembered
	Roster    *roster.Roster    // nil: nobody asks what names are like
	Journal   store.Journal     // nil: nothing is written down
	Holding   store.Quarantine  // nil: what should be held is deferred
	Detectors []detect.Detector
	Model     *model.Model          // asked after the detectors; nil: none
	Policy    func() *policy.Policy // the rules now in force
	Patience  time.Duration         // for all of one message's lookups together
	Observe   func(*Record)         // may be nil; must not block or keep the record
	Log       *slog.Logger

	records chan *settled
	dropped atomic.Uint64
}

// Process takes one message from envelope to record. It calls deliver exactly
// once, whatever breaks, and returns what deliver did.
func (f *Filter) Process(ctx context.Context, m Mail, deliver Deliver) Fate {
	rec := f.judge(ctx, m)
	out := f.write(rec, m)
	f.hold(ctx, rec, m, out)
	start := time.Now()
	rec.Fate = deliver(ctx, rec.Verdict, out)
	rec.Took.Deliver = time.Since(start)
	f.settle(ctx, rec)
	return rec.Fate
}

// judge reaches a verdict. After gather it touches no network, disk or clock.
func (f *Filter) judge(ctx context.Context, m Mail) *Record {
	rec := &Record{Facts: &signals.Facts{Env: m.Env, Msg: &parse.Message{}, Org: f.Org, Hosts: f.Hosts, Words: f.Words, Size: len(m.Raw)}}
	if f.Off {
		rec.Verdict = policy.Verdict{Rule: "judging is off", Class: detect.Safe}
		return rec
	}
	err := guard(func() error {
		start := time.Now()
		f.gather(ctx, rec, m.Raw)
		gathered := time.Now()
		f.decide(rec)
		rec.Took.Gather, rec.Took.Judge = gathered.Sub(start), time.Since(gathered)
		return nil
	})
	if err != nil {
		f.Log.Error("route broke", slog.String("id", m.Env.ID), slog.Any("err", err))
		rec.Verdict = f.Policy().Blind("route broke")
	}
	return rec
}

// decide is a function of the facts.
func (f *Filter) decide(rec *Record) {
	rec.Vector = signals.All().Compute(rec.Facts)
	f.suspect(rec)
	rec.rules = f.Policy()
	rec.Verdict = rec.rules.Decide(rec.Facts, rec.Vector, rec.Found)
}

// suspect asks every detector, and then the model, which weighs what they
// found. One that breaks is named in Facts.Missing and does not silence the
// others.
func (f *Filter) suspect(rec *Record) {
	for _, d := range f.Detectors {
		err := guard(func() error {
			rec.Found = append(rec.Found, d.Detect(rec.Facts, rec.Vector)...)
			return nil
		})
		if err != nil {
			f.miss(rec.Facts, "detect/"+d.Name(), err)
		}
	}
	if f.Model != nil {
		f.try(rec.Facts, model.Detector, func() error {
			if rec.text == nil {
				rec.text = f.Model.Read(rec.Facts)
			}
			rec.Found, rec.Guess = f.Model.Judge(rec.Facts, rec.Vector, rec.Found, rec.text)
			rec.Model = f.Model
			return nil
		})
	}
}

// hold makes a quarantined message durable before any door says 250. If that
// fails the sender is asked to try again.
func (f *Filter) hold(ctx context.Context, rec *Record, m Mail, out Outgoing) {
	if rec.Verdict.Action != policy.Quarantine {
		return
	}
	err := guard(func() error {
		if f.Holding == nil {
			return errNoQuarantine
		}
		return f.Holding.Hold(ctx, held(rec, m, out))
	})
	if err != nil {
		f.Log.Error("quarantine failed", slog.String("id", m.Env.ID), slog.Any("err", err))
		rec.Verdict.Action, rec.Verdict.Rule = policy.Defer, "quarantine failed"
	}
}
