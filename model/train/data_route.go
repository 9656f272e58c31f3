package train

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"postern/detect"
	"postern/filter"
	"postern/mailauth"
	"postern/mailbox"
	"postern/model"
	"postern/parse"
	"postern/policy"
	"postern/signals"
	"postern/store"
)

// A View says how a message is shown to the route.
type View struct {
	Raw     bool // as collected, and not normalised
	Auth    bool // with what the receiving server found out about its sender
	History bool // with a memory that is empty, and not with none
	Org     bool // in an organisation that is configured
}

// A Route judges labelled mail by the way of live mail: offline, and with the
// clock of each message. It is safe for concurrent use.
type Route struct {
	Model     *model.Model // asked after the detectors; may be nil
	detectors []detect.Detector
	rules     *policy.Policy
}

// NewRoute makes a route with some detectors and rules.
func NewRoute(detectors []detect.Detector, rules *policy.Policy) *Route {
	return &Route{detectors: detectors, rules: rules}
}

// Judge passes a message through the filter. Nothing is remembered.
func (r *Route) Judge(ctx context.Context, m *Mail, raw []byte, v View) *filter.Record {
	rcpt := m.recipient()
	if !v.Raw {
		raw = normalise(raw, rcpt, m.swaps)
	}
	var rec *filter.Record
	f := filter.Filter{
		Hostname: "mx." + rcpt.Domain, Limits: parse.DefaultLimits, Auth: offline, History: blank{known: v.History},
		Detectors: r.detectors, Model: r.Model, Policy: func() *policy.Policy { return r.rules }, Patience: time.Minute,
		Observe: func(done *filter.Record) { rec = done }, Log: slog.New(slog.DiscardHandler),
	}
	if v.Org {
		f.Org = &signals.Org{Domains: []string{rcpt.Domain}}
	}
	env, noted := m.envelope(raw, rcpt, v)
	if noted != nil {
		f.Auth = mailauth.Known{Results: noted}
	}
	f.Process(ctx, filter.Mail{Env: env, Raw: raw}, func(context.Context, policy.Verdict, filter.Outgoing) filter.Fate { return filter.Relayed })
	return rec
}

// offline verifies as far as that can be done without DNS.
var offline = &mailauth.Verifier{DNS: silent{}}

var errSilent = fmt.Errorf("not asked: %w", mailauth.ErrTemporary)

// silent is a DNS that does not answer.
type silent struct{}

func (silent) LookupTXT(context.Context, string) ([]string, error) { return nil, errSilent }
func (silent) LookupMX(context.Context, string) ([]string, error)  { return nil, errSilent }
func (silent) LookupAddr(context.Context, string, bool) ([]netip.Addr, error) {
	return nil, errSilent
}
func (silent) LookupPTR(context.Context, netip.Addr) ([]string, error) { return nil, errSilent }

// blank is a memory that is empty, or that nobody has.
type blank struct {
	store.History
	known bool
}

var errNoMemory = errors.New("train: no memory")

func (b blank) Lookup(context.Context, store.Query) (store.Profile, error) {
	if !b.known {
		return store.Profile{}, errNoMemory
	}
	return store.Profile{}, nil
}

// noDate is the clock of a message whose time nobody knows.
var noDate = time.Date(2024, 6, 3, 9, 0, 0, 0, time.UTC)

// envelope is what a door and the verifier would have known.
func (m *Mail) envelope(raw []byte, rcpt parse.Address, v View) (*parse.Envelope, *mailauth.Results) {
	msg := parse.Read(mailbox.Header(raw), parse.DefaultLimits)
	env := &parse.Envelope{ID: m.Path, Received: m.Date, Protocol: "train", Rcpts: []parse.Address{rcpt}}
	if env.Received.IsZero() {
		env.Received = msg.Date
	}
	if env.Received.IsZero() {
		env.Received = noDate
	}
	auth := m.Received.results(msg)
	if auth == nil || !v.Auth {
		return env, nil
	}
	env.From, _ = parse.ParseAddress(strings.Trim(m.Received.MailFrom, "<>"))
	env.Remote, _ = netip.ParseAddr(m.Received.Client)
	env.Helo = m.Received.Helo
	return env, auth
}

// known tells whether the receiving server checked anything.
func (r *Received) known() bool {
	return outcomes[r.SPF] != "" || outcomes[r.DKIM] != "" || outcomes[r.DMARC] != ""
}

// outcomes are how servers write them.
var outcomes = map[string]mailauth.Result{
	"pass": mailauth.Pass, "fail": mailauth.Fail, "none": mailauth.None, "neutral": mailauth.Neutral,
	"softfail": mailauth.SoftFail, "permerror": mailauth.PermError, "bestguesspass": mailauth.None,
}

// results is what the receiving server found; nil where it checked nothing.
func (r *Received) results(msg *parse.Message) *mailauth.Results {
	out := mailauth.Results{
		SPF:   mailauth.SPF{Result: outcomes[r.SPF], Domain: domainOf(r.MailFrom)},
		DMARC: mailauth.DMARC{Result: outcomes[r.DMARC]},
	}
	dkim := outcomes[r.DKIM]
	if !r.known() {
		return nil
	}
	from := ""
	if len(msg.From) > 0 {
		from = parse.OrgDomain(msg.From[0].Address.Domain)
	}
	for _, d := range r.Signers {
		if dkim != "" && dkim != mailauth.None {
			out.DKIM = append(out.DKIM, mailauth.DKIM{Result: dkim, Domain: d, KeyBits: 2048})
		}
		out.DMARC.DKIMAligned = out.DMARC.DKIMAligned || dkim == mailauth.Pass && from != "" && parse.OrgDomain(d) == from
	}
	out.DMARC.SPFAligned = out.SPF.Result == mailauth.Pass && from != "" && parse.OrgDomain(out.SPF.Domain) == from
	out.DMARC.SPFAligned = out.DMARC.SPFAligned || r.DMARC == "bestguesspass"
	if out.DMARC.Result == mailauth.Fail {
		out.DMARC.SPFAligned, out.DMARC.DKIMAligned = false, false
	}
	return &out
}

func domainOf(address string) string {
	address = strings.Trim(address, "<> ")
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// people and houses make the recipients, so that no one of them is the mark of
// a corpus.
var (
	people = []string{"recipient", "anna", "j.miller", "paula.costa", "office", "m.schmidt", "info", "tom", "l.rossi", "sales", "marie.dubois", "k.nowak"}
	houses = []string{"corp.example", "brightwater.example", "lindholm.test", "northgate.example", "casaverde.test", "orbital.example", "hoffmann.test"}
)

// recipient is who received the message, as if; always the same for one
// message.
func (m *Mail) recipient() parse.Address {
	n := m.dice("recipient")
	return parse.Address{Local: people[n%uint64(len(people))], Domain: houses[n/64%uint64(len(houses))]}
}

// dice is a number that looks random, and is always the same for one message
// and purpose.
func (m *Mail) dice(purpose string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(purpose + "\x00" + m.Path))
	x := h.Sum64()
	x ^= x >> 33 // FNV's low bits are poor
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}
