package enterprise

import (
	"net/netip"
	"strings"
	"time"

	"postern/parse"
)

// A role is what a person does.
type role uint8

const (
	staff role = iota
	boss
	finance
	hr
	assistant
	sales
	support
)

// Networks of this world (RFC 5737, RFC 3849). Only the office has one of its
// own; a provider has a /48, or a share of one of two crowded /24.
var (
	officeNet = netip.MustParsePrefix("192.0.2.0/24")
	crowded   = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24")}
)

// network is a /48 of its own.
func network(n int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, byte(n >> 8), byte(n)}), 48)
}

// somewhere is a network that nobody was seen in before, as a rule.
func (r *run) somewhere() netip.Prefix { return network(0x4000 + r.IntN(0x8000)) }

// addrIn is an address of a network.
func (r *run) addrIn(p netip.Prefix) netip.Addr {
	if p.Addr().Is4() {
		b := p.Addr().As4()
		b[3] = byte(r.between(10, 250))
		return netip.AddrFrom4(b)
	}
	b := p.Addr().As16()
	for i := 6; i < 8; i++ {
		b[i] = byte(r.IntN(4))
	}
	b[15] = byte(r.between(1, 250))
	return netip.AddrFrom16(b)
}

// A provider carries mail for firms, or for anybody where it is free.
type provider struct {
	host string
	net  netip.Prefix
	zone int
}

// zones are offsets from UTC in minutes.
var zones = []int{0, 60, 60, 60, 120, 180, -300, -480, 330, 480}

// freeDomains are where anybody can open a mailbox in this world.
var freeDomains = words("freemail.example webmail.example mailbox.example postfach.example")

// A proof is what a domain publishes, and what its mail bears.
type proof struct {
	spf, dkim bool
	policy    string // of DMARC; empty where there is none
	selector  string
}

// A person writes mail.
type person struct {
	given, family, local string
	firm                 *firm
	role                 role
	lang                 string
	zone                 int
	program, phone       *program
	home                 netip.Prefix
	atHome               float64 // share of days
	private              parse.Address
	confidants           []*person // who knows the private address
	circle               []*person // colleagues who are written to most
	trip                 trip
}

// A trip takes a person to another network for some days.
type trip struct {
	net     netip.Prefix
	zone    int
	program *program
	until   time.Time
}

func (p *person) name() string        { return p.given + " " + p.family }
func (p *person) addr() parse.Address { return parse.Address{Local: p.local, Domain: p.firm.domain} }
func (p *person) box() mailbox        { return mailbox{p.name(), p.addr()} }

// A relation is what a firm is to us.
type relation uint8

const (
	vendor relation = iota
	customer
	partner
)

// A firm is an organisation: ours, or one that we deal with.
type firm struct {
	name, domain string
	sibling      string // another domain that its people write from; empty where none
	relation     relation
	lang         string
	country      string
	provider     *provider
	proof        proof
	people       []*person
	shared       string // local part of a shared mailbox; empty where none
	clerk        *person
	contacts     []*person // of ours, the clerk among them
	account      account
	typical      int // usual amount of an invoice
	cadence      int // days between invoices
	due          time.Time
	threads      []*thread // the last few that live
	phone        string    // of a service
}

// person makes a person of a firm.
func (r *run) person(f *firm, as role) *person {
	c := pick(r.dice, cultures)
	p := &person{
		firm: f, role: as, given: pick(r.dice, c.given), lang: f.lang, zone: f.provider.zone,
		program: pick(r.dice, desktops), phone: pick(r.dice, phones), home: r.somewhere(), atHome: r.Float64() * 0.4,
	}
	if r.chance(0.15) || f == r.org && r.chance(0.4) {
		p.lang = pick(r.dice, languages)
	}
	r.rename(p, pick(r.dice, c.family))
	for f != r.org && r.isBoss(p.name()) { // namesakes have their own story
		r.rename(p, pick(r.dice, c.family))
	}
	return p
}

// isBoss tells whether one of our bosses has the name.
func (r *run) isBoss(name string) bool {
	for _, p := range r.of(boss) {
		if p.name() == name {
			return true
		}
	}
	return false
}

// rename gives a person a family name and the address that goes with it.
func (r *run) rename(p *person, family string) {
	p.family = family
	given, family := strings.ToLower(ascii.Replace(p.given)), strings.ToLower(ascii.Replace(family))
	p.local = given + "." + family
	if p.firm.relation != vendor && len(p.firm.domain)%3 == 0 {
		p.local = given[:1] + family
	}
	for base, n := p.local, 2; p.firm.holds(p); n++ {
		p.local = base + string(rune('0'+n%10))
	}
	if r.joined != nil && p.firm == r.org {
		r.joined(p.addr())
	}
}

// holds tells whether somebody else has p's address.
func (f *firm) holds(p *person) bool {
	for _, other := range f.people {
		if other != p && other.local == p.local {
			return true
		}
	}
	return false
}

// language gives one by its share.
func (r *run) language() string {
	return pick(r.dice, words("en en en de de de fr fr es es"))
}

var countryOf = map[string][]string{"en": words("GB US NL"), "de": words("DE"), "fr": words("FR"), "es": words("ES")}

// firm founds a firm with its people.
func (r *run) firm(rel relation, people int) *firm {
	f := &firm{relation: rel, lang: r.language(), provider: pick(r.dice, r.providers), proof: r.proof()}
	f.name, f.domain = r.firmName()
	f.country = pick(r.dice, countryOf[f.lang])
	f.account = r.account(f.country)
	f.typical = 100 * (1 << r.IntN(8))
	f.cadence = pick(r.dice, []int{7, 14, 30, 30})
	f.phone = r.phone()
	if r.chance(0.3) {
		f.shared = pick(r.dice, words("invoices office accounts info"))
	}
	for range people {
		f.people = append(f.people, r.person(f, sales))
	}
	return f
}

// phone is a number that no regulator assigns: for plays in the United States,
// in Britain and in Germany.
func (r *run) phone() string {
	return pick(r.dice, []string{"+1 202 555 01" + r.digits(2), "+44 20 7946 0" + r.digits(3), "+49 30 23125 " + r.digits(3)})
}

// proof is what a firm's administrator has set up.
func (r *run) proof() proof {
	p := proof{spf: r.chance(0.95), dkim: r.chance(0.85), selector: "s" + r.digits(2)}
	if r.chance(0.7) {
		p.policy = pick(r.dice, words("none none quarantine reject"))
		p.dkim = p.dkim || !p.spf || p.policy != "none" && r.chance(0.9)
	}
	return p
}

// cast makes everybody.
func (r *run) cast() {
	for i := range 10 {
		p := &provider{"out" + r.digits(1) + ".carrier" + string(rune('a'+i)) + ".example", network(0x100 + i), pick(r.dice, zones)}
		if i < len(crowded) {
			p.net = crowded[i]
		}
		r.providers = append(r.providers, p)
	}
	for i, d := range freeDomains {
		r.free = append(r.free, &provider{"smtp." + d, network(0x200 + i), 0})
		r.take(d)
	}
	r.organise()
	for i := range r.size.Firms {
		f := r.firm([]relation{vendor, vendor, customer, customer, partner}[i%5], r.between(1, 4))
		f.clerk = pick(r.dice, r.of(finance))
		f.contacts = append(others(r.dice, r.org.people, f.clerk, r.between(1, 3)), f.clerk)
		if i%8 == 7 { // two firms that have nothing to do with each other may have names that are near
			f.domain = r.lookalike(r.firms[i-1].domain)
			r.take(f.domain)
		}
		if i == 0 || r.chance(0.2) {
			label, top, _ := strings.Cut(f.domain, ".")
			f.sibling = label + pick(r.dice, words("-group -online -gmbh")) + "." + top
			r.take(f.sibling)
		}
		r.firms = append(r.firms, f)
	}
	for range 12 {
		r.services = append(r.services, r.firm(partner, 1))
	}
	r.settled = true
}

// organise makes our own organisation.
func (r *run) organise() {
	r.org = r.firm(vendor, 0)
	r.org.shared, r.org.proof = "info", proof{spf: true, dkim: true, policy: "quarantine", selector: "own"}
	roles := []role{boss, boss, boss, finance, finance, finance, hr, hr, assistant, assistant, support, support}
	for i := range r.size.People {
		as := staff
		if i < len(roles) {
			as = roles[i]
		} else if i%4 == 0 {
			as = sales
		}
		r.org.people = append(r.org.people, r.person(r.org, as))
	}
	for _, p := range r.org.people {
		p.circle = r.circle(p)
		if p.role == boss || r.chance(0.4) {
			r.goPrivate(p)
		}
	}
}

// circle chooses who a person mostly writes to: one of each role that people
// need, and some at random.
func (r *run) circle(p *person) []*person {
	var list []*person
	for _, as := range []role{assistant, finance, hr} {
		list = append(list, others(r.dice, r.of(as), p, 1)...)
	}
	return append(list, others(r.dice, r.org.people, p, 4)...)
}

// near is somebody that p writes to: of the circle, as a rule.
func (r *run) near(p *person) *person {
	if r.chance(0.85) {
		return pick(r.dice, p.circle)
	}
	return others(r.dice, r.org.people, p, 1)[0]
}

// goPrivate opens a private mailbox that a few colleagues know.
func (r *run) goPrivate(p *person) {
	p.private = r.freeAddress(p)
	p.confidants = p.circle[:min(5, len(p.circle))]
}

// freeAddress is an address at a free provider that reads like a person's.
func (r *run) freeAddress(p *person) parse.Address {
	given, family := strings.ToLower(ascii.Replace(p.given)), strings.ToLower(ascii.Replace(p.family))
	local := pick(r.dice, []string{given + "." + family, given + family, family + "." + given, given[:1] + family})
	if r.chance(0.5) {
		local += r.digits(2)
	}
	return parse.Address{Local: local, Domain: pick(r.dice, freeDomains)}
}

// of lists our people with a role.
func (r *run) of(as role) []*person {
	var list []*person
	if r.org == nil { // it is being founded
		return nil
	}
	for _, p := range r.org.people {
		if p.role == as {
			list = append(list, p)
		}
	}
	return list
}
