package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"

	"postern/mailauth"
	"postern/store"
)

var errUnasked = fmt.Errorf("not asked: %w", mailauth.ErrTemporary)

// unasked stands for DNS and for memory where there are none: what they would
// say is unknown.
type unasked struct{}

func (unasked) LookupTXT(context.Context, string) ([]string, error) { return nil, errUnasked }
func (unasked) LookupMX(context.Context, string) ([]string, error)  { return nil, errUnasked }
func (unasked) LookupAddr(context.Context, string, bool) ([]netip.Addr, error) {
	return nil, errUnasked
}
func (unasked) LookupPTR(context.Context, netip.Addr) ([]string, error) { return nil, errUnasked }
func (unasked) Lookup(context.Context, store.Query) (store.Profile, error) {
	return store.Profile{}, errUnasked
}
func (unasked) Record(context.Context, store.Sighting) error { return nil }

// Relabel implements [store.History].
func (unasked) Relabel(context.Context, string, store.Label) error { return nil }
func (unasked) Close() error                                       { return nil }

// maxSilent is how many questions may stay without an answer before a scan
// asks no more: without a network it would wait for every message anew.
const maxSilent = 4

// impatient is a resolver that gives up where nobody has ever answered.
type impatient struct {
	dns      mailauth.Resolver
	answered atomic.Bool
	silent   atomic.Int64
}

func (r *impatient) mute() bool { return !r.answered.Load() && r.silent.Load() >= maxSilent }

func (r *impatient) note(err error) {
	if errors.Is(err, mailauth.ErrTemporary) {
		r.silent.Add(1)
	} else {
		r.answered.Store(true)
	}
}

func askDNS[T any](r *impatient, question func() (T, error)) (T, error) {
	var none T
	if r.mute() {
		return none, errUnasked
	}
	answer, err := question()
	r.note(err)
	return answer, err
}

// LookupTXT implements [mailauth.Resolver].
func (r *impatient) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return askDNS(r, func() ([]string, error) { return r.dns.LookupTXT(ctx, name) })
}

// LookupMX implements [mailauth.Resolver].
func (r *impatient) LookupMX(ctx context.Context, name string) ([]string, error) {
	return askDNS(r, func() ([]string, error) { return r.dns.LookupMX(ctx, name) })
}

// LookupAddr implements [mailauth.Resolver].
func (r *impatient) LookupAddr(ctx context.Context, name string, want6 bool) ([]netip.Addr, error) {
	return askDNS(r, func() ([]netip.Addr, error) { return r.dns.LookupAddr(ctx, name, want6) })
}

// LookupPTR implements [mailauth.Resolver].
func (r *impatient) LookupPTR(ctx context.Context, addr netip.Addr) ([]string, error) {
	return askDNS(r, func() ([]string, error) { return r.dns.LookupPTR(ctx, addr) })
}

// notHeld is the quarantine of a scan, which delivers nothing.
type notHeld struct{ store.Quarantine }

// Hold forgets the message.
func (notHeld) Hold(context.Context, store.Held) error { return nil }
