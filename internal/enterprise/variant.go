package enterprise

// Variants of the stories, told in other ways by attackers and innocents alike.

// attachedAccount is a vendor's stolen mailbox that sends the account as a file.
func (r *run) attachedAccount(m mark) {
	f, th := r.victim()
	v := r.away(r.voice(f.biller()), f.biller(), 0.5, 0.6)
	r.attachAccount(v, f, th.fork(), r.thiefs(f), m)
}

// attachedInvoice is an invoice with the account that is known, as a file.
func (r *run) attachedInvoice(m mark) {
	f, th := r.victim()
	r.attachAccount(r.mostly(f.biller())(), f, th, f.account, m)
}

// attachAccount sends a letter whose account stands in an attached file.
func (r *run) attachAccount(v *voice, f *firm, th *thread, to account, m mark) {
	b := &blanks{bank: string(to), amount: r.amount(f.typical)}
	l := &letter{to: []mailbox{f.clerk.box()}, thread: th, file: r.say(v.lang, "invoice", b) + "\n" + r.say(v.lang, "account", b) + "\n"}
	if th == nil || len(th.refs) == 0 {
		l.thread, l.fresh, l.subject = nil, &thread{ours: f.clerk}, r.say(v.lang, "invoice!", b)
	}
	l.text = r.speech(v, f.clerk.given, b, "invoice")
	r.send(v, l, m)
}

// coldLookalike is a domain like a vendor's without any talk to go on with.
func (r *run) coldLookalike(m mark) {
	f, _ := r.victim()
	v := r.outsider(f.biller(), r.lookalike(f.domain))
	r.moveMoney(func() *voice { return v }, f, nil, r.thiefs(f), m, 0)
}

// newVendor sends its first invoice.
func (r *run) newVendor(m mark) {
	f := r.firm(vendor, 2)
	f.clerk = pick(r.dice, r.of(finance))
	r.invoice(f, m, r.voice(f.biller()))
}

// takenAccountFew is one of ours in a thief's hands that sends a link to a few.
func (r *run) takenAccountFew(m mark) {
	p := pick(r.dice, r.org.people)
	v := r.away(r.voice(p), p, 0.5, 0.7)
	r.share(func() *voice { return v }, others(r.dice, r.org.people, p, r.between(2, 4)), r.ownLink(), m)
}

// ownLink leads to a site that nobody knows.
func (r *run) ownLink() string {
	_, domain := r.firmName()
	return r.link(domain)
}

// sharesWithFew is one of ours with a link to a site that nobody knows.
func (r *run) sharesWithFew(m mark) {
	p := pick(r.dice, r.org.people)
	r.share(r.mostly(p), others(r.dice, p.circle, p, r.between(1, 3)), r.ownLink(), m)
}

// takenAccountAnswers goes on with talks of the one whose account it is.
func (r *run) takenAccountAnswers(m mark) {
	f := pick(r.dice, r.firms)
	for _, th := range f.threads {
		if p := th.ours; p != nil && len(th.refs) > 0 {
			v := r.away(r.voice(p), p, 0.5, 0.7)
			b := &blanks{link: r.ownLink()}
			l := &letter{to: []mailbox{f.people[0].box()}, thread: th.fork(), text: r.speech(v, f.people[0].given, b, "share", "share2")}
			r.send(v, l, m)
		}
	}
}

// movesHouse is one of ours who works from another home from now on.
func (r *run) movesHouse(m mark) {
	p := pick(r.dice, r.org.people)
	p.home = r.somewhere()
	v := r.voice(p)
	v.desk.client, v.desk.auth = r.addrIn(p.home), p.local
	to := r.near(p)
	l := &letter{to: []mailbox{to.box()}, subject: r.say(v.lang, "status!", &blanks{}), fresh: &thread{}}
	l.text = r.speech(v, to.given, &blanks{}, "status")
	r.send(v, l, m)
}

// otherForm shows a name of ours as it never is.
func (r *run) otherForm(m mark) {
	by := r.wisher("task")
	v := pick(r.dice, []func(*person) *voice{r.stolen, r.opened})(by)
	v.name = pick(r.dice, []string{by.family + ", " + by.given, by.given[:1] + ". " + by.family, by.name() + " (office)", ascii.Replace(by.name())})
	v.lang = by.lang
	r.ask(func() *voice { return v }, r.asked("task", by), m, pick(r.dice, words("task gift data")))
}

// signedOnly shows an office in front, and a name of ours below the letter.
func (r *run) signedOnly(m mark) {
	by := r.wisher("task")
	v := r.opened(by)
	v.name = pick(r.dice, words("Office Direktion Secretary Presidency"))
	v.lang = by.lang
	r.ask(func() *voice { return v }, r.asked("task", by), m, pick(r.dice, words("task gift data")))
}
