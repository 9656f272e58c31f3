package policy

import (
	"math"
	"slices"

	"postern/detect"
)

// A Ladder gives the probability from which each action is taken. Zero takes
// the value of the ladder that is above it, at last that of the model in force
// or of [Default]; what is greater than 1, such as inf, is never reached.
type Ladder struct {
	Tag        float64 `toml:"tag"`
	Quarantine float64 `toml:"quarantine"`
	Reject     float64 `toml:"reject"`
}

// Thresholds is the ladder for the probability that a message is unwanted. A
// class with a ladder of its own is judged by that alone.
type Thresholds struct {
	Ladder

	CredentialPhishing     *Ladder `toml:"credential_phishing"`
	QRPhishing             *Ladder `toml:"qr_phishing"`
	CallbackPhishing       *Ladder `toml:"callback_phishing"`
	ExecutiveImpersonation *Ladder `toml:"executive_impersonation"`
	GiftCardScam           *Ladder `toml:"gift_card_scam"`
	PayrollDiversion       *Ladder `toml:"payroll_diversion"`
	VendorFraud            *Ladder `toml:"vendor_fraud"`
	AccountTakeover        *Ladder `toml:"account_takeover"`
	DataTheft              *Ladder `toml:"data_theft"`
	Malware                *Ladder `toml:"malware"`
	Extortion              *Ladder `toml:"extortion"`
	AdvanceFee             *Ladder `toml:"advance_fee"`
	Reconnaissance         *Ladder `toml:"reconnaissance"`
	Mailbomb               *Ladder `toml:"mailbomb"`
	ServiceAbuse           *Ladder `toml:"service_abuse"`
	Spam                   *Ladder `toml:"spam"`
}

// numUnwanted is how many classes are unwanted; they come first.
const numUnwanted = int(detect.Spam) + 1

// own lists the ladders of the unwanted classes in their order.
func (t *Thresholds) own() [numUnwanted]*Ladder {
	return [...]*Ladder{
		t.CredentialPhishing, t.QRPhishing, t.CallbackPhishing, t.ExecutiveImpersonation, t.GiftCardScam,
		t.PayrollDiversion, t.VendorFraud, t.AccountTakeover, t.DataTheft, t.Malware, t.Extortion, t.AdvanceFee,
		t.Reconnaissance, t.Mailbomb, t.ServiceAbuse, t.Spam,
	}
}

// Default is the policy where the operator says nothing. A tag costs the reader
// a glance, and what is quarantined can be had back. Mail is refused only where
// 99 of 100 such messages are unwanted, and its sender learns of it at once.
func Default() Config {
	return Config{OnFailure: "defer", Thresholds: Thresholds{Ladder: Ladder{Tag: 0.5, Quarantine: 0.9, Reject: 0.99}}}
}

// ladders are thresholds with nothing left open.
type ladders struct {
	general Ladder
	own     [numUnwanted]*Ladder // nil: the general one
}

// over fills what t leaves open from base.
func (t *Thresholds) over(base ladders) ladders {
	filled := ladders{general: t.Ladder.over(base.general), own: base.own}
	for c, l := range t.own() {
		if l == nil {
			continue
		}
		under := filled.general
		if base.own[c] != nil {
			under = *base.own[c]
		}
		whole := l.over(under)
		filled.own[c] = &whole
	}
	return filled
}

// over fills what l leaves open from base. It gives way to what l says: a tag
// from 0.95 holds nothing back below that.
func (l Ladder) over(base Ladder) Ladder {
	if l.Tag == 0 {
		l.Tag = below(base.Tag, l.Quarantine, l.Reject)
	}
	if l.Quarantine == 0 {
		l.Quarantine = below(above(base.Quarantine, l.Tag), l.Reject)
	}
	if l.Reject == 0 {
		l.Reject = above(base.Reject, l.Tag, l.Quarantine)
	}
	return l
}

// below is at most each step that is set and can be reached.
func below(v float64, steps ...float64) float64 {
	for _, s := range steps {
		if 0 < s && s < v {
			v = s
		}
	}
	return v
}

// above is at least each step that can be reached.
func above(v float64, steps ...float64) float64 {
	for _, s := range steps {
		if v < s && s <= 1 {
			v = s
		}
	}
	return v
}

// reach is the action that p calls for.
func (l Ladder) reach(p float64) Action {
	switch {
	case p >= l.Reject:
		return Reject
	case p >= l.Quarantine:
		return Quarantine
	case p >= l.Tag:
		return Tag
	}
	return Accept
}

// decide is the strictest action that any class or the rest together reach.
func (l *ladders) decide(scores *[detect.NumClasses]float64, w *weighed) (Action, string) {
	order, rule := Accept, "thresholds"
	for c, own := range l.own {
		if own == nil {
			continue
		}
		if a := own.reach(scores[c]); a > order {
			order, rule = a, "threshold "+detect.Class(c).String()+"."+a.String()
		}
	}
	rest := w.unwanted(func(c detect.Class) bool { return l.own[c] == nil })
	if a := l.general.reach(rest); a > order {
		order, rule = a, "threshold "+a.String()
	}
	return order, rule
}

// check reports ladders that no probability could climb, among those that are
// not base's.
func (l *ladders) check(p *problems, at string, base ladders) {
	if l.general != base.general {
		l.general.check(p, at)
	}
	for c, own := range l.own {
		if own != base.own[c] {
			own.check(p, at+"."+detect.Class(c).String())
		}
	}
}

func (l Ladder) check(p *problems, at string) {
	steps := []float64{l.Tag, l.Quarantine, l.Reject}
	for _, v := range steps {
		if math.IsNaN(v) || v < 0 {
			p.add(at, "a threshold is a probability, or inf for never; %v is not", v)
			return
		}
	}
	steps = slices.DeleteFunc(steps, func(v float64) bool { return v > 1 }) // what is never reached stands in no order
	if !slices.IsSorted(steps) {
		p.add(at, "a stricter action has a lower threshold: tag %v, quarantine %v, reject %v", l.Tag, l.Quarantine, l.Reject)
	}
}
