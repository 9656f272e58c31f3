package main

import (
	"fmt"
	"strings"

	"postern/detect"
	"postern/filter"
	"postern/mailauth"
	"postern/signals"
	"postern/store"
	"postern/web"
)

// judged is one line of scan --json.
type judged struct {
	File         string             `json:"file"`
	Verdict      string             `json:"verdict,omitempty"`
	Score        float64            `json:"score"`
	Class        string             `json:"class,omitempty"`
	Reasons      []string           `json:"reasons"`
	ID           string             `json:"id,omitempty"`
	Rule         string             `json:"rule,omitempty"`
	Scores       map[string]float64 `json:"scores,omitempty"` // of the classes that are not 0
	From         string             `json:"from,omitempty"`
	MailFrom     string             `json:"mail_from"`
	Client       string             `json:"client,omitempty"`
	Auth         map[string]string  `json:"auth,omitempty"`
	FirstContact string             `json:"first_contact,omitempty"`
	Findings     []web.Finding      `json:"findings,omitempty"`
	Signals      []web.Value        `json:"signals,omitempty"` // those behind the reasons
	Model        *web.Explained     `json:"model,omitempty"`
	Turn         *turned            `json:"turn,omitempty"`
	Missing      []string           `json:"missing,omitempty"`
	Error        string             `json:"error,omitempty"`
}

func (c *scanCommand) print(t *terminal, r *result) error {
	switch {
	case c.JSON:
		return t.printJSON(r.judged())
	case r.err != nil:
		t.warn("%s: %v", r.name, r.err)
	case c.MIME:
		for _, piece := range r.out {
			if _, err := t.out.Write(piece); err != nil {
				return err
			}
		}
	default:
		t.judged(r.judged())
	}
	return nil
}

// judged is the result in plain values.
func (r *result) judged() judged {
	if r.err != nil {
		return judged{File: r.name, Reasons: []string{}, Error: r.err.Error()}
	}
	rec := r.record
	v, facts := rec.Verdict, rec.Facts
	j := judged{
		File: r.name, Verdict: v.Would.String(), Score: v.Score, Class: v.Class.String(), Reasons: []string{},
		ID: facts.Env.ID, Rule: v.Rule, Scores: map[string]float64{}, From: facts.From().String(), MailFrom: facts.Env.From.String(),
		Auth: auth(&facts.Auth), FirstContact: firstContact(facts), Signals: behind(rec), Missing: facts.Missing,
		Model: explain(rec), Turn: turn(r.turn),
	}
	if facts.Env.Remote.IsValid() {
		j.Client = facts.Env.Remote.String()
	}
	for _, e := range v.Reasons {
		j.Reasons = append(j.Reasons, sentence(e.Text)+".")
	}
	for _, f := range rec.Found {
		found := web.Finding{Detector: f.Detector, Class: f.Class.String(), Score: f.Score}
		for _, e := range f.Evidence {
			found.Evidence = append(found.Evidence, e.Text)
		}
		j.Findings = append(j.Findings, found)
	}
	for c, p := range v.Scores {
		if p > 0 {
			j.Scores[detect.Class(c).String()] = p
		}
	}
	return j
}

func (t *terminal) judged(j judged) {
	t.print("%s: %s, %s, score %.4f", line(j.File), j.Verdict, j.Class, j.Score)
	for i, reason := range j.Reasons {
		t.print("%8d. %s", i+1, line(reason))
	}
	t.print("    from     %s, envelope <%s>, client %s", line(j.From), line(j.MailFrom), j.Client)
	t.print("    auth     spf=%s dkim=%s dmarc=%s arc=%s", j.Auth["spf"], j.Auth["dkim"], j.Auth["dmarc"], j.Auth["arc"])
	t.print("    contact  %s", j.FirstContact)
	for _, f := range j.Findings {
		t.print("    finding  %-32s %s %.4f", f.Detector, f.Class, f.Score)
	}
	for _, v := range j.Signals {
		t.print("    signal   %-32s %g", v.Signal, v.Value)
	}
	t.explained(j.Model)
	t.turned(j.Turn)
	if len(j.Missing) > 0 {
		t.print("    missing  %s", strings.Join(j.Missing, ", "))
	}
	t.print("    decided  by %s; id %s", line(j.Rule), j.ID)
}

func auth(r *mailauth.Results) map[string]string {
	or := func(v mailauth.Result) string {
		if v == "" {
			return string(mailauth.None)
		}
		return string(v)
	}
	list := make([]string, len(r.DKIM))
	for i, d := range r.DKIM {
		list[i] = fmt.Sprintf("%s (%s)", or(d.Result), d.Domain)
	}
	if len(list) == 0 {
		list = []string{string(mailauth.None)}
	}
	return map[string]string{
		"spf": or(r.SPF.Result), "dkim": line(strings.Join(list, ", ")), "dmarc": or(r.DMARC.Result), "arc": or(r.ARC.Result),
	}
}

// firstContact tells in words what history knows.
func firstContact(f *signals.Facts) string {
	if f.Lacks("history") {
		return "unknown, without history"
	}
	standing := f.Standing()
	for _, known := range []struct {
		tally store.Tally
		text  string
	}{
		{standing.Address, "the address has written before"},
		{standing.Domain, "the domain has written before, this address has not"},
	} {
		if known.tally.Known() {
			return known.text
		}
	}
	return "nobody there has written before"
}

// behind lists the signals that the reasons rest on.
func behind(rec *filter.Record) []web.Value {
	var names []string
	var values []float64
	seen := map[*signals.Signal]bool{}
	for _, e := range rec.Verdict.Reasons {
		if e.Signal != nil && !seen[e.Signal] {
			seen[e.Signal] = true
			names, values = append(names, e.Signal.Name), append(values, rec.Vector.Of(e.Signal))
		}
	}
	return web.Values(names, values)
}
