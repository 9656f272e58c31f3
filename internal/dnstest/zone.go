package dnstest

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// negativeTTL is the TTL, in seconds, of negative answers where the zone has
// no SOA record above the name.
const negativeTTL = 60

// A zone is what the server knows.
type zone struct {
	records map[string][]dns.RR
	exists  map[string]bool // names with records, and those above them
	faults  map[string]string
}

func parse(text string) (zone, error) {
	z := zone{records: map[string][]dns.RR{}, exists: map[string]bool{}, faults: map[string]string{}}
	var master strings.Builder
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, "$FAULT ")
		if !ok {
			master.WriteString(line)
			continue
		}
		name, kind, _ := strings.Cut(strings.TrimSpace(rest), " ")
		kind = strings.TrimSpace(kind)
		if err := checkFault(kind); err != nil {
			return z, err
		}
		z.faults[key(name)] = kind
		master.WriteByte('\n') // keeps the line numbers of errors
	}
	parser := dns.NewZoneParser(strings.NewReader(master.String()), ".", "")
	parser.SetDefaultTTL(300)
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		name := key(rr.Header().Name)
		z.records[name] = append(z.records[name], rr)
		for ; name != "."; name = parent(name) {
			z.exists[name] = true
		}
	}
	if err := parser.Err(); err != nil {
		return z, fmt.Errorf("dnstest: %w", err)
	}
	return z, nil
}

func parent(name string) string {
	i, end := dns.NextLabel(name, 0)
	if end {
		return "."
	}
	return name[i:]
}

func (z *zone) fault(name string) string {
	if kind, ok := z.faults[key(name)]; ok {
		return kind
	}
	return z.faults["*."]
}

// answer fills reply as a recursive server would (RFC 1034 §4.3.2).
func (z *zone) answer(reply *dns.Msg, q dns.Question) {
	name := key(q.Name)
	for range 10 {
		next := ""
		for _, rr := range z.at(name) {
			if cname, ok := rr.(*dns.CNAME); ok && q.Qtype != dns.TypeCNAME {
				reply.Answer = append(reply.Answer, rr)
				next = key(cname.Target)
			} else if rr.Header().Rrtype == q.Qtype {
				reply.Answer = append(reply.Answer, rr)
			}
		}
		if next == "" {
			break
		}
		name = next
	}
	if n := len(reply.Answer); n > 0 && reply.Answer[n-1].Header().Rrtype == q.Qtype {
		return
	}
	if !z.exists[name] && z.at(name) == nil {
		reply.Rcode = dns.RcodeNameError
	}
	reply.Ns = append(reply.Ns, z.soa(name))
}

// at is the records of a name, those of a wildcard included (RFC 4592).
func (z *zone) at(name string) []dns.RR {
	if rrs, ok := z.records[name]; ok || z.exists[name] {
		return rrs
	}
	for above := parent(name); above != "."; above = parent(above) {
		if wild, ok := z.records["*."+above]; ok {
			rrs := make([]dns.RR, len(wild))
			for i, rr := range wild {
				rrs[i] = dns.Copy(rr)
				rrs[i].Header().Name = name
			}
			return rrs
		}
		if z.exists[above] {
			return nil
		}
	}
	return nil
}

// soa is the record that tells how long a negative answer holds (RFC 2308).
func (z *zone) soa(name string) dns.RR {
	for ; name != "."; name = parent(name) {
		for _, rr := range z.records[name] {
			if soa, ok := rr.(*dns.SOA); ok {
				return soa
			}
		}
	}
	return &dns.SOA{
		Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: negativeTTL},
		Ns:  "ns.invalid.", Mbox: "hostmaster.invalid.", Minttl: negativeTTL,
	}
}
