package enterprise

import (
	"bytes"
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/detect"
	"postern/filter"
	"postern/hosts"
	"postern/internal/corpus"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/roster"
	"postern/signals"
	"postern/store/pebble"
)

// An edge is one message of a real list: who wrote when to whom, in answer to
// what. Its words are not kept.
type edge struct {
	at           time.Time
	name, from   string
	to, cc       []string
	id, answers  string
	reply        bool
	signers      []string
	client       netip.Addr
	organisation string
}

// edges reads the graph of one list, in the order of time.
func edges(tb testing.TB, table []byte) (list []edge) {
	tb.Helper()
	for i, row := range strings.Split(strings.TrimSuffix(string(table), "\n"), "\n") {
		f := strings.Split(row, "\t")
		if i == 0 || len(f) != 13 {
			continue
		}
		at, err := time.Parse(time.RFC3339, f[0])
		from, ok := parse.ParseAddress(f[2])
		if err != nil || !ok {
			continue
		}
		e := edge{at: at, name: f[1], from: f[2], id: f[5], answers: f[6], reply: strings.Contains(strings.ToLower(f[7]), "re:"), organisation: parse.OrgDomain(from.Domain)}
		e.to, e.cc, e.signers = fields(f[3]), fields(f[4]), fields(f[11])
		e.client, _ = netip.ParseAddr(f[12])
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(a, b edge) int { return a.at.Compare(b.at) })
	return list
}

func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// letters are what all messages say: nothing that could tell one from another.
var letters = []string{
	"I looked at it again and have nothing to add. The rest is as we said.",
	"Thanks, that works here. I will send the next version when I am back.",
	"Could you say which version you used? I see something else on my side.",
	"The second part needs another look before we go on with the others.",
}

// message is an edge with words of ours.
func (e *edge) message(n int) []byte {
	var b bytes.Buffer
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, strings.Map(func(r rune) rune {
				if r < ' ' {
					return -1
				}
				return r
			}, value))
		}
	}
	from := "<" + e.from + ">"
	if e.name != "" {
		from = `"` + strings.NewReplacer(`"`, "", `\`, "").Replace(e.name) + `" ` + from
	}
	subject := fmt.Sprintf("notes, part %d", n%97)
	if e.reply {
		subject = "Re: " + subject
	}
	field("From", from)
	field("To", strings.Join(e.to, ", "))
	field("Cc", strings.Join(e.cc, ", "))
	field("Date", e.at.Format(time.RFC1123Z))
	field("Message-ID", e.id)
	field("In-Reply-To", e.answers)
	field("Subject", subject)
	fmt.Fprintf(&b, "\r\n%s\r\n", letters[n%len(letters)])
	return b.Bytes()
}

// home is the organisation whose gate this is: of those that several people
// write from, the busiest, but for mailboxes that anybody can have.
func home(list []edge) string {
	people, posts := map[string]map[string]bool{}, map[string]int{}
	for i := range list {
		o := list[i].organisation
		if people[o] == nil {
			people[o] = map[string]bool{}
		}
		people[o][list[i].from] = true
		posts[o]++
	}
	return slices.MaxFunc(slices.Collect(maps.Keys(posts)), func(a, b string) int {
		worth := func(o string) int {
			if len(people[o]) < 3 || hosts.Builtin().Has(o, hosts.FreeMail) || o == "kernel.org" {
				return 0
			}
			return posts[o]
		}
		return cmp.Or(cmp.Compare(worth(a), worth(b)), cmp.Compare(b, a))
	})
}

// envelope is how the message came to the gate of ours: from the list's
// server, to those of ours who are named, or else to one who reads the list.
func (e *edge) envelope(ours string) *parse.Envelope {
	env := &parse.Envelope{ID: "g", Received: e.at, Remote: e.client, Helo: "lists.example"}
	env.From, _ = parse.ParseAddress(e.from)
	if e.organisation == ours {
		env.Auth = e.from
	}
	for _, r := range slices.Concat(e.to, e.cc) {
		a, ok := parse.ParseAddress(r)
		if ok && (env.Auth != "" || parse.OrgDomain(a.Domain) == ours) {
			env.Rcpts = append(env.Rcpts, a)
		}
	}
	if len(env.Rcpts) == 0 {
		env.Rcpts = []parse.Address{{Local: "reader", Domain: ours}}
	}
	return env
}

// authenticated is what the signatures that were seen then prove.
func (e *edge) authenticated() *mailauth.Results {
	var r mailauth.Results
	for _, d := range e.signers {
		r.DKIM = append(r.DKIM, mailauth.DKIM{Result: mailauth.Pass, Domain: d})
		if parse.OrgDomain(d) == e.organisation {
			r.DMARC = mailauth.DMARC{Result: mailauth.Pass, Domain: e.organisation, DKIMAligned: true}
		}
	}
	return &r
}

// TestGraph passes real lists through a gate: who wrote to whom and when is
// real, the words are ours. Nothing in them is an attack, so that all that is
// found on the last three tenths, after the others were learned from, is a
// false alarm.
//
//	go test ./internal/enterprise -run Graph -v -full
func TestGraph(t *testing.T) {
	t.Parallel()
	most := 2500
	switch {
	case *full:
		most = 1 << 30
	case testing.Short():
		most = 600
	}
	corpus.Files(t, "dev", ".tsv", 0, func(name string, table []byte) {
		list := edges(t, table)
		list = list[:min(len(list), most)]
		if len(list) == 0 {
			return
		}
		found, tagged, n := replay(t, list)
		t.Logf("%s: organisation %s, %d messages learned from, %d judged: %d tagged (%.2f%%)",
			strings.TrimSuffix(path.Base(name), ".tsv"), home(list), len(list)-n, n, tagged, 100*float64(tagged)/float64(n))
		for _, d := range slices.Sorted(maps.Keys(found)) {
			t.Logf("  %-24s %5d (%.2f%%)", d, found[d], 100*float64(found[d])/float64(n))
		}
		if len(list) > 2000 && tagged*100 > n {
			t.Errorf("%d of %d genuine messages are tagged", tagged, n)
		}
	})
}

// replay learns from the first seven tenths, and counts what is tagged of the
// rest and which detectors did so.
func replay(t *testing.T, list []edge) (found map[string]int, tagged, judged int) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	db, err := pebble.Open(pebble.Config{Path: t.TempDir()}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rules, err := policy.New(policy.Default())
	if err != nil {
		t.Fatal(err)
	}
	ours := home(list)
	org := &signals.Org{Domains: []string{ours}}
	f := &filter.Filter{
		Hostname: "mx." + ours, Limits: parse.DefaultLimits, Org: org, History: db, Roster: roster.New(org),
		Detectors: detect.Heuristics(), Policy: func() *policy.Policy { return rules }, Log: quiet,
	}
	found = map[string]int{}
	senders := map[string]bool{}
	for i := range list {
		e := &list[i]
		rec, err := f.Unfold(e.message(i), func(*parse.Message) (*parse.Envelope, *mailauth.Results, error) {
			return e.envelope(ours), e.authenticated(), nil
		})
		if err == nil {
			err = f.Recall(t.Context(), rec)
		}
		if err != nil {
			t.Fatal(err)
		}
		if i < len(list)*7/10 {
			continue
		}
		if judged++; rec.Verdict.Would < policy.Tag {
			continue
		}
		tagged++
		senders[e.from] = true
		seen := map[string]bool{}
		for _, x := range rec.Found {
			if x.Score >= 0.2 && !seen[x.Detector] {
				seen[x.Detector] = true
				found[x.Detector]++
			}
		}
	}
	if tagged > 0 {
		t.Logf("what is tagged is by %d senders", len(senders))
	}
	return found, tagged, judged
}
