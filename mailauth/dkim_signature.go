package mailauth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Limits of a signature field.
const (
	maxSignedFields = 256 // names in h=
	maxDomain       = 253 // octets (RFC 1035 §3.1, written without the final dot)
)

// A signature is one DKIM-Signature, ARC-Message-Signature or ARC-Seal field.
type signature struct {
	index     int // of its field in the message
	field     *headerField
	tags      tagList
	algorithm string // a=
	domain    string // d=, in lower case and A-labels
	selector  string // s=
	identity  string // domain of a DKIM-Signature's i=, by default d=
	sig       []byte // b=

	// Not in an ARC-Seal:
	bodySum       []byte   // bh=
	names         []string // h=, in lower case
	relaxedHeader bool     // c=
	relaxedBody   bool
	limit         int64 // l=; negative where all is signed
	expires       int64 // x=, Unix time
}

// readSignature reads what all three kinds of signature share.
func (m *signedMessage) readSignature(index int) (*signature, *fault) {
	s := &signature{index: index, field: &m.fields[index], limit: -1}
	var ok bool
	if s.tags, ok = parseTags(s.field.value()); !ok {
		return s, badTags
	}
	if a := s.tags.value("a"); isAlgorithm(a) {
		s.algorithm = a
	}
	s.domain, ok = signingDomain(s.tags.value("d"))
	if !ok {
		return s, badDomain
	}
	s.identity = s.domain
	if s.selector, ok = signingDomain(s.tags.value("s")); !ok {
		return s, badSelector
	}
	if s.sig, ok = decodeBase64(s.tags.value("b")); !ok {
		return s, badSignature
	}
	if _, ok = s.time("t"); !ok {
		return s, badTime
	}
	switch s.algorithm {
	case "rsa-sha256", "ed25519-sha256", "rsa-sha1":
		return s, nil
	}
	return s, badAlgorithm
}

// readMessageSignature reads a signature over header and body, and notes
// which part of the body it wants hashed. The canonicalization is meant where
// c= is missing.
func (m *signedMessage) readMessageSignature(index int, canonicalization string) (*signature, *fault) {
	s, f := m.readSignature(index)
	if f != nil {
		return s, f
	}
	var ok bool
	if s.bodySum, ok = decodeBase64(s.tags.value("bh")); !ok {
		return s, badBodyHash
	}
	if !s.tags.has("h") || !s.readNames() {
		return s, badNames
	}
	if !s.readCanonicalization(canonicalization) {
		return s, badCanonicalization
	}
	if !s.readTimes() {
		return s, badTime
	}
	if l := s.tags.find("l"); l != nil {
		n, ok := parseDigits(l.value)
		if !ok {
			return s, badLength
		}
		s.limit = n
		m.limits[s.relaxedBody] = append(m.limits[s.relaxedBody], n)
	}
	if !s.tags.lists("q", "dns/txt") {
		return s, badQuery
	}
	return s, nil
}

func (s *signature) readNames() bool {
	list := s.tags.value("h")
	if strings.Count(list, ":") >= maxSignedFields {
		return false
	}
	for name := range strings.SplitSeq(list, ":") {
		s.names = append(s.names, asciiLower(trimFWS(name)))
	}
	return true
}

// readCanonicalization reads c=, or what stands for it where it is missing.
func (s *signature) readCanonicalization(missing string) bool {
	c := missing
	if t := s.tags.find("c"); t != nil {
		c = t.value
	}
	header, body, found := strings.Cut(c, "/")
	s.relaxedHeader = header == "relaxed"
	s.relaxedBody = body == "relaxed"
	return (s.relaxedHeader || header == "simple") && (s.relaxedBody || body == "simple" || !found)
}

// readTimes reads x=, which must be later than t=.
func (s *signature) readTimes() bool {
	if !s.tags.has("x") {
		s.expires = math.MaxInt64
		return true
	}
	signed, _ := s.time("t")
	var ok bool
	s.expires, ok = s.time("x")
	return ok && s.expires > signed
}

func (s *signature) time(name string) (int64, bool) {
	t := s.tags.find(name)
	if t == nil {
		return 0, true
	}
	return parseDigits(t.value)
}

// check finds the key and verifies the body and then the header (RFC 6376
// §6.1.2, §6.1.3). The key is given for its facts even if there is a fault.
func (m *signedMessage) check(ctx context.Context, dns Resolver, s *signature, now time.Time) (signingKey, *fault) {
	if now.Unix() > s.expires {
		return signingKey{}, expired
	}
	key, f := findKey(ctx, dns, s)
	if f != nil {
		return key, f
	}
	if key.strict && s.identity != s.domain {
		return key, strictIdentity
	}
	sum := m.bodyHash(s.relaxedBody).upTo(s.limit)
	switch {
	case sum == nil:
		return key, shortBody
	case !bytes.Equal(sum, s.bodySum):
		return key, bodyChanged
	}
	if !key.verifies(s.digest(m), s.sig) {
		return key, headerChanged
	}
	return key, nil
}

// digest is what b= signs: the signed fields, and the signature's own.
func (s *signature) digest(m *signedMessage) []byte {
	b := m.appendSigned(make([]byte, 0, 4096), s.names, s.relaxedHeader, s.index)
	sum := sha256.Sum256(s.appendSelf(b, s.relaxedHeader))
	return sum[:]
}

// appendSelf appends the canonical form of the signature's own field, with
// the value of b= and the final CRLF taken out (RFC 6376 §3.7).
func (s *signature) appendSelf(dst []byte, relaxed bool) []byte {
	start := s.field.colon + 1
	b := s.tags.find("b")
	bare := headerField{slices.Concat(s.field.raw[:start+b.from], s.field.raw[start+b.to:]), s.field.colon}
	return bytes.TrimSuffix(bare.appendTo(dst, relaxed), crlf)
}

// signingDomain is s in lower case and A-labels (RFC 8616 §6), if it has the
// form of a domain name. What it lets through is safe to print.
func signingDomain(s string) (string, bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 }) && len(s) <= maxDomain {
		var err error
		if s, err = idna.Lookup.ToASCII(s); err != nil {
			return "", false
		}
	}
	if len(s) > maxDomain {
		return "", false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return "", false
		}
		for i := range len(label) {
			if c := label[i]; !isAlpha(c) && !isDigit(c) && c != '-' && c != '_' {
				return "", false
			}
		}
	}
	return asciiLower(s), true
}

func isAlgorithm(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlpha(c) && !isDigit(c) && c != '-' {
			return false
		}
	}
	return len(s) < 32
}

// parseDigits reads a number; RFC 6376 §3.5 allows l= 76 digits, and a time
// far off is for ever.
func parseDigits(s string) (int64, bool) {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
	}
	if s == "" || len(s) > 76 {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	return n, true
}

func decodeBase64(s string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(stripFWS(s))
	if err != nil || len(b) == 0 {
		return nil, false
	}
	return b, true
}
