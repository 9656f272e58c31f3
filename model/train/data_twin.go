package train

import (
	"slices"
	"strings"

	"postern/detect"
	"postern/mailbox"
	"postern/parse"
	"postern/signals"
)

// mostHosts bounds the domains of one message that a twin has in its own place.
const mostHosts = 40

// Twins are harmless twins of attacks that borrow the name of a brand: the same
// words, but from the brand's own domain, proven, with links that lead there.
// From them a model learns that words alone make no attack. Half of the attacks
// have one; it is of the same campaign.
func Twins(mail []*Mail) ([]*Mail, error) {
	found := make([]*Mail, len(mail))
	errs := make([]error, len(mail))
	each(len(mail), func(i int) {
		if m := mail[i]; m.Class == detect.CredentialPhishing && m.stream == "" && m.dice("twin")%2 == 0 {
			found[i], errs[i] = m.harmless()
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(found, func(m *Mail) bool { return m == nil }), nil
}

// harmless is the message as the brand that it names would have sent it; nil where
// it names none.
func (m *Mail) harmless() (*Mail, error) {
	raw, err := m.Load()
	if err != nil {
		return nil, err
	}
	msg := parse.Read(mailbox.Header(raw), parse.DefaultLimits)
	f := signals.Facts{Env: &parse.Envelope{}, Msg: parse.Read(raw, parse.DefaultLimits), Org: &signals.Org{}}
	brand := f.Brand()
	if brand == nil || len(msg.From) == 0 {
		return nil, nil
	}
	own := brand.Domains[0]
	t := *m
	t.Path += "+twin"
	t.Source, t.Class, t.Kind, t.twin = "twin/"+m.collector(), detect.Safe, "twin", true
	t.Received = Received{
		MailFrom: "bounce@" + own, Client: m.Received.Client, Helo: "mail." + own,
		SPF: "pass", DKIM: "pass", DMARC: "pass", Signers: []string{own},
	}
	hosts := []string{msg.From[0].Address.Domain}
	for _, a := range msg.ReplyTo {
		hosts = append(hosts, a.Address.Domain)
	}
	for _, l := range f.Msg.Links {
		hosts = append(hosts, l.Host)
	}
	for i, h := range hosts {
		hosts[i] = parse.OrgDomain(h)
	}
	slices.Sort(hosts)
	for _, h := range slices.Compact(hosts) {
		if strings.Contains(h, ".") && !brand.Owns(h) && len(t.swaps) < mostHosts {
			t.swaps = append(t.swaps, swap{from: h, to: []byte(own), host: true})
		}
	}
	return &t, nil
}
