package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"

	"postern/filter"
	"postern/mailauth"
	"postern/mailbox"
	"postern/parse"
	"postern/policy"
	"postern/signals"
)

const (
	// window is how many messages are read ahead of the one that is learned
	// from, and windowBytes how many bytes of them.
	window      = 64
	windowBytes = mailbox.MaxMessage
	// saveEvery is how often a run notes how far it came.
	saveEvery = 5 * time.Second
)

// learned counts what was learned from.
type learned struct {
	Good     int64  `json:"legitimate"`
	Others   int64  `json:"not_legitimate"` // remembered as attempts alone
	Verified int64  `json:"verified"`       // inbound with a proven sender
	Inbound  int64  `json:"inbound"`
	Outbound int64  `json:"outbound"`
	Internal int64  `json:"internal"`
	Wrong    wrongs `json:"wrong"`
}

// recalled is one past message on its way.
type recalled struct {
	mailbox.Place

	path   string
	record *filter.Record
	err    error
	done   chan struct{}
}

// learn goes through the messages in the order of time. They are read and
// parsed in parallel, and learned from one after the other, since each is
// judged by what those before it taught.
func (b *backfill) learn(ctx context.Context) (err error) {
	list, err := mailbox.OpenList(b.plan.path(planFiles))
	if err != nil {
		return err
	}
	defer func() { _ = list.Close() }()
	r := &reader{b: b, list: list, room: semaphore.NewWeighted(windowBytes), jobs: make(chan *recalled), order: make(chan *recalled, window)}
	ahead, cancel := context.WithCancel(ctx)
	defer cancel()
	go r.read(ahead)
	for range runtime.GOMAXPROCS(0) {
		go r.unfold()
	}
	m := b.t.meter("learning", b.plan.Found.Messages-b.plan.Done)
	defer m.end()
	saved := time.Now()
	for j := range r.order {
		<-j.done
		if err == nil && ctx.Err() == nil {
			err = b.take(ctx, j)
			m.add()
		}
		if err != nil {
			cancel()
		}
		if err == nil && time.Since(saved) > saveEvery {
			err = b.save(ctx)
			saved = time.Now()
		}
		r.room.Release(r.cost(j))
	}
	return errors.Join(err, r.err, b.save(ctx), ctx.Err())
}

// take learns from one message, or notes why not.
func (b *backfill) take(ctx context.Context, j *recalled) error {
	did := &b.plan.Learned
	rec := j.record
	if j.err == nil {
		if err := b.filter.Recall(context.WithoutCancel(ctx), rec); err != nil {
			return exit(exitUnavailable, err)
		}
	}
	b.plan.Done++
	if j.err != nil {
		did.Wrong.add(j.path, j.Offset, j.err)
		return nil //nolint:nilerr // it is told at the end
	}
	if rec.Verdict.Would == policy.Accept {
		did.Good++
	} else {
		did.Others++
	}
	switch rec.Facts.Direction() {
	case signals.Outbound:
		did.Outbound++
	case signals.Internal:
		did.Internal++
	case signals.Inbound:
		did.Inbound++
		if rec.Facts.Auth.Authenticated() {
			did.Verified++
		}
	}
	return nil
}

// save notes how far the run came, once the store has all up to there on disk.
func (b *backfill) save(ctx context.Context) error {
	if err := b.store.Sync(context.WithoutCancel(ctx)); err != nil {
		return exit(exitUnavailable, err)
	}
	return exitWith(exitIO, b.plan.save())
}

// reader reads ahead.
type reader struct {
	b     *backfill
	list  *mailbox.List
	room  *semaphore.Weighted
	jobs  chan *recalled // to be unfolded
	order chan *recalled // the same, in order
	err   error          // for who has seen the end of order
}

func (r *reader) cost(j *recalled) int64 { return min(j.Length, windowBytes) }

func (r *reader) read(ctx context.Context) {
	defer close(r.order)
	defer close(r.jobs)
	for place, err := range mailbox.Ordered(r.b.plan.path(planOrder), r.b.plan.Done) {
		j := &recalled{Place: place, done: make(chan struct{})}
		if err == nil {
			j.path, err = r.list.Path(place.File)
		}
		if err != nil {
			r.err = exit(exitIO, err)
			return
		}
		if r.room.Acquire(ctx, r.cost(j)) != nil {
			return
		}
		r.order <- j
		r.jobs <- j
	}
}

func (r *reader) unfold() {
	for j := range r.jobs {
		var sender string
		var raw []byte
		if sender, raw, j.err = mailbox.Load(j.path, j.Offset, j.Length); j.err == nil {
			j.record, j.err = r.b.filter.Unfold(raw, func(m *parse.Message) (*parse.Envelope, *mailauth.Results, error) {
				return r.b.past(m, sender)
			})
		}
		close(j.done)
	}
}
