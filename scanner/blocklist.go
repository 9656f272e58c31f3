package scanner

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"postern/internal/quantity"
	"postern/parse"
)

const (
	maxLists           = 16 // that can be configured
	maxListed          = 8  // addresses or domains of one message that one list is asked about
	defaultListTimeout = 2 * time.Second
)

var errTooManyLists = fmt.Errorf("list: at most %d", maxLists)

// A Subject is what a list is about.
type Subject string

// The subjects.
const (
	Client Subject = "client" // the address of the client (RFC 5782 §2.1)
	Sender Subject = "sender" // the domains of From, the envelope sender and HELO (RFC 5782 §2.2)
	Link   Subject = "link"   // the organisational domains and addresses that links lead to
)

// ListConfig is one block list.
type ListConfig struct {
	Zone    string            `toml:"zone"`    // "zen.spamhaus.org"
	Of      Subject           `toml:"of"`      // "client", "sender" or "link"
	Answers []netip.Prefix    `toml:"answers"` // that mean "listed"; empty: all of 127.0.0.0/8 but 127.255.255.0/24, where lists put errors
	Timeout quantity.Duration `toml:"timeout"` // for all questions of one message; 2s
}

func (c ListConfig) check(i int) error {
	key := "list[" + strconv.Itoa(i) + "]."
	var errs []error
	if a, ok := parse.ParseAddress("postmaster@" + c.Zone); !ok || !strings.Contains(a.Domain, ".") {
		errs = append(errs, fmt.Errorf("%szone: %q is no domain", key, c.Zone))
	}
	if !slices.Contains([]Subject{Client, Sender, Link}, c.Of) {
		errs = append(errs, fmt.Errorf("%sof: %q is none of [\"client\" \"sender\" \"link\"]", key, c.Of))
	}
	for _, p := range c.Answers {
		if !loopback.Contains(p.Addr()) {
			errs = append(errs, fmt.Errorf("%sanswers: %v is outside of 127.0.0.0/8", key, p))
		}
	}
	return errors.Join(errs...)
}

var (
	loopback   = netip.MustParsePrefix("127.0.0.0/8")
	listErrors = netip.MustParsePrefix("127.255.255.0/24") // "your resolver is blocked", and the like
)

// list is one block list at work.
type list struct {
	ListConfig
	breaker *breaker
}

// means tells whether an answer means "listed", and whether it means anything.
func (l *list) means(a netip.Addr) (listed, valid bool) {
	if len(l.Answers) > 0 {
		return slices.ContainsFunc(l.Answers, func(p netip.Prefix) bool { return p.Contains(a) }), loopback.Contains(a)
	}
	valid = loopback.Contains(a) && !listErrors.Contains(a)
	return valid, valid
}

// askLists puts the message before every list at once.
func (s *Scanners) askLists(ctx context.Context, env *parse.Envelope, msg *parse.Message, r *Results) {
	type reply struct {
		found []Listing
		err   error
	}
	replies := make([]reply, len(s.lists))
	var wg sync.WaitGroup
	for i := range s.lists {
		wg.Go(func() { replies[i].found, replies[i].err = s.askList(ctx, &s.lists[i], env, msg) })
	}
	wg.Wait()
	for i, reply := range replies {
		r.Lists = append(r.Lists, reply.found...)
		if reply.err != nil {
			r.Missing = append(r.Missing, s.lists[i].Zone)
		} else {
			r.Asked = append(r.Asked, s.lists[i].Of)
		}
	}
}

// askList asks one list about all that the message has for it. One question
// that fails leaves the list unknown, unless another says "listed".
func (s *Scanners) askList(ctx context.Context, l *list, env *parse.Envelope, msg *parse.Message) ([]Listing, error) {
	subjects := l.subjects(env, msg)
	if len(subjects) == 0 {
		return nil, nil
	}
	if !l.breaker.allow(time.Now()) {
		return nil, errResting
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(l.Timeout))
	defer cancel()
	found, errs := make([]Listing, len(subjects)), make([]error, len(subjects))
	var wg sync.WaitGroup
	for i, subject := range subjects {
		wg.Go(func() { found[i].Answer, errs[i] = s.listed(ctx, l, subject) })
		found[i].Zone, found[i].Of, found[i].Subject = l.Zone, l.Of, subject
	}
	wg.Wait()
	err := errors.Join(errs...)
	l.breaker.done(time.Now(), err == nil)
	found = slices.DeleteFunc(found, func(f Listing) bool { return !f.Answer.IsValid() })
	if len(found) > 0 {
		err = nil
	}
	return found, err
}

var errAnswer = errors.New("scanner: the list answers with an error")

// listed gives the answer that lists subject; invalid where it is not listed.
func (s *Scanners) listed(ctx context.Context, l *list, subject string) (netip.Addr, error) {
	answers, err := s.dns.LookupAddr(ctx, reversed(subject)+"."+l.Zone, false)
	if err != nil {
		if s.notFound(err) {
			err = nil
		}
		return netip.Addr{}, err
	}
	for _, a := range answers {
		switch listed, valid := l.means(a); {
		case listed:
			return a, nil
		case !valid:
			err = errAnswer
		}
	}
	return netip.Addr{}, err
}

// reversed writes an address as lists want it (RFC 5782 §2.1, §2.4): octets or
// nibbles, the last first. A domain stays as it is.
func reversed(subject string) string {
	a, err := netip.ParseAddr(subject)
	if err != nil {
		return subject
	}
	var labels []string
	for _, octet := range a.AsSlice() {
		if a.Is4() {
			labels = append(labels, strconv.Itoa(int(octet)))
		} else {
			labels = append(labels, strconv.FormatUint(uint64(octet>>4), 16), strconv.FormatUint(uint64(octet&15), 16))
		}
	}
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}

// subjects lists what the list is asked about, each once.
func (l *list) subjects(env *parse.Envelope, msg *parse.Message) (all []string) {
	add := func(host string) {
		host = strings.Trim(host, "[].") // of address literals
		if a, err := netip.ParseAddr(host); err == nil {
			host = a.Unmap().WithZone("").String()
		} else if host = parse.OrgDomain(host); !strings.Contains(host, ".") {
			return
		}
		if len(all) < maxListed && !slices.Contains(all, host) {
			all = append(all, host)
		}
	}
	switch l.Of {
	case Client:
		if a := env.Remote.Unmap(); a.IsValid() && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast() {
			add(a.String())
		}
	case Sender:
		for i := range msg.From {
			add(msg.From[i].Address.Domain)
		}
		add(env.From.Domain)
		add(env.Helo)
	case Link:
		for i := range msg.Links {
			add(msg.Links[i].Host)
		}
	}
	return all
}
