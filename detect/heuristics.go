package detect

import (
	"strconv"
	"strings"
	"unicode"

	"postern/signals"
)

// Heuristics returns the built-in detectors, in the order they run.
func Heuristics() []Detector {
	return []Detector{
		executiveImpersonation{},
		lookalikeDomain{},
		domainSpoof{},
		linkDisguise{},
		dangerousAttachment{},
		replyDiversion{},
		extortionDemand{},
		brandImpersonation{},
		insideImpersonation{},
		callbackPhishing{},
		giftCardRequest{},
		payrollDiversion{},
		paymentRequest{},
		advanceFee{},
		partnerLookalike{},
		threadHijack{},
		vendorFraud{},
		serviceAbuse{},
		accountTakeover{},
		reconnaissance{},
		mailbomb{},
		qrPhishing{},
		smuggledPage{},
		pdfLure{},
		calendarLure{},
		attachedMessage{},
		otherScanners{},
	}
}

// A suspicion grows with every reason: each takes its share of the doubt that
// the others have left.
type suspicion struct {
	score    float64
	evidence []Evidence
}

// surest is the score that no heuristic goes beyond.
const surest = 0.98

// because adds a reason that alone would be right in share of all cases.
func (s *suspicion) because(share float64, sig *signals.Signal, text string) {
	s.score = 1 - (1-s.score)*(1-share)
	s.evidence = append(s.evidence, Evidence{sig, text})
}

// finding is the suspicion as d's finding.
func (s *suspicion) finding(d Detector, c Class) []Finding {
	if len(s.evidence) == 0 {
		return nil
	}
	return []Finding{{Detector: d.Name(), Class: c, Score: min(s.score, surest), Evidence: s.evidence}}
}

// is tells whether a bool signal is known and true.
func is(v signals.Vector, s *signals.Signal) bool { return v.Of(s) == 1 }

// some tells whether a count is known and above zero.
func some(v signals.Vector, s *signals.Signal) bool { return v.Of(s) > 0 }

// What makes a sender established.
const (
	settled      = 5 // days, after which who answers us is no passing stranger
	settledTrust = 6 // on so much trust, bought
	settledDays  = 3 // on so many days
)

// established tells whether we and the sender know each other: one of the
// recipients wrote to them, and not only in answer to the last days' mail or to
// what was suspected, and nothing says that it is not they; or they proved their
// domain, and their mail was good on several days. It takes history to say so:
// without it nobody is. A victim's answer does not establish a thief, nor do
// many messages of one day.
func established(v signals.Vector) bool {
	if v.Of(signals.SenderBadShare) > 0.1 {
		return false
	}
	if some(v, signals.PairOut) && v.Of(signals.AuthAligned) != 0 {
		return ripe(v, signals.SenderFirstSeen)
	}
	return is(v, signals.AuthAligned) && v.Of(signals.SenderTrust) >= settledTrust && v.Of(signals.SenderDays) >= settledDays
}

// ripe tells whether somebody whom we wrote to was heard of before the last
// days, or never yet, not even in mail that was suspected: then it was we who
// began.
func ripe(v signals.Vector, since *signals.Signal) bool {
	days := v.Of(since)
	return days >= settled || !signals.Known(days) && !(v.Of(signals.SenderTried) > 0)
}

// acquainted tells whether we and the sender's organisation know each other:
// our people wrote there, or its mail came on several days. It does not say that
// this message comes from there.
func acquainted(v signals.Vector) bool {
	known := some(v, signals.DomainOut) || v.Of(signals.DomainDays) >= settledDays
	return known && !is(v, signals.FromFreemail) && ripe(v, signals.DomainFirstSeen)
}

// announced tells whether the sender's domain is one that goes on for another,
// which said so in its usual mail.
func announced(v signals.Vector) bool {
	return is(v, signals.DomainSuccessor) && is(v, signals.AuthAligned)
}

// maxQuote is how many characters of a value from the message are shown.
const maxQuote = 60

// Quote shows a value from the message as evidence does.
func Quote(s string) string { return quote(s) }

// quote shows a value from the message: in quotation marks, on one line, cut
// to a length, without characters that hide or turn what is beside them.
func quote(s string) string {
	out, n := strings.Builder{}, 0
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			continue
		case r == '"':
			r = '\''
		}
		if n++; n > maxQuote {
			out.WriteString("...")
			break
		}
		out.WriteRune(r)
	}
	out.WriteByte('"')
	return out.String()
}

// plural writes a count with its noun.
func plural(n float64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(int(n)) + " " + many
}
