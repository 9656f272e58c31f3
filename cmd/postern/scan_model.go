package main

import (
	"fmt"
	"strings"

	"postern/detect"
	"postern/filter"
	"postern/model"
	"postern/signals"
)

// explained is what the model made of a message: base and contributions add up
// to the log-odds that it is unwanted.
type explained struct {
	Name          string         `json:"name,omitempty"`
	Version       string         `json:"version,omitempty"`
	Odds          float64        `json:"log_odds"`
	Base          float64        `json:"base"`
	Contributions []contribution `json:"contributions"`
	Words         []word         `json:"words,omitempty"` // that speak for the likeliest attack, or for spam
}

type contribution struct {
	Input string   `json:"input"`
	Value *float64 `json:"value,omitempty"` // none where unknown
	Adds  float64  `json:"adds"`
}

type word struct {
	Where string  `json:"where"`
	Text  string  `json:"text"`
	Adds  float64 `json:"adds"`
}

// shownWords is how many words of a text are shown.
const shownWords = 8

func explain(rec *filter.Record) *explained {
	if rec.Model == nil || rec.Guess.Text == nil {
		return nil
	}
	m := rec.Model
	e := m.Explain(&rec.Guess)
	out := &explained{Name: m.Card.Name, Version: m.Card.Version, Odds: e.Odds.Float(), Base: e.Base.Float(), Contributions: []contribution{}}
	for _, c := range e.Contributions {
		one := contribution{Input: c.Input, Adds: c.Odds.Float()}
		if signals.Known(c.Value) {
			one.Value = &c.Value
		}
		out.Contributions = append(out.Contributions, one)
	}
	if m.Text != nil {
		in := model.TextOf(rec.Facts.Msg)
		for _, w := range m.Text.Words(&in, e.Class, shownWords) {
			out.Words = append(out.Words, word{w.Where, detect.Quote(w.Text), w.Odds})
		}
	}
	return out
}

// turned is a change of facts that would have changed the verdict.
type turned struct {
	Verdict string    `json:"verdict"` // that it would have been
	Score   float64   `json:"score"`
	Had     []assumed `json:"had"`
}

type assumed struct {
	Signal string   `json:"signal"`
	Is     *float64 `json:"is"` // null where unknown
	Been   float64  `json:"been"`
}

func turn(t *filter.Turn) *turned {
	if t == nil {
		return nil
	}
	out := &turned{Verdict: t.Would.String(), Score: t.Score}
	for _, a := range t.Assumed {
		one := assumed{Signal: a.Signal.Name, Been: a.Had}
		if signals.Known(a.Is) {
			one.Is = &a.Is
		}
		out.Had = append(out.Had, one)
	}
	return out
}

// shownContributions is how many lines the terminal shows; JSON has all.
const shownContributions = 12

func (t *terminal) explained(e *explained) {
	if e == nil {
		return
	}
	t.print("    model    log-odds %+.3f, of which %+.3f are there before anything is known", e.Odds, e.Base)
	rest := e.Odds - e.Base
	for i, c := range e.Contributions {
		if i == shownContributions {
			t.print("             %+.3f  %d more", rest, len(e.Contributions)-i)
			break
		}
		rest -= c.Adds
		t.print("             %+.3f  %s", c.Adds, c.named())
	}
	for _, w := range e.Words {
		t.print("    word     %+.3f  %s in the %s", w.Adds, line(w.Text), w.Where)
	}
}

func (c *contribution) named() string {
	if c.Value == nil {
		return c.Input
	}
	return fmt.Sprintf("%s = %g", c.Input, *c.Value)
}

func (t *terminal) turned(u *turned) {
	if u == nil {
		return
	}
	list := make([]string, len(u.Had))
	for i, a := range u.Had {
		is := "unknown"
		if a.Is != nil {
			is = fmt.Sprintf("%g", *a.Is)
		}
		list[i] = fmt.Sprintf("%s been %g (it is %s)", a.Signal, a.Been, is)
	}
	t.print("    turn     %s at %.4f, had %s", u.Verdict, u.Score, strings.Join(list, " and "))
}
