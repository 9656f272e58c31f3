package mailauth

import (
	"context"
	"errors"
	"strings"

	"postern/parse"
)

// maxWalk is the most queries of one DNS Tree Walk (RFC 9989 §4.10).
const maxWalk = 8

// dmarcCheck evaluates one message. The Organizational Domain of the Author
// Domain is found once; that of another domain only where it could be the same.
type dmarcCheck struct {
	dns  Resolver
	from string // the Author Domain
	walk treeWalk
	rec  *foundRecord // what applies; nil where none does
	out  DMARC
}

// A foundRecord is a record and the domain that publishes it.
type foundRecord struct {
	domain string
	dmarcRecord
}

// checkDMARC evaluates DMARC for the From field (RFC 9989 §5.3).
func checkDMARC(ctx context.Context, dns Resolver, msg *parse.Message, spf SPF, sigs []DKIM) DMARC {
	from, result := authorDomain(msg)
	if result != "" {
		return DMARC{Result: result}
	}
	c := &dmarcCheck{dns: dns, from: from, out: DMARC{Domain: from, Result: None}}
	c.walk = walkTree(ctx, dns, from)
	if c.rec = c.walk.policy(); c.rec != nil {
		c.applyPolicy(ctx)
	}
	unknown := c.align(ctx, spf, sigs)
	switch {
	case c.rec == nil && c.walk.err != nil:
		c.out.Result = TempError
	case c.rec == nil:
	case c.out.SPFAligned || c.out.DKIMAligned:
		c.out.Result = Pass
	case unknown:
		c.out.Result = TempError
	default:
		c.out.Result = Fail
	}
	return c.out
}

// authorDomain is the one domain of the From field. A message with several From
// fields or Author Domains is outside of DMARC (RFC 9989 §5.3.1): it never
// passes. result is empty where there is a domain.
func authorDomain(msg *parse.Message) (domain string, result Result) {
	fields := 0
	for i := range msg.Header {
		if strings.EqualFold(strings.TrimSpace(msg.Header[i].Name), "From") {
			fields++
		}
	}
	for i, m := range msg.From {
		if i > 0 && m.Address.Domain != domain {
			return "", PermError
		}
		domain = m.Address.Domain
	}
	if fields > 1 {
		return "", PermError
	}
	if _, ok := lookupName(domain); !ok || strings.HasPrefix(domain, "[") {
		return "", None
	}
	return domain, ""
}

// applyPolicy tells what the owner asks for (RFC 9989 §4.10.1).
func (c *dmarcCheck) applyPolicy(ctx context.Context) {
	c.out.PolicyDomain, c.out.Testing = c.rec.domain, c.rec.testing
	if c.rec.domain == c.from {
		c.out.Policy = c.rec.p
		return
	}
	exists := true
	if c.rec.np != "" {
		_, err := c.dns.LookupTXT(ctx, c.from)
		exists = !errors.Is(err, ErrNXDomain)
	}
	c.out.Policy = c.rec.subdomainPolicy(exists)
}

// align compares what was authenticated with the Author Domain. unknown tells
// that a temporary failure hides whether anything aligned would have passed.
func (c *dmarcCheck) align(ctx context.Context, spf SPF, sigs []DKIM) (unknown bool) {
	strictSPF, strictDKIM := false, false
	if c.rec != nil {
		strictSPF, strictDKIM = c.rec.strictSPF, c.rec.strictDKIM
	}
	aligned, known := c.identifier(ctx, spf.Result, spf.Domain, strictSPF)
	c.out.SPFAligned = aligned
	unknown = !known
	whole := aligned
	for i := range sigs {
		aligned, known = c.identifier(ctx, sigs[i].Result, sigs[i].Domain, strictDKIM)
		c.out.DKIMAligned = c.out.DKIMAligned || aligned
		unknown = unknown || !known
		whole = whole || aligned && sigs[i].Unsigned == 0
	}
	c.out.Partial = c.out.DKIMAligned && !whole
	return unknown
}

// identifier tells whether a domain is authenticated and aligned, as far as
// that is known.
func (c *dmarcCheck) identifier(ctx context.Context, r Result, domain string, strict bool) (aligned, known bool) {
	if r != Pass && r != TempError {
		return false, true
	}
	same, err := c.sameOrganization(ctx, asciiLower(strings.TrimSuffix(domain, ".")), strict)
	if err != nil || (same && r == TempError) {
		return false, false
	}
	return same, true
}

// sameOrganization tells whether domain aligns with the Author Domain
// (RFC 9989 §4.10.2). Where no record is found for the Author Domain, DMARC
// does not say, and the public suffix list does.
func (c *dmarcCheck) sameOrganization(ctx context.Context, domain string, strict bool) (bool, error) {
	switch {
	case domain == c.from:
		return true, nil
	case strict:
		return false, nil
	case c.walk.err != nil:
		return false, c.walk.err
	case c.rec == nil:
		org := parse.OrgDomain(c.from)
		return org != "" && parse.OrgDomain(domain) == org, nil
	}
	org := c.walk.organization()
	if domain != org && !strings.HasSuffix(domain, "."+org) {
		return false, nil // whatever the walk would find
	}
	walk := walkTree(ctx, c.dns, domain)
	return walk.organization() == org, walk.err
}

// A treeWalk is the records that one DNS Tree Walk found, longest name first,
// up to an error.
type treeWalk struct {
	start   string
	records []foundRecord
	err     error // temporary
}

// walkTree asks for the records of domain and of those above (RFC 9989 §4.10).
func walkTree(ctx context.Context, dns Resolver, domain string) treeWalk {
	w := treeWalk{start: domain}
	target := domain
	for range maxWalk {
		texts, err := dns.LookupTXT(ctx, "_dmarc."+target)
		if err != nil && !errors.Is(err, ErrNotFound) {
			w.err = err
			break
		}
		if rec, ok := oneRecord(texts); ok {
			w.records = append(w.records, foundRecord{target, rec})
			if rec.psd != 'u' {
				break
			}
		}
		if target = above(target); target == "" {
			break
		}
	}
	return w
}

// oneRecord is the only DMARC record among texts; several are none at all.
func oneRecord(texts []string) (rec dmarcRecord, ok bool) {
	for _, text := range texts {
		r, isDMARC := parseDMARC(text)
		if isDMARC && ok {
			return dmarcRecord{}, false
		}
		if isDMARC {
			rec, ok = r, true
		}
	}
	return rec, ok
}

// above is the next domain of the walk: one label less, or seven labels where
// there are more than eight.
func above(domain string) string {
	labels := strings.Count(domain, ".") + 1
	for {
		_, domain, _ = strings.Cut(domain, ".")
		if labels--; labels < maxWalk {
			return domain
		}
	}
}

// organization is the Organizational Domain of where the walk began
// (RFC 9989 §4.10.2).
func (w *treeWalk) organization() string {
	for i := range w.records {
		switch r := &w.records[i]; {
		case r.psd == 'n':
			return r.domain
		case r.psd == 'y' && r.domain != w.start:
			return oneBelow(w.start, r.domain)
		}
	}
	if n := len(w.records); n > 0 {
		return w.records[n-1].domain
	}
	return w.start
}

// oneBelow is the domain one label beneath suffix on the way to domain.
func oneBelow(domain, suffix string) string {
	rest := strings.TrimSuffix(domain, "."+suffix)
	return domain[strings.LastIndexByte(rest, '.')+1:]
}

// policy is the record that applies to the domain: its own, else that of its
// Organizational Domain, else that of the public suffix (RFC 9989 §4.10.1). It
// is nil too where the one that would apply tells no policy, or where only the
// rest of a failed walk could tell.
func (w *treeWalk) policy() *foundRecord {
	if w.err != nil && (len(w.records) == 0 || w.records[0].domain != w.start) {
		return nil
	}
	org := w.organization()
	var psd *foundRecord
	for i := range w.records {
		r := &w.records[i]
		if r.domain == w.start || r.domain == org {
			return r.orNil()
		}
		if r.psd == 'y' {
			psd = r
		}
	}
	return psd.orNil()
}

func (r *foundRecord) orNil() *foundRecord {
	if r == nil || !r.applicable {
		return nil
	}
	return r
}
