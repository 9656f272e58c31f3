package policy

import (
	"slices"

	"postern/detect"
	"postern/mailauth"
	"postern/parse"
	"postern/signals"
	"postern/store"
)

// env is what a rule may look at. Its tags are the names that rules use;
// docs/policy.md explains them.
type env struct {
	Class         string     `expr:"class"`
	Score         float64    `expr:"score"`
	From          string     `expr:"from"`
	FromName      string     `expr:"from_name"`
	FromDomain    string     `expr:"from_domain"`
	ReplyTo       []string   `expr:"reply_to"`
	MailFrom      string     `expr:"mail_from"`
	MailDomain    string     `expr:"mail_from_domain"`
	Rcpts         []string   `expr:"rcpts"`
	RcptDomains   []string   `expr:"rcpt_domains"`
	Subject       string     `expr:"subject"`
	Client        string     `expr:"client"`
	ClientName    string     `expr:"client_name"`
	Helo          string     `expr:"helo"`
	TLS           bool       `expr:"tls"`
	Size          int        `expr:"size"`
	Hour          int        `expr:"hour"`
	Direction     string     `expr:"direction"`
	SPF           string     `expr:"spf"`
	DKIM          string     `expr:"dkim"`
	DMARC         string     `expr:"dmarc"`
	ARC           string     `expr:"arc"`
	Authenticated bool       `expr:"authenticated"`
	FirstContact  bool       `expr:"first_contact"`
	Attachments   []attached `expr:"attachments"`
	LinkHosts     []string   `expr:"link_hosts"`

	P       func(string) float64 `expr:"p"`
	Signal  func(string) float64 `expr:"signal"`
	Known   func(string) bool    `expr:"known"`
	Found   func(string) bool    `expr:"found"`
	Missing func(string) bool    `expr:"missing"`
}

// attached is one attachment as rules see it.
type attached struct {
	Name      string   `expr:"name"`
	Type      string   `expr:"type"`
	Declared  string   `expr:"declared"`
	Size      int      `expr:"size"`
	Entries   []string `expr:"entries"`
	Encrypted bool     `expr:"encrypted"`
}

func newEnv(f *signals.Facts, v signals.Vector, found []detect.Finding, w *Verdict) *env {
	e := &env{
		Class: w.Class.String(), Score: w.Score,
		MailFrom: f.Env.From.Key(), MailDomain: f.Env.From.Domain, Subject: f.Msg.Subject,
		ClientName: f.Env.RemoteName, Helo: f.Env.Helo, TLS: f.Env.TLS, Size: f.Size, Hour: f.Env.Received.UTC().Hour(),
		Direction: f.Direction().String(),
		SPF:       result(f.Auth.SPF.Result), DMARC: result(f.Auth.DMARC.Result), ARC: result(f.Auth.ARC.Result), DKIM: dkim(f.Auth.DKIM),
		Authenticated: f.Auth.Authenticated(), FirstContact: firstContact(f),
	}
	if f.Env.Remote.IsValid() {
		e.Client = f.Env.Remote.Unmap().String()
	}
	if len(f.Msg.From) > 0 {
		m := f.Msg.From[0]
		e.From, e.FromName, e.FromDomain = m.Address.Key(), m.Name, m.Address.Domain
	}
	for _, m := range f.Msg.ReplyTo {
		e.ReplyTo = append(e.ReplyTo, m.Address.Key())
	}
	for _, a := range f.Env.Rcpts {
		e.Rcpts, e.RcptDomains = append(e.Rcpts, a.Key()), append(e.RcptDomains, a.Domain)
	}
	for _, a := range f.Msg.Attachments {
		e.Attachments = append(e.Attachments, attached{a.Name, a.Sniffed, a.Declared, a.Size, a.Entries, a.Encrypted})
	}
	e.LinkHosts = hosts(f.Msg.Links)

	e.P = func(class string) float64 { c, _ := detect.ParseClass(class); return w.Scores[c] }
	e.Signal = func(name string) float64 { return v.Of(signalNamed()[name]) }
	e.Known = func(name string) bool { return signals.Known(v.Of(signalNamed()[name])) }
	e.Found = func(detector string) bool {
		return slices.ContainsFunc(found, func(d detect.Finding) bool { return d.Detector == detector })
	}
	e.Missing = f.Lacks
	return e
}

func result(r mailauth.Result) string {
	if r == "" {
		return string(mailauth.None)
	}
	return string(r)
}

// dkim is "pass" where any signature passed, else the first one's result.
func dkim(list []mailauth.DKIM) string {
	if len(list) == 0 {
		return string(mailauth.None)
	}
	if slices.ContainsFunc(list, func(d mailauth.DKIM) bool { return d.Result == mailauth.Pass }) {
		return string(mailauth.Pass)
	}
	return result(list[0].Result)
}

// firstContact tells whether some recipient never had legitimate mail from
// this sender, nor wrote to him. Without history nobody knows, so it is false.
func firstContact(f *signals.Facts) bool {
	if f.Lacks("history") {
		return false
	}
	proven := f.Auth.Authenticated()
	for i, in := range f.History.In {
		met := in.Verified.Known() || !proven && in.Claimed.Known()
		wrote := i < len(f.History.Out) && known(f.History.Out[i])
		if !met && !wrote {
			return true
		}
	}
	return false
}

func known(p store.Pair) bool { return p.Verified.Known() || p.Claimed.Known() }

// hosts lists the hosts that links lead to, each once.
func hosts(links []parse.Link) []string {
	seen := map[string]bool{}
	var list []string
	for _, l := range links {
		if l.Host != "" && !seen[l.Host] {
			seen[l.Host] = true
			list = append(list, l.Host)
		}
	}
	return list
}
