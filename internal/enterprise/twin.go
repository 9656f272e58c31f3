package enterprise

import (
	"time"

	"postern/parse"
)

// Innocent twins: each looks like the attack whose class it is listed under,
// in its words always, and in some of its facts.
var twins = []kind{
	{"vendor_fraud", "bank_change", 0.5, (*run).bankChange, false},
	{"vendor_fraud", "vendor_merger", 0.2, (*run).merger, false},
	{"vendor_fraud", "sibling_domain", 0.5, (*run).sibling, false},
	{"vendor_fraud", "new_provider", 0.2, (*run).newProvider, false},
	{"vendor_fraud", "vendor_travels", 0.5, (*run).vendorTravels, false},
	{"vendor_fraud", "new_contact", 0.3, (*run).newContact, false},
	{"vendor_fraud", "shared_mailbox", 0.5, (*run).sharedMailbox, false},
	{"vendor_fraud", "forwarded_mail", 0.5, (*run).forwardedBank, false},
	{"executive_impersonation", "private_address", 1, func(r *run, m mark) { r.fromHome(m, "task") }, false},
	{"executive_impersonation", "travelling_boss", 0.5, func(r *run, m mark) { r.fromAfar(m, "task") }, false},
	{"executive_impersonation", "renamed", 0.2, func(r *run, m mark) { r.renamed(m, "task") }, false},
	{"executive_impersonation", "namesake", 0.3, (*run).namesake, false},
	{"gift_card_scam", "private_address", 0.5, func(r *run, m mark) { r.fromHome(m, "gift") }, false},
	{"gift_card_scam", "travelling_boss", 0.5, func(r *run, m mark) { r.fromAfar(m, "gift") }, false},
	{"payroll_diversion", "new_employee", 0.3, func(r *run, m mark) { r.hired(m, r.payday) }, false},
	{"payroll_diversion", "private_address", 0.5, func(r *run, m mark) { r.fromHome(m, "payroll") }, false},
	{"payroll_diversion", "renamed", 0.2, func(r *run, m mark) { r.renamed(m, "payroll") }, false},
	{"payroll_diversion", "new_account", 0.5, func(r *run, m mark) { r.fromDesk(m, "payroll") }, false},
	{"data_theft", "auditor", 0.5, (*run).auditor, false},
	{"data_theft", "travelling_boss", 0.5, func(r *run, m mark) { r.fromAfar(m, "data") }, false},
	{"account_takeover", "large_mailing", 0.5, (*run).mailing, false},
	{"account_takeover", "travelling_boss", 0.5, func(r *run, m mark) { r.fromAfar(m, pick(r.dice, words("task gift payroll data"))) }, false},
	{"account_takeover", "new_employee", 0.3, func(r *run, m mark) { r.hired(m, r.introduces) }, false},
	{"reconnaissance", "short_message", 1, (*run).short, false},
	{"mailbomb", "onboarding", 0.5, func(r *run, m mark) { r.signups(pick(r.dice, r.org.people), r.between(5, 15), 6*time.Hour, m) }, false},
	{"service_abuse", "signing", 1, (*run).signing, false},
	{"callback_phishing", "renewal", 1, (*run).renews, false},
	{"vendor_fraud", "attached", 0.5, (*run).attachedInvoice, false},
	{"vendor_fraud", "new_vendor", 0.5, (*run).newVendor, true},
	{"account_takeover", "few", 0.5, (*run).sharesWithFew, false},
	{"account_takeover", "new_home", 0.5, (*run).movesHouse, true},
}

// bankChange is a vendor that truly has a new account.
func (r *run) bankChange(m mark) {
	f, th := r.victim()
	f.account = r.account(f.country)
	if r.chance(0.1) {
		f.account = r.account("")
	}
	r.moveMoney(r.mostly(f.biller()), f, th, f.account, m, 0)
}

// mostly is a person at the usual desk, now and then at another.
func (r *run) mostly(p *person) teller {
	return func() *voice {
		if r.chance(0.05) {
			return r.away(r.voice(p), p, 0.3, 0.3)
		}
		return r.voice(p)
	}
}

// merger gives a vendor another domain. The old one says so; then threads go
// on from the new one, and half of the time the account is another.
func (r *run) merger(m mark) {
	f, th := r.victim()
	v, old := r.voice(f.biller()), f.domain
	_, f.domain = r.firmName()
	if r.chance(0.1) {
		f.domain = r.lookalike(old)
	}
	delete(r.names, old)
	r.take(f.domain)
	b := &blanks{site: f.domain}
	l := &letter{to: []mailbox{f.clerk.box()}, cc: []mailbox{f.biller().box()}, rcpts: []parse.Address{f.clerk.addr()}}
	l.subject, l.text = r.say(v.lang, "merger!", b), r.speech(v, f.clerk.given, b, "merger")
	r.send(v, l, m.bystander())
	f.provider, f.proof = pick(r.dice, r.providers), r.proof()
	if r.chance(0.5) {
		f.account = r.account(f.country)
	}
	r.at(r.later(v.desk.zone, 2*time.Hour, 60*time.Hour), func() { r.moveMoney(r.mostly(f.biller()), f, th, f.account, m, 0) })
}

// sibling is a vendor that has written from two domains all along.
func (r *run) sibling(m mark) {
	f, th := r.victim()
	for f.sibling == "" {
		f, th = r.victim()
	}
	r.moveMoney(func() *voice {
		v := r.voice(f.biller())
		v.addr.Domain, v.reverse.Domain = f.sibling, f.sibling
		return v
	}, f, th, f.account, m, 0)
}

// newProvider is a vendor whose mail comes by another way from now on.
func (r *run) newProvider(m mark) {
	f, th := r.victim()
	f.provider, f.proof = pick(r.dice, r.providers), r.proof()
	for _, p := range f.people {
		p.program = pick(r.dice, desktops)
	}
	r.moveMoney(r.mostly(f.biller()), f, th, f.account, m, 0)
}

// vendorTravels repeats the account that is known, from somewhere else.
func (r *run) vendorTravels(m mark) {
	f, th := r.victim()
	p := f.biller()
	r.moveMoney(func() *voice { return r.away(r.voice(p), p, 0.5, 0.5) }, f, th, f.account, m, 0)
}

// newContact is somebody new at a vendor who takes a thread over.
func (r *run) newContact(m mark) {
	f, th := r.victim()
	p := r.person(f, sales)
	f.people[0] = p
	r.moveMoney(r.mostly(p), f, th, f.account, m, 0)
}

// sharedMailbox is a vendor's mailbox that several people use.
func (r *run) sharedMailbox(m mark) {
	f, th := r.victim()
	if f.shared == "" {
		f.shared = "accounts"
	}
	r.moveMoney(func() *voice {
		v := r.voice(pick(r.dice, f.people))
		v.addr.Local, v.reverse.Local = f.shared, f.shared
		return v
	}, f, th, f.account, m, 0)
}

// forwardedBank is a vendor's letter about its account that comes by way of
// somebody else: a forwarder, or a colleague.
func (r *run) forwardedBank(m mark) {
	f, th := r.victim()
	if r.chance(0.5) {
		r.moveMoney(func() *voice { return r.forward(r.voice(f.biller())) }, f, th, f.account, m, 0)
		return
	}
	colleague := others(r.dice, r.org.people, f.clerk, 1)[0]
	v, b := r.voice(f.biller()), &blanks{bank: string(f.account), amount: r.amount(f.typical)}
	v.lang = f.biller().lang
	first := &thread{}
	l := &letter{to: []mailbox{colleague.box()}, subject: r.say(v.lang, "bank!", b), fresh: first, text: r.speech(v, colleague.given, b, "bank", "bank2")}
	r.send(v, l, m)
	r.at(r.later(colleague.zone, 5*time.Minute, 8*time.Hour), func() {
		us := r.voice(colleague)
		r.send(us, &letter{
			to: []mailbox{f.clerk.box()}, thread: first, subject: "Fwd: " + l.subject, text: r.speech(us, f.clerk.given, &blanks{}, "status"),
		}, m.bystander())
	})
}

// fromHome is a wish from a private mailbox that the other knows, as a rule.
func (r *run) fromHome(m mark, purpose string) {
	p := r.wisher(purpose)
	for p.private.Domain == "" {
		p = r.wisher(purpose)
	}
	r.ask(func() *voice { return r.private(p) }, r.trusted(purpose, p), m, purpose)
}

// fromAfar is a wish of somebody on a trip, which the other has mail from at
// other times as well.
func (r *run) fromAfar(m mark, purpose string) {
	p := r.wisher(purpose)
	if !r.now.Before(p.trip.until) {
		r.travel(p)
	}
	r.at(r.later(p.trip.zone, 0, 30*time.Hour), func() {
		r.ask(func() *voice { return r.voice(p) }, r.trusted(purpose, p), m, purpose)
	})
}

// fromDesk is a wish from the usual place.
func (r *run) fromDesk(m mark, purpose string) {
	p := r.wisher(purpose)
	r.ask(r.mostly(p), r.trusted(purpose, p), m, purpose)
}

// renamed is one of ours who has married.
func (r *run) renamed(m mark, purpose string) {
	p := pick(r.dice, r.of(staff))
	r.rename(p, pick(r.dice, pick(r.dice, cultures).family))
	r.ask(r.mostly(p), r.trusted(purpose, p), m, purpose)
}

// namesake is a customer's person who bears the name of one of ours.
func (r *run) namesake(m mark) {
	p := r.wisher("task")
	f := pick(r.dice, r.firms)
	v := r.voice(f.people[0])
	v.mailbox, v.sign, v.lang = mailbox{p.name(), parse.Address{Local: p.local, Domain: f.domain}}, p.name(), p.lang
	v.reverse = v.addr
	r.ask(func() *voice { return v }, r.asked("task", p), m, "task")
}

// hired lets somebody join in the place of another, and do something.
func (r *run) hired(m mark, then func(*person, mark)) {
	for i, p := range r.org.people {
		if p.role == staff {
			fresh := r.person(r.org, staff)
			fresh.circle = r.circle(fresh)
			r.org.people = append(append(r.org.people[:i:i], r.org.people[i+1:]...), fresh)
			then(fresh, m)
			return
		}
	}
}

func (r *run) payday(p *person, m mark) { r.ask(r.mostly(p), r.trusted("payroll", p), m, "payroll") }

func (r *run) introduces(p *person, m mark) {
	v := r.voice(p)
	r.share(func() *voice { return v }, others(r.dice, r.org.people, p, r.between(5, 15)), r.sharedLink(), m)
}

// auditor is a partner that needs what thieves want as well.
func (r *run) auditor(m mark) {
	f := pick(r.dice, r.firms)
	for f.relation != partner {
		f = pick(r.dice, r.firms)
	}
	r.ask(r.mostly(f.people[0]), r.asked("data", nil), m, "data")
}

// mailing is something that concerns everybody.
func (r *run) mailing(m mark) {
	p := pick(r.dice, r.of(pick(r.dice, []role{hr, support, boss})))
	v := r.voice(p)
	r.share(func() *voice { return v }, others(r.dice, r.org.people, p, r.between(6, 40)), r.sharedLink(), m)
}

// short is what people write who try something out.
func (r *run) short(m mark) {
	p := pick(r.dice, pick(r.dice, r.firms).people)
	v, n := r.voice(p), 1
	switch r.IntN(4) {
	case 0: // somebody from outside who asks around
		v, n = r.freeVoice(p, r.freeAddress(p)), r.between(1, 2)
	case 1:
		p = pick(r.dice, r.org.people)
		v, n = r.voice(p), r.between(1, 3)
	}
	r.probe(v, others(r.dice, r.org.people, p, n), m)
}

// signing is a request through a service by somebody who is known, as a rule.
func (r *run) signing(m mark) {
	as := pick(r.dice, pick(r.dice, r.firms).people)
	who := as.box()
	if r.chance(0.05) {
		stranger := r.firm(customer, 1)
		who, as = stranger.people[0].box(), stranger.people[0]
	}
	r.sign(who, as.firm.lang, pick(r.dice, r.org.people), m)
}

// renews is a service that is truly used, as a rule for long.
func (r *run) renews(m mark) {
	s := pick(r.dice, r.services)
	if r.chance(0.15) { // since today
		s = r.firm(partner, 1)
	}
	for _, to := range others(r.dice, r.org.people, nil, r.between(1, 3)) {
		r.renewal(r.notice(s, s.lang), to, s.phone, m)
	}
}
