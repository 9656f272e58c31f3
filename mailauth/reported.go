package mailauth

import (
	"cmp"
	"context"
	"strings"

	"postern/parse"
)

// Reported is what trusted relays found when they took msg in, for mail that
// cannot be verified any more: keys and records change. Only the first fields
// of the header count, those that stand above where the message came in from
// outside. ok is false where nobody trusted reported anything.
func Reported(msg *parse.Message, fields int, trusted []string) (r Results, ok bool) {
	r = Results{SPF: SPF{Result: TempError}, DMARC: DMARC{Result: TempError}, ARC: ARC{Result: TempError}}
	r.Trusted = trustedResults(&parse.Message{Header: msg.Header[:fields]}, trusted)
	if len(r.Trusted) == 0 {
		return r, false
	}
	from, _ := authorDomain(msg)
	told := map[string]bool{} // methods; the newest word counts
	for _, up := range r.Trusted {
		for _, m := range up.Results {
			if !told[m.Method] || m.Method == "dkim" {
				r.take(m, from)
			}
			told[m.Method] = true
		}
	}
	if len(r.DKIM) == 0 && !told["dkim"] {
		r.DKIM = []DKIM{{Result: TempError, Reason: "not verified"}}
	}
	if r.DMARC.Result != Fail {
		r.alignReported(from)
	}
	return r, true
}

// A Known verifier was told the answer.
type Known struct{ Results *Results }

// Verify gives the answer.
func (k Known) Verify(context.Context, *parse.Envelope, *parse.Message, []byte) Results {
	return *k.Results
}

// take adds one method's result.
func (r *Results) take(m MethodResult, from string) {
	switch m.Method {
	case "spf":
		r.SPF = SPF{Result: m.Result, Domain: domainOf(cmp.Or(m.Props["smtp.mailfrom"], m.Props["smtp.helo"])), Helo: m.Props["smtp.mailfrom"] == ""}
	case "dkim":
		if m.Result != None {
			r.DKIM = append(r.DKIM, DKIM{
				Result: m.Result, Domain: domainOf(cmp.Or(m.Props["header.d"], m.Props["header.i"])),
				Selector: m.Props["header.s"], Algorithm: m.Props["header.a"],
			})
		}
	case "dmarc":
		r.DMARC = DMARC{Result: m.Result, Domain: from, Policy: asciiLower(m.Props["policy.dmarc"])}
		if about := domainOf(m.Props["header.from"]); m.Result == Pass && (from == "" || about != "" && about != from) {
			r.DMARC.Result = TempError // about another author than the one shown
		}
	case "arc":
		r.ARC.Result = m.Result
	}
}

// alignReported compares what passed with the author's domain. The records
// that could ask for more than one organisation are not known.
func (r *Results) alignReported(from string) {
	if from == "" {
		return
	}
	same := func(result Result, domain string) bool {
		return result == Pass && domain != "" && parse.OrgDomain(domain) == parse.OrgDomain(from)
	}
	r.DMARC.Domain = from
	r.DMARC.SPFAligned = same(r.SPF.Result, r.SPF.Domain)
	for i := range r.DKIM {
		r.DMARC.DKIMAligned = r.DMARC.DKIMAligned || same(r.DKIM[i].Result, r.DKIM[i].Domain)
	}
}

// domainOf is the domain of an address, or of a host name.
func domainOf(s string) string {
	s = strings.Trim(s, "<> .")
	return asciiLower(s[strings.LastIndexByte(s, '@')+1:])
}
