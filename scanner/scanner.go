// Package scanner asks others about a message: ClamAV for viruses, DNS block
// lists for addresses and domains, and the header fields in which rspamd or
// SpamAssassin, run by a hop of ours, left their opinion. Each is optional, has
// a time limit, and is left alone for a while when it fails. What it cannot say
// is unknown; it never fails a message.
package scanner

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"

	"postern/internal/quantity"
	"postern/parse"
)

// Results is what other scanners say about one message. The zero Results come
// from nobody.
type Results struct {
	ClamAV       Virus
	Lists        []Listing // that answered "listed", in the order of the configuration
	Asked        []Subject // what lists that answered are about, whatever they said
	Rspamd       Opinion
	SpamAssassin Opinion
	Missing      []string // scanners that gave no answer: "clamav", "zen.example.org"
}

// Listed counts the listings of what of names; known is whether a list about it
// answered at all.
func (r *Results) Listed(of Subject) (n int, known bool) {
	for i := range r.Lists {
		if r.Lists[i].Of == of {
			n++
		}
	}
	return n, slices.Contains(r.Asked, of)
}

// A Virus is ClamAV's answer.
type Virus struct {
	Known bool   // it answered
	Name  string // of the signature that matched, cleaned for people to read; empty: clean
}

// A Listing is one block list's answer about something in the message.
type Listing struct {
	Zone    string
	Of      Subject
	Subject string     // the address or domain that is listed
	Answer  netip.Addr // in 127.0.0.0/8; each list has its own meanings
}

// An Opinion is a score that another filter gave.
type Opinion struct {
	Known    bool
	Score    float64 // points; more is worse
	Required float64 // from here on it calls the message spam
}

// A Resolver answers DNS questions, as mailauth.Resolver does. The error wraps
// one for which NotFound is true where the name does not exist.
type Resolver interface {
	LookupAddr(ctx context.Context, name string, want6 bool) ([]netip.Addr, error)
}

// Config names the scanners; the zero Config none.
type Config struct {
	ClamAV  ClamAVConfig  `toml:"clamav"`
	Lists   []ListConfig  `toml:"list"`
	Results ResultsConfig `toml:"results"`
}

// WithDefaults is c with each unset key at its default.
func (c Config) WithDefaults() Config {
	c.ClamAV.Timeout = quantity.Duration(c.ClamAV.Timeout.Or(defaultClamTimeout))
	c.ClamAV.MaxBytes = quantity.Bytes(c.ClamAV.MaxBytes.Or(defaultClamSize))
	c.Lists = slices.Clone(c.Lists)
	for i := range c.Lists {
		c.Lists[i].Timeout = quantity.Duration(c.Lists[i].Timeout.Or(defaultListTimeout))
	}
	return c
}

// Check reports every problem of c.
func (c Config) Check() error {
	errs := []error{c.ClamAV.check()}
	if len(c.Lists) > maxLists {
		errs = append(errs, errTooManyLists)
	}
	for i := range c.Lists {
		errs = append(errs, c.Lists[i].check(i))
	}
	return errors.Join(errs...)
}

// Scanners asks all that are configured. It is safe for concurrent use.
type Scanners struct {
	clamav   *clamAV // nil: not asked
	lists    []list
	dns      Resolver
	notFound func(error) bool
	imported bool
}

// New makes the scanners that c names, nil where it names none. notFound tells
// the error of a name that does not exist from a failure.
func New(c Config, dns Resolver, notFound func(error) bool) *Scanners {
	c = c.WithDefaults()
	s := &Scanners{dns: dns, notFound: notFound, imported: c.Results.Read}
	if c.ClamAV.Address != "" {
		s.clamav = newClamAV(c.ClamAV)
	}
	for i := range c.Lists {
		s.lists = append(s.lists, list{c.Lists[i], new(breaker)})
	}
	if s.clamav == nil && len(s.lists) == 0 && !s.imported {
		return nil
	}
	return s
}

// Ask puts the message before every scanner at once, and waits for them until
// ctx ends or their own time is up.
func (s *Scanners) Ask(ctx context.Context, env *parse.Envelope, msg *parse.Message, raw []byte) Results {
	var r Results
	if s.imported {
		r.Rspamd, r.SpamAssassin = rspamdOpinion(msg), spamAssassinOpinion(msg)
	}
	var wg sync.WaitGroup
	var virusErr error
	if s.clamav != nil {
		wg.Go(func() { r.ClamAV, virusErr = s.clamav.scan(ctx, raw) })
	}
	s.askLists(ctx, env, msg, &r)
	wg.Wait()
	if virusErr != nil {
		r.Missing = append(r.Missing, "clamav")
	}
	return r
}
