package enterprise

import (
	"strconv"
	"time"

	"postern/parse"
)

// hours of work, as a time of day in a zone.
func (r *run) workHour(day time.Time, zone int) time.Time {
	h := 8 + (r.Float64()+r.Float64())*5 // densest at one o'clock
	return day.Add(time.Duration(h * float64(time.Hour))).Add(-time.Duration(zone) * time.Minute)
}

// anyHour is a time of day, now and then outside the hours of work.
func (r *run) anyHour(day time.Time, zone int, odd float64) time.Time {
	if r.chance(odd) {
		return day.Add(time.Duration(r.IntN(24*3600)) * time.Second)
	}
	return r.workHour(day, zone)
}

// later is a time from lo to hi ahead, put off until somebody in the zone is at
// work again.
func (r *run) later(zone int, lo, hi time.Duration) time.Time {
	t := r.now.Add(r.span(lo, hi))
	local := t.In(time.FixedZone("", zone*60))
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	switch wd := local.Weekday(); {
	case wd == time.Saturday:
		day = day.AddDate(0, 0, 2)
	case wd == time.Sunday:
		day = day.AddDate(0, 0, 1)
	case local.Hour() >= 19:
		day = day.AddDate(0, 0, 1)
		if wd == time.Friday {
			day = day.AddDate(0, 0, 2)
		}
	case local.Hour() >= 7:
		return t
	}
	return r.workHour(day, zone)
}

// amount writes a sum of money about as large as typical.
func (r *run) amount(typical int) string {
	n := typical * r.between(60, 140) / 100
	return strconv.Itoa(n) + "." + r.digits(2) + pick(r.dice, words(" EUR USD EUR"))
}

// plan fills a day.
func (r *run) plan(day time.Time) {
	busy := 1.0
	if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
		busy = 0.06
	}
	for _, p := range r.org.people {
		if p.role == boss && r.chance(0.03*busy) {
			r.travel(p)
		}
		for range r.poisson(busy * r.size.Mail * 0.6) {
			r.at(r.workHour(day, p.zone), func() { r.converse(p) })
		}
		for range r.poisson(busy * 0.35) {
			r.at(r.workHour(day, 0), func() { r.circular(p) })
		}
		if p.private.Domain != "" && r.chance(busy*0.25) {
			r.at(r.anyHour(day, p.zone, 0.5), func() { r.privately(p) })
		}
	}
	for _, f := range r.firms {
		r.invoices(f, day)
		for range r.poisson(busy * r.size.Mail * 0.15 * float64(r.size.People) / float64(len(r.firms))) {
			r.at(r.workHour(day, f.provider.zone), func() { r.business(f) })
		}
	}
	r.overlay(day, busy)
}

// travel sends a person on a trip of some days.
func (r *run) travel(p *person) {
	p.trip = trip{net: r.somewhere(), zone: p.zone, program: p.program, until: r.now.AddDate(0, 0, r.between(2, 5))}
	if r.chance(0.6) {
		p.trip.zone = pick(r.dice, zones)
	}
	if r.chance(0.5) {
		p.trip.program = pick(r.dice, []*program{p.phone, pick(r.dice, webmails)})
	}
}

// converse begins talk among ours.
func (r *run) converse(p *person) {
	to := []*person{r.near(p)}
	if r.chance(0.2) {
		to = append(to, others(r.dice, p.circle, to[0], 1)...)
	}
	purpose := pick(r.dice, words("status status meeting status"))
	r.talk(p, to, purpose, &thread{ours: p}, 5)
}

// talk sends the first message of a thread, and lets it go on.
func (r *run) talk(from *person, to []*person, purpose string, th *thread, turns int) {
	v := r.voice(from)
	l := &letter{to: boxes(to), subject: r.say(v.lang, purpose+"!", &blanks{}), fresh: th}
	l.text = r.speech(v, to[0].given, &blanks{}, purpose)
	r.send(v, l, everyday)
	r.turn(to[0], from, th, turns)
}

func boxes(people []*person) []mailbox {
	list := make([]mailbox, len(people))
	for i, p := range people {
		list[i] = p.box()
	}
	return list
}

// turn lets somebody answer, more often than not.
func (r *run) turn(from, to *person, th *thread, left int) {
	if left == 0 || !r.chance(0.6) {
		return
	}
	r.at(r.later(from.zone, 4*time.Minute, 20*time.Hour), func() {
		v := r.voice(from)
		if r.chance(0.03) {
			r.autoReply(from, to, th)
			return
		}
		r.send(v, &letter{to: []mailbox{to.box()}, thread: th, text: r.speech(v, to.given, &blanks{}, "answer"), quiet: r.chance(0.1)}, everyday)
		r.turn(to, from, th, left-1)
	})
}

// autoReply says that somebody is away.
func (r *run) autoReply(from, to *person, th *thread) {
	v := r.voice(from)
	v.reverse = parse.Address{}
	r.send(v, &letter{to: []mailbox{to.box()}, thread: th, quiet: true, auto: true, text: r.speech(v, to.given, &blanks{}, "away")}, everyday)
}

const liveThreads = 5 // of one firm

// live keeps a thread with a firm among those that go on.
func (f *firm) live(th *thread) {
	if len(f.threads) >= liveThreads {
		f.threads = append(f.threads[:0], f.threads[1:]...)
	}
	f.threads = append(f.threads, th)
}

// business begins talk with a firm, from either side.
func (r *run) business(f *firm) {
	them, us := pick(r.dice, f.people), pick(r.dice, f.contacts)
	if r.chance(0.1) {
		us = pick(r.dice, r.org.people)
	}
	th := &thread{ours: us}
	switch {
	case r.chance(0.5):
		r.talk(us, []*person{them}, pick(r.dice, words("status order order meeting")), th, 6)
	case r.chance(0.1):
		r.forwarded(them, us, th)
	default:
		r.talk(them, []*person{us}, pick(r.dice, words("status offer offer meeting")), th, 6)
	}
	if len(th.refs) > 0 {
		f.live(th)
	}
}

// forwarded is mail that comes by way of somebody's old mailbox.
func (r *run) forwarded(from, to *person, th *thread) {
	v := r.forward(r.voice(from))
	l := &letter{to: []mailbox{{to.name(), parse.Address{Local: to.local, Domain: "alumni.example"}}}, rcpts: []parse.Address{to.addr()}, fresh: th}
	l.subject, l.text = r.say(v.lang, "status!", &blanks{}), r.speech(v, to.given, &blanks{}, "status")
	r.send(v, l, everyday)
}

func (r *run) forward(v *voice) *voice {
	v.forwarder, v.sealed = "forward.alumni.example", r.chance(0.5)
	return v
}

// invoices sends a vendor's invoice when it is due.
func (r *run) invoices(f *firm, day time.Time) {
	if f.relation != vendor {
		return
	}
	if f.due.IsZero() {
		f.due = day.AddDate(0, 0, r.IntN(f.cadence))
	}
	if day.Before(f.due) || day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		return
	}
	f.due = day.AddDate(0, 0, max(1, f.cadence+r.between(-1, 1)))
	r.at(r.workHour(day, f.provider.zone), func() { r.invoice(f, everyday, r.voice(f.biller())) })
}

// biller is who writes a firm's invoices.
func (f *firm) biller() *person { return f.people[0] }

// invoice sends an invoice with the account that is now good.
func (r *run) invoice(f *firm, m mark, v *voice) {
	b := &blanks{bank: string(f.account), amount: r.amount(f.typical)}
	if f.shared != "" {
		v.addr.Local, v.reverse.Local = f.shared, f.shared
	}
	th := &thread{ours: f.clerk}
	l := &letter{to: []mailbox{f.clerk.box()}, text: r.speech(v, f.clerk.given, b, "invoice", "account")}
	if len(f.threads) > 0 && r.chance(0.3) {
		th = pick(r.dice, f.threads)
		l.thread = th
	} else {
		l.subject, l.fresh = r.say(v.lang, "invoice!", b), th
	}
	r.send(v, l, m)
	if l.fresh != nil {
		f.live(th)
	}
	if !r.chance(0.4) {
		return
	}
	r.at(r.later(f.clerk.zone, time.Hour, 30*time.Hour), func() {
		us := r.voice(f.clerk)
		r.send(us, &letter{to: []mailbox{v.mailbox}, thread: th, text: r.speech(us, f.biller().given, &blanks{}, "paid")}, everyday)
	})
}

// circular is what comes to everybody: newsletters, lists, notices.
func (r *run) circular(p *person) {
	s := pick(r.dice, r.services)
	v, b := r.notice(s, s.lang), &blanks{link: r.link(s.domain)}
	l := &letter{to: []mailbox{p.box()}}
	m := everyday
	switch r.IntN(6) {
	case 0, 1:
		l.bulk, m.Class = true, "graymail"
		l.subject, l.text = r.say(v.lang, "news!", b), r.speech(v, p.given, b, "news", "news")
	case 2:
		r.listPost(p)
		return
	case 3:
		l.subject, l.text = r.say(v.lang, "parcel!", b), r.speech(v, p.given, b, "parcel")
	case 4:
		l.subject, l.text = r.say(v.lang, "reset!", b), r.speech(v, p.given, b, "reset")
	default:
		r.signature(v, l, p, pick(r.dice, r.firms), b)
	}
	r.send(v, l, m)
}

// signature makes l a notice that a person of f wants something signed.
func (r *run) signature(v *voice, l *letter, to *person, f *firm, b *blanks) {
	them := pick(r.dice, f.people)
	b.who, v.name, v.reply = them.name(), them.name()+" via "+v.name, them.addr()
	l.subject, l.text = r.say(v.lang, "sign!", b), r.speech(v, to.given, b, "sign")
}

// link is an address at a host.
func (r *run) link(domain string) string {
	return "https://" + domain + "/" + r.digits(8)
}

// listPost is a post to a mailing list that one of ours reads.
func (r *run) listPost(p *person) {
	author := pick(r.dice, pick(r.dice, r.firms).people)
	v := r.voice(author)
	v.list, v.forwarder = "tools.lists.example", "lists.example"
	v.reverse = parse.Address{Local: "tools-bounces", Domain: "lists.example"}
	v.proof.spf = true
	v.lang = author.firm.lang
	to := []mailbox{{"tools", parse.Address{Local: "tools", Domain: "lists.example"}}}
	b := &blanks{}
	m := everyday
	m.Class = "graymail"
	r.send(v, &letter{to: to, rcpts: []parse.Address{p.addr()}, subject: r.say(v.lang, "list!", b), text: r.speech(v, "all", b, "list")}, m)
}

// privately is talk between a person's private mailbox and a colleague.
func (r *run) privately(p *person) {
	friend := pick(r.dice, p.confidants)
	v := r.private(p)
	th := &thread{}
	r.send(v, &letter{to: []mailbox{friend.box()}, subject: r.say(v.lang, "status!", &blanks{}), fresh: th, text: r.speech(v, friend.given, &blanks{}, "status")}, everyday)
	if !r.chance(0.8) {
		return
	}
	r.at(r.now.Add(r.span(10*time.Minute, 6*time.Hour)), func() {
		us := r.voice(friend)
		r.send(us, &letter{to: []mailbox{v.mailbox}, thread: th, text: r.speech(us, p.given, &blanks{}, "answer")}, everyday)
	})
}
