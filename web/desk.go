package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"postern/detect"
	"postern/internal/nearest"
	"postern/model"
	"postern/parse"
	"postern/store"
)

// A Desk answers the operator: what is held, why something was decided, what
// is known of a sender. Its handler is for a socket that only the operator can
// open.
type Desk struct {
	History store.History
	Journal store.Journal
	Holding store.Quarantine
	Keeper  store.Keeper // nil: nothing is asked of the store as a whole
	// Send hands a held message to the next hop. It returns the recipients
	// that still lack it, by index, and an error where there are any.
	Send func(context.Context, store.Held) (missing []int, err error)
	// Model is the one in force, which explains decisions; nil, or nil from it:
	// none.
	Model func() *model.Model
	Log   *slog.Logger

	releasing sync.Mutex // one at a time, so that nothing is sent twice
}

// Handler serves the desk's requests.
func (d *Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /quarantine", d.list)
	mux.Handle("GET /quarantine/{id}", reply(d.show))
	mux.Handle("DELETE /quarantine/{id}", reply(d.remove))
	mux.Handle("POST /quarantine/{id}/release", reply(d.release))
	mux.Handle("GET /decisions/{id}", reply(d.decision))
	mux.Handle("POST /decisions/{id}/label", reply(d.label))
	mux.Handle("GET /history/{sender}", patient(d.history))
	if d.Keeper != nil {
		d.care(mux)
	}
	return mux
}

// refusal is an answer that says no.
type refusal struct {
	Error string `json:"error"`
}

// reply writes what fn returns as JSON.
func reply[T any](fn func(*http.Request) (T, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := fn(r)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case errors.Is(err, store.ErrNotFound):
			w.WriteHeader(http.StatusNotFound)
			err = fmt.Errorf("%s: not found; it never was here, or is kept no longer ([store] keep_held, keep_journal)", r.PathValue("id"))
		case errors.Is(err, errAsked):
			w.WriteHeader(http.StatusBadRequest)
		case err != nil:
			w.WriteHeader(http.StatusInternalServerError)
		}
		if err != nil {
			_ = json.NewEncoder(w).Encode(refusal{err.Error()})
			return
		}
		_ = json.NewEncoder(w).Encode(v)
	})
}

// errAsked marks a request that cannot be meant.
var errAsked = errors.New("cannot be meant")

// list writes one object a line, as they come.
func (d *Desk) list(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	for h, err := range d.Holding.Holdings(r.Context()) {
		if err != nil {
			_ = out.Encode(refusal{err.Error()})
			return
		}
		if out.Encode(held(h)) != nil {
			return
		}
	}
}

func (d *Desk) show(r *http.Request) (Held, error) {
	h, err := d.Holding.Held(r.Context(), r.PathValue("id"))
	return held(h), err
}

func (d *Desk) remove(r *http.Request) (Held, error) {
	id := r.PathValue("id")
	h, err := d.Holding.Held(r.Context(), id)
	if err != nil {
		return Held{}, err
	}
	h.Message = nil
	return held(h), d.Holding.Remove(r.Context(), id)
}

// release sends a held message on, and lets go of it once every recipient has
// it. Those who lack it keep it held. A released message was no attack, so the
// journal and the history learn of it.
func (d *Desk) release(r *http.Request) (Held, error) {
	d.releasing.Lock()
	defer d.releasing.Unlock()
	ctx, id := context.WithoutCancel(r.Context()), r.PathValue("id")
	h, err := d.Holding.Held(ctx, id)
	if err != nil {
		return Held{}, err
	}
	missing, err := d.Send(ctx, h)
	if err != nil {
		if 0 < len(missing) && len(missing) < len(h.Envelope.Rcpts) {
			err = errors.Join(fmt.Errorf("%d of %d recipients have it, and it stays held for the others: %w", len(h.Envelope.Rcpts)-len(missing), len(h.Envelope.Rcpts), err),
				d.Holding.Hold(ctx, only(h, missing)))
		}
		return Held{}, err
	}
	if err := d.Holding.Remove(ctx, id); err != nil {
		return Held{}, fmt.Errorf("it was sent, but is still held: %w", err)
	}
	if err := d.learn(ctx, id, store.Verdict{Class: detect.Safe.String(), By: "release", At: time.Now()}); err != nil && !errors.Is(err, store.ErrNotFound) {
		d.Log.Error("release not learned", slog.String("id", id), slog.Any("err", err))
	}
	h.Message = nil
	return held(h), nil
}

// only is h for some of its recipients.
func only(h store.Held, recipients []int) store.Held {
	rcpts, params := make([]parse.Address, 0, len(recipients)), make([]string, 0, len(recipients))
	for _, i := range recipients {
		rcpts = append(rcpts, h.Envelope.Rcpts[i])
		if i < len(h.Rcpt) {
			params = append(params, h.Rcpt[i])
		}
	}
	h.Envelope.Rcpts, h.Rcpt = rcpts, params
	return h
}

func (d *Desk) decision(r *http.Request) (Decision, error) {
	e, err := d.Journal.Entry(r.Context(), r.PathValue("id"))
	out := decision(e)
	if err == nil {
		out.Model = d.recall(&e)
	}
	return out, err
}

func (d *Desk) label(r *http.Request) (Label, error) {
	var l Label
	if err := json.NewDecoder(r.Body).Decode(&l); err != nil {
		return l, fmt.Errorf("%w: %w", errAsked, err)
	}
	if _, ok := detect.ParseClass(l.Class); !ok {
		return l, fmt.Errorf("%w: %q is no class; take one of %q%s", errAsked, l.Class, classes(), nearest.Hint(l.Class, classes()))
	}
	if l.By == "" {
		return l, fmt.Errorf("%w: nobody says so", errAsked)
	}
	l.At = time.Now()
	return l, d.learn(r.Context(), r.PathValue("id"), store.Verdict(l))
}

// classes are the names of all classes.
func classes() []string {
	names := make([]string, detect.NumClasses)
	for c := range names {
		names[c] = detect.Class(c).String()
	}
	return names
}

// learn writes the label down and corrects the sender's history by it.
func (d *Desk) learn(ctx context.Context, id string, v store.Verdict) error {
	e, err := d.Journal.Entry(ctx, id)
	if err != nil {
		return err
	}
	if err := d.Journal.SetLabel(ctx, id, v); err != nil {
		return err
	}
	s := e.Sighting
	s.Label = store.Good
	if c, _ := detect.ParseClass(v.Class); c.Unwanted() {
		s.Label = store.Bad
	}
	return d.History.Record(ctx, s)
}

func (d *Desk) history(r *http.Request) (History, error) {
	who, err := sender(r)
	if err != nil {
		return History{}, err
	}
	now := time.Now()
	p, err := d.History.Lookup(r.Context(), store.Query{From: who, AsOf: now})
	h := History{Sender: r.PathValue("sender"), Verified: standing(p.Verified), Claimed: standing(p.Claimed)}
	if err == nil && d.Keeper != nil {
		var k store.Known
		k, err = d.Keeper.Known(r.Context(), who, now)
		h.Known = known(&k)
	}
	return h, err
}
