package filter

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"sync"

	"postern/model"
	"postern/parse"
	"postern/roster"
	"postern/signals"
	"postern/store"
)

// queueLength is how many records may wait to be written. What comes when the
// queue is full is counted and not remembered: it never holds up mail.
const queueLength = 4096

// settled is what is left of a record once its message is gone.
type settled struct {
	entry    store.Entry
	sighting store.Sighting
	lesson   roster.Lesson
}

// settle logs the record and hands it to the writer.
func (f *Filter) settle(ctx context.Context, rec *Record) {
	f.log(ctx, rec)
	if f.Observe != nil {
		f.Observe(rec)
	}
	if f.records == nil || f.Off {
		return
	}
	s := remember(rec)
	select {
	case f.records <- s:
	default:
		f.dropped.Add(1)
	}
}

// Start makes room for records. Run must follow.
func (f *Filter) Start() { f.records = make(chan *settled, queueLength) }

// Run writes records until Stop is called and the queue is empty.
func (f *Filter) Run(ctx context.Context) {
	for s := range f.records {
		f.note(s.entry.ID, "journal", guard(func() error { return f.Journal.Append(ctx, s.entry) }))
		f.note(s.entry.ID, "history", guard(func() error { return f.learn(ctx, s) }))
	}
}

// learn remembers a sighting, and then what follows from it.
func (f *Filter) learn(ctx context.Context, s *settled) error {
	if err := f.History.Record(ctx, s.sighting); err != nil {
		return err
	}
	if f.Roster != nil {
		return f.Roster.Learn(ctx, s.lesson, f.History)
	}
	return nil
}

// Stop ends Run. No message may be under way any more.
func (f *Filter) Stop() { close(f.records) }

// Dropped is the number of records that found the queue full.
func (f *Filter) Dropped() uint64 { return f.dropped.Load() }

func (f *Filter) note(id, what string, err error) {
	if err != nil {
		f.Log.Error("not remembered", slog.String("id", id), slog.String("in", what), slog.Any("err", err))
	}
}

func (f *Filter) log(ctx context.Context, rec *Record) {
	env, v := rec.Facts.Env, rec.Verdict
	f.Log.LogAttrs(ctx, slog.LevelInfo, "message",
		slog.String("id", env.ID), slog.String("action", v.Action.String()), slog.String("would", v.Would.String()),
		slog.String("rule", v.Rule), slog.String("class", v.Class.String()), slog.Float64("score", v.Score),
		slog.String("fate", string(rec.Fate)), slog.Any("from", env.From), slog.Int("rcpts", len(env.Rcpts)),
		slog.String("remote", env.Remote.String()), slog.Int("size", rec.Facts.Size), slog.Any("missing", rec.Facts.Missing),
		slog.Duration("gather", rec.Took.Gather), slog.Duration("judge", rec.Took.Judge), slog.Duration("deliver", rec.Took.Deliver))
}

// remember copies from the record what journal and history keep. Nothing in it
// shares memory with the message.
func remember(rec *Record) *settled {
	facts, env, v := rec.Facts, rec.Facts.Env, rec.Verdict
	s := sighting(rec)
	names, values := measured(rec)
	e := store.Entry{
		ID: env.ID, At: env.Received, Door: env.Protocol, From: s.From.String(), MailFrom: env.From.String(),
		Remote: env.Remote.String(), Size: facts.Size, Sighting: s, Signals: names, Values: values,
		Action: v.Action.String(), Rule: v.Rule, Class: v.Class.String(), Score: v.Score,
		Missing: slices.Clone(facts.Missing), Fate: string(rec.Fate),
	}
	for _, r := range env.Rcpts {
		e.Rcpts = append(e.Rcpts, r.String())
	}
	for _, r := range v.Reasons {
		e.Reasons = append(e.Reasons, r.Text)
	}
	for _, found := range rec.Found {
		plain := store.Finding{Detector: found.Detector, Class: found.Class.String(), Score: found.Score}
		for _, ev := range found.Evidence {
			plain.Evidence = append(plain.Evidence, ev.Text)
		}
		e.Findings = append(e.Findings, plain)
	}
	return &settled{e, s, roster.LessonOf(facts, s)}
}

// measured is the vector with the text model's outputs, which training and
// explanations need and nothing else keeps; empty where the route broke.
func measured(rec *Record) ([]string, []float64) {
	values := rec.Vector.Values()
	if rec.Guess.Text == nil || len(values) == 0 {
		return signals.All().Names()[:len(values)], values
	}
	return withText(), slices.Concat(values, rec.Guess.Text.Inputs())
}

var withText = sync.OnceValue(func() []string { return slices.Concat(signals.All().Names(), model.TextNames()) })

// held is what the quarantine keeps of a message.
func held(rec *Record, m Mail, out Outgoing) store.Held {
	h := store.Held{
		Envelope: *m.Env, Mail: m.MailParams, Rcpt: m.RcptParams, Message: bytes.Join(out, nil),
		Class: rec.Verdict.Class.String(), Score: rec.Verdict.Score,
	}
	h.Envelope.Rcpts = append([]parse.Address(nil), m.Env.Rcpts...)
	for _, r := range rec.Verdict.Reasons {
		h.Reasons = append(h.Reasons, r.Text)
	}
	return h
}
