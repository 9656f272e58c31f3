package mailauth

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
)

// Limits of keys and their records.
const (
	maxKeyRecords = 8    // TXT records of one name that are tried
	maxKeyRecord  = 4096 // octets; a key of 8192 bits takes 1,400
	minKeyBits    = 1024 // RFC 8301 §3.2
	maxKeyBits    = 8192 // twice what RFC 8301 §3.2 asks verifiers to take
)

// A signingKey is a public key with what its record says about its use
// (RFC 6376 §3.6.1).
type signingKey struct {
	rsa     *rsa.PublicKey
	ed25519 ed25519.PublicKey
	bits    int
	testing bool // t=y
	strict  bool // t=s: i= must not be in a subdomain
}

// findKey asks for the key of a signature. Several records are an error of
// the signer that RFC 6376 §3.6.2.2 leaves undefined: the first usable one
// counts. The key may be given beside a fault, for its facts.
func findKey(ctx context.Context, dns Resolver, s *signature) (signingKey, *fault) {
	if s.algorithm == "rsa-sha1" {
		return signingKey{}, weakHash // no key makes it good: spare the question
	}
	records, err := dns.LookupTXT(ctx, s.selector+"._domainkey."+s.domain)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && len(records) == 0:
		return signingKey{}, noKey
	case err != nil:
		return signingKey{}, keyUnavailable
	}
	var first signingKey
	var why *fault
	for _, record := range records[:min(len(records), maxKeyRecords)] {
		key, f := parseKey(record, s.algorithm)
		if f == nil {
			return key, nil
		}
		if why == nil {
			first, why = key, f
		}
	}
	return first, why
}

func parseKey(record, algorithm string) (signingKey, *fault) {
	if len(record) > maxKeyRecord {
		return signingKey{}, badKey
	}
	tags, ok := parseTags(record)
	// RFC 6376 §3.6.1 wants v= first, but nothing is won by failing the mail of
	// those who have it elsewhere.
	if !ok || tags.has("v") && tags.value("v") != "DKIM1" || !tags.has("p") {
		return signingKey{}, badKey
	}
	key := signingKey{
		testing: tags.has("t") && tags.lists("t", "y"),
		strict:  tags.has("t") && tags.lists("t", "s"),
	}
	kind := tags.value("k")
	if kind == "" {
		kind = "rsa"
	}
	switch {
	case tags.value("p") == "":
		return key, revokedKey
	case kind+"-sha256" != algorithm || !tags.lists("h", "sha256") || !tags.lists("s", "*", "email"):
		return key, wrongKey
	}
	der, err := base64.StdEncoding.DecodeString(stripFWS(tags.value("p")))
	if err != nil {
		return key, badKey
	}
	if kind == "ed25519" {
		return key, key.setEd25519(der)
	}
	return key, key.setRSA(der)
}

func (k *signingKey) setEd25519(b []byte) *fault {
	if len(b) != ed25519.PublicKeySize {
		return badKey
	}
	k.ed25519, k.bits = b, 256
	return nil
}

// setRSA takes both forms that are in use: a SubjectPublicKeyInfo, as the
// examples of RFC 6376 have it, and a bare RSAPublicKey, as its text says.
func (k *signingKey) setRSA(der []byte) *fault {
	var ok bool
	if pub, err := x509.ParsePKIXPublicKey(der); err == nil {
		k.rsa, ok = pub.(*rsa.PublicKey)
	} else {
		k.rsa, err = x509.ParsePKCS1PublicKey(der)
		ok = err == nil
	}
	if !ok {
		return badKey
	}
	k.bits = k.rsa.N.BitLen()
	switch {
	case k.bits < minKeyBits:
		return shortKey
	case k.bits > maxKeyBits:
		return longKey
	}
	return nil
}

func (k *signingKey) verifies(sum, sig []byte) bool {
	if k.rsa != nil {
		return rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, sum, sig) == nil
	}
	return ed25519.Verify(k.ed25519, sum, sig)
}
