package mailauth

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// maxInstances is the length of the longest chain (RFC 8617 §4.2.1).
const maxInstances = 50

// An arcSet is what one intermediary added (RFC 8617 §4.2).
type arcSet struct {
	results   *headerField // ARC-Authentication-Results
	signature *signature   // ARC-Message-Signature
	fault     *fault       // of that signature; only the newest must validate
	seal      *signature   // ARC-Seal
}

// verifyARC validates the chain (RFC 8617 §5.2). All failures are permanent,
// those of DNS as well (§5.2.1).
func verifyARC(ctx context.Context, dns Resolver, raw []byte, now time.Time) ARC {
	m := readSigned(raw)
	sets, f := m.readChain()
	arc := ARC{Result: Fail, Instance: len(sets)}
	if f != nil {
		arc.Reason = f.reason
		return arc
	}
	if len(sets) == 0 {
		arc.Result = None
		return arc
	}
	for _, set := range slices.Backward(sets) {
		arc.Sealers = append(arc.Sealers, set.seal.domain)
	}
	if f = m.checkSet(ctx, dns, sets[len(sets)-1], now); f == nil {
		f = verifySeals(ctx, dns, sets)
	}
	if f != nil {
		arc.Reason = f.reason
		return arc
	}
	arc.Result = Pass
	for i := len(sets) - 2; i >= 0; i-- {
		if m.checkSet(ctx, dns, sets[i], now) != nil {
			arc.OldestPass = i + 2
			break
		}
	}
	return arc
}

func (m *signedMessage) checkSet(ctx context.Context, dns Resolver, set arcSet, now time.Time) *fault {
	if set.fault != nil {
		return set.fault
	}
	_, f := m.check(ctx, dns, set.signature, now)
	return f
}

var (
	brokenChain = &fault{Fail, "the sets are not one of each field from 1 up"}
	tooLong     = &fault{Fail, "more than 50 sets"}
	badSeal     = &fault{Fail, "malformed ARC-Seal"}
	signedSeal  = &fault{Fail, "the message signature covers ARC-Seal"}
	badStatus   = &fault{Fail, "wrong chain status"}
	failedChain = &fault{Fail, "the chain had failed before"}
)

// readChain reads all sets, oldest first. Beside a fault it gives as many
// sets as the highest instance says; they may be incomplete.
func (m *signedMessage) readChain() ([]arcSet, *fault) {
	results := m.named["arc-authentication-results"]
	sigs := m.named["arc-message-signature"]
	seals := m.named["arc-seal"]
	n := max(len(results), len(sigs), len(seals))
	if n > maxInstances {
		return nil, tooLong
	}
	sets := make([]arcSet, n)
	if len(results) != n || len(sigs) != n || len(seals) != n {
		return sets, brokenChain
	}
	for i := range n {
		if f := m.readSetFields(sets, results[i], sigs[i], seals[i]); f != nil {
			return sets, f
		}
	}
	return sets, checkStatus(sets)
}

// readSetFields puts each field where its instance says.
func (m *signedMessage) readSetFields(sets []arcSet, results, sig, seal int) *fault {
	// RFC 8617 §4.1.2 does not say what a missing c= means. The first sealers
	// and the test suite of ARC have relaxed/relaxed there.
	ams, fault := m.readMessageSignature(sig, "relaxed/relaxed")
	if fault == nil && slices.Contains(ams.names, "arc-seal") { // RFC 8617 §4.1.2
		fault = signedSeal
	}
	as, f := m.readSignature(seal)
	switch {
	case f != nil:
		return f
	case as.tags.has("h"): // RFC 8617 §4.1.3
		return badSeal
	}
	field := &m.fields[results]
	i, j, k := resultsInstance(field.value()), instance(ams.tags.value("i")), instance(as.tags.value("i"))
	switch n := len(sets); {
	case min(i, j, k) < 1, max(i, j, k) > n:
		return brokenChain
	case sets[i-1].results != nil, sets[j-1].signature != nil, sets[k-1].seal != nil:
		return brokenChain
	}
	sets[i-1].results, sets[k-1].seal = field, as
	sets[j-1].signature, sets[j-1].fault = ams, fault
	return nil
}

// checkStatus compares cv= with the place in the chain (RFC 8617 §5.2).
func checkStatus(sets []arcSet) *fault {
	if n := len(sets); n > 0 && sets[n-1].seal.tags.value("cv") == "fail" {
		return failedChain
	}
	for i, set := range sets {
		want := "pass"
		if i == 0 {
			want = "none"
		}
		if set.seal.tags.value("cv") != want {
			return badStatus
		}
	}
	return nil
}

// verifySeals checks each seal over all sets up to its own, in relaxed form
// (RFC 8617 §5.1.1).
func verifySeals(ctx context.Context, dns Resolver, sets []arcSet) *fault {
	var chain []byte // the canonical fields of the sets before
	for _, set := range sets {
		key, f := findKey(ctx, dns, set.seal)
		if f != nil {
			return f
		}
		chain = set.results.appendTo(chain, true)
		chain = set.signature.field.appendTo(chain, true)
		digest := sha256.Sum256(set.seal.appendSelf(chain, true))
		if !key.verifies(digest[:], set.seal.sig) {
			return headerChanged
		}
		chain = set.seal.field.appendTo(chain, true)
	}
	return nil
}

// resultsInstance reads the "i=1;" that an ARC-Authentication-Results field
// begins with (RFC 8617 §4.1.1), or gives 0.
func resultsInstance(value string) int {
	first, _, found := strings.Cut(value, ";")
	name, number, _ := strings.Cut(first, "=")
	if !found || trimFWS(name) != "i" {
		return 0
	}
	return instance(trimFWS(number))
}

// instance reads 1 to 50, or gives 0.
func instance(s string) int {
	n, ok := parseDigits(s)
	if !ok || n > maxInstances {
		return 0
	}
	return int(n)
}
