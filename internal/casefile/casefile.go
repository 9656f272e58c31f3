// Package casefile reads the cases of packages signals and detect: txtar
// files, each a message with the facts around it, whose name is a sentence.
package casefile

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"postern/mailauth"
	"postern/parse"
	"postern/signals"
	"postern/store"
)

// A Case is one message with what is known about it, and with the lines that
// say what is to be found. The lines of a case are:
//
//	# a comment
//	from SENDER via CLIENT to RCPT...            the envelope; SENDER may be <>
//	helo NAME       host NAME                    the client's EHLO, and its verified host name
//	user NAME                                    the client authenticated
//	outbound                                     it came by the listener for our own mail
//	at 2026-03-02T09:00:00Z                      the arrival, if not this one
//	auth spf=pass:D dkim=pass:D:BITS:UNSIGNED:SELECTOR dmarc=fail:POLICY arc=pass aligned    without it nobody verified
//	org DOMAIN...       vip NAME <ADDRESS>       network PREFIX
//	history verified|claimed ENTITY good=N bad=N first=DAYS last=DAYS days=N recent=N replies=N hour=N
//	        where ENTITY is address, domain, name, name_here, in, out, circle, circle_out, out_address,
//	        out_domain, out_name, requester, requester_domain, requester_name, rcpt, org, campaign, link, phone, phone_here, account or account_here
//	habit address|domain|org|rcpt|pair ATTRIBUTE seen=N of=N     how usual what the message shows of it is
//	measure WHAT N...                            another number of history; see measures
//	scanner clamav NAME|clean        scanner rspamd|spamassassin SCORE/REQUIRED
//	scanner client|sender|link clean|SUBJECT     what a block list says
//	partner DOMAIN sent=N received=N days=N first=DAYS         mail with a domain, that the roster learned from
//	person ADDRESS good=N first=DAYS NAME...                    mail of one of ours
//	writes N                                                    from the bearer of the name to each recipient
//	thread ours|delivered|unknown [sender] [same_domain] parties=N rcpts=N last=DAYS DOMAIN...    one that is answered
//	name_of ADDRESS...                                          who bore the display name
//	herald DOMAIN...                                            who announced the sender's domain
//	missing STAGE
type Case struct {
	Name  string
	Facts *signals.Facts
	Lines []string // those that say what is to be found
}

// Load reads every case of the folder testdata.
func Load(tb testing.TB) []Case {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no cases in testdata: %v", err)
	}
	cases := make([]Case, 0, len(files))
	for _, file := range files {
		c, err := read(file)
		if err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		cases = append(cases, c)
	}
	return cases
}

func read(file string) (Case, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return Case{}, err
	}
	lines, message, ok := strings.Cut(string(data), "\n-- message.eml --\n")
	if !ok {
		return Case{}, errors.New("no message.eml")
	}
	raw := []byte(strings.ReplaceAll(message, "\n", "\r\n"))
	r := reader{
		Case: Case{Name: strings.TrimSuffix(filepath.Base(file), ".txtar"), Facts: &signals.Facts{
			Env:  &parse.Envelope{Received: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)},
			Msg:  parse.Read(raw, parse.DefaultLimits),
			Org:  &signals.Org{},
			Size: len(raw),
		}},
	}
	for line := range strings.Lines(lines) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := r.line(line); err != nil {
			return Case{}, fmt.Errorf("%q: %w", line, err)
		}
	}
	if !r.verified {
		r.Facts.Missing = append(r.Facts.Missing, "auth")
	}
	if err := r.look(); err != nil {
		return Case{}, err
	}
	return r.Case, r.Facts.Org.Check()
}

// A reader reads the lines of one case.
type reader struct {
	Case
	verified bool
	known    directory
	writes   []store.Pair
}

func (r *reader) line(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	f := r.Facts
	switch verb {
	case "from":
		return r.envelope(words)
	case "outbound":
		f.Env.Outbound = true
	case "helo":
		f.Env.Helo = rest
	case "host":
		f.Env.RemoteName = rest
	case "user":
		f.Env.Auth = rest
	case "at":
		t, err := time.Parse(time.RFC3339, rest)
		f.Env.Received = t
		return err
	case "auth":
		r.verified = true
		return r.auth(words)
	case "org":
		f.Org.Domains = words
	case "vip":
		name, addr, _ := strings.Cut(rest, " <")
		f.Org.VIPs = append(f.Org.VIPs, signals.Person{Name: name, Address: strings.TrimSuffix(addr, ">")})
	case "network":
		p, err := netip.ParsePrefix(rest)
		f.Org.Networks = append(f.Org.Networks, p)
		return err
	case "history":
		return r.history(words)
	case "scanner":
		return r.scanner(words)
	case "habit":
		return r.habit(words)
	case "measure":
		return r.measure(words)
	case "partner", "person", "writes", "thread", "name_of", "herald":
		return r.learned(verb, words)
	case "missing":
		f.Missing = append(f.Missing, words...)
	default:
		r.Lines = append(r.Lines, line)
	}
	return nil
}

// envelope reads "SENDER via CLIENT to RCPT...".
func (r *reader) envelope(words []string) (err error) {
	if len(words) < 5 || words[1] != "via" || words[3] != "to" {
		return errors.New("want: from SENDER via CLIENT to RCPT")
	}
	env := r.Facts.Env
	var ok bool
	if env.From, ok = parse.ParseAddress(words[0]); !ok && words[0] != "<>" {
		return fmt.Errorf("no address: %s", words[0])
	}
	if env.Remote, err = netip.ParseAddr(words[2]); err != nil {
		return err
	}
	for _, w := range words[4:] {
		a, ok := parse.ParseAddress(w)
		if !ok {
			return fmt.Errorf("no address: %s", w)
		}
		env.Rcpts = append(env.Rcpts, a)
	}
	r.Facts.History.In = make([]store.Pair, len(env.Rcpts))
	r.Facts.History.Out = make([]store.Pair, len(env.Rcpts))
	r.Facts.History.Domains = make([]store.Circle, len(env.Rcpts))
	r.Facts.History.Rcpts = make([]store.Recipient, len(env.Rcpts))
	return nil
}

// auth reads "method=result:detail..." and "aligned".
func (r *reader) auth(words []string) error {
	a := &r.Facts.Auth
	a.SPF.Result, a.DMARC.Result, a.ARC.Result = mailauth.None, mailauth.None, mailauth.None
	for _, w := range words {
		method, value, _ := strings.Cut(w, "=")
		result, detail, _ := strings.Cut(value, ":")
		details := append(strings.Split(detail, ":"), "", "", "", "")
		switch res := mailauth.Result(result); method {
		case "spf":
			a.SPF = mailauth.SPF{Result: res, Domain: detail}
		case "dkim":
			bits, _ := strconv.Atoi(details[1])
			unsigned, _ := strconv.ParseInt(details[2], 10, 64)
			a.DKIM = append(a.DKIM, mailauth.DKIM{
				Result: res, Domain: details[0], Algorithm: "rsa-sha256", KeyBits: max(bits, 1024), Unsigned: unsigned, Selector: details[3],
			})
		case "dmarc":
			a.DMARC.Result, a.DMARC.Policy = res, detail
		case "arc":
			a.ARC.Result = res
		case "aligned":
			a.DMARC.DKIMAligned = true
		default:
			return fmt.Errorf("unknown method %s", method)
		}
	}
	return nil
}

// history reads "verified|claimed ENTITY key=value...".
func (r *reader) history(words []string) error {
	if len(words) < 2 {
		return errors.New("want: history verified|claimed ENTITY key=value")
	}
	var t store.Tally
	for _, w := range words[2:] {
		key, value, _ := strings.Cut(w, "=")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return err
		}
		ago := r.Facts.Env.Received.Add(-time.Duration(n * 24 * float64(time.Hour)))
		switch key {
		case "days":
			t.Days = n
		case "recent":
			t.Recent = n
		case "replies":
			t.Replies = n
		case "hour":
			t.Rate.Hour = n
		case "good":
			t.Good = n
		case "bad":
			t.Bad = n
		case "first":
			t.First = ago
		case "last":
			t.Last = ago
		default:
			return fmt.Errorf("unknown key %s", key)
		}
	}
	t.Attempts = t.Good + t.Bad
	if t.Days == 0 {
		t.Days = t.Good // each on a day of its own
	}
	if place := r.place(words[1]); place != nil {
		*place = t
		return nil
	}
	return r.tally(words[0] == "verified", words[1], t)
}

func (r *reader) tally(verified bool, entity string, t store.Tally) error {
	h := &r.Facts.History
	s := &h.Claimed
	if verified {
		s = &h.Verified
	}
	switch entity {
	case "address":
		s.Address = t
	case "domain":
		s.Domain = t
	case "name":
		s.Name = t
	case "name_here":
		s.NameHere = t
	case "circle":
		for i := range h.Domains {
			if verified {
				h.Domains[i].Verified = t
			} else {
				h.Domains[i].Claimed = t
			}
		}
	case "in", "out":
		pairs := h.In
		if entity == "out" {
			pairs = h.Out
		}
		for i := range pairs {
			if verified {
				pairs[i].Verified = t
			} else {
				pairs[i].Claimed = t
			}
		}
	default:
		return fmt.Errorf("unknown entity %s", entity)
	}
	return nil
}
