package casefile

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"postern/roster"
	"postern/store"
)

// A directory is what a roster learns from.
type directory struct {
	partners []store.Partner
	people   []store.Colleague
}

func (d *directory) Partners(context.Context, time.Time) iter.Seq2[store.Partner, error] {
	return each(d.partners)
}

func (d *directory) People(context.Context, time.Time) iter.Seq2[store.Colleague, error] {
	return each(d.people)
}

func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// look asks the roster, if the case has one.
func (r *reader) look() error {
	if len(r.known.partners)+len(r.known.people) == 0 {
		return nil
	}
	known := roster.New(r.Facts.Org)
	if err := known.Load(context.Background(), &r.known, r.Facts.Env.Received); err != nil {
		return err
	}
	r.Facts.Like = known.See(r.Facts)
	r.Facts.Like.Writes = r.writes
	return nil
}

// learned reads the lines about partners, people and threads.
func (r *reader) learned(verb string, words []string) error {
	if len(words) == 0 {
		return errors.New("too short")
	}
	n, rest, err := numbers(words[1:])
	if err != nil {
		return err
	}
	f := r.Facts
	ago := func(days float64) time.Time {
		return f.Env.Received.Add(-time.Duration(days * 24 * float64(time.Hour)))
	}
	tally := func(good float64) store.Tally {
		if good == 0 {
			return store.Tally{}
		}
		return store.Tally{Good: good, Attempts: good, First: ago(n["first"]), Last: ago(1), Days: max(n["days"], 1)}
	}
	switch verb {
	case "partner":
		r.known.partners = append(r.known.partners, store.Partner{
			Domain: words[0], Verified: tally(n["received"]), Out: tally(n["sent"]),
		})
	case "person":
		r.known.people = append(r.known.people, store.Colleague{
			Address: words[0], Wrote: tally(n["good"]), Names: []store.Named{{Text: strings.Join(rest, " "), Weight: n["good"]}},
		})
	case "writes":
		good, err := strconv.ParseFloat(words[0], 64)
		for range f.Env.Rcpts {
			r.writes = append(r.writes, store.Pair{Verified: tally(good)})
		}
		return err
	case "name_of":
		for _, w := range words {
			f.History.NameOf = append(f.History.NameOf, store.Named{Text: w, Weight: 1})
		}
	case "herald":
		for _, w := range words {
			f.History.Heralds = append(f.History.Heralds, store.Named{Text: w, Weight: 1})
		}
	case "thread":
		t := store.Thread{Ours: words[0] == "ours", Delivered: words[0] == "delivered", Parties: int(n["parties"]), Rcpts: int(n["rcpts"])}
		if t.Ours || t.Delivered {
			t.First, t.Last = ago(n["last"]), ago(n["last"])
		}
		for _, w := range rest {
			switch w {
			case "sender":
				t.Sender = true
			case "same_domain":
				t.SameDomain = true
			default:
				t.Domains = append(t.Domains, store.Named{Text: w, Weight: 1})
			}
		}
		f.History.Threads = append(f.History.Threads, t)
	}
	return nil
}

// numbers reads the words of the form key=number, and gives the others.
func numbers(words []string) (n map[string]float64, rest []string, err error) {
	n = map[string]float64{}
	for _, w := range words {
		key, value, ok := strings.Cut(w, "=")
		if !ok {
			rest = append(rest, w)
			continue
		}
		if n[key], err = strconv.ParseFloat(value, 64); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", w, err)
		}
	}
	return n, rest, nil
}
