package mailauth

import (
	"context"
	"sync"

	"postern/parse"
)

// A Verifier checks messages. It is safe for concurrent use.
type Verifier struct {
	DNS     Resolver
	Trusted []string // authserv-ids of relays before us whose word counts
}

// Verify checks msg, whose bytes are raw. It always answers: a method that ctx
// cuts short, or that panics, is a [TempError], and the others stand.
func (v *Verifier) Verify(ctx context.Context, env *parse.Envelope, msg *parse.Message, raw []byte) Results {
	r := Results{
		SPF:     SPF{Result: TempError},
		DKIM:    []DKIM{{Result: TempError, Reason: "not verified"}},
		DMARC:   DMARC{Result: TempError},
		ARC:     ARC{Result: TempError},
		Trusted: trustedResults(msg, v.Trusted),
	}
	var methods sync.WaitGroup
	methods.Go(guarded(func() { r.SPF = checkSPF(ctx, v.DNS, env) }))
	arc := guarded(func() { r.ARC = verifyARC(ctx, v.DNS, raw, env.Received) })
	if _, sealed := msg.Field("ARC-Seal"); sealed {
		methods.Go(arc)
	} else { // no DNS to wait for
		arc()
	}
	guarded(func() { r.DKIM = verifyDKIM(ctx, v.DNS, raw, env.Received) })() // here, since it needs the most stack
	methods.Wait()
	guarded(func() { r.DMARC = checkDMARC(ctx, v.DNS, msg, r.SPF, r.DKIM) })()
	return r
}

// guarded ends a panic in method, so that a message that breaks one method is
// judged by the rest.
func guarded(method func()) func() {
	return func() {
		defer func() { _ = recover() }()
		method()
	}
}
