package main

import (
	"fmt"
	"strings"

	"postern/detect"
	"postern/filter"
	"postern/model"
	"postern/signals"
	"postern/web"
)

// shownWords is how many words of a text are shown.
const shownWords = 8

// explain takes apart what the model made of a message.
func explain(rec *filter.Record) *web.Explained {
	if rec.Model == nil || rec.Guess.Text == nil {
		return nil
	}
	out := web.Explain(rec.Model, &rec.Guess)
	if rec.Model.Text != nil {
		in := model.TextOf(rec.Facts.Msg)
		for _, w := range rec.Model.Text.Words(&in, rec.Guess.Likeliest(), shownWords) {
			out.Words = append(out.Words, web.Word{Where: w.Where, Text: detect.Quote(w.Text), Adds: w.Odds})
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

func (t *terminal) explained(e *web.Explained) {
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
		t.print("             %+.3f  %s", c.Adds, named(&c))
	}
	for _, w := range e.Words {
		t.print("    word     %+.3f  %s in the %s", w.Adds, line(w.Text), w.Where)
	}
}

func named(c *web.Contribution) string {
	if c.Value == nil {
		return c.Input
	}
	return fmt.Sprintf("%s = %.4g", c.Input, *c.Value)
}

func (t *terminal) turned(u *turned) {
	if u == nil {
		return
	}
	list := make([]string, len(u.Had))
	for i, a := range u.Had {
		is := "unknown"
		if a.Is != nil {
			is = fmt.Sprintf("%.4g", *a.Is)
		}
		list[i] = fmt.Sprintf("%s been %.4g (it is %s)", a.Signal, a.Been, is)
	}
	t.print("    turn     %s at %.4f, had %s", u.Verdict, u.Score, strings.Join(list, " and "))
}
