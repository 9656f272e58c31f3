package mailauth

import (
	"context"
	"slices"
	"strings"
	"time"
)

// DKIM and ARC share one core of our own: tag lists, canonicalization, key
// records and signatures. A library for DKIM alone would leave ARC with a
// second truth about all four, and the one at hand tells neither selector,
// algorithm nor key size, takes no context, and refuses every l=. It is the
// oracle of our tests instead.

// maxSignatures is how many DKIM-Signature fields are considered, from the
// top; RFC 6376 §6.1 lets a verifier stop somewhere.
const maxSignatures = 10

// A fault is why a signature does not pass, in fixed words.
type fault struct {
	result Result
	reason string
}

var (
	badTags             = &fault{PermError, "malformed tag list"}
	badVersion          = &fault{PermError, "unsupported version"}
	badAlgorithm        = &fault{PermError, "unsupported algorithm"}
	weakHash            = &fault{Policy, "rsa-sha1 is not accepted"} // RFC 8301 §3.1
	badDomain           = &fault{PermError, "malformed domain"}
	badSelector         = &fault{PermError, "malformed selector"}
	badSignature        = &fault{PermError, "malformed signature"}
	badBodyHash         = &fault{PermError, "malformed body hash"}
	badNames            = &fault{PermError, "malformed list of signed fields"}
	badCanonicalization = &fault{PermError, "unsupported canonicalization"}
	badQuery            = &fault{PermError, "unsupported query method"}
	badTime             = &fault{PermError, "malformed time"}
	badLength           = &fault{PermError, "malformed body length"}
	badIdentity         = &fault{PermError, "identity is outside the domain"}
	fromUnsigned        = &fault{PermError, "the From field is not signed"}
	expired             = &fault{PermError, "signature expired"}
	noKey               = &fault{PermError, "no key"}
	keyUnavailable      = &fault{TempError, "key unavailable"}
	badKey              = &fault{PermError, "malformed key record"}
	revokedKey          = &fault{PermError, "key revoked"}
	wrongKey            = &fault{PermError, "key is for another use"}
	shortKey            = &fault{Policy, "key is too short"} // RFC 8301 §3.2
	longKey             = &fault{Policy, "key is too long"}
	strictIdentity      = &fault{PermError, "identity is not the key's domain"}
	shortBody           = &fault{Fail, "body is shorter than signed"}
	bodyChanged         = &fault{Fail, "body hash did not verify"}
	headerChanged       = &fault{Fail, "signature did not verify"}
)

// verifyDKIM judges the signatures of a message, top down.
func verifyDKIM(ctx context.Context, dns Resolver, raw []byte, now time.Time) []DKIM {
	m := readSigned(raw)
	at := m.named["dkim-signature"]
	at = at[:min(len(at), maxSignatures)]
	checks := make([]DKIM, len(at))
	sigs := make([]*signature, len(at))
	faults := make([]*fault, len(at))
	for i := range at { // read all before the body is hashed
		sigs[i], faults[i] = m.readDKIM(at[i])
	}
	for i, s := range sigs {
		var key signingKey
		if faults[i] == nil {
			key, faults[i] = m.check(ctx, dns, s, now)
		}
		checks[i] = DKIM{
			Result: Pass, Domain: s.domain, Selector: s.selector, Algorithm: s.algorithm,
			KeyBits: key.bits, Testing: key.testing, Sig: s.start(),
		}
		if s.limit >= 0 {
			checks[i].Unsigned = max(0, m.bodyHash(s.relaxedBody).size-s.limit)
		}
		if f := faults[i]; f != nil {
			checks[i].Result, checks[i].Reason = f.result, f.reason
		}
	}
	return checks
}

// readDKIM reads a DKIM-Signature field (RFC 6376 §3.5, §6.1.1).
func (m *signedMessage) readDKIM(index int) (*signature, *fault) {
	s, f := m.readMessageSignature(index, "simple/simple")
	switch {
	case f != nil:
		return s, f
	case s.tags.value("v") != "1":
		return s, badVersion
	case !slices.Contains(s.names, "from"):
		return s, fromUnsigned
	}
	if id := s.tags.find("i"); id != nil {
		var ok bool
		s.identity, ok = signingDomain(id.value[strings.LastIndexByte(id.value, '@')+1:])
		if !ok || s.identity != s.domain && !strings.HasSuffix(s.identity, "."+s.domain) {
			return s, badIdentity
		}
	}
	return s, nil
}

// start is the first characters of b=, enough to tell signatures apart
// (RFC 6008 §4 asks for 8).
func (s *signature) start() string {
	if s.sig == nil {
		return ""
	}
	b := stripFWS(s.tags.value("b"))
	return b[:min(len(b), 8)]
}
