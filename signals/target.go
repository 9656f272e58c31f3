package signals

import (
	"slices"

	"postern/hosts"
	"postern/mailauth"
	"postern/parse"
)

// A target is a link that opens a page, with what its words claim and what is
// known of where it leads.
type target struct {
	*parse.Link

	url       parse.URL  // that the message names
	last      parse.URL  // behind the rewriters and redirectors that are known
	org       string     // organisational domain of where it leads
	kind      hosts.Kind // of the hosts on the way there
	shown     string     // the host that the words name; empty where they name none
	shownOrg  string     // its organisational domain
	disguised bool       // shownOrg is another organisation
	leaves    bool       // takes its reader off a list
}

// web tells whether l opens a page when it is clicked.
func web(l *parse.Link) bool {
	return (l.Scheme == "http" || l.Scheme == "https") && l.Origin != parse.InResource && l.Host != ""
}

// lists are the lists of hosts that hold here.
func (f *Facts) lists() *hosts.Lists {
	if f.Hosts == nil {
		return hosts.Builtin()
	}
	return f.Hosts
}

// inFile tells whether l stands in a file, or in a QR code.
func inFile(l *parse.Link) bool {
	return l.Origin >= parse.InAttachment
}

// readLinks keeps the links that open pages: those of the message, and those
// in the files of the messages in it.
func (f *Facts) readLinks(inner []*parse.Message) []target {
	n := 0
	for i := range f.Msg.Links {
		if web(&f.Msg.Links[i]) {
			n++
		}
	}
	targets := make([]target, 0, n)
	seen := sites{lists: f.lists()}
	for i := range f.Msg.Links {
		if l := &f.Msg.Links[i]; web(l) {
			targets = seen.follow(targets, l)
		}
	}
	for _, m := range inner {
		for i := range m.Links {
			if l := &m.Links[i]; web(l) && inFile(l) {
				targets = seen.follow(targets, l)
			}
		}
	}
	return targets
}

// sites are what is known of the first hosts of a message: most links lead to
// few.
type sites struct {
	lists *hosts.Lists
	known []site
	room  [maxSites]site
}

// A site is a host, with its organisational domain and its kinds.
type site struct {
	host, org string
	kind      hosts.Kind
	byPath    bool // its kinds depend on the path too
}

// maxSites is how many hosts of a message are kept in mind.
const maxSites = 16

// noTarget stands before the first one.
var noTarget = target{Link: &parse.Link{}}

// follow adds the target of l.
func (s *sites) follow(targets []target, l *parse.Link) []target {
	before := &noTarget
	if n := len(targets); n > 0 {
		before = &targets[n-1]
	}
	targets = append(targets, target{Link: l})
	targets[len(targets)-1].read(s, before)
	return targets
}

// of tells about a host.
func (s *sites) of(host string) site {
	for i := range s.known {
		if s.known[i].host == host {
			return s.known[i]
		}
	}
	now := site{host: host, org: parse.OrgDomain(host)}
	now.kind, now.byPath = s.lists.Host(host)
	if s.known == nil {
		s.known = s.room[:0]
	}
	if len(s.known) < maxSites {
		s.known = append(s.known, now)
	}
	return now
}

// kind tells the kinds of the host with a path.
func (s *sites) kind(host, path string) hosts.Kind {
	known := s.of(host)
	if known.byPath {
		return s.lists.Of(host, path)
	}
	return known.kind
}

// read fills in what the link says. Links come in runs that are alike: what
// is the same is taken from the one before.
func (t *target) read(seen *sites, before *target) {
	if t.URL == before.URL {
		t.url, t.last = before.url, before.last
	} else {
		t.url = parse.ParseURL(t.URL)
		t.last = t.url
		if t.Target != "" {
			t.last = parse.ParseURL(t.Target)
		}
	}
	t.org = seen.of(t.Leads).org
	t.kind = seen.kind(t.Leads, t.last.Path)
	if t.Leads != t.Host && !t.Rewritten {
		t.kind |= seen.kind(t.Host, t.url.Path)
	}
	t.shown, t.shownOrg, t.leaves = before.shown, before.shownOrg, before.leaves
	if t.Text != before.Text {
		if t.shown = shownHost(t.Text); t.shown != before.shown {
			t.shownOrg = seen.of(t.shown).org
		}
	}
	if t.Text != before.Text || t.URL != before.URL {
		t.leaves = t.unsubscribes()
	}
	t.disguised = t.shown != "" && t.shownOrg != t.org && (reachable(t.Leads) || ipHost(t.Leads))
}

// shareLinks is the share of the links that open pages which fulfil is.
func shareLinks(f *Facts, is func(*target) bool) float64 {
	return share(int(countLinks(f, is)), len(f.look().links))
}

// mostLinks is the greatest value of of among the links that open pages;
// unknown without any.
func mostLinks(f *Facts, of func(*target) float64) float64 {
	most := Unknown
	links := f.look().links
	for i := range links {
		if v := of(&links[i]); !(v <= most) {
			most = v
		}
	}
	return most
}

// parties are the organisational domains that stand behind a message: that
// of From, that of the envelope, and those of verified signatures.
type parties struct {
	from string
	n    int
	orgs [2 + maxSigners]string
}

func (p *parties) add(org string) {
	if org != "" && !p.has(org) && p.n < len(p.orgs) {
		p.orgs[p.n] = org
		p.n++
	}
}

func (p *parties) has(org string) bool {
	return slices.Contains(p.orgs[:p.n], org)
}

// senders are the parties behind the message. They are read once the
// authentication is known.
func (f *Facts) senders() *parties {
	v := f.look()
	if v.senders == nil {
		p := &parties{from: parse.OrgDomain(f.From().Domain)}
		p.add(p.from)
		p.add(parse.OrgDomain(f.Env.From.Domain))
		for i := range f.Auth.DKIM {
			if d := &f.Auth.DKIM[i]; d.Result == mailauth.Pass {
				p.add(parse.OrgDomain(d.Domain))
			}
		}
		v.senders = p
	}
	return v.senders
}
