package enterprise

import (
	"cmp"
	"net/netip"
	"strings"

	"postern/mailauth"
	"postern/parse"
)

// A mailbox is a name with an address.
type mailbox struct {
	name string
	addr parse.Address
}

// A desk is where somebody writes, and with what.
type desk struct {
	client  netip.Addr // the author's device
	server  *provider  // that hands the message to us; nil: the device does so itself
	auth    string     // the user, where the device signed in with us
	program *program
	zone    int
}

// A voice is somebody about to write: the name and address they show, the
// desk they sit at, and what proves their domain.
type voice struct {
	mailbox
	sign    string // the name under the letter
	reverse parse.Address
	reply   parse.Address // Reply-To; the zero Address where none
	lang    string
	desk    desk
	proof   proof

	forwarder string // a host that passed the message on, and breaks SPF
	sealed    bool   // and sealed it (ARC)
	list      string // a mailing list that passed it on, and breaks DKIM
}

// voice is a person as on any day.
func (r *run) voice(p *person) *voice {
	v := &voice{
		mailbox: p.box(), sign: p.name(), reverse: p.addr(), lang: p.lang, proof: p.firm.proof,
		desk: desk{client: r.addrIn(p.home), server: p.firm.provider, program: p.program, zone: p.zone},
	}
	if p.firm.sibling != "" && r.chance(0.25) {
		v.addr.Domain, v.reverse.Domain = p.firm.sibling, p.firm.sibling
	}
	if r.chance(0.15) {
		v.desk.program = p.phone
	}
	if p.firm == r.org {
		v.desk.server = nil
		if r.now.Before(p.trip.until) {
			v.desk = desk{client: r.addrIn(p.trip.net), auth: p.local, program: p.trip.program, zone: p.trip.zone}
		} else if r.chance(p.atHome) {
			v.desk.auth = p.local
		} else {
			v.desk.client = officeAddr(p)
		}
	}
	return v
}

// officeAddr is the fixed address of a desk in our office.
func officeAddr(p *person) netip.Addr {
	sum := 0
	for i := range len(p.local) {
		sum += int(p.local[i]) * (i + 1)
	}
	b := officeNet.Addr().As4()
	b[3] = byte(10 + sum%200)
	return netip.AddrFrom4(b)
}

// away moves a voice to another network, and now and then to another zone and
// program: a journey, or a thief. Each sign is there with a probability.
func (r *run) away(v *voice, p *person, zone, program float64) *voice {
	v.desk.client = r.addrIn(r.somewhere())
	if p.firm == r.org {
		v.desk.auth = p.local
	}
	if r.chance(zone) {
		v.desk.zone = pick(r.dice, zones)
	}
	if r.chance(program) {
		v.desk.program = pick(r.dice, webmails)
	}
	return v
}

// private is a person writing from their private mailbox.
func (r *run) private(p *person) *voice {
	v := r.freeVoice(p, p.private)
	v.desk.client, v.desk.zone, v.desk.program = r.addrIn(p.home), p.zone, p.phone
	return v
}

// freeVoice is somebody under p's name at a free provider.
func (r *run) freeVoice(p *person, addr parse.Address) *voice {
	v := &voice{mailbox: mailbox{p.name(), addr}, sign: p.name(), reverse: addr, lang: p.lang}
	if r.chance(0.2) {
		v.name = p.given
	}
	v.proof = proof{spf: true, dkim: true, policy: "none", selector: "f1"}
	v.desk = desk{client: r.addrIn(r.somewhere()), program: pick(r.dice, webmails), zone: p.zone}
	for _, f := range r.free {
		if strings.HasSuffix(f.host, addr.Domain) {
			v.desk.server = f
		}
	}
	return v
}

// outsider is somebody under p's name at a domain of their own making, or at
// one whose mailbox they stole.
func (r *run) outsider(p *person, domain string) *voice {
	addr := parse.Address{Local: p.local, Domain: domain}
	v := &voice{mailbox: mailbox{p.name(), addr}, sign: p.name(), reverse: addr, lang: p.lang, proof: r.proof()}
	v.desk = desk{client: r.addrIn(r.somewhere()), server: pick(r.dice, r.providers), program: pick(r.dice, desktops), zone: p.zone}
	if r.chance(0.5) {
		v.desk.zone = pick(r.dice, zones)
	}
	return v
}

// notice is a service that writes of itself.
func (r *run) notice(s *firm, lang string) *voice {
	v := r.voice(s.people[0])
	v.mailbox = mailbox{s.name, parse.Address{Local: "notice", Domain: s.domain}}
	v.sign, v.lang, v.desk.program = s.name, lang, automatic
	v.reverse = parse.Address{Local: "bounce-" + r.digits(6), Domain: "mail." + s.domain}
	v.proof.spf, v.proof.dkim = true, true
	return v
}

// remote is who hands the message to us.
func (r *run) remote(v *voice) (addr netip.Addr, helo string) {
	switch {
	case v.forwarder != "":
		return r.addrIn(r.providers[len(v.forwarder)%len(r.providers)].net), v.forwarder
	case v.desk.server == nil:
		return v.desk.client, "[" + v.desk.client.String() + "]"
	}
	return r.addrIn(v.desk.server.net), v.desk.server.host
}

// results is what the gate finds in the DNS about a message of v.
func (r *run) results(v *voice) mailauth.Results {
	from := v.addr.Domain
	res := mailauth.Results{
		SPF:   mailauth.SPF{Result: mailauth.None, Domain: v.reverse.Domain},
		DMARC: mailauth.DMARC{Result: mailauth.None, Domain: from},
		ARC:   mailauth.ARC{Result: mailauth.None},
	}
	if v.reverse == (parse.Address{}) {
		res.SPF.Domain, res.SPF.Helo = cmp.Or(v.desk.host(), from), true
	}
	if v.proof.spf {
		res.SPF.Result = mailauth.Pass
		if v.forwarder != "" && v.list == "" || v.desk.auth != "" {
			res.SPF.Result = mailauth.SoftFail
		}
	}
	if v.proof.dkim && v.desk.server != nil {
		d := mailauth.DKIM{Result: mailauth.Pass, Domain: from, Selector: v.proof.selector, Algorithm: "rsa-sha256", KeyBits: 2048, Sig: r.digits(8)}
		if v.list != "" {
			d.Result, d.Reason = mailauth.Fail, "body hash differs"
		}
		res.DKIM = append(res.DKIM, d)
	}
	if v.sealed {
		res.ARC = mailauth.ARC{Result: mailauth.Pass, Instance: 1, Sealers: []string{parse.OrgDomain(v.forwarder)}}
	}
	res.DMARC.SPFAligned = res.SPF.Result == mailauth.Pass && parse.OrgDomain(res.SPF.Domain) == parse.OrgDomain(from)
	res.DMARC.DKIMAligned = len(res.DKIM) > 0 && res.DKIM[0].Result == mailauth.Pass
	if v.proof.policy != "" {
		res.DMARC.PolicyDomain, res.DMARC.Policy, res.DMARC.Result = from, v.proof.policy, mailauth.Fail
		if res.DMARC.SPFAligned || res.DMARC.DKIMAligned {
			res.DMARC.Result = mailauth.Pass
		}
	}
	return res
}

// host is the name under which the desk's server speaks.
func (d *desk) host() string {
	if d.server == nil {
		return ""
	}
	return d.server.host
}
