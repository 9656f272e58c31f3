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
	for i := range f.Msg.Links {
		if l := &f.Msg.Links[i]; web(l) {
			targets = f.follow(targets, l)
		}
	}
	for _, m := range inner {
		for i := range m.Links {
			if l := &m.Links[i]; web(l) && inFile(l) {
				targets = f.follow(targets, l)
			}
		}
	}
	return targets
}

// follow adds the target of l.
func (f *Facts) follow(targets []target, l *parse.Link) []target {
	targets = append(targets, target{Link: l})
	if t := &targets[len(targets)-1]; len(targets) == 1 {
		t.read(f.lists(), &target{Link: &parse.Link{}})
	} else {
		t.read(f.lists(), &targets[len(targets)-2])
	}
	return targets
}

// read fills in what the link says. Links come in runs that are alike: what
// is the same is taken from the one before.
func (t *target) read(lists *hosts.Lists, before *target) {
	if t.URL == before.URL {
		t.url, t.last = before.url, before.last
	} else {
		t.url = parse.ParseURL(t.URL)
		t.last = t.url
		if t.Target != "" {
			t.last = parse.ParseURL(t.Target)
		}
	}
	if t.Leads == before.Leads && t.Host == before.Host && t.last.Path == before.last.Path {
		t.org, t.kind = before.org, before.kind
	} else {
		t.kind = lists.Of(t.Leads, t.last.Path)
		if t.Leads != t.Host && !t.Rewritten {
			t.kind |= lists.Of(t.Host, t.url.Path)
		}
		t.org = before.org
		if t.Leads != before.Leads {
			t.org = parse.OrgDomain(t.Leads)
		}
	}
	t.shown, t.shownOrg, t.leaves = before.shown, before.shownOrg, before.leaves
	if t.Text != before.Text {
		if t.shown = shownHost(t.Text); t.shown != before.shown {
			t.shownOrg = parse.OrgDomain(t.shown)
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
