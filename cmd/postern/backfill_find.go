package main

import (
	"context"
	"errors"
	"hash/maphash"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"postern/mailauth"
	"postern/mailbox"
	"postern/parse"
)

// maxHead is how much of a message is read to find its place in time.
const maxHead = 64 << 10

// What makes a message one that nobody can learn from.
var (
	errEmpty    = errors.New("empty")
	errNoHeader = errors.New("no header")
	errNoSender = errors.New("no sender")
	errNoDate   = errors.New("no date")
	errOldDate  = errors.New("dated before there was mail")
	errNewDate  = errors.New("dated in the future")
)

// Times of messages that can be meant.
var (
	firstMail = time.Date(1982, 1, 1, 0, 0, 0, 0, time.UTC)
	maxAhead  = 24 * time.Hour // of the clock here
)

// past is what is known of a message that was delivered: its envelope, and
// what hosts of ours found out about its sender when they took it in.
func (b *backfill) past(m *parse.Message, sender string) (*parse.Envelope, *mailauth.Results, error) {
	border := b.config.border(m)
	hop := b.config.lastHop(m)
	env := &parse.Envelope{Received: received(m, time.Time{}), Remote: hop.client, RemoteName: hop.name, Helo: hop.helo, Protocol: "backfill"}
	if path, ok := m.Field("Return-Path"); ok {
		sender = strings.Trim(path, "<> ")
	}
	if from, ok := parse.ParseAddress(sender); ok {
		env.From = from
	}
	env.Rcpts = recipients(m, border)
	if fromInside(m, border) {
		env.Auth = "past"
	}
	switch {
	case len(m.Header) == 0:
		return env, nil, errNoHeader
	case len(m.From) == 0 && env.From == (parse.Address{}):
		return env, nil, errNoSender
	case env.Received.IsZero():
		return env, nil, errNoDate
	case env.Received.Before(firstMail):
		return env, nil, errOldDate
	case env.Received.After(time.Now().Add(maxAhead)):
		return env, nil, errNewDate
	}
	if auth, ok := mailauth.Reported(m, border, b.trusted); ok {
		return env, &auth, nil
	}
	return env, nil, nil
}

// found is what a run finds before it learns.
type found struct {
	Files    int64     `json:"files"`
	Read     int64     `json:"read_before"` // files that an earlier run has read
	Messages int64     `json:"messages"`
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
	People   int       `json:"people"`   // addresses of ours that wrote
	Partners int       `json:"partners"` // addresses that wrote to ours and that ours wrote to
	Wrong    wrongs    `json:"wrong"`
}

// finder finds messages and puts them in order.
type finder struct {
	b      *backfill
	known  marks
	notes  *notes
	list   *mailbox.List
	pieces chan piece

	mu      sync.Mutex // guards what follows
	found   *found
	sorter  *mailbox.Sorter
	parties parties
	err     error
}

// piece is the beginning of one message.
type piece struct {
	mailbox.Piece

	path string
	file int64
}

// find makes the plan, if there is none to go on with.
func (b *backfill) find(ctx context.Context) (err error) {
	if b.plan.made {
		b.t.warn("going on after %d of %d messages", b.plan.Done, b.plan.Found.Messages)
		return nil
	}
	f := &finder{
		b: b, found: &b.plan.Found, pieces: make(chan piece, runtime.GOMAXPROCS(0)),
		sorter: mailbox.NewSorter(b.plan.dir, mailbox.DefaultRun), parties: parties{seed: maphash.MakeSeed(), seen: map[uint64]party{}},
	}
	if !b.command.Again && !b.command.DryRun {
		if f.known, err = readMarksIn(filepath.Dir(b.plan.dir)); err != nil {
			return err
		}
	}
	if f.list, err = mailbox.NewList(b.plan.path(planFiles)); err != nil {
		return err
	}
	defer func() { _ = f.list.Close() }()
	if f.notes, err = b.plan.notes(); err != nil {
		return err
	}
	if err := f.run(ctx); err != nil {
		return errors.Join(err, f.notes.close(), f.sorter.Close())
	}
	f.found.People, f.found.Partners = f.parties.count()
	if err := errors.Join(f.notes.close(), f.list.Flush(), f.sorter.Write(b.plan.path(planOrder)), b.plan.save()); err != nil {
		return err
	}
	b.plan.made = true
	return nil
}

// run walks on this goroutine, and reads headers on the others.
func (f *finder) run(ctx context.Context) error {
	m := f.b.t.meter("finding", 0)
	defer m.end()
	var readers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			for p := range f.pieces {
				f.read(p)
				m.add()
			}
		})
	}
	err := mailbox.Walk(ctx, f.b.command.Paths, func(file mailbox.File) error { return f.open(ctx, file) }, func(path string, err error) { f.wrong(path, 0, err) })
	close(f.pieces)
	readers.Wait()
	return errors.Join(err, f.err)
}

// open takes one file apart.
func (f *finder) open(ctx context.Context, file mailbox.File) error {
	mark := markOf(&file)
	f.found.Files++
	if f.known.has(mark) {
		f.found.Read++
		return nil
	}
	at, err := f.list.Add(file.Path)
	if err = errors.Join(err, f.notes.add(mark)); err != nil {
		return err
	}
	in, err := os.Open(file.Path)
	if err != nil {
		f.wrong(file.Path, 0, err)
		return nil
	}
	defer func() { _ = in.Close() }()
	for p, err := range mailbox.Split(in, maxHead) {
		if err != nil {
			f.wrong(file.Path, p.Offset, err)
			break
		}
		select {
		case f.pieces <- piece{p, file.Path, at}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if file.Size == 0 {
		f.wrong(file.Path, 0, errEmpty)
	}
	return nil
}

// read finds one message's place in time.
func (f *finder) read(p piece) {
	sender, raw := mailbox.Unpack(p.Head)
	m := parse.Read(mailbox.Header(raw), parse.DefaultLimits)
	env, _, err := f.b.past(m, sender)
	if err == nil && p.Length > mailbox.MaxMessage {
		err = mailbox.ErrTooLong
	}
	if err != nil {
		f.wrong(p.path, p.Offset, err)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.found.Messages++
	if at := env.Received.UTC(); f.found.First.IsZero() || at.Before(f.found.First) {
		f.found.First = at
	}
	if at := env.Received.UTC(); at.After(f.found.Last) {
		f.found.Last = at
	}
	f.parties.note(&f.b.config.Organization, env, m)
	err = f.sorter.Add(mailbox.Place{At: env.Received.Unix(), File: p.file, Offset: p.Offset, Length: p.Length})
	f.err = errors.Join(f.err, err)
}

func (f *finder) wrong(path string, offset int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.found.Wrong.add(path, offset, err)
}
