package enterprise

import (
	"strconv"
	"time"

	"postern/parse"
)

// A kind is a sort of story that is laid over everyday mail.
type kind struct {
	class string // of an attack, or the one that a twin could be taken for
	name  string
	share float64 // of Size.Overlays
	play  func(*run, mark)
	held  bool // not played unless Size.Held
}

// overlay plans a day's stories.
func (r *run) overlay(day time.Time, busy float64) {
	for _, k := range attacks {
		if k.held && !r.size.Held {
			continue
		}
		r.stage(day, busy, k, Truth{Class: k.class, Kind: k.class + "." + k.name}, 0.15)
	}
	for _, k := range twins {
		if k.held && !r.size.Held {
			continue
		}
		r.stage(day, busy, k, Truth{Class: "safe", Kind: k.name, Twin: true, Like: k.class}, 0.1)
	}
}

func (r *run) stage(day time.Time, busy float64, k kind, truth Truth, odd float64) {
	for range r.poisson(busy * k.share * r.size.Overlays) {
		r.stories++
		m := mark{truth}
		m.Campaign = truth.Kind + "-" + strconv.FormatUint(r.stories, 10)
		r.at(r.anyHour(day, r.org.provider.zone, odd), func() { k.play(r, m) })
	}
}

// Where somebody is impersonated, it is from an address of one of three forms.
var attacks = []kind{
	{"executive_impersonation", "display_name", 1, func(r *run, m mark) { r.impersonate(m, "task", r.stolen) }, false},
	{"executive_impersonation", "free_mailbox", 1, func(r *run, m mark) { r.impersonate(m, "task", r.opened) }, false},
	{"executive_impersonation", "lookalike", 1, func(r *run, m mark) { r.impersonate(m, "task", r.nearby) }, false},
	{"gift_card_scam", "display_name", 0.5, func(r *run, m mark) { r.impersonate(m, "gift", r.stolen) }, false},
	{"gift_card_scam", "free_mailbox", 1, func(r *run, m mark) { r.impersonate(m, "gift", r.opened) }, false},
	{"gift_card_scam", "lookalike", 0.5, func(r *run, m mark) { r.impersonate(m, "gift", r.nearby) }, false},
	{"payroll_diversion", "free_mailbox", 1, func(r *run, m mark) { r.impersonate(m, "payroll", r.opened) }, false},
	{"payroll_diversion", "lookalike", 0.5, func(r *run, m mark) { r.impersonate(m, "payroll", r.nearby) }, false},
	{"data_theft", "free_mailbox", 1, func(r *run, m mark) { r.impersonate(m, "data", r.opened) }, false},
	{"data_theft", "lookalike", 1, func(r *run, m mark) { r.impersonate(m, "data", r.nearby) }, false},
	{"vendor_fraud", "lookalike", 1, (*run).lookalikeVendor, false},
	{"vendor_fraud", "compromised", 1, (*run).compromisedVendor, false},
	{"vendor_fraud", "hijacked", 1, (*run).hijackedThread, false},
	{"account_takeover", "fan_out", 0.7, (*run).takenAccount, false},
	{"account_takeover", "wishes", 0.7, (*run).takenAccountAsks, false},
	{"reconnaissance", "probes", 1, (*run).recon, false},
	{"mailbomb", "signups", 0.2, (*run).bomb, false},
	{"service_abuse", "signing", 1, (*run).abusedService, false},
	{"callback_phishing", "renewal", 1, (*run).callback, false},
	{"vendor_fraud", "attached", 0.5, (*run).attachedAccount, false},
	{"vendor_fraud", "cold_lookalike", 0.5, (*run).coldLookalike, true},
	{"account_takeover", "few", 0.7, (*run).takenAccountFew, false},
	{"account_takeover", "answers", 0.7, (*run).takenAccountAnswers, true},
	{"executive_impersonation", "other_form", 0.7, (*run).otherForm, false},
	{"executive_impersonation", "signed", 0.5, (*run).signedOnly, true},
}

// wisher is who would have a wish, and asked who would be asked.
func (r *run) wisher(purpose string) *person {
	if purpose == "payroll" || r.chance(0.3) {
		return pick(r.dice, r.org.people)
	}
	return pick(r.dice, r.of(boss))
}

func (r *run) asked(purpose string, by *person) *person {
	as := map[string][]role{
		"task": {assistant, finance, staff}, "gift": {assistant, assistant, staff}, "payroll": {hr, hr, finance}, "data": {hr, finance},
	}[purpose]
	list := others(r.dice, r.of(pick(r.dice, as)), by, 1)
	if len(list) == 0 {
		list = others(r.dice, r.org.people, by, 1)
	}
	return list[0]
}

// trusted is who somebody would truly ask: the one of their circle.
func (r *run) trusted(purpose string, by *person) *person {
	as := assistant
	if purpose == "payroll" || purpose == "data" {
		as = pick(r.dice, []role{hr, finance})
	}
	for _, c := range by.circle {
		if c.role == as {
			return c
		}
	}
	return pick(r.dice, by.circle)
}

func (r *run) impersonate(m mark, purpose string, form func(*person) *voice) {
	by := r.wisher(purpose)
	v := form(by)
	v.lang = by.lang
	if r.chance(0.2) {
		v.reply = r.freeAddress(by)
	}
	r.ask(func() *voice { return v }, r.asked(purpose, by), m, purpose)
}

// stolen shows a name of ours over the address of some stolen mailbox.
func (r *run) stolen(p *person) *voice {
	_, domain := r.firmName()
	v := r.outsider(p, domain)
	v.addr.Local = pick(r.dice, words("office info contact mail")) + r.digits(2)
	v.reverse = v.addr
	return v
}

// opened shows a name of ours over a free mailbox.
func (r *run) opened(p *person) *voice {
	addr := r.freeAddress(p)
	if r.chance(0.3) {
		addr.Local = pick(r.dice, words("office.desk ceo.mail director private.box")) + r.digits(3)
	}
	return r.freeVoice(p, addr)
}

// nearby shows a name of ours at a domain like ours.
func (r *run) nearby(p *person) *voice { return r.outsider(p, r.lookalike(r.org.domain)) }

// victim is a vendor and a thread with it that lives, if there is one.
func (r *run) victim() (*firm, *thread) {
	var f *firm
	for f == nil || f.relation != vendor {
		f = pick(r.dice, r.firms)
	}
	for _, th := range f.threads {
		if th.ours == f.clerk {
			return f, th
		}
	}
	return f, nil
}

func (r *run) lookalikeVendor(m mark) {
	f, th := r.victim()
	v := r.outsider(f.biller(), r.lookalike(f.domain))
	r.moveMoney(func() *voice { return v }, f, th.fork(), r.thiefs(f), m, 0.4)
}

// thiefs is the account of a thief, half of the time in the vendor's country.
func (r *run) thiefs(f *firm) account {
	if r.chance(0.5) {
		return r.account(f.country)
	}
	return r.account("")
}

func (r *run) compromisedVendor(m mark) {
	f, th := r.victim()
	diverted := parse.Address{}
	if r.chance(0.3) {
		diverted = parse.Address{Local: f.biller().local, Domain: r.lookalike(f.domain)}
	}
	tell := func() *voice {
		v := r.away(r.voice(f.biller()), f.biller(), 0.5, 0.6)
		v.reply = diverted
		return v
	}
	r.moveMoney(tell, f, th.fork(), r.thiefs(f), m, 0)
}

func (r *run) hijackedThread(m mark) {
	f, th := r.victim()
	v := r.stolen(f.biller())
	if r.chance(0.4) {
		v = r.freeVoice(f.biller(), r.freeAddress(f.biller()))
	}
	r.moveMoney(func() *voice { return v }, f, th.fork(), r.thiefs(f), m, 0.4)
}

// takenAccount is one of ours in a thief's hands, sending a link to many.
func (r *run) takenAccount(m mark) {
	p := pick(r.dice, r.org.people)
	v := r.away(r.voice(p), p, 0.5, 0.7)
	r.share(func() *voice { return v }, others(r.dice, r.org.people, p, r.between(6, 25)), r.sharedLink(), m)
}

// sharedLink leads to a service where anybody can put a document.
func (r *run) sharedLink() string { return r.link(r.services[r.IntN(3)].domain) }

// takenAccountAsks is one of ours in a thief's hands, wishing for something.
func (r *run) takenAccountAsks(m mark) {
	purpose := pick(r.dice, words("task gift payroll data"))
	p := r.wisher(purpose)
	r.ask(func() *voice { return r.away(r.voice(p), p, 0.5, 0.7) }, r.asked(purpose, p), m, purpose)
}

func (r *run) recon(m mark) {
	p := pick(r.dice, pick(r.dice, r.firms).people)
	v := r.freeVoice(p, r.freeAddress(p))
	if r.chance(0.4) {
		v = r.stolen(p)
	}
	r.probe(v, others(r.dice, r.org.people, nil, r.between(8, 30)), m)
}

func (r *run) bomb(m mark) {
	r.signups(pick(r.dice, r.org.people), r.between(80, 200), 2*time.Hour, m)
}

func (r *run) abusedService(m mark) {
	as := pick(r.dice, pick(r.dice, r.firms).people)
	v := r.stolen(as)
	if r.chance(0.5) {
		v = r.freeVoice(as, r.freeAddress(as))
	}
	r.sign(mailbox{as.name(), v.addr}, as.firm.lang, pick(r.dice, r.org.people), m)
}

func (r *run) callback(m mark) {
	s := pick(r.dice, r.services)
	phone := r.phone()
	for _, to := range others(r.dice, r.org.people, nil, r.between(1, 4)) {
		v := r.notice(s, s.lang)
		_, domain := r.firmName()
		v.addr.Domain, v.reverse = domain, parse.Address{Local: "bounce", Domain: domain}
		v.desk.server, v.proof = pick(r.dice, r.providers), r.proof()
		if r.chance(0.4) {
			free := r.freeVoice(s.people[0], r.freeAddress(s.people[0]))
			free.name, free.sign, free.lang = s.name, s.name, s.lang
			v = free
		}
		r.renewal(v, to, phone, m)
	}
}
