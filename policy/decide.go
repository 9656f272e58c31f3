package policy

import (
	"fmt"
	"slices"

	"postern/detect"
	"postern/parse"
	"postern/signals"
)

// A Policy is an immutable set of rules; reloading makes a new one. It is safe
// for concurrent use.
type Policy struct {
	blind  Action
	deny   []entry
	allow  []entry
	groups []group        // the general one first
	byRcpt map[string]int // address or domain: index in groups
	ruled  bool           // some group has rules
}

// A group is what holds for some recipients.
type group struct {
	mode       Mode
	subjectTag string
	thresholds ladders
	rules      []rule
}

// New compiles the rules. Its error tells every mistake at once.
func New(c Config) (*Policy, error) {
	var errs problems
	p := &Policy{byRcpt: map[string]int{}}
	p.blind = errs.onFailure(c.OnFailure)
	p.deny = errs.entries("deny", c.Deny, true)
	p.allow = errs.entries("allow", c.Allow, false)
	errs.subjectTag("subject_tag", c.SubjectTag)

	general := group{mode: c.Mode, subjectTag: c.SubjectTag, rules: errs.rules("rule", c.Rules)}
	shipped := ladders{general: c.Shipped.over(Default().Thresholds.Ladder)}
	general.thresholds = c.Thresholds.over(shipped)
	general.thresholds.check(&errs, "thresholds", shipped)
	p.ruled = len(general.rules) > 0
	p.groups = append(p.groups, general)
	for i := range c.For {
		p.override(&errs, fmt.Sprintf("for[%d]", i), &c.For[i])
	}
	if err := errs.join(); err != nil {
		return nil, err
	}
	return p, nil
}

// override adds the group of o.
func (p *Policy) override(errs *problems, at string, o *Override) {
	if len(o.Recipients) == 0 {
		errs.add(at+".recipients", "names nobody; give addresses or domains")
	}
	for i, s := range o.Recipients {
		at := fmt.Sprintf("%s.recipients[%d]", at, i)
		k, ok := key(s)
		if !ok {
			errs.add(at, "%q is neither an address nor a domain", s)
		}
		if _, twice := p.byRcpt[k]; twice && ok {
			errs.add(at, "%q is named twice", s)
		}
		p.byRcpt[k] = len(p.groups)
	}
	g := p.groups[0]
	if o.Mode != nil {
		g.mode = *o.Mode
	}
	if o.SubjectTag != nil {
		g.subjectTag = *o.SubjectTag
		errs.subjectTag(at+".subject_tag", g.subjectTag)
	}
	g.thresholds = o.Thresholds.over(g.thresholds)
	g.thresholds.check(errs, at+".thresholds", p.groups[0].thresholds)
	g.rules = slices.Concat(errs.rules(at+".rule", o.Rules), g.rules)
	p.ruled = p.ruled || len(g.rules) > 0
	p.groups = append(p.groups, g)
}

// Group numbers the rules that hold for a recipient: recipients with the same
// number may share a transaction.
func (p *Policy) Group(a parse.Address) int {
	g, _ := lookup(p.byRcpt, a)
	return g
}

// Blind is the verdict on a message that could not be judged, in every mode:
// defer, or accept where the operator chose it.
func (p *Policy) Blind(why string) Verdict {
	return Verdict{Action: p.blind, Would: p.blind, Mode: p.groups[0].mode, Rule: "on_failure: " + why, Class: detect.Safe}
}

// Decide gives one verdict for all recipients. It is a pure function of its
// arguments; its clock is f.Env.Received.
func (p *Policy) Decide(f *signals.Facts, v signals.Vector, found []detect.Finding) Verdict {
	base, w := weigh(found)
	var all []Verdict
	asked := make([]bool, len(p.groups))
	var e *env
	if p.ruled {
		e = newEnv(f, v, found, &base)
	}
	for _, rcpt := range f.Env.Rcpts {
		if n := p.Group(rcpt); !asked[n] {
			asked[n] = true
			all = append(all, p.decide(&p.groups[n], f, e, base, w))
		}
	}
	if len(all) == 0 {
		return p.decide(&p.groups[0], f, e, base, w)
	}
	return strictest(all)
}

// decide applies deny entries, allow entries, rules and thresholds, in this
// order.
func (p *Policy) decide(g *group, f *signals.Facts, e *env, v Verdict, w *weighed) Verdict {
	malware := g.thresholds.general
	if own := g.thresholds.own[detect.Malware]; own != nil {
		malware = *own
	}
	order, why, done := p.list(f, &v, malware)
	if !done {
		order, why, done = e.first(g.rules)
	}
	if !done {
		order, why = g.thresholds.decide(&v.Scores, w)
	}
	v.Would, v.Rule, v.Mode, v.Action = order, why, g.mode, g.mode.limit(order)
	if v.Action == Tag {
		v.SubjectTag = g.subjectTag
	}
	return v
}

// strictest is one verdict for recipients under different rules. Where only
// some of them would have the message refused, it is quarantined: nobody gets
// what is refused for him, and nobody loses what is not.
func strictest(all []Verdict) Verdict {
	v := all[0]
	act, would := v.Action, v.Would // the mildest
	for _, other := range all[1:] {
		act, would = min(act, other.Action), min(would, other.Would)
		strict := max(v.Would, other.Would)
		if other.Action > v.Action || other.Action == v.Action && other.Would > v.Would {
			v = other
		}
		v.Would = strict
	}
	if act < Defer && v.Action >= Defer {
		v.Action = Quarantine
	}
	if would < Defer && v.Would >= Defer {
		v.Would = Quarantine
	}
	return v
}
