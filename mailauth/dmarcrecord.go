package mailauth

import (
	"net/url"
	"strings"
)

// A dmarcRecord is one DMARC Policy Record (RFC 9989 §4.7).
type dmarcRecord struct {
	p, sp, np   string // "none", "quarantine", "reject"; sp and np may be empty
	psd         byte   // 'y', 'n' or 'u'
	testing     bool   // t=y
	strictDKIM  bool   // adkim=s
	strictSPF   bool   // aspf=s
	applicable  bool   // false: no policy can be read from it (RFC 9989 §4.10.1)
	policyError bool   // p, sp or np is wrong: counts as p=none
}

// parseDMARC reads a record. ok is false where it is none, since it does not
// begin with v=DMARC1. Unknown tags and wrong values are passed over
// (RFC 9989 §4.7), save those that tell the policy.
func parseDMARC(text string) (r dmarcRecord, ok bool) {
	tags := strings.Split(text, ";")
	name, value, _ := cutTag(tags[0])
	if name != "v" || value != "DMARC1" {
		return r, false
	}
	r = dmarcRecord{p: "none", psd: 'u'}
	reports := false
	seen := map[string]bool{}
	for _, tag := range tags[1:] {
		name, value, ok := cutTag(tag)
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		switch name {
		case "rua":
			reports = hasReportURI(value)
			continue
		}
		r.set(name, strings.ToLower(value))
	}
	r.applicable = !r.policyError || reports
	if r.policyError {
		r.p, r.sp, r.np = "none", "", ""
	}
	return r, true
}

// cutTag splits "name = value".
func cutTag(tag string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(tag, "=")
	const wsp = " \t"
	return asciiLower(strings.Trim(name, wsp)), strings.Trim(value, wsp), ok
}

func (r *dmarcRecord) set(name, value string) {
	switch name {
	case "p":
		r.policy(&r.p, value)
	case "sp":
		r.policy(&r.sp, value)
	case "np":
		r.policy(&r.np, value)
	case "psd":
		if value == "y" || value == "n" {
			r.psd = value[0]
		}
	case "t":
		r.testing = value == "y"
	case "adkim":
		r.strictDKIM = value == "s"
	case "aspf":
		r.strictSPF = value == "s"
	}
}

func (r *dmarcRecord) policy(to *string, value string) {
	switch value {
	case "none", "quarantine", "reject":
		*to = value
	default:
		r.policyError = true
	}
}

// hasReportURI tells whether a rua value has one URI that could be used.
func hasReportURI(list string) bool {
	for item := range strings.SplitSeq(list, ",") {
		u, err := url.Parse(strings.TrimSpace(item))
		if err == nil && u.Scheme != "" && (u.Opaque != "" || u.Host != "") {
			return true
		}
	}
	return false
}

// subdomainPolicy is what applies beneath the record's own domain; exists
// tells whether the Author Domain is in the DNS (RFC 9989 §4.7, np and sp).
func (r *dmarcRecord) subdomainPolicy(exists bool) string {
	if !exists && r.np != "" {
		return r.np
	}
	if r.sp != "" {
		return r.sp
	}
	return r.p
}
