package enterprise

import (
	"strings"
	"time"

	"postern/parse"
)

// Stories are told by attackers and by innocents alike: what is said, and how
// the talk goes on, does not depend on who tells them.

// A teller gives the voice for a story's next message.
type teller func() *voice

// ask tells of a wish that one person has of another: a task, gift cards,
// data, another account for the salary. Where the other answers, the wish is
// repeated.
func (r *run) ask(tell teller, to *person, m mark, purpose string) {
	v, th := tell(), &thread{}
	b := &blanks{bank: string(r.account(pick(r.dice, countryOf[to.lang])))}
	l := &letter{to: []mailbox{to.box()}, subject: r.say(v.lang, purpose+"!", b), fresh: th}
	l.text = r.speech(v, to.given, b, purpose, purpose+"2")
	r.send(v, l, m)
	if !m.Twin && !r.chance(0.2) || !r.chance(0.6) { // few fall for a thief
		return
	}
	r.answered(to, v, th, m, func() {
		v := tell()
		r.send(v, &letter{to: []mailbox{to.box()}, thread: th, text: r.speech(v, to.given, b, purpose, purpose+"2")}, m)
	})
}

// answered lets to answer v, and then something happen.
func (r *run) answered(to *person, v *voice, th *thread, m mark, then func()) {
	back := v.mailbox
	if v.reply != (parse.Address{}) {
		back.addr = v.reply
	}
	r.at(r.later(to.zone, 5*time.Minute, 5*time.Hour), func() {
		us := r.voice(to)
		purpose := "answer"
		if m.Class == "vendor_fraud" || m.Like == "vendor_fraud" {
			purpose = "noticed"
		}
		r.send(us, &letter{to: []mailbox{back}, thread: th, text: r.speech(us, v.sign, &blanks{}, purpose)}, m.bystander())
		r.at(r.writes(m, v.desk.zone, 5*time.Minute, 20*time.Hour), then)
	})
}

// bystander marks what others write within a story.
func (m mark) bystander() mark {
	m.Class, m.Twin, m.Like = "safe", false, ""
	return m
}

// moveMoney tells of a vendor's new account, in a thread: often it is said
// beforehand, and confirmed by ours, and then the account follows.
func (r *run) moveMoney(tell teller, f *firm, th *thread, to account, m mark, strange float64) {
	us := f.clerk
	details := func() {
		v := tell()
		b := &blanks{bank: string(to), amount: r.amount(f.typical)}
		l := &letter{to: []mailbox{us.box()}, thread: th, strange: r.chance(strange)}
		if th == nil || len(th.refs) == 0 {
			th = &thread{ours: us}
			l.thread, l.fresh, l.subject = nil, th, r.say(v.lang, "bank!", b)
		}
		l.text = r.speech(v, us.given, b, "bank", "bank2")
		r.send(v, l, m)
	}
	if !r.chance(0.5) || th == nil || len(th.refs) == 0 {
		r.at(r.writes(m, f.provider.zone, 0, 10*time.Hour), details)
		return
	}
	r.at(r.writes(m, f.provider.zone, 0, 10*time.Hour), func() {
		v := tell()
		r.send(v, &letter{to: []mailbox{us.box()}, thread: th, strange: r.chance(strange), text: r.speech(v, us.given, &blanks{}, "notice")}, m)
		r.answered(us, v, th, m, details)
	})
}

// writes is when a story's teller writes next: innocents mostly while they are
// at work, thieves less so.
func (r *run) writes(m mark, zone int, lo, hi time.Duration) time.Time {
	odd := 0.4
	if m.Twin {
		odd = 0.1
	}
	if r.chance(odd) {
		return r.now.Add(r.span(lo, hi))
	}
	return r.later(zone, lo, hi)
}

// share tells many of ours of something to be read behind a link.
func (r *run) share(tell teller, to []*person, link string, m mark) {
	v := tell()
	b := &blanks{link: link}
	subject, text := r.say(v.lang, "share!", b), r.speech(v, to[0].given, b, "share", "share2")
	if r.chance(0.4) {
		r.send(v, &letter{to: []mailbox{v.mailbox}, rcpts: addresses(to), subject: subject, text: text}, m)
		return
	}
	for i, p := range to {
		r.at(r.now.Add(time.Duration(i*r.between(1, 20))*time.Second), func() {
			r.send(v, &letter{to: []mailbox{p.box()}, subject: subject, text: strings.Replace(text, to[0].given, p.given, 1)}, m)
		})
	}
}

func addresses(people []*person) []parse.Address {
	list := make([]parse.Address, len(people))
	for i, p := range people {
		list[i] = p.addr()
	}
	return list
}

// probe says next to nothing.
func (r *run) probe(v *voice, to []*person, m mark) {
	text := ""
	if r.chance(0.6) {
		text = r.say(v.lang, "probe", &blanks{}) + "\n"
	}
	subject := r.say(v.lang, "probe!", &blanks{})
	for i, p := range to {
		r.at(r.now.Add(time.Duration(i*r.between(1, 90))*time.Second), func() {
			r.send(v, &letter{to: []mailbox{p.box()}, subject: subject, text: text}, m)
		})
	}
}

// signups are welcome messages of many services to one person.
func (r *run) signups(to *person, n int, within time.Duration, m mark) {
	for range n {
		r.at(r.now.Add(time.Duration(r.Float64()*float64(within))), func() {
			s := pick(r.dice, r.services)
			if r.chance(0.8) { // one that nobody here uses
				name, domain := r.firmName()
				fresh := *s
				fresh.name, fresh.domain, fresh.provider, fresh.lang = name, domain, pick(r.dice, r.providers), r.language()
				s = &fresh
			}
			v := r.notice(s, s.lang)
			b := &blanks{link: r.link(v.addr.Domain)}
			r.send(v, &letter{to: []mailbox{to.box()}, subject: r.say(v.lang, "signup!", b), text: r.speech(v, to.given, b, "signup")}, m)
		})
	}
}

// renewal tells that a subscription goes on, with a number to call.
func (r *run) renewal(v *voice, to *person, phone string, m mark) {
	b := &blanks{phone: phone}
	r.send(v, &letter{to: []mailbox{to.box()}, subject: r.say(v.lang, "renewal!", b), text: r.speech(v, to.given, b, "renewal")}, m)
}

// sign lets a service say that somebody wants something signed.
func (r *run) sign(who mailbox, lang string, to *person, m mark) {
	s := r.services[r.IntN(4)]
	v, b := r.notice(s, lang), &blanks{link: r.link(s.domain), who: who.name}
	v.name, v.reply = who.name+" via "+s.name, who.addr
	r.send(v, &letter{to: []mailbox{to.box()}, subject: r.say(lang, "sign!", b), text: r.speech(v, to.given, b, "sign", "sign2")}, m)
}
